// MessagePack against the examples of its specification, and against bytes that lie.
#include "model/msgpack.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/hash.h"
#include "model/json.h"
#include "unit/model/random_value.h"

namespace reeve::model {
namespace {

std::string bytes_of(const char* hex) {
  return *base::unhex(hex);
}

struct Form {
  const char* hex;
  const char* json;
};

TEST(MsgpackRead, EveryFormOfTheSpecification) {
  const Form table[] = {
      {"c0", "null"},
      {"c2", "false"},
      {"c3", "true"},
      {"00", "0"},
      {"7f", "127"},
      {"e0", "-32"},
      {"ff", "-1"},
      {"ccff", "255"},
      {"cdffff", "65535"},
      {"ceffffffff", "4294967295"},
      {"cf00000000ffffffff", "4294967295"},
      {"d080", "-128"},
      {"d18000", "-32768"},
      {"d280000000", "-2147483648"},
      {"d38000000000000000", "-9223372036854775808"},
      {"ca3fc00000", "1.5"},
      {"cb3ff8000000000000", "1.5"},
      {"cb8000000000000000", "-0.0"},
      {"a0", R"("")"},
      {"a3616263", R"("abc")"},
      {"d903616263", R"("abc")"},
      {"da0003616263", R"("abc")"},
      {"db00000003616263", R"("abc")"},
      {"c403616263", R"("abc")"},
      {"c50003616263", R"("abc")"},
      {"c600000003616263", R"("abc")"},
      {"a2c328", R"("\udcc3(")"},
      {"90", "[]"},
      {"93010203", "[1,2,3]"},
      {"dc0002c0c3", "[null,true]"},
      {"dd00000002c0c3", "[null,true]"},
      {"80", "{}"},
      {"81a16101", R"({"a":1})"},
      {"de0001a16101", R"({"a":1})"},
      {"df00000001a16101", R"({"a":1})"},
      {"82a16181a16290a16391c0", R"({"a":{"b":[]},"c":[null]})"},
  };
  for (const Form& form : table) {
    const auto value = parse_msgpack(bytes_of(form.hex));
    ASSERT_TRUE(value.ok()) << form.hex;
    EXPECT_EQ(to_json(*value), form.json) << form.hex;
  }
}

TEST(MsgpackRead, WhatIsNotSupportedOrLiesIsRefused) {
  for (const char* hex : {
           "",                  // nothing
           "c1",                // never used
           "c7000000",          // extensions
           "d400ff",            //
           "d6ff00000000",      // a timestamp
           "a4616263",          // a text shorter than it says
           "d9ff61",            //
           "dbffffffff61",      // four billion bytes
           "ddffffffffc0",      // four billion items
           "dfffffffffa161c0",  //
           "92c0",              // an item is missing
           "81a161",            // a value is missing
           "81c0c0",            // a key that is no text
           "810101",            //
           "cc",                // a number is cut
           "cb3ff80000000000",  //
           "c0c0",              // two values
           "9391",              //
       }) {
    const auto value = parse_msgpack(bytes_of(hex));
    ASSERT_FALSE(value.ok()) << hex;
    EXPECT_EQ(value.error().fault, base::Fault::kInvalid);
    EXPECT_EQ(value.error().text, "not a MessagePack value");
  }
}

TEST(MsgpackRead, DepthIsBounded) {
  EXPECT_TRUE(parse_msgpack(std::string(60, '\x91') + '\xc0').ok());
  EXPECT_FALSE(parse_msgpack(std::string(64, '\x91') + '\xc0').ok());
  std::string maps;
  for (int i = 0; i < 100000; ++i) maps += "\x81\xa1k";
  EXPECT_FALSE(parse_msgpack(maps + '\xc0').ok());
}

TEST(MsgpackWrite, TheShortFormsWhereTheyFit) {
  const Form table[] = {
      {"7f", "127"},
      {"d200000080", "128"},
      {"e0", "-32"},
      {"d2ffffffdf", "-33"},
      {"d27fffffff", "2147483647"},
      {"d30000000080000000", "2147483648"},
      {"cb3ff0000000000000", "1.0"},
      {"9101", "[1]"},
      {"81a0c0", R"({"":null})"},
  };
  for (const Form& form : table) EXPECT_EQ(base::hex(to_msgpack(*parse_json(form.json))), form.hex) << form.json;
  for (const size_t size : {0U, 31U, 32U, 255U, 256U, 65535U, 65536U, 100000U}) {
    const std::string bytes = to_msgpack(Value(std::string(size, 's')));
    EXPECT_EQ(bytes.size(), size + (size < 32 ? 1 : size < 256 ? 2 : 5)) << size;
    EXPECT_EQ(parse_msgpack(bytes)->as_string().size(), size);
  }
  for (const size_t count : {0U, 15U, 16U, 65535U, 65536U}) {
    const std::string bytes = to_msgpack(Value(Value::List(count)));
    EXPECT_EQ(bytes.size(), count + (count < 16 ? 1 : 5)) << count;
    EXPECT_EQ(parse_msgpack(bytes)->as_list().size(), count);
  }
}

TEST(MsgpackWrite, RandomTreesSurviveAndNoCutDoes) {
  std::mt19937_64 random(14);
  for (int i = 0; i < 300; ++i) {
    const Value value = random_value(random, 4);
    const std::string bytes = to_msgpack(value);
    ASSERT_EQ(*parse_msgpack(bytes), value);
    for (int k = 0; k < 5 && !bytes.empty(); ++k)
      EXPECT_FALSE(parse_msgpack(std::string_view(bytes).substr(0, random() % bytes.size())).ok());
  }
}

TEST(MsgpackRead, ChangedBytesDoNoHarm) {
  std::mt19937_64 random(15);
  for (int i = 0; i < 5000; ++i) {
    std::string bytes = to_msgpack(random_value(random, 3));
    for (int k = 0; k < 3; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto value = parse_msgpack(bytes);
    if (value.ok()) {
      EXPECT_EQ(to_msgpack(*parse_msgpack(to_msgpack(*value))), to_msgpack(*value));
    }
  }
}

TEST(Unpacker, ReadsInPlaceWhatThePackerWrote) {
  std::string bytes;
  Packer packer(bytes);
  packer.map(3);
  packer.string("samples");
  packer.list(2);
  packer.number(1.5);
  packer.integer(-7);
  packer.string("ok");
  packer.boolean(true);
  packer.string("error");
  packer.nil();
  Unpacker in(bytes);
  EXPECT_EQ(in.map(), 3u);
  EXPECT_EQ(in.string(), "samples");
  EXPECT_EQ(in.list(), 2u);
  EXPECT_EQ(in.number(), 1.5);
  EXPECT_EQ(in.number(), -7.0) << "an integer is a number too";
  EXPECT_EQ(in.string(), "ok");
  EXPECT_TRUE(in.boolean());
  EXPECT_EQ(in.string(), "error");
  EXPECT_TRUE(in.is_nil());
  in.nil();
  EXPECT_TRUE(in.ok() && in.at_end());
}

TEST(Unpacker, FailsForGoodAtTheFirstWrongKind) {
  const auto fails = [](const char* hex, auto read) {
    const std::string bytes = bytes_of(hex);
    Unpacker in(bytes);
    read(in);
    return !in.ok();
  };
  EXPECT_TRUE(fails("a161", [](Unpacker& in) { in.integer(); }));
  EXPECT_TRUE(fails("01", [](Unpacker& in) { in.string(); }));
  EXPECT_TRUE(fails("01", [](Unpacker& in) { in.boolean(); }));
  EXPECT_TRUE(fails("01", [](Unpacker& in) { in.nil(); }));
  EXPECT_TRUE(fails("80", [](Unpacker& in) { in.list(); }));
  EXPECT_TRUE(fails("90", [](Unpacker& in) { in.map(); }));
  EXPECT_TRUE(fails("cb3ff8000000000000", [](Unpacker& in) { in.integer(); })) << "1.5 is no integer";
  EXPECT_FALSE(fails("cb4000000000000000", [](Unpacker& in) { EXPECT_EQ(in.integer(), 2); }));
  EXPECT_TRUE(fails("cb7ff8000000000000", [](Unpacker& in) { in.integer(); })) << "NaN is none";
  EXPECT_TRUE(fails("cb44b52d02c7e14af6", [](Unpacker& in) { in.integer(); })) << "1e23 is too large";
  const std::string bytes = bytes_of("a16101");
  Unpacker in(bytes);
  in.integer();
  EXPECT_EQ(in.string(), "") << "nothing is read after a failure";
  EXPECT_EQ(in.list(), 0u);
  EXPECT_FALSE(in.ok());
}

TEST(Unpacker, CountsAreNeverMoreThanTheBytesCanHold) {
  const std::string list = bytes_of("dc0003c0c0"), map = bytes_of("de0002c0c0c0");
  Unpacker in_list(list), in_map(map);
  EXPECT_EQ(in_list.list(), 0u);
  EXPECT_FALSE(in_list.ok());
  EXPECT_EQ(in_map.map(), 0u);
  EXPECT_FALSE(in_map.ok());
}

}  // namespace
}  // namespace reeve::model
