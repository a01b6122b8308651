#include <gtest/gtest.h>

#include <cmath>

#include "model/model.h"

namespace reeve::model {
namespace {

TEST(Value, KeepsTheOrderOfKeysAndReplaces) {
  Value map = Value::map();
  map.set("b", 1).set("a", "x").set("b", 2);
  EXPECT_EQ(to_json(map), R"({"b":2,"a":"x"})");
  EXPECT_TRUE(map["none"].is_null());
  EXPECT_EQ(map["b"].as_double(), 2.0);
  EXPECT_EQ(map["a"].as_int(7), 7) << "the default when it is another type";
}

struct Text {
  const char* json;
};

class JsonStays : public testing::TestWithParam<const char*> {};
TEST_P(JsonStays, TheSameWhenReadAndWritten) {
  const auto value = parse_json(GetParam());
  ASSERT_TRUE(value.ok()) << value.error().text;
  EXPECT_EQ(to_json(*value), GetParam());
  EXPECT_EQ(*parse_msgpack(to_msgpack(*value)), *value);
}
INSTANTIATE_TEST_SUITE_P(All, JsonStays,
                         testing::Values("null", "true", "-5", "9223372036854775807", "-9223372036854775808", "2.5",
                                         "1.0", R"("é\n\u0001\"\\")", "[]", "{}", "[1,[2,{\"a\":null}]]",
                                         R"({"long":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","n":[128,-33,70000]})",
                                         R"("\udc80x\udcff")"));

class BadJson : public testing::TestWithParam<const char*> {};
TEST_P(BadJson, IsRefusedWithItsPlace) {
  const auto value = parse_json(GetParam());
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().text.rfind("not JSON at byte", 0), 0U) << value.error().text;
}
INSTANTIATE_TEST_SUITE_P(All, BadJson, testing::Values("", "[1,", "{\"a\"}", "1 2", "\"\xff\"", "nul", "[1]]", "'a'"));

TEST(Json, IsRefusedBeyondItsDepth) {
  EXPECT_TRUE(parse_json(std::string(60, '[') + std::string(60, ']')).ok());
  EXPECT_FALSE(parse_json(std::string(100000, '[')).ok());
}

TEST(Json, AnObjectOfManyKeysIsReadInLinearTime) {
  std::string text = "{";
  for (int i = 0; i < 100000; ++i) text += (i ? ",\"" : "\"") + std::to_string(i % 90000) + "\":" + std::to_string(i);
  const auto value = parse_json(text + "}");
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->as_map().size(), 90000U) << "of a repeated key the last wins";
  EXPECT_EQ((*value)["5"].as_int(), 90005);
}

TEST(Json, ADoubleIsReadToItsLastBit) {
  const std::pair<const char*, double> cases[] = {{"126347.01195110453", 126347.01195110453},
                                                  {"-1001.3737521104549", -1001.3737521104549},
                                                  {"8.191937289744167e-19", 8.191937289744167e-19},
                                                  {"5e-324", 5e-324},
                                                  {"1.7976931348623157e308", 1.7976931348623157e308}};
  for (const auto& [text, value] : cases) EXPECT_EQ(parse_json(text)->as_double(), value) << text;
  EXPECT_EQ(to_json(*parse_json("[1, \"a\", 126347.01195110453, 18446744073709551615]")),
            "[1,\"a\",126347.01195110453,18446744073709552000.0]");
}

TEST(Json, BytesThatAreNoTextTravelAsLoneSurrogates) {
  const std::string bytes("a\xff\x80z", 4);
  EXPECT_EQ(to_json(Value(bytes)), R"("a\udcff\udc80z")");
  EXPECT_EQ(parse_json(R"("a\udcff\udc80z")")->as_string(), bytes);
  EXPECT_EQ(to_json(Value(std::nan(""))), R"("NaN")");
}

TEST(Msgpack, KeepsTheBitsOfADouble) {
  std::string bytes;
  Packer(bytes).number(stale_marker());
  EXPECT_TRUE(is_stale(Unpacker(bytes).number()));
}

