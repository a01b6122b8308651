// Exec plugins: a real one in Python, and programs that break every rule of the protocol.
#include <signal.h>

#include <algorithm>

#include "model/json.h"
#include "plugin/fleet_rig.h"

namespace reeve::plugin {
namespace {

using base::Fault;
using model::Value;
using testing::FleetRig;
using testing::Folder;
using What = StateChange::What;

const std::string kExamples = std::string(REEVE_SOURCE_DIR) + "/examples/plugins";

// A Python plugin whose behaviour is the given bodies of functions; what is not given is done well.
std::string program(const std::string& overrides) {
  return R"(#!/usr/bin/env python3
import json, os, sys, time
MANIFEST = {"name": "odd", "version": "1", "collects": True, "watches": True, "acts": True,
            "events": [{"type": "odd.tick"}],
            "actions": [{"name": "do", "effect": "change", "class": "once", "plan": True, "probe": True}]}
def say(m): sys.stdout.write(json.dumps(m) + "\n"); sys.stdout.flush()
def raw(text): sys.stdout.write(text); sys.stdout.flush()
lane = ""
def hello(ask): say({"id": ask["id"], "ok": True, "protocol": 1, "manifest": MANIFEST})
def check(ask): say({"id": ask["id"], "ok": True})
def opened(ask): say({"id": ask["id"], "ok": True})
def collect(ask): say({"id": ask["id"], "ok": True, "samples": [{"name": "odd_ok", "value": 1}]})
def watch(ask): pass
def plan(ask): say({"id": ask["id"], "ok": True, "answer": {"targets": ["odd/1"]}})
def invoke(ask): say({"id": ask["id"], "ok": True, "answer": {"key": ask["key"]}})
def probe(ask): say({"id": ask["id"], "ok": True, "answer": {"state": "done"}})
def close(ask): say({"id": ask["id"], "ok": True})
def cancel(note): say({"id": note["id"], "ok": True})
)" + overrides +
         R"(
for line in sys.stdin:
    ask = json.loads(line)
    if ask.get("note") == "cancel": cancel(ask)
    elif "note" in ask: pass
    elif ask["ask"] == "open": lane = ask["lane"]; opened(ask)
    else: globals()[ask["ask"]](ask)
)";
}

class Odd {
 public:
  explicit Odd(const std::string& overrides) {
    folder.write("odd", program(overrides), true);
    rig.emplace(std::vector<std::string>{folder.path()});
  }
  Folder folder;
  std::optional<FleetRig> rig;
};

TEST(Exec, ThePythonExampleDoesAllOfIt) {
  const Folder spool;
  spool.write("old.txt", "12345");
  FleetRig rig({kExamples});
  rig.run("- spool: { name: mail, folder: " + spool.path() + " }");
  const auto batch = rig.collect("spool/mail");
  ASSERT_TRUE(batch.ok()) << batch.error().text;
  ASSERT_EQ(batch->samples.size(), 3U);
  EXPECT_EQ(batch->samples[0].labels.text(), "spool_files");
  EXPECT_EQ(batch->samples[1].value, 5);
  ASSERT_TRUE(rig.real.until([&] { return rig.events.size() == 1; }));
  spool.write("new.txt", "1");
  ASSERT_TRUE(rig.real.until([&] { return rig.events.size() == 2; }));
  EXPECT_EQ(rig.events[1].type, "spool.arrived");
  EXPECT_EQ(rig.events[1].target, "spool/mail/new.txt");
  EXPECT_EQ(rig.events[1].labels.get("file"), "new.txt");

  const auto call = FleetRig::call("spool/mail", "remove", Value::map().set("file", "old.txt"));
  const auto plan = rig.plan(call);
  ASSERT_TRUE(plan.ok()) << plan.error().text;
  EXPECT_EQ(plan->targets, std::vector<std::string>{"spool/mail/old.txt"});
  std::optional<base::Result<model::ProbeAnswer>> before;
  rig.fleet->probe(call, "k", plan->baseline, [&](auto r) { before.emplace(std::move(r)); });
  ASSERT_TRUE(rig.real.until([&] { return before.has_value(); }));
  EXPECT_EQ(**before, model::ProbeAnswer::kNotStarted);
  std::optional<base::Result<InvokeReply>> reply;
  rig.fleet->invoke(call, "k", plan->baseline, {"r", 1}, [&](auto r) { reply.emplace(std::move(r)); });
  ASSERT_TRUE(rig.real.until([&] { return reply.has_value(); }));
  ASSERT_TRUE(reply->ok()) << reply->error().text;
  EXPECT_FALSE(std::filesystem::exists(spool.path() + "/old.txt"));
  EXPECT_EQ(*rig.probe(call), model::ProbeAnswer::kDone);
  EXPECT_EQ(rig.plan(call).error().fault, Fault::kNotFound);
}

