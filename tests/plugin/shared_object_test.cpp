// Shared objects in their own process: what works, and what the ABI refuses.
#include <fcntl.h>
#include <signal.h>

#include "model/json.h"
#include "plugin/fleet_rig.h"

namespace reeve::plugin {
namespace {

using base::Fault;
using model::Value;
using testing::FleetRig;
using testing::Folder;
using What = StateChange::What;

Value how(const std::string& word) {
  return Value::map().set("how", word);
}

TEST(SharedObject, OneBuiltFromAbi10Works) {
  const Folder folder;
  testing::build_plugin("tests/plugin/golden/abi_1_0/golden.c", folder.path(), "golden");
  FleetRig rig({folder.path()});
  rig.run("- golden: {}");
  const auto batch = rig.collect("golden/local");
  ASSERT_TRUE(batch.ok()) << batch.error().text;
  ASSERT_EQ(batch->samples.size(), 1U);
  EXPECT_EQ(batch->samples[0].labels.text(), "golden_answer{colour=\"gold\"}");
  EXPECT_EQ(batch->samples[0].value, 42);
  ASSERT_TRUE(rig.real.until([&] { return rig.events.size() == 1; }));
  EXPECT_EQ(rig.events[0].target, "golden/local/1");
  EXPECT_EQ(rig.events[0].fields["weight"].as_int(), 7);
  EXPECT_EQ(rig.events[0].at.us, 1700000000000000);

  const auto call = FleetRig::call("golden/local", "polish", Value::map().set("what", "shoes"));
  const auto plan = rig.plan(call);
  ASSERT_TRUE(plan.ok()) << plan.error().text;
  EXPECT_EQ(plan->targets, std::vector<std::string>{"golden/local/1"});
  std::optional<base::Result<InvokeReply>> reply;
  rig.fleet->invoke(call, "k", plan->baseline, {}, [&](auto r) { reply.emplace(std::move(r)); });
  ASSERT_TRUE(rig.real.until([&] { return reply.has_value(); }));
  ASSERT_TRUE(reply->ok()) << reply->error().text;
  EXPECT_TRUE((*reply)->value["polished"].as_bool());
  EXPECT_EQ(*rig.probe(call), model::ProbeAnswer::kDone);
}

TEST(SharedObject, AMismatchNamesBothVersionsAndTheFix) {
  struct Case {
    const char* change;
    const char* message;
  };
  const Case cases[] = {
      {"-DREEVE_ABI_MAJOR=2",
       "was built for plugin ABI 2.0, this reeve has 1.0: upgrade reeve, or rebuild it with this reeve's sdk/include"},
      {"-DREEVE_ABI_MAJOR=0",
       "was built for plugin ABI 0.0, this reeve has 1.0: rebuild it with this reeve's sdk/include"},
      {"-DREEVE_ABI_MINOR=7", "was built for plugin ABI 1.7, this reeve has 1.0: upgrade reeve"},
      {"-DREEVE_MAGIC=1", "does not begin with REEVE_MAGIC"},
      {"-Dreeve_plugin_v1=reeve_plugin_v9", "does not export reeve_plugin_v1"},
  };
  std::ifstream in(std::string(REEVE_SOURCE_DIR) + "/sdk/include/reeve/plugin.h");
  const std::string header((std::istreambuf_iterator<char>(in)), {});
  for (const Case& c : cases) {
    const Folder folder;
    // A header whose versions can be given on the command line: another reeve's header.
    std::string other = header;
    for (const char* name : {"REEVE_MAGIC", "REEVE_ABI_MAJOR", "REEVE_ABI_MINOR"}) {
      const std::string define = std::string("#define ") + name + " ";
      const size_t at = other.find(define);
      ASSERT_NE(at, std::string::npos);
      other.insert(other.find('\n', at), std::string("\n#endif"));
      other.insert(at, std::string("#ifndef ") + name + "\n");
    }
    folder.write("other/reeve/plugin.h", other);
    testing::build_plugin("tests/plugin/hostile/hostile.c", folder.path(), "hostile",
                          "-I" + folder.path() + "/other " + c.change);
    std::filesystem::remove_all(folder.path() + "/other");
    FleetRig rig({folder.path()});
    const base::Status status = rig.prepare("- hostile: {}");
    ASSERT_FALSE(status.ok()) << c.change;
    EXPECT_NE(status.error().text.find(c.message), std::string::npos) << status.error().text;
    EXPECT_NE(status.error().text.find("reeve.yaml:1:"), std::string::npos) << status.error().text;
  }
}

TEST(SharedObject, AFileThatIsNoneIsExplained) {
  const Folder folder;
  folder.write("hostile.so", "not an object");
  FleetRig rig({folder.path()});
  const base::Status status = rig.prepare("- hostile: {}");
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().text.find("cannot load"), std::string::npos) << status.error().text;
}

TEST(SharedObject, CheckSpeaksWithThePlaceInTheFile) {
  FleetRig rig({testing::hostile_folder()});
  const base::Status status = rig.prepare("- hostile:\n    name: a\n    collect: refused\n");
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().text.find("reeve.yaml:3:5: hostile/a: field \"collect\" must not be refused"),
            std::string::npos)
      << status.error().text;
}

