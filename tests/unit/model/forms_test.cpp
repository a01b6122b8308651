// The forms in which the model's structs stand in the ledger, in frames and in API answers: every field goes there and
// back, what is missing has its default, what is of another kind does no harm, and every word is read back.
#include <gtest/gtest.h>

#include <cmath>

#include "model/model.h"

namespace reeve::model {
namespace {

base::Uuid some_uuid() {
  return *base::parse_uuid("01234567-89ab-7001-8203-040506070809");
}

// In the words of a user: the JSON that must come out, and come out again after reading it.
TEST(EventForm, IsThisJson) {
  Event event;
  event.id = "12.0";
  event.type = "docker.die";
  event.instance = "docker/local";
  event.labels = {{"job", "docker"}};
  event.fields = Value::map().set("exit_code", 137);
  event.at = base::Time{1500000};
  event.target = "docker/local/web";
  event.cursor = "c1";
  event.recovered = true;
  event.caused_by = "run1/steps.0";
  const char* const json =
      R"({"id":"12.0","type":"docker.die","instance":"docker/local","labels":{"job":"docker"},)"
      R"("fields":{"exit_code":137},"at_us":1500000,"target":"docker/local/web","cursor":"c1","recovered":true,)"
      R"("caused_by":"run1/steps.0"})";
  EXPECT_EQ(to_json(event.to_value()), json);
  EXPECT_EQ(to_json(Event::from_value(*parse_json(json)).to_value()), json);
}

TEST(EventForm, LeavesOutWhatSaysNothing) {
  const std::string json = to_json(Event().to_value());
  for (const char* key : {"\"id\"", "recovered", "caused_by"}) EXPECT_EQ(json.find(key), std::string::npos) << json;
}

TEST(EventForm, OfForeignShapesIsEmptyNotHarmful) {
  for (const char* json :
       {"null", "[]", "5", "{}", R"({"type":5,"labels":[1],"fields":7,"at_us":"soon","recovered":"yes"})",
        R"({"labels":{"a":null,"b":{"c":1}}})"}) {
    const Event event = Event::from_value(*parse_json(json));
    EXPECT_EQ(event.type, "") << json;
    EXPECT_EQ(event.at.us, 0) << json;
    EXPECT_FALSE(event.recovered) << json;
  }
}

TEST(AlertForm, IsThisJson) {
  Alert alert;
  alert.rule_id = "host.yaml/disk/DiskFull/1";
  alert.key = "k";
  alert.labels = {{"alertname", "DiskFull"}, {"device", "sda"}};
  alert.annotations = {{"summary", "full"}};
  alert.state = AlertState::kFiring;
  alert.episode = 3;
  alert.correlation = some_uuid();
  alert.value = 97.5;
  alert.active_at = base::Time{1};
  alert.fired_at = base::Time{2};
  alert.count = 4;
  alert.causes.push("12.0");
  alert.target = "host/local/sda";
  alert.event = Value::map().set("type", "t");
  const char* const json =
      R"({"rule_id":"host.yaml/disk/DiskFull/1","key":"k","labels":{"alertname":"DiskFull","device":"sda"},)"
      R"("annotations":{"summary":"full"},"state":"firing","episode":3,)"
      R"("correlation":"01234567-89ab-7001-8203-040506070809","value":97.5,"active_at_us":1,"fired_at_us":2,)"
      R"("resolved_at_us":0,"count":4,"causes":["12.0"],"target":"host/local/sda","event":{"type":"t"}})";
  EXPECT_EQ(to_json(alert.to_value()), json);
  EXPECT_EQ(to_json(Alert::from_value(*parse_json(json)).to_value()), json);
  EXPECT_EQ(alert.subject(), "alert/" + alert.labels.fingerprint_text());
}

TEST(AlertForm, EveryStateIsReadBackAndOthersAreInactive) {
  for (const AlertState state :
       {AlertState::kInactive, AlertState::kPending, AlertState::kFiring, AlertState::kResolved}) {
    Alert alert;
    alert.state = state;
    EXPECT_EQ(Alert::from_value(alert.to_value()).state, state) << alert_state_name(state);
  }
  for (const char* word : {"", "Firing", "burning"})
    EXPECT_EQ(Alert::from_value(Value::map().set("state", word)).state, AlertState::kInactive) << word;
  EXPECT_EQ(Alert::from_value(Value::map()).count, 1u) << "an old record without a count was one event";
  EXPECT_EQ(Alert::from_value(Value::map().set("correlation", "no uuid")).correlation, base::Uuid{});
}

TEST(DecisionForm, SaysWhenToAskAgainOnlyWhereItDefersAndWhomOnlyWhereItAsks) {
  Decision decision;
  decision.rail = 5;
  decision.rail_name = "cool-down";
  decision.reason = "acted 3 s ago";
  decision.defer = base::seconds(7);
  decision.who = "ops";
  decision.inputs = Value::map().set("last", 3);
  const std::pair<Verdict, const char*> table[] = {{Verdict::kAllow, ""},
                                                   {Verdict::kDefer, R"("defer_ms":7000,)"},
                                                   {Verdict::kAsk, R"("who":"ops",)"},
                                                   {Verdict::kRefuse, ""}};
  for (const auto& [verdict, extra] : table) {
    decision.verdict = verdict;
    EXPECT_EQ(to_json(decision.to_value()), R"({"verdict":")" + std::string(verdict_name(verdict)) +
                                                R"(","rail":5,"rail_name":"cool-down","reason":"acted 3 s ago",)" +
                                                extra + R"("inputs":{"last":3}})");
  }
}