TEST(Exec, ItsCheckIsAsked) {
  FleetRig rig({kExamples});
  const base::Status status = rig.prepare("- spool:\n    folder: relative/path\n");
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().text.find("reeve.yaml:2:5: spool/local: field \"folder\" must be an absolute path"),
            std::string::npos)
      << status.error().text;
}

TEST(Exec, TheWatcherGoesOnAfterItsCursorWhenItsProcessDies) {
  const Folder spool;
  spool.write("a.txt", "1");
  FleetRig rig({kExamples});
  rig.run("- spool: { folder: " + spool.path() + " }");
  ASSERT_TRUE(rig.real.until([&] { return rig.events.size() == 1; }));
  rig.kill_all("spool/local");
  spool.write("b.txt", "1");
  ASSERT_TRUE(rig.real.until([&] { return rig.events.size() >= 2; }));
  rig.real.run_for(base::millis(300));
  ASSERT_EQ(rig.events.size(), 2U) << "none twice";
  EXPECT_EQ(rig.events[1].labels.get("file"), "b.txt");
  EXPECT_TRUE(rig.collect("spool/local").ok());
}

TEST(Exec, KilledInTheMiddleOfAnActItsOutcomeIsUnknown) {
  Odd odd("def invoke(ask): time.sleep(1000)\n");
  odd.rig->run("- odd: {}");
  std::optional<base::Result<InvokeReply>> reply;
  odd.rig->fleet->invoke({"odd/local", "do", Value::map()}, "k", "b", {}, [&](auto r) { reply.emplace(std::move(r)); });
  odd.rig->real.run_for(base::millis(100));
  EXPECT_FALSE(reply);
  odd.rig->kill_all("odd/local");
  ASSERT_TRUE(odd.rig->real.until([&] { return reply.has_value(); }));
  ASSERT_FALSE(reply->ok());
  EXPECT_EQ(reply->error().fault, Fault::kUnknownOutcome);
}

TEST(Exec, AnOlderEpochIsRefused) {
  Odd odd("");
  odd.rig->run("- odd: {}");
  EXPECT_TRUE(odd.rig->invoke({"odd/local", "do", Value::map()}, {"r", 2}).ok());
  EXPECT_EQ(odd.rig->invoke({"odd/local", "do", Value::map()}, {"r", 1}).error().fault, Fault::kRefused);
}

TEST(Exec, BrokenHellosAreExplained) {
  struct Case {
    const char* overrides;
    const char* message;
  };
  const Case cases[] = {
      {"def hello(ask): say({'id': ask['id'], 'protocol': 2, 'manifest': MANIFEST})\n",
       "it speaks exec protocol 2, this reeve speaks 1"},
      {"def hello(ask): sys.exit(3)\n", "exit 3"},
      {"def hello(ask): say({'id': ask['id'], 'protocol': 1, 'manifest': {}})\n", "the manifest has no name"},
      {"MANIFEST['name'] = 'other'\n", "says that it is the plugin \"other\""},
      {"MANIFEST['actions'][0]['class'] = 'sometimes'\n", "sometimes"},
      {"MANIFEST['actions'][0]['class'] = 'read'\n", "has effect change, but class read"},
      {"MANIFEST['collects'] = MANIFEST['watches'] = MANIFEST['acts'] = False\n",
       "says none of collects, watches, acts"},
      {"raw('x' * 2000000)\n", "a line longer than 1 MiB"},
      {"raw('hello?\\n' * 100)\ntime.sleep(60)\n", "it does not speak the protocol"},
  };
  for (const Case& c : cases) {
    Odd odd(c.overrides);
    const base::Status status = odd.rig->prepare("- odd: {}");
    ASSERT_FALSE(status.ok()) << c.overrides;
    EXPECT_NE(status.error().text.find(c.message), std::string::npos) << c.overrides << ": " << status.error().text;
  }
}