TEST(SharedObject, AllErrorsOfAPreparationComeTogetherAndChangeNothing) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {collect: ok}");
  const base::Status status = rig.prepare("- hostile: {collect: refused}\n- hostle: {}\n");
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().text.find("must not be refused"), std::string::npos);
  EXPECT_NE(status.error().text.find("no plugin \"hostle\""), std::string::npos);
  EXPECT_NE(status.error().text.find("did you mean \"hostile\"?"), std::string::npos);
  rig.fleet->apply();
  EXPECT_TRUE(rig.collect("hostile/local").ok()) << "the old set stays";
}

TEST(SharedObject, ActionsGoThroughWithKeyAndBaseline) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {}");
  const auto call = FleetRig::call("hostile/local", "do", how("well"));
  const auto plan = rig.plan(call);
  ASSERT_TRUE(plan.ok()) << plan.error().text;
  EXPECT_EQ(plan->settles->ms(), 250);
  const auto reply = rig.invoke(call);
  ASSERT_TRUE(reply.ok()) << reply.error().text;
  EXPECT_EQ(reply->value["key"].as_string(), "key");
  EXPECT_EQ(reply->value["baseline"].as_string(), "b1");
  EXPECT_EQ(*rig.probe(call), model::ProbeAnswer::kNotStarted);
}

TEST(SharedObject, WrongCallsAreRefusedBeforeThePluginSeesThem) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {}");
  const auto text = [&](plugin::Fleet::Call call) {
    const auto plan = rig.plan(std::move(call));
    return plan.ok() ? std::string("ok") : std::string(base::fault_name(plan.error().fault)) + ": " + plan.error().text;
  };
  EXPECT_EQ(text({"hostile/x", "do", how("a")}), "not_found: no plugin instance \"hostile/x\" in the configuration");
  EXPECT_EQ(text({"hostile/local", "undo", how("a")}), "not_found: the plugin has no action hostile.undo");
  EXPECT_EQ(text({"hostile/local", "do", Value::map()}), "invalid: hostile.do: missing argument \"how\"");
  EXPECT_EQ(text({"hostile/local", "do", how("a").set("m", 1)}),
            "invalid: hostile.do: unknown argument \"m\" (did you mean \"n\"?)");
  EXPECT_EQ(text({"hostile/local", "do", how("a").set("n", "x")}),
            "invalid: hostile.do: the argument \"n\" must be a int, but is \"x\"");
  EXPECT_EQ(text({"hostile/local", "do", how("no target")}),
            "internal: the plan of do names no target: a fault of the plugin");
  EXPECT_EQ(text({"hostile/local", "do", how("missing")}), "not_found: no such thing");
  EXPECT_EQ(text({"hostile/local", "do", how("no json")}).substr(0, 9), "internal:");
  EXPECT_FALSE(rig.probe({"hostile/local", "do", how("nonsense")}).ok());
}

TEST(SharedObject, AnOlderEpochOfARunIsRefused) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {}");
  const auto call = FleetRig::call("hostile/local", "do", how("well"));
  EXPECT_TRUE(rig.invoke(call, {"r1", 3}).ok());
  const auto old = rig.invoke(call, {"r1", 2});
  ASSERT_FALSE(old.ok());
  EXPECT_EQ(old.error().fault, Fault::kRefused);
  EXPECT_TRUE(rig.invoke(call, {"r1", 3}).ok());
  EXPECT_TRUE(rig.invoke(call, {"r2", 1}).ok()) << "another run has epochs of its own";
}

TEST(SharedObject, ACallWaitsForAFreeLane) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {}");
  int done = 0, good = 0;
  const base::Boot begin = rig.real.loop().clock().boot();
  for (int i = 0; i < 4; ++i)
    rig.fleet->invoke({"hostile/local", "do", how("wait")}, "k", "b", {}, [&](auto r) { ++done, good += r.ok(); });
  ASSERT_TRUE(rig.real.until([&] { return done == 4; }));
  const int64_t took = (rig.real.loop().clock().boot() - begin).ms();
  EXPECT_EQ(good, 4);
  EXPECT_GE(took, 590) << "two lanes, 300 ms each";
  EXPECT_LT(took, 1190);
}

TEST(SharedObject, ACallThatNeverGotALaneDidNotBegin) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {}");
  for (int i = 0; i < 2; ++i) rig.fleet->invoke({"hostile/local", "do", how("wait")}, "k", "b", {}, [](auto) {});
  const auto late = rig.invoke(FleetRig::call("hostile/local", "do", how("well"), base::millis(50)));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().fault, Fault::kTimeout);
  EXPECT_NE(late.error().text.find("it did not begin"), std::string::npos);
}