TEST(ActionForm, IsThisJson) {
  const char* const json =
      R"({"name":"restart","arguments":[{"name":"container","type":"string","required":true,"doc":"name or id"},)"
      R"({"name":"grace","type":"duration","required":false,"doc":""}],"effect":"change","class":"probed",)"
      R"("settles_ms":15000,"causes":["docker.kill","docker.die"],"plan":true,"probe":true,"doc":"restarts it"})";
  const auto spec = ActionSpec::from_value(*parse_json(json));
  ASSERT_TRUE(spec.ok()) << spec.error().text;
  EXPECT_EQ(spec->settles, base::seconds(15));
  EXPECT_EQ(spec->arguments[1].type, "duration");
  EXPECT_FALSE(spec->arguments[1].required);
  EXPECT_EQ(to_json(spec->to_value()), json);
}

TEST(ActionForm, WhatAManifestGetsWrongIsNamed) {
  const std::pair<const char*, const char*> table[] = {
      {"{}", "an action of the manifest has no name"},
      {R"({"name":5})", "an action of the manifest has no name"},
      {R"({"name":"a"})", "unknown effect \"\" (one of read, change, destroy)"},
      {R"({"name":"a","effect":"explode","class":"once"})",
       "unknown effect \"explode\" (one of read, change, destroy)"},
      {R"({"name":"a","effect":"read","class":"Once"})",
       "unknown action class \"Once\" (one of read, idempotent, keyed, probed, once)"},
  };
  for (const auto& [json, text] : table) {
    const auto spec = ActionSpec::from_value(*parse_json(json));
    ASSERT_FALSE(spec.ok()) << json;
    EXPECT_EQ(spec.error().fault, base::Fault::kInvalid);
    EXPECT_EQ(spec.error().text, text);
  }
  const auto least = ActionSpec::from_value(*parse_json(R"({"name":"a","effect":"read","class":"read"})"));
  ASSERT_TRUE(least.ok());
  EXPECT_FALSE(least->settles.has_value()) << "then \"not started\" counts as \"unknown\"";
  EXPECT_FALSE(least->has_plan || least->has_probe);
}

TEST(PlanForm, IsThisJson) {
  const char* const json = R"({"targets":["docker/local/aa"],"group":"web","members":["a","b"],"healthy":["a"],)"
                           R"("baseline":"b0","preview":"restart aa","settles_ms":5000})";
  EXPECT_EQ(to_json(Plan::from_value(*parse_json(json)).to_value()), json);
  const Plan odd = Plan::from_value(*parse_json(R"({"targets":[1,"x",null],"settles_ms":"soon"})"));
  EXPECT_EQ(odd.targets, (std::vector<std::string>{"1", "x", "null"}));
  EXPECT_FALSE(odd.settles.has_value());
}