TEST(Exec, AProgramThatSaysNothingIsGivenUp) {
  Odd odd("time.sleep(1000)\n");
  const base::Status status = odd.rig->prepare("- odd: {}");
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().text.find("it said no hello within 10 s"), std::string::npos) << status.error().text;
}

TEST(Exec, GarbageBetweenTheLinesIsBorneForAWhile) {
  Odd odd(
      "def collect(ask):\n    raw('a stray print\\n' * 15)\n    say({'id': ask['id'], 'ok': True, 'samples': []})\n");
  odd.rig->run("- odd: {}");
  EXPECT_TRUE(odd.rig->collect("odd/local").ok());
  const auto second = odd.rig->collect("odd/local");
  ASSERT_FALSE(second.ok()) << "more than 20 in one life";
  EXPECT_EQ(odd.rig->told(What::kFlooded), 1);
  ASSERT_TRUE(odd.rig->real.until([&] { return odd.rig->all_open(); }));
}

TEST(Exec, ALineWithoutEndCostsTheProcess) {
  Odd odd("def collect(ask):\n    while True: raw('x' * 65536)\n");
  odd.rig->run("- odd: {}");
  const auto batch = odd.rig->collect("odd/local");
  ASSERT_FALSE(batch.ok());
  EXPECT_NE(batch.error().text.find("a line longer than 1 MiB"), std::string::npos) << batch.error().text;
  EXPECT_EQ(odd.rig->told(What::kFlooded), 1);
}

TEST(Exec, RepliesThatNobodyAskedForAreIgnored) {
  Odd odd(
      "def collect(ask):\n    for i in range(3): say({'id': ask['id'], 'ok': True, 'samples': []})\n    say({'id': "
      "4711, 'ok': True})\n");
  odd.rig->run("- odd: {}");
  EXPECT_TRUE(odd.rig->collect("odd/local").ok());
  EXPECT_TRUE(odd.rig->collect("odd/local").ok());
}

TEST(Exec, SamplesMayComeAheadOfTheReply) {
  Odd odd(
      "def collect(ask):\n"
      "    for i in range(30): say({'note': 'samples', 'id': ask['id'], 'samples': [{'name': 'odd_n', 'value': i, "
      "'labels': {'i': str(i)}}] * 100})\n"
      "    say({'id': ask['id'], 'ok': True, 'samples': [{'name': 'odd_last', 'value': 1}]})\n");
  odd.rig->run("- odd: {}");
  const auto batch = odd.rig->collect("odd/local");
  ASSERT_TRUE(batch.ok()) << batch.error().text;
  EXPECT_EQ(batch->samples.size(), 3001U);
  EXPECT_EQ(batch->samples.back().labels.name(), "odd_last");
}

TEST(Exec, OneWrongSampleFailsTheBatch) {
  Odd odd(
      "def collect(ask):\n"
      "    say({'note': 'samples', 'id': ask['id'], 'samples': [{'name': 'no name', 'value': 1}]})\n"
      "    say({'id': ask['id'], 'ok': True})\n");
  odd.rig->run("- odd: {}");
  const auto batch = odd.rig->collect("odd/local");
  ASSERT_FALSE(batch.ok());
  EXPECT_EQ(batch.error().text, "no metric name: \"no name\"");
}

