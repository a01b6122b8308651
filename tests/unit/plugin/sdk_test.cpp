// The headers of the SDK that need no plugin: JSON beside the engine's own, durations, the configuration table.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "base/time.h"
#include "model/json.h"
#include "reeve/config.hpp"
#include "reeve/json.hpp"

namespace reeve {
namespace {

TEST(SdkJson, ReadsAndRefusesWhatTheEngineDoes) {
  const char* texts[] = {"null", "true", "false", "0", "-0", "12", "-7", "1.5", "-2.5e3", "1E+2", "9223372036854775807",
                         "9223372036854775808", "-9223372036854775808", "1e308", "\"\"", "\"a\"",
                         R"("\"\\\/\b\f\n\r\t")", R"("\u00e9\u20ac\ud83d\ude00")", R"("\udc80\udcff")", "\"\xc3\xa9\"",
                         "[]", "[1,[2,[3]]]", " [ 1 , 2 ] ", "{}", R"({"a":1,"b":{"c":[]}})", R"({"a":1,"a":2})",
                         "\t{\n\"x\" : null }\r\n",
                         // No JSON:
                         "", " ", "nul", "tru", "+1", "01", "1.", ".5", "1e", "-", "0x10", "NaN", "'a'", "\"a",
                         "\"\\x\"", R"("\u12")", R"("\ud800")", R"("\ud800\u0041")", "\"\n\"", "\"\xff\"", "\"\xc3\"",
                         "[1,]", "[1 2]", "[", "]", "{", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "1 2", "[1]x"};
  for (const char* text : texts) {
    Json ours;
    const bool good = Json::parse(text, ours);
    const auto theirs = model::parse_json(text);
    EXPECT_EQ(good, theirs.ok()) << text;
    if (good && theirs.ok()) {
      EXPECT_EQ(model::to_json(model::parse_json(ours.dump()).value_or({})), model::to_json(*theirs)) << text;
    }
  }
}

TEST(SdkJson, DepthIsBounded) {
  Json out;
  EXPECT_TRUE(Json::parse(std::string(64, '[') + std::string(64, ']'), out));
  EXPECT_FALSE(Json::parse(std::string(65, '[') + std::string(65, ']'), out));
  EXPECT_TRUE(out.is_null());
  EXPECT_FALSE(Json::parse(std::string(1 << 20, '['), out));
}

TEST(SdkJson, WhatIsWrittenIsReadBack) {
  std::mt19937 random(7);
  const auto dice = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::function<Json(int)> any = [&](int depth) -> Json {
    switch (dice(depth > 0 ? 7 : 5)) {
      case 0:
        return {};
      case 1:
        return dice(2) == 0;
      case 2:
        return static_cast<int64_t>(random()) * (dice(2) ? 1 : -2000000000LL);
      case 3:
        return std::ldexp(static_cast<double>(random()), dice(200) - 100);
      case 4: {
        std::string text;
        for (int i = dice(12); i > 0; --i) text += static_cast<char>(dice(256));
        return text;
      }
      case 5: {
        Json list = Json::list();
        for (int i = dice(5); i > 0; --i) list.push(any(depth - 1));
        return list;
      }
      default: {
        Json map = Json::map();
        for (int i = dice(5); i > 0; --i) map.set("k" + std::to_string(dice(9)), any(depth - 1));
        return map;
      }
    }
  };
  for (int i = 0; i < 2000; ++i) {
    const Json value = any(4);
    Json back;
    ASSERT_TRUE(Json::parse(value.dump(), back)) << value.dump();
    ASSERT_EQ(back, value) << value.dump();
    EXPECT_TRUE(model::parse_json(value.dump()).ok()) << "the engine reads it too";
  }
}

TEST(SdkJson, AccessorsGiveTheDefault) {
  Json map;
  EXPECT_TRUE(Json::parse(R"({"n":1.5,"i":3,"s":"x","b":true,"l":[1],"big":1e300})", map));
  EXPECT_EQ(map["n"].integer(), 1);
  EXPECT_EQ(map["i"].number(), 3.0);
  EXPECT_EQ(map["big"].integer(7), 7) << "no integer can hold it";
  EXPECT_EQ(map["s"].integer(5), 5);
  EXPECT_EQ(map["none"].text("d"), "d");
  EXPECT_TRUE(map["b"].boolean());
  EXPECT_EQ(map["l"].size(), 1U);
  EXPECT_TRUE(map["l"]["x"].is_null());
  EXPECT_EQ(Json(std::nan("")).dump(), "\"NaN\"");
  EXPECT_EQ(Json(-HUGE_VAL).dump(), "\"-Inf\"");
  EXPECT_EQ(Json(0.1).dump(), "0.1");
  EXPECT_EQ(Json(2.0).dump(), "2.0");
}

TEST(SdkDuration, IsReadAsTheEngineDoes) {
  for (const char* text : {"0", "1s", "1m30s", "500ms", "1d", "1y2w3d4h5m6s7ms", "", "s", "1", "1x", "30s1m", "1s1s",
                           "1.5s", "-1s", " 1s"}) {
    Milliseconds ours{-1};
    const auto theirs = base::parse_duration(text);
    ASSERT_EQ(parse_duration(text, ours), theirs.ok()) << text;
    if (theirs.ok()) {
      EXPECT_EQ(ours.count(), theirs->ms()) << text;
    }
  }
  const Args args(Json::map().set("a", "2m").set("b", 1.5).set("c", "soon"));
  EXPECT_EQ(args.duration("a"), Milliseconds(120000));
  EXPECT_EQ(args.duration("b"), Milliseconds(1500)) << "a number is of seconds";
  EXPECT_EQ(args.duration("c", Milliseconds(7)), Milliseconds(7));
}

TEST(SdkConfig, DefaultsAreFilledInAndFaultsNamed) {
  Manifest m;
  m.config({ConfigKey("socket", Type::kText, "where").by_default("/run/x"),
            ConfigKey("user", Type::kText, "who").required(), ConfigKey("size", Type::kInteger, "how many"),
            ConfigKey("every", Type::kDuration, "how often")});
  const auto why = [&](const char* text) -> std::string {
    try {
      detail::read_config(text, m, nullptr);
      return "";
    } catch (const Error& e) {
      EXPECT_EQ(e.fault(), Fault::kInvalid);
      return e.what();
    }
  };
  EXPECT_EQ(why(R"({"name":"a","user":"u"})"), "");
  EXPECT_EQ(why(R"({"name":"a"})"), "missing field \"user\": who");
  EXPECT_EQ(why(R"({"user":"u","sizze":1})"), "unknown field \"sizze\" (did you mean \"size\"?)");
  EXPECT_EQ(why(R"({"user":"u","size":"big"})"), "field \"size\" must be a int, but is \"big\"");
  EXPECT_EQ(why(R"({"user":"u","every":"often"})"), "field \"every\" must be a duration, but is \"often\"");
  EXPECT_EQ(why("[]"), "the configuration is no JSON object");
  const Config config = detail::read_config(R"({"name":"a","user":null,"user":"u"})", m, nullptr);
  EXPECT_EQ(config.text("socket"), "/run/x");
  EXPECT_EQ(config.name(), "a");
  EXPECT_FALSE(config.has("size"));
}

}  // namespace
}  // namespace reeve