TEST(RunForm, IsThisJson) {
  RunRow row;
  row.id = "r1";
  row.runbook = "docker/restart";
  row.state = RunState::kParked;
  row.reason = "approval";
  row.correlation = some_uuid();
  row.started = base::Time{5};
  row.started_seq = 9;
  row.steps = 2;
  EXPECT_EQ(to_json(row.to_value()),
            R"({"run":"r1","runbook":"docker/restart","state":"parked","reason":"approval","result":"","message":"",)"
            R"("correlation":"01234567-89ab-7001-8203-040506070809","started_us":5,"ended_us":0,"started_seq":9,)"
            R"("steps":2})");
}

TEST(Words, AreReadBack) {
  for (const Effect effect : {Effect::kRead, Effect::kChange, Effect::kDestroy})
    EXPECT_EQ(*effect_of(effect_name(effect)), effect);
  for (const ActionClass cls :
       {ActionClass::kRead, ActionClass::kIdempotent, ActionClass::kKeyed, ActionClass::kProbed, ActionClass::kOnce})
    EXPECT_EQ(*action_class_of(action_class_name(cls)), cls);
  for (const ProbeAnswer answer :
       {ProbeAnswer::kDone, ProbeAnswer::kNotStarted, ProbeAnswer::kRunning, ProbeAnswer::kUnknown})
    EXPECT_EQ(*probe_answer_of(probe_answer_name(answer)), answer);
  EXPECT_EQ(probe_answer_of("maybe").error().text,
            "unknown probe answer \"maybe\" (one of done, not_started, running, unknown)");
}

struct Access {
  const char* json;
  bool as_bool;      // with the default true
  int64_t as_int;    // with the default -1
  double as_double;  // with the default -2
  const char* text;
};

TEST(ValueAccess, GivesTheDefaultForAnotherKind) {
  const Access table[] = {
      {"null", true, -1, -2, "null"},
      {"false", false, -1, -2, "false"},
      {"5", true, 5, 5, "5"},
      {"5.9", true, 5, 5.9, "5.9"},
      {"-5.9", true, -5, -5.9, "-5.9"},
      {"1e30", true, -1, 1e30, "1000000000000000000000000000000.0"},
      {"9223372036854775807", true, INT64_MAX, 9223372036854775807.0, "9223372036854775807"},
      {"\"7\"", true, -1, -2, "7"},
      {"\"\"", true, -1, -2, ""},
      {"[1]", true, -1, -2, "[1]"},
      {"{\"a\":1}", true, -1, -2, "{\"a\":1}"},
  };
  for (const Access& a : table) {
    const Value value = *parse_json(a.json);
    EXPECT_EQ(value.as_bool(true), a.as_bool) << a.json;
    EXPECT_EQ(value.as_int(-1), a.as_int) << a.json;
    EXPECT_EQ(value.as_double(-2), a.as_double) << a.json;
    EXPECT_EQ(value.text(), a.text) << a.json;
    EXPECT_EQ(value.as_string().empty(), !value.is_string() || value.text().empty()) << a.json;
    EXPECT_EQ(value.as_list().size(), value.is_list() ? 1u : 0u) << a.json;
    EXPECT_EQ(value.as_map().size(), value.is_map() ? 1u : 0u) << a.json;
    EXPECT_EQ(value.has("a"), value.is_map()) << a.json;
    EXPECT_TRUE(value["b"].is_null()) << a.json;
  }
  EXPECT_EQ(Value(std::nan("")).as_int(-1), -1);
}

TEST(ValueBuild, ANullBecomesWhatIsPutIntoIt) {
  Value list, map;
  list.push(1).push("x");
  map.set("b", 1).set("a", 2).set("b", 3);
  EXPECT_EQ(to_json(list), R"([1,"x"])");
  EXPECT_EQ(to_json(map), R"({"b":3,"a":2})");
  EXPECT_NE(*parse_json(R"({"a":1,"b":2})"), *parse_json(R"({"b":2,"a":1})")) << "the order of keys counts";
  EXPECT_NE(Value(1), Value(1.0)) << "and the kind of a number";
}

TEST(ValueBuildDeathTest, PuttingAKeyIntoATextIsABrokenPromise) {
  Value text("x");
  EXPECT_DEATH(text.set("a", 1), "broken promise");
  EXPECT_DEATH(text.push(1), "broken promise");
}

}  // namespace
}  // namespace reeve::model