TEST(Msgpack, RefusesWhatIsCutOrLies) {
  const std::string whole = to_msgpack(*parse_json(R"({"a":[1,2,"xyz"],"b":2.5})"));
  for (size_t i = 0; i < whole.size(); ++i) EXPECT_FALSE(parse_msgpack(whole.substr(0, i)).ok()) << i;
  EXPECT_FALSE(parse_msgpack(whole + "x").ok());
  EXPECT_FALSE(parse_msgpack("\xdd\xff\xff\xff\xff").ok()) << "a count of four billion";
  EXPECT_FALSE(parse_msgpack(std::string(1000, '\x91')).ok()) << "too deep";
}

TEST(Labels, AreSortedUniqueAndWithoutEmptyValues) {
  Labels labels({{"b", "2"}, {"a", "1"}, {"c", ""}, {"b", "3"}});
  EXPECT_EQ(labels.text(), R"({a="1", b="3"})");
  labels.set("__name__", "up");
  EXPECT_EQ(labels.text(), R"(up{a="1", b="3"})");
  labels.erase("a");
  EXPECT_FALSE(labels.has("a"));
  EXPECT_EQ(Labels({{"__name__", "up"}}).text(), "up");
  EXPECT_EQ(Labels({{"__name__", "my.metric"}}).text(), R"({__name__="my.metric"})");
}

TEST(Labels, FingerprintIsAlertmanagers) {
  // FNV-1a 64 of nothing is its offset basis; Alertmanager prints 16 digits.
  EXPECT_EQ(Labels().fingerprint_text(), "cbf29ce484222325");
  // Seen in Alertmanager 0.25: amtool alert add alertname=a -> fingerprint of {alertname="a"}.
  std::string bytes = "alertname\xff";
  bytes += "a\xff";
  EXPECT_EQ(Labels({{"alertname", "a"}}).fingerprint(), base::fnv1a(bytes));
}

TEST(Forms, EventsAndAlertsSurviveTheirText) {
  Event event;
  event.type = "docker.die";
  event.instance = "docker/local";
  event.labels = Labels({{"id", "aa"}});
  event.fields.set("exit_code", 137);
  event.at = base::Time{5};
  event.target = "docker/local/aa";
  event.recovered = true;
  const Event again = Event::from_value(*parse_json(to_json(event.to_value())));
  EXPECT_EQ(to_json(again.to_value()), to_json(event.to_value()));

  Alert alert;
  alert.rule_id = "docker.yaml/docker/ContainerDied/1";
  alert.labels = Labels({{"alertname", "ContainerDied"}});
  alert.key = alert.labels.key();
  alert.state = AlertState::kFiring;
  alert.episode = 3;
  alert.causes.push("12.0");
  alert.event = event.to_value();
  const Alert read = Alert::from_value(*parse_json(to_json(alert.to_value())));
  EXPECT_EQ(to_json(read.to_value()), to_json(alert.to_value()));
}

TEST(Forms, ActionsAndPlansSurviveTheirText) {
  ActionSpec spec;
  spec.name = "restart";
  spec.effect = Effect::kChange;
  spec.cls = ActionClass::kProbed;
  spec.settles = base::seconds(15);
  spec.causes = {"docker.kill", "docker.die"};
  spec.has_plan = spec.has_probe = true;
  spec.arguments.push_back({"container", "string", true, "name or id"});
  const auto read = ActionSpec::from_value(spec.to_value());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(to_json(read->to_value()), to_json(spec.to_value()));
  Value bad = spec.to_value();
  bad.set("class", "sometimes");
  EXPECT_NE(ActionSpec::from_value(bad).error().text.find("one of read, idempotent"), std::string::npos);
  Plan plan{{"docker/local/aa"}, "web", {"a"}, {"a"}, "base", "restart aa", base::seconds(5)};
  EXPECT_EQ(to_json(Plan::from_value(plan.to_value()).to_value()), to_json(plan.to_value()));
}

TEST(Value, ItemsOfATemporaryOutliveIt) {
  const auto make = [] { return Value::list().push("a text too long to be kept inside the string itself").push(2); };
  std::vector<std::string> seen;
  for (const Value& item : make().as_list()) seen.push_back(item.text());
  EXPECT_EQ(seen, (std::vector<std::string>{"a text too long to be kept inside the string itself", "2"}));
  for (const auto& [key, value] : Value::map().set("k", "v").as_map()) EXPECT_EQ(key + value.text(), "kv");
  EXPECT_TRUE(Value(1).as_list().empty());
}

}  // namespace
}  // namespace reeve::model
