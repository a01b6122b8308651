// The shipped plugins as the engine runs them: each in a process of its own, through frames, killed now and then.
#include <signal.h>

#include <cmath>

#include "e2e/plugins/loaded.h"
#include "model/json.h"
#include "plugin/fleet_rig.h"

namespace reeve {
namespace {

using base::Fault;
using e2e::Peer;
using model::ProbeAnswer;
using model::Value;
using testing::FleetRig;
using testing::Folder;

std::vector<std::string> shipped() {
  return {std::string(REEVE_BUILD_DIR) + "/lib/reeve/plugins"};
}

double value_of(const model::Batch& batch, const std::string& text) {
  for (const model::Sample& sample : batch.samples) {
    if (sample.labels.text() == text) return sample.value;
  }
  return std::nan("");
}

/// Rounded up KiB of the process's own share of memory.
int64_t pss_kib(int64_t pid) {
  std::ifstream rollup("/proc/" + std::to_string(pid) + "/smaps_rollup");
  std::string word;
  int64_t kib = 0;
  while (rollup >> word) {
    if (word == "Pss:") rollup >> kib;
  }
  return kib;
}

base::Result<plugin::InvokeReply> invoke(FleetRig& rig, const plugin::Fleet::Call& call, const std::string& baseline) {
  return rig.wait<plugin::InvokeReply>([&](auto done) { rig.fleet->invoke(call, "key", baseline, {"run", 1}, done); });
}
base::Result<ProbeAnswer> probe(FleetRig& rig, const plugin::Fleet::Call& call, const std::string& baseline) {
  return rig.wait<ProbeAnswer>([&](auto done) { rig.fleet->probe(call, "key", baseline, done); });
}

/// For questions that run the loop themselves.
bool eventually(FleetRig& rig, const std::function<bool()>& is_true) {
  for (int tries = 0; tries < 200; ++tries) {
    if (is_true()) return true;
    rig.real.run_for(base::millis(100));
  }
  return false;
}

const model::Event* seen(const FleetRig& rig, const std::string& type, const std::string& target, size_t from = 0) {
  for (size_t i = from; i < rig.events.size(); ++i) {
    if (rig.events[i].type == type && rig.events[i].target == target) return &rig.events[i];
  }
  return nullptr;
}

TEST(Shipped, AllOfThemRunTogetherAndAreThin) {
  const Folder folder;
  folder.write("api.pid", std::to_string(::getpid()));
  FleetRig rig(shipped());
  const auto ready = rig.prepare(
      "- host: {name: here}\n"
      "- proc: {name: api, pidfile: " +
      folder.path() +
      "/api.pid}\n"
      "- exec: {name: tools, check: [/bin/echo, \"fine | a=1\"]}\n"
      "- http: {name: web, url: \"http://127.0.0.1:1/\"}\n"
      "- docker: {name: none, socket: " +
      folder.path() + "/no.sock}\n");
  ASSERT_TRUE(ready.ok()) << ready.error().text;
  rig.fleet->apply();  // docker's watcher never opens for good: nobody is there
  for (const char* instance : {"host/here", "proc/api", "exec/tools", "http/web", "docker/none"}) {
    ASSERT_TRUE(eventually(rig, [&] { return rig.collect(instance).ok(); })) << instance;
  }
  const auto host = rig.collect("host/here");
  ASSERT_TRUE(host.ok()) << host.error().text;
  EXPECT_GT(host->samples.size(), 200U);
  EXPECT_EQ(value_of(*rig.collect("proc/api"), "proc_up"), 1);
  EXPECT_EQ(value_of(*rig.collect("exec/tools"), "exec_exit_code{check=\"tools\"}"), 0);
  EXPECT_EQ(value_of(*rig.collect("http/web"), "probe_success"), 0);
  EXPECT_EQ(value_of(*rig.collect("docker/none"), "docker_up"), 0);
  const auto ps = rig.invoke(FleetRig::call("host/here", "ps", Value::map().set("limit", 3)));
  ASSERT_TRUE(ps.ok()) << ps.error().text;
  EXPECT_EQ(ps->value["processes"].as_list().size(), 3U);
  for (const Value& instance : rig.fleet->status().as_list()) {
    const int64_t pid = instance["pid"].as_int();
    if (pid == 0) continue;
    std::printf("%-12s PSS %5lld KiB\n", instance["instance"].as_string().c_str(),
                static_cast<long long>(pss_kib(pid)));
#ifndef REEVE_SANITIZED
    EXPECT_LT(pss_kib(pid), 4096) << instance["instance"].as_string();
#endif
  }
}

TEST(Shipped, WrongConfigurationsAreRefusedWithTheirPlace) {
  FleetRig rig(shipped());
  const auto refused = rig.prepare("- proc: {name: api, pidfle: /run/api.pid}\n");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().text.find("did you mean \"pidfile\"?"), std::string::npos) << refused.error().text;
  EXPECT_NE(refused.error().text.find("reeve.yaml:1:"), std::string::npos) << refused.error().text;
}

TEST(Shipped, CommandsOfAnAllowListAreActionsOfTheirInstance) {
  const Folder folder;
  const std::string state = folder.path() + "/state";
  const std::string fix = folder.write("fix", "#!/bin/sh\necho fixed >" + state + "\n", true);
  const std::string look = folder.write("look", "#!/bin/sh\ntest -e " + state + "\n", true);
  FleetRig rig(shipped());
  rig.run("- exec:\n    name: one\n    actions:\n      fix:\n        argv: [" + fix +
          "]\n        plan: [/bin/echo, svc/a]\n" + "        probe: [" + look + "]\n        settles: 5s\n" +
          "- exec: {name: two, actions: {mail: {argv: [/bin/true], args: [to]}}}\n");
  const model::ActionSpec* action = rig.fleet->action("exec/one", "fix");
  ASSERT_NE(action, nullptr);
  EXPECT_EQ(action->cls, model::ActionClass::kProbed);
  EXPECT_TRUE(action->has_plan && action->has_probe);
  EXPECT_EQ(action->settles->ms(), 5000);
  EXPECT_EQ(rig.fleet->action("exec/two", "fix"), nullptr) << "each instance has its own";
  ASSERT_NE(rig.fleet->action("exec/two", "mail"), nullptr);
  EXPECT_EQ(rig.fleet->action("exec/two", "mail")->cls, model::ActionClass::kOnce);

  const auto call = FleetRig::call("exec/one", "fix", Value::map());
  const auto plan = rig.plan(call);
  ASSERT_TRUE(plan.ok()) << plan.error().text;
  EXPECT_EQ(plan->targets, std::vector<std::string>{"svc/a"});
  EXPECT_EQ(*rig.probe(call), ProbeAnswer::kNotStarted);
  ASSERT_TRUE(rig.invoke(call).ok());
  EXPECT_EQ(*rig.probe(call), ProbeAnswer::kDone);
  EXPECT_FALSE(rig.invoke(FleetRig::call("exec/two", "mail", Value::map())).ok()) << "an argument is missing";
}

TEST(Shipped, AnInstanceThatOnlyTellsOthersCollectsNothing) {
  const Peer server("http_server.py");
  if (!server.missing().empty()) GTEST_SKIP() << server.missing();
  FleetRig rig(shipped());
  rig.run("- http: {name: reeve-notify}\n");
  EXPECT_FALSE(rig.fleet->manifest("http/reeve-notify")->collects);
  Value args = Value::map().set("method", "POST").set("url", server.at("ADDRESS") + "/echo").set("body", "{}");
  args.set("headers", Value::map().set("Content-Type", "application/json"));
  const auto reply = rig.invoke(FleetRig::call("http/reeve-notify", "request", args));
  ASSERT_TRUE(reply.ok()) << reply.error().text;
  EXPECT_EQ(reply->value["status"].as_int(), 200);
}

TEST(Shipped, AStartedDaemonOutlivesItsPluginAndIsKnownAgain) {
  const Folder folder;
  const std::string pidfile = folder.path() + "/api.pid";
  const std::string program =
      folder.write("daemon", "#!/bin/sh\ntrap 'exit 0' TERM\nwhile :; do sleep 1000 & wait $!; done\n", true);
  FleetRig rig(shipped());
  rig.run("- proc: {name: api, pidfile: " + pidfile + ", start: [" + program + "]}\n");
  const auto call = FleetRig::call("proc/api", "start", Value::map());
  const auto plan = rig.plan(call);
  ASSERT_TRUE(plan.ok()) << plan.error().text;
  const auto reply = invoke(rig, call, plan->baseline);
  ASSERT_TRUE(reply.ok()) << reply.error().text;
  const auto daemon = static_cast<pid_t>(reply->value["pid"].as_int());
  ASSERT_TRUE(rig.real.until([&] { return seen(rig, "proc.start", "proc/api") != nullptr; }));

  ::kill(static_cast<pid_t>(rig.status("proc/api")["pid"].as_int()), SIGKILL);
  ASSERT_TRUE(rig.real.until([&] { return rig.told(plugin::StateChange::What::kCrashed) == 1; }));
  ASSERT_TRUE(rig.real.until([&] { return rig.all_open(); }));
  EXPECT_EQ(::kill(daemon, 0), 0);
  EXPECT_EQ(*probe(rig, call, plan->baseline), ProbeAnswer::kDone);
  const size_t before = rig.events.size();
  ::kill(daemon, SIGKILL);
  ASSERT_TRUE(rig.real.until([&] { return seen(rig, "proc.exit", "proc/api", before) != nullptr; }));
  const auto again = invoke(rig, call, rig.plan(call)->baseline);
  ASSERT_TRUE(again.ok()) << again.error().text;
  EXPECT_NE(again->value["pid"].as_int(), daemon);
  ::kill(static_cast<pid_t>(again->value["pid"].as_int()), SIGKILL);
}

/// The plugin's process dies in the middle of a restart: dockerd goes on, and its probe tells when it is done.
TEST(Shipped, ARestartWhosePluginWasKilledHappensOnceAndIsProbed) {
  Peer engine("dockerd.py");
  if (!engine.missing().empty()) GTEST_SKIP() << engine.missing();
  const std::string docker = "http+unix://" + [&] {
    std::string encoded;
    for (const char c : engine.at("ADDRESS")) encoded += c == '/' ? std::string("%2F") : std::string(1, c);
    return encoded;
  }();
  FleetRig rig(shipped());
  rig.run("- docker: {name: local, socket: " + engine.at("ADDRESS") + "}\n- http: {name: raw}\n");
  const auto ask = [&](const std::string& path, const Value& body) {
    Value args =
        Value::map().set("url", docker + path).set("headers", Value::map().set("Content-Type", "application/json"));
    const auto reply = rig.invoke(FleetRig::call("http/raw", "request", args.set("body", body)));
    EXPECT_TRUE(reply.ok()) << reply.error().text;
    return reply.ok() ? reply->value["json"] : Value();
  };
  Value create = Value::map().set("Image", "busybox:test").set("HostConfig", Value::map().set("NetworkMode", "none"));
  create.set("Cmd", Value::list().push("sh").push("-c").push("trap '' TERM; while :; do sleep 1; done"));
  const std::string id = ask("/containers/create?name=late", create)["Id"].as_string();
  ASSERT_EQ(id.size(), 64U);
  ask("/containers/" + id + "/start", Value());
  const std::string target = "docker/local/" + id;
  ASSERT_TRUE(rig.real.until([&] { return seen(rig, "docker.start", target) != nullptr; }));

  const auto call =
      FleetRig::call("docker/local", "restart", Value::map().set("container", "late").set("timeout", "3s"));
  const auto plan = rig.plan(call);
  ASSERT_TRUE(plan.ok()) << plan.error().text;
  EXPECT_EQ(plan->targets, std::vector<std::string>{target});
  EXPECT_EQ(plan->settles->ms(), 8000);
  const size_t before = rig.events.size();
  std::optional<base::Result<plugin::InvokeReply>> reply;
  rig.fleet->invoke(call, "key", plan->baseline, {"run", 1}, [&](auto r) { reply.emplace(std::move(r)); });
  ASSERT_TRUE(rig.real.until([&] { return seen(rig, "docker.kill", target, before) != nullptr; })) << "it has begun";
  ::kill(static_cast<pid_t>(rig.status("docker/local")["pid"].as_int()), SIGKILL);
  ASSERT_TRUE(rig.real.until([&] { return reply.has_value(); }));
  ASSERT_FALSE(reply->ok());
  EXPECT_EQ(reply->error().fault, Fault::kUnknownOutcome);

  ASSERT_TRUE(rig.real.until([&] { return rig.all_open(); }));
  EXPECT_EQ(*probe(rig, call, plan->baseline), ProbeAnswer::kNotStarted) << "within settles that counts as running";
  ASSERT_TRUE(eventually(rig, [&] { return *probe(rig, call, plan->baseline) == ProbeAnswer::kDone; }));
  ASSERT_TRUE(rig.real.until([&] { return seen(rig, "docker.restart", target, before) != nullptr; }));
  // What the watcher missed while its process was away came by its cursor: each once, in order.
  std::vector<std::string> effect;
  for (size_t i = before; i < rig.events.size(); ++i) {
    if (rig.events[i].target == target && rig.events[i].type != "docker.state") effect.push_back(rig.events[i].type);
  }
  EXPECT_EQ(effect, (std::vector<std::string>{"docker.kill", "docker.kill", "docker.die", "docker.stop", "docker.start",
                                              "docker.restart"}));
}

}  // namespace
}  // namespace reeve