TEST(Exec, AFloodOfEventsWaitsInItsOwnWrite) {
  Odd odd(
      "def watch(ask):\n"
      "    n = 0\n"
      "    while True:\n"
      "        n += 1\n"
      "        raw('{\"note\":\"event\",\"type\":\"odd.tick\",\"cursor\":\"%d\"}\\n' % n)\n");
  odd.rig->accept = false;
  odd.rig->run("- odd: {}");
  ASSERT_TRUE(odd.rig->real.until([&] { return odd.rig->events.size() >= 256; }));
  odd.rig->real.run_for(base::millis(300));
  EXPECT_EQ(odd.rig->events.size(), 256U);
  EXPECT_TRUE(odd.rig->collect("odd/local").ok());
  odd.rig->accept = true;
  for (const auto& accepted : std::exchange(odd.rig->unaccepted, {})) accepted();
  ASSERT_TRUE(odd.rig->real.until([&] { return odd.rig->events.size() > 1000; }));
  for (size_t i = 0; i < 1000; ++i) ASSERT_EQ(odd.rig->events[i].cursor, std::to_string(i + 1));
}

TEST(Exec, AFloodOfNotesIsReadSlowly) {
  Odd odd(
      "def watch(ask):\n    while True: raw('{\"note\":\"log\",\"level\":\"debug\",\"text\":\"noise\"}\\n' * 100)\n");
  odd.rig->run("- odd: {}");
  const base::Clock& clock = odd.rig->real.loop().clock();
  std::vector<int64_t> took;
  for (int i = 0; i < 100; ++i) {
    const base::Boot begin = clock.boot();
    ASSERT_TRUE(odd.rig->collect("odd/local").ok());
    took.push_back((clock.boot() - begin).ms());
  }
  std::sort(took.begin(), took.end());
  EXPECT_LT(took[90], 500) << "the loop has time for others";
}

// While one floods, one hangs and one crashes in a loop, a fourth does its work as before.
TEST(Exec, NobodyElseFeelsIt) {
  const Folder folder;
  const auto add = [&](const std::string& name, const std::string& overrides) {
    std::string text = program(overrides);
    text.replace(text.find("\"odd\""), 5, "\"" + name + "\"");
    folder.write(name, text, true);
  };
  add("flood",
      "def watch(ask):\n    while True: raw('{\"note\":\"log\",\"level\":\"debug\",\"text\":\"noise\"}\\n' * 100)\n");
  add("hang", "def collect(ask): time.sleep(1000)\n");
  add("crash", "def opened(ask): os.abort()\n");
  const auto measure = [](FleetRig& rig) {
    std::vector<int64_t> took;
    const base::Clock& clock = rig.real.loop().clock();
    base::Boot begin;
    std::function<void()> next = [&] {
      begin = clock.boot();
      rig.fleet->invoke({"hostile/local", "do", Value::map().set("how", "well")}, "k", "b", {}, [&](auto r) {
        EXPECT_TRUE(r.ok());
        took.push_back((clock.boot() - begin).us);
        if (took.size() < 1000) rig.real.loop().after(base::micros(500), next);
      });
    };
    next();
    EXPECT_TRUE(rig.real.until([&] { return took.size() == 1000; }));
    std::sort(took.begin(), took.end());
    return took;
  };
  std::vector<int64_t> alone, among;
  {
    FleetRig rig({testing::hostile_folder()});
    rig.run("- hostile: {}");
    alone = measure(rig);
  }
  {
    FleetRig rig({testing::hostile_folder(), folder.path()});
    ASSERT_TRUE(rig.prepare("- hostile: {}\n- flood: {}\n- hang: {}\n- crash: {}").ok());
    rig.fleet->apply();
    ASSERT_TRUE(rig.real.until([&] { return FleetRig::is_open(rig.status("hostile/local")); }));
    ASSERT_TRUE(rig.real.until([&] { return rig.told(What::kCrashed) > 0; }));
    rig.fleet->collect("hang/local", base::seconds(30), [](auto) {});
    among = measure(rig);
  }
  std::printf(
      "invoke alone: p50 %lld us, p99 %lld us; among a flood, a hang and a crash loop: p50 %lld us, p99 %lld us\n",
      static_cast<long long>(alone[500]), static_cast<long long>(alone[990]), static_cast<long long>(among[500]),
      static_cast<long long>(among[990]));
  EXPECT_LT(among[500], 50'000);
}

}  // namespace
}  // namespace reeve::plugin
