// JSON: what is read, what it means, what is refused where, and that nothing is lost between reading and writing.
#include "model/json.h"

#include <gtest/gtest.h>

#include <cmath>

#include "unit/model/random_value.h"

namespace reeve::model {
namespace {

struct Meaning {
  const char* json;
  Value value;
};

TEST(JsonRead, EveryFormHasItsMeaning) {
  const Meaning table[] = {
      {" \t\r\n null \n", nullptr},
      {"false", false},
      {"0", 0},
      {"-0", 0},
      {"-0.0", -0.0},
      {"1e2", 100.0},
      {"1E+2", 100.0},
      {"-1.5e-3", -0.0015},
      {"12345678901234567890123", 1.2345678901234567e22},
      {"9223372036854775808", 9223372036854775808.0},
      {"-9223372036854775809", -9223372036854775809.0},
      {"0.1", 0.1},
      {"1e400", INFINITY},
      {"4.9e-324", 4.9e-324},
      {R"("")", ""},
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("\u0041\u00e9\u20ac")", "A\xc3\xa9\xe2\x82\xac"},
      {R"("\ud83d\ude00")", "\xf0\x9f\x98\x80"},
      {R"("\u0000")", std::string(1, '\0')},
      {"\"\x7f\"", "\x7f"},
      {"[ ]", Value::list()},
      {"{ }", Value::map()},
      {R"({"":{"":1}})", Value::map().set("", Value::map().set("", 1))},
      {R"({"a":1,"b":2,"a":3})", Value::map().set("a", 3).set("b", 2)},
      {"[[],{},[[]]]", Value::list().push(Value::list()).push(Value::map()).push(Value::list().push(Value::list()))},
  };
  for (const Meaning& m : table) {
    const auto value = parse_json(m.json);
    if (std::string_view(m.json) == "1e400") continue;  // see below
    ASSERT_TRUE(value.ok()) << m.json << ": " << value.error().text;
    EXPECT_EQ(*value, m.value) << m.json;
    EXPECT_EQ(std::signbit(value->as_double()), std::signbit(m.value.as_double())) << m.json;
  }
}

TEST(JsonRead, ANumberBeyondADoubleIsInfiniteOrRefusedButNeverWrong) {
  const auto value = parse_json("1e400");
  if (value.ok()) {
    EXPECT_TRUE(std::isinf(value->as_double()));
  }
}

struct Wrong {
  const char* json;
  int at;  // the byte, -1: not looked at
};

TEST(JsonRead, WhatIsNoJsonIsRefused) {
  const Wrong table[] = {
      {"   ", -1},
      {"tru", -1},
      {"TRUE", 0},
      {"nulll", 4},
      {"01", 1},
      {"1.", -1},
      {".5", 0},
      {"+1", 0},
      {"1e", -1},
      {"--1", 1},
      {"0x10", 1},
      {"NaN", 0},
      {"Infinity", 0},
      {"[1 2]", 3},
      {"[1,]", 3},
      {"[,1]", 1},
      {"[", -1},
      {"]", 0},
      {"{", -1},
      {"{\"a\":}", 5},
      {"{\"a\" 1}", 5},
      {"{\"a\":1,}", 7},
      {"{a:1}", 1},
      {"{1:2}", 1},
      {"{\"a\":1]", 6},
      {"[1}", 2},
      {"\"", -1},
      {"\"a", -1},
      {"\"\\\"", -1},
      {"\"\\x\"", 2},
      {"\"\\u12\"", -1},
      {"\"\\u12g4\"", -1},
      {"\"\n\"", 1},
      {"\"\t\"", 1},
      {"\"\x01\"", 1},
      {"// c\n1", 0},
      {"/* c */ 1", 0},
      {"1 // c", -1},
      {"[1]x", 3},
      {"{} {}", 3},
      {"\"a\" \"b\"", 4},
      {"\"\xc3\"", -1},
      {"\"\xed\xa0\x80\"", -1},
      {"\"\xf5\x80\x80\x80\"", -1},
      {"\xef\xbb\xbf[]", 0},
  };
  for (const Wrong& w : table) {
    const auto value = parse_json(w.json);
    ASSERT_FALSE(value.ok()) << w.json;
    EXPECT_EQ(value.error().fault, base::Fault::kInvalid);
    const std::string text = value.error().text, head = "not JSON at byte ";
    ASSERT_EQ(text.rfind(head, 0), 0u) << text;
    if (w.at >= 0) {
      EXPECT_EQ(std::stoi(text.substr(head.size())), w.at) << w.json << ": " << text;
    }
  }
}

TEST(JsonRead, DepthIsBoundedInEveryShape) {
  const auto nested = [](const char* open, const char* close, int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += open;
    text += "1";
    for (int i = 0; i < depth; ++i) text += close;
    return text;
  };
  for (const auto& [open, close] : {std::pair{"[", "]"}, {"{\"a\":", "}"}, {"[{\"a\":", "}]"}}) {
    EXPECT_TRUE(parse_json(nested(open, close, 30)).ok()) << open;
    EXPECT_FALSE(parse_json(nested(open, close, 100)).ok()) << open;
    EXPECT_FALSE(parse_json(nested(open, "", 1000000)).ok()) << open;
  }
}

TEST(JsonRead, EveryCutOfADocumentIsRefused) {
  const std::string whole = R"({"a":[1,2.5,-3e7,true,null,"x\u00e9\n"],"b":{"c":"\udc80"}})";
  ASSERT_TRUE(parse_json(whole).ok());
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(parse_json(std::string_view(whole).substr(0, size)).ok()) << whole.substr(0, size);
}

TEST(JsonRead, FlippedBytesDoNoHarm) {
  const std::string whole = R"({"a":[1,2.5,-3e7,true,null,"x\u00e9\n"],"b":{"c":"\udc80\ud83d\ude00"}})";
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const int bit : {1, 2, 4, 8, 16, 32, 64, 128}) {
      std::string bad = whole;
      bad[at] = static_cast<char>(bad[at] ^ bit);
      const auto value = parse_json(bad);
      if (value.ok()) {
        EXPECT_EQ(*parse_json(to_json(*value)), *value) << bad;
      }
    }
  }
}