TEST(SharedObject, TwoCollectsAtOnceAreAConflict) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {collect: late}");
  rig.fleet->collect("hostile/local", base::millis(200), [](auto) {});
  const auto second = rig.collect("hostile/local");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().fault, Fault::kConflict);
}

TEST(SharedObject, SecretsAreReadByNameOnly) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {collect: secret, token: s3cret}");
  const auto batch = rig.collect("hostile/local");
  ASSERT_TRUE(batch.ok()) << batch.error().text;
  EXPECT_EQ(batch->samples[0].labels.text(), "hostile_secret_ok");
  EXPECT_EQ(batch->samples[0].value, 6);
}

TEST(SharedObject, AnotherConfigurationReopensAfterTheRunningCall) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {act: one}\n- hostile: {name: b}");
  std::optional<bool> good;
  rig.fleet->invoke({"hostile/local", "do", how("wait")}, "k", "b", {}, [&](auto r) { good = r.ok(); });
  ASSERT_TRUE(rig.prepare("- hostile: {act: two, every: 3s}\n- hostile: {name: b, labels: {a: b}}").ok());
  const int64_t pid = rig.status("hostile/b")["pid"].as_int();
  rig.fleet->apply();
  ASSERT_TRUE(rig.real.until([&] { return good.has_value(); }));
  EXPECT_TRUE(*good) << "the running call ended well";
  ASSERT_TRUE(rig.real.until([&] { return rig.all_open(); }));
  EXPECT_TRUE(rig.collect("hostile/local").ok());
  EXPECT_EQ(rig.status("hostile/b")["pid"].as_int(), pid) << "one process, kept";
  for (const InstanceConfig& config : rig.fleet->instances()) {
    if (config.name == "b") {
      EXPECT_EQ(config.labels.get("a"), "b") << "labels change without reopening";
    }
  }

  ASSERT_TRUE(rig.prepare("[]").ok());
  rig.fleet->apply();
  EXPECT_EQ(rig.fleet->manifest("hostile/b"), nullptr);
  EXPECT_TRUE(rig.real.until([&] { return ::kill(static_cast<pid_t>(pid), 0) != 0; })) << "no instance, no process";
}

TEST(SharedObject, ANewFileIsANewProcessAtReload) {
  const Folder folder;
  testing::build_plugin("tests/plugin/hostile/hostile.c", folder.path(), "hostile");
  FleetRig rig({folder.path()});
  rig.run("- hostile: {}");
  const int64_t pid = rig.status("hostile/local")["pid"].as_int();
  std::filesystem::remove(folder.path() + "/hostile.so");
  testing::build_plugin("tests/plugin/hostile/hostile.c", folder.path(), "hostile", "-O2");
  ASSERT_TRUE(rig.prepare("- hostile: {}").ok());
  rig.fleet->apply();
  ASSERT_TRUE(rig.real.until([&] { return rig.all_open() && rig.status("hostile/local")["pid"].as_int() != pid; }));
}

TEST(SharedObject, TheProcessAroundItIsThin) {
#ifdef REEVE_SANITIZED
  GTEST_SKIP() << "sanitizers bring libraries of their own";
#endif
  const Folder folder;
  const std::string out = folder.path() + "/needed";
  ASSERT_EQ(::system(("readelf -d " REEVE_BUILD_DIR "/bin/reeve-child | grep NEEDED > " + out).c_str()), 0);
  std::ifstream needed(out);
  for (std::string line; std::getline(needed, line);) {
    const bool expected = line.find("[libc.so") != std::string::npos || line.find("[libm.so") != std::string::npos ||
                          line.find("[ld-linux") != std::string::npos;
    EXPECT_TRUE(expected) << "reeve-child loads more than libc and libm: " << line;
  }
}

TEST(SharedObject, TwoHundredThousandSamplesComeInOneBatch) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {collect: many}");
  const auto batch = rig.collect("hostile/local");
  ASSERT_TRUE(batch.ok()) << batch.error().text;
  EXPECT_EQ(batch->samples.size(), 200'000U);
  EXPECT_EQ(batch->samples.back().value, 199'999);
}

TEST(SharedObject, AThousandCallsAreTimed) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {}");
  std::vector<int64_t> took;
  const base::Clock& clock = rig.real.loop().clock();
  std::optional<base::Boot> begin;
  std::function<void()> next = [&] {
    begin = clock.boot();
    rig.fleet->plan({"hostile/local", "do", how("well")}, [&](auto r) {
      EXPECT_TRUE(r.ok());
      took.push_back((clock.boot() - *begin).us);
      if (took.size() < 1000) rig.real.loop().post(next);
    });
  };
  next();
  ASSERT_TRUE(rig.real.until([&] { return took.size() == 1000; }));
  std::sort(took.begin(), took.end());
  std::printf("1000 plugin calls: p50 %lld us, p99 %lld us\n", static_cast<long long>(took[500]),
              static_cast<long long>(took[990]));
  EXPECT_LT(took[500], 20'000) << "a call is two hops, not a poll";
}

}  // namespace
}  // namespace reeve::plugin
