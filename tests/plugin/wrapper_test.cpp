// The C++ wrapper, and what the documentation promises to somebody who writes a first plugin.
#include "model/json.h"
#include "plugin/fleet_rig.h"

namespace reeve::plugin {
namespace {

using base::Fault;
using model::Value;
using testing::FleetRig;
using testing::Folder;

const std::string kRoot = REEVE_SOURCE_DIR;

const std::string& everything_folder() {
  static const Folder folder;
  static const bool built =
      (testing::build_plugin("tests/plugin/wrapper/everything.cc", folder.path(), "everything"), true);
  EXPECT_TRUE(built);
  return folder.path();
}

TEST(Wrapper, CheckKnowsTheTable) {
  struct Case {
    const char* config;
    const char* message;  ///< empty: good
  };
  const Case cases[] = {
      {"{}", ""},
      {"{text: x, wait: 5s, port: 80, token: t}", ""},
      {"{txet: x}", "unknown field \"txet\" (did you mean \"text\"?)"},
      {"{evry: 1s}", "unknown field \"evry\" (did you mean \"every\"?)"},
      {"{completely_else: x}", "unknown field \"completely_else\"\n"},
      {"{wait: soon}", "field \"wait\" must be a duration, but is \"soon\""},
      {"{text: 5}", "field \"text\" must be a string, but is 5"},
      {"{fail: never}",
       "field \"fail\" must be one of [\"\",\"throttled\",\"standard\",\"odd\",\"limit\"], but is \"never\""},
      {"{port: 70000}", "field \"port\" is no port"},
      {"{token: \"\"}", "field \"token\" is empty"},
  };
  FleetRig rig({everything_folder()});
  for (const Case& c : cases) {
    const base::Status status = rig.prepare(std::string("- everything: ") + c.config);
    const std::string text = status.ok() ? "" : status.error().text + "\n";
    EXPECT_NE(text.find(c.message), std::string::npos) << c.config << ": " << text;
    EXPECT_EQ(status.ok(), std::string(c.message).empty()) << c.config;
  }
}

TEST(Wrapper, ACollectorGetsDefaultsSecretsAndGivesItsSamples) {
  FleetRig rig({everything_folder()});
  rig.run("- everything: {token: s3cret}");
  const auto batch = rig.collect("everything/local");
  ASSERT_TRUE(batch.ok()) << batch.error().text;
  ASSERT_EQ(batch->samples.size(), 2U);
  EXPECT_EQ(batch->samples[0].labels.text(), "everything_text{text=\"default\", token=\"s3cret\"}");
  EXPECT_EQ(batch->samples[1].value, 90);
  EXPECT_EQ(batch->samples[1].at_ms, 1234);
}

TEST(Wrapper, ExceptionsBecomeFaults) {
  struct Case {
    const char* fail;
    Fault fault;
    const char* text;
  };
  for (const Case& c :
       {Case{"throttled", Fault::kThrottled, "slow down"}, Case{"standard", Fault::kInternal, "a plain exception"},
        Case{"odd", Fault::kInternal, "an exception of unknown type"},
        Case{"limit", Fault::kInvalid, "no metric name: \"bad name\""}}) {
    FleetRig rig({everything_folder()});
    rig.run(std::string("- everything: {fail: ") + c.fail + "}");
    const auto batch = rig.collect("everything/local");
    ASSERT_FALSE(batch.ok()) << c.fail;
    EXPECT_EQ(batch.error().fault, c.fault) << c.fail;
    EXPECT_EQ(batch.error().text, c.text);
  }
}

TEST(Wrapper, AWatcherGetsItsCursorAndHearsWhatIsDurable) {
  FleetRig rig({everything_folder()});
  rig.cursors["everything/local"] = "7";
  rig.accept = false;
  rig.run("- everything: {}");
  ASSERT_TRUE(rig.real.until([&] { return rig.events.size() == 1; }));
  EXPECT_EQ(rig.events[0].labels.get("cursor"), "7");
  EXPECT_EQ(rig.events[0].cursor, "8");
  EXPECT_EQ(rig.events[0].fields["bytes"].as_string(), "\xff\xfe") << "bytes that are no UTF-8 come through";
  EXPECT_EQ(model::to_json(rig.events[0].fields["nested"]), "[1,2.5,null]");
  rig.real.run_for(base::millis(50));
  EXPECT_EQ(rig.events.size(), 1U) << "not durable yet";
  rig.unaccepted.at(0)();
  ASSERT_TRUE(rig.real.until([&] { return rig.events.size() == 2; }));
  EXPECT_EQ(rig.events[1].type, "everything.acknowledged");
}

TEST(Wrapper, AnActorPlansActsAndProbes) {
  FleetRig rig({everything_folder()});
  rig.run("- everything: {}");
  auto call = FleetRig::call("everything/local", "act", Value::map().set("what", "x").set("for", "90s"));
  call.args.set("list", Value::list().push("a").push("b"));
  const auto plan = rig.plan(call);
  ASSERT_TRUE(plan.ok()) << plan.error().text;
  EXPECT_EQ(plan->targets, std::vector<std::string>{"everything/x"});
  EXPECT_EQ(plan->members.size(), 2U);
  EXPECT_EQ(plan->healthy, std::vector<std::string>{"everything/b"});
  EXPECT_EQ(plan->settles->ms(), 1500);
  std::optional<base::Result<InvokeReply>> reply;
  rig.fleet->invoke(call, "k1", plan->baseline, {}, [&](auto r) { reply.emplace(std::move(r)); });
  ASSERT_TRUE(rig.real.until([&] { return reply.has_value(); }));
  ASSERT_TRUE(reply->ok()) << reply->error().text;
  EXPECT_EQ(model::to_json((*reply)->value),
            R"({"key":"k1","baseline":"base","list":["a","b"],"left":true,"for_ms":90000})");
  EXPECT_EQ(*rig.probe(call), model::ProbeAnswer::kUnknown) << "another baseline";
  call.args = Value::map().set("what", "lost");
  EXPECT_EQ(rig.invoke(call).error().fault, Fault::kUnknownOutcome);
  EXPECT_FALSE(rig.plan(FleetRig::call("everything/local", "look", Value::map())).ok());
}

TEST(Wrapper, TheManifestArrivesWhole) {
  FleetRig rig({everything_folder()});
  rig.run("- everything: {}");
  const Manifest& m = *rig.fleet->manifest("everything/local");
  EXPECT_TRUE(m.collects && m.watches && m.acts);
  EXPECT_EQ(m.actor_lanes, 2);
  EXPECT_EQ(m.target_key, "everything/{id}");
  ASSERT_NE(m.event("everything.state"), nullptr);
  const EventSpec& state = *m.event("everything.state");
  EXPECT_TRUE(state.state);
  ASSERT_EQ(state.recovers.size(), 2U);
  EXPECT_EQ(state.recovers[0].since, "since");
  EXPECT_EQ(state.recovers[1].changed, "y");
  EXPECT_EQ(state.recovers[1].reset_by, "everything.opened");
  EXPECT_TRUE(m.event("everything.gone")->ends_target);
  const model::ActionSpec& act = *m.action("act");
  EXPECT_EQ(act.cls, model::ActionClass::kProbed);
  EXPECT_EQ(act.effect, model::Effect::kChange);
  EXPECT_TRUE(act.has_plan && act.has_probe);
  EXPECT_EQ(act.settles->ms(), 1000);
  EXPECT_EQ(act.causes, std::vector<std::string>{"everything.opened"});
  EXPECT_EQ(m.action("look")->effect, model::Effect::kRead);
}

TEST(FirstPlugin, TheExampleHasAtMost40LinesAndBuildsAsItsReadmeSays) {
  std::ifstream source(kRoot + "/examples/plugins/loadavg/loadavg.cpp");
  int lines = 0;
  for (std::string line; std::getline(source, line);) ++lines;
  EXPECT_LE(lines, 40);
  std::ifstream readme(kRoot + "/examples/plugins/loadavg/README.md");
  std::string command;
  for (std::string line; std::getline(readme, line);)
    if (line.starts_with("g++ ")) command = line;
  const Folder folder;
  const size_t at = command.find("plugins.d");
  ASSERT_NE(at, std::string::npos);
  command.replace(at, 9, folder.path());
  ASSERT_EQ(::system(("cd " + kRoot + " && " + command).c_str()), 0) << command;
  FleetRig rig({folder.path()});
  rig.run("- loadavg: { every: 5s }");
  const auto batch = rig.collect("loadavg/local");
  ASSERT_TRUE(batch.ok()) << batch.error().text;
  EXPECT_EQ(batch->samples.size(), 5U);
  EXPECT_EQ(batch->samples[0].labels.text(), "loadavg{window=\"1m\"}");
}

}  // namespace
}  // namespace reeve::plugin