TEST(JsonBytes, LoneSurrogatesAreBytesOnlyWhereTheySayOne) {
  const std::pair<const char*, std::string> table[] = {
      {R"("\udc80")", "\x80"},
      {R"("\udcff")", "\xff"},
      {R"("\uDCFF")", "\xff"},
      {R"("\udcc3\udca9")", "\xc3\xa9"},
      {R"("a\udcfeb")",
       "a\xfe"
       "b"},
      {R"("\\udc80")", "\\udc80"},
      {R"("\\\udc80")", "\\\x80"},
      {R"({"\udc80":"\udc81"})", ""},
  };
  for (const auto& [json, bytes] : table) {
    const auto value = parse_json(json);
    ASSERT_TRUE(value.ok()) << json << value.error().text;
    if (value->is_string()) {
      EXPECT_EQ(value->as_string(), bytes) << json;
    }
  }
  EXPECT_EQ(parse_json(R"({"\udc80":"\udc81"})")->as_map()[0].first, "\x80") << "in keys too";
  for (const char* json : {R"("\ud800")", R"("\udc7f")", R"("\udd00")", R"("\ud83d")", R"("\ud83dx")"})
    EXPECT_FALSE(parse_json(json).ok()) << json << " is no character and no byte";
}

TEST(JsonBytes, AnyBytesSurvive) {
  std::mt19937 random(12);
  for (int i = 0; i < 3000; ++i) {
    std::string bytes;
    for (size_t n = random() % 12; n > 0; --n)
      bytes += static_cast<char>(random() % 3 ? random() : 0xb0 + random() % 64);
    const Value value = Value::map().set(bytes, bytes);
    const std::string json = to_json(value);
    EXPECT_TRUE(base::is_utf8(json)) << json;
    const auto again = parse_json(json);
    ASSERT_TRUE(again.ok()) << json;
    ASSERT_EQ(*again, value) << json;
  }
}

TEST(JsonWrite, RandomTreesSurviveCompactAndPretty) {
  std::mt19937_64 random(13);
  for (int i = 0; i < 500; ++i) {
    const Value value = random_value(random, 4);
    EXPECT_EQ(*parse_json(to_json(value)), value) << to_json(value);
    EXPECT_EQ(*parse_json(to_pretty_json(value)), value);
    EXPECT_EQ(to_json(*parse_json(to_json(value))), to_json(value)) << "the second text is the first";
  }
}

TEST(JsonWrite, PrettyTextHasALineForEachItem) {
  const Value value = *parse_json(R"({"a":[1,{"b":null}],"c":{},"d":[]})");
  EXPECT_EQ(to_pretty_json(value), R"({
  "a": [
    1,
    {
      "b": null
    }
  ],
  "c": {},
  "d": []
})");
}

TEST(JsonWrite, NumbersKeepTheirKind) {
  const std::pair<Value, const char*> table[] = {{Value(1), "1"},
                                                 {Value(1.0), "1.0"},
                                                 {Value(-0.0), "-0.0"},
                                                 {Value(0.1), "0.1"},
                                                 {Value(1e15), "1000000000000000.0"},
                                                 {Value(INT64_MIN), "-9223372036854775808"},
                                                 {Value(NAN), "\"NaN\""},
                                                 {Value(INFINITY), "\"+Inf\""},
                                                 {Value(-INFINITY), "\"-Inf\""}};
  for (const auto& [value, text] : table) {
    EXPECT_EQ(to_json(value), text);
    if (value.is_int()) {
      EXPECT_TRUE(parse_json(text)->is_int());
    }
  }
  EXPECT_TRUE(parse_json(to_json(Value(3.0)))->is_double());
}

}  // namespace
}  // namespace reeve::model
