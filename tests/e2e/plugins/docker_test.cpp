#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>

#include "common/http/client.h"
#include "e2e/plugins/loaded.h"

namespace reeve::e2e {
namespace {

using common::Deadline;
using common::http::Request;

/// The engine of all tests here, and a plain client of its API beside the plugin.
class Docker : public testing::Test {
 protected:
  static void SetUpTestSuite() { engine = std::make_unique<Peer>("dockerd.py"); }
  static void TearDownTestSuite() { engine.reset(); }
  void SetUp() override {
    if (!engine->missing().empty()) GTEST_SKIP() << engine->missing();
    plugin = std::make_unique<Loaded>("docker", Json::map().set("name", "local").set("socket", socket()));
  }
  void TearDown() override {
    for (const std::string& id : containers) ask("DELETE", "/containers/" + id + "?force=1", {});
  }

  static std::string socket() { return engine->at("ADDRESS"); }
  static Json ask(const std::string& method, const std::string& path, const Json& body) {
    Request request;
    request.method = method;
    request.target = "/v1.41" + path;
    if (!body.is_null()) {
      request.headers = {{"Content-Type", "application/json"}};
      request.body = body.dump();
    }
    auto answer = common::http::ask({socket(), "", 0}, request, Deadline::after_ms(30'000));
    EXPECT_TRUE(answer) << method << " " << path;
    Json json;
    if (answer) Json::parse(answer->body, json);
    return json;
  }

  /// Creates and starts one; its id.
  std::string container(const std::string& name, const std::vector<std::string>& command,
                        const std::function<void(Json&)>& more = {}) {
    Json body = Json::map().set("Image", "busybox:test").set("Cmd", Json::texts(command));
    body.set("HostConfig", Json::map().set("NetworkMode", "none"));
    if (more) more(body);
    std::string id = ask("POST", "/containers/create?name=" + name, body)["Id"].text();
    EXPECT_EQ(id.size(), 64U);
    containers.push_back(id);
    ask("POST", "/containers/" + id + "/start", {});
    return id;
  }
  static std::string started_at(const std::string& id) {
    return ask("GET", "/containers/" + id + "/json", {})["State"]["StartedAt"].text();
  }
  static std::string target(const std::string& id) { return "docker/local/" + id; }
  static Json named(const std::string& container) { return Json::map().set("container", container); }

  static std::unique_ptr<Peer> engine;
  std::unique_ptr<Loaded> plugin;
  std::vector<std::string> containers;
};
std::unique_ptr<Peer> Docker::engine;

/// Ends at once on SIGTERM, as a well-made service does.
const std::vector<std::string> kService = {"sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done"};
const std::vector<std::string> kStubborn = {"sh", "-c", "trap '' TERM; while :; do sleep 1; done"};

std::vector<std::string> types_about(const std::vector<SeenEvent>& events, const std::string& target) {
  std::vector<std::string> types;
  for (const SeenEvent& event : events) {
    if (event.target == target && event.type != "docker.state") types.push_back(event.type.substr(7));
  }
  return types;
}

TEST_F(Docker, TellsAKilledContainer) {
  auto watch = plugin->watch();
  std::string id = container("killed", kService);
  watch->wait_for("docker.start", target(id));
  EXPECT_EQ(plugin->collect().value("docker_container_running", {{"id", id}, {"name", "killed"}}), 1);
  ask("POST", "/containers/" + id + "/kill", {});
  SeenEvent die = watch->wait_for("docker.die", target(id));
  EXPECT_EQ(die.fields["exit_code"].integer(), 137);
  EXPECT_EQ(die.labels,
            (std::map<std::string, std::string>{{"id", id}, {"name", "killed"}, {"image", "busybox:test"}}));
  Outcome now = plugin->collect();
  EXPECT_EQ(now.value("docker_up"), 1);
  EXPECT_EQ(now.value("docker_container_running", {{"id", id}}), 0);
  EXPECT_EQ(now.value("docker_container_exit_code", {{"id", id}}), 137);
  EXPECT_EQ(now.value("docker_container_state", {{"id", id}, {"state", "exited"}}), 1);
  EXPECT_TRUE(std::isnan(now.value("container_last_seen", {{"id", id}})));
}

TEST_F(Docker, TellsAnUnhealthyContainerAndHealsIt) {
  auto watch = plugin->watch();
  // Healthy after a start, until the file that the start made is gone.
  std::string id = container(
      "sick", {"sh", "-c", "touch /tmp/ok; trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"}, [](Json& body) {
        Json check = Json::map().set("Test", Json::texts({"CMD", "test", "-e", "/tmp/ok"}));
        check.set("Interval", 200'000'000).set("Retries", 1);
        body.set("Healthcheck", check);
      });
  auto status = [&](const std::string& wanted) {
    return [&, wanted](const SeenEvent& event) {
      return event.type == "docker.health_status" && event.target == target(id) &&
             event.fields["status"].text() == wanted;
    };
  };
  watch->heard().wait_for("healthy", status("healthy"));
  std::string exec =
      ask("POST", "/containers/" + id + "/exec", Json::map().set("Cmd", Json::texts({"rm", "/tmp/ok"})))["Id"].text();
  ask("POST", "/exec/" + exec + "/start", Json::map().set("Detach", true));
  watch->heard().wait_for("unhealthy", status("unhealthy"));
  EXPECT_EQ(plugin->collect().value("docker_container_health_status", {{"id", id}, {"status", "unhealthy"}}), 1);
  Outcome healed = plugin->invoke("restart", named("sick"));
  EXPECT_TRUE(healed.ok()) << healed.error;
  EXPECT_TRUE(eventually([&] {
    return plugin->collect().value("docker_container_health_status", {{"id", id}, {"status", "healthy"}}) == 1;
  }));
}

TEST_F(Docker, TellsAContainerWithoutMemory) {
  auto watch = plugin->watch();
  std::string id = container("greedy", {"sh", "-c", "a=xxxxxxxx; while :; do a=$a$a; done"}, [](Json& body) {
    Json limits = Json::map().set("NetworkMode", "none").set("Memory", 16 << 20).set("MemorySwap", 16 << 20);
    body.set("HostConfig", limits);
  });
  watch->wait_for("docker.oom", target(id));
  SeenEvent die = watch->wait_for("docker.die", target(id));
  EXPECT_EQ(die.fields["exit_code"].integer(), 137);
  Outcome now = plugin->collect();
  EXPECT_EQ(now.value("docker_container_oom_killed", {{"id", id}}), 1);
  EXPECT_EQ(now.value("container_spec_memory_limit_bytes", {{"id", id}}), 16 << 20);
}

TEST_F(Docker, MeasuresWhatAContainerUses) {
  std::string id = container("busy", {"sh", "-c", "while :; do :; done"}, [](Json& body) {
    body.set("HostConfig", Json::map().set("NetworkMode", "none").set("NanoCpus", 500'000'000).set("Memory", 64 << 20));
  });
  auto lane = plugin->collecting();
  Outcome now;
  EXPECT_TRUE(eventually([&] {  // what a collect has asked for in the background is in a later one
    now = lane->collect(5000);
    return now.value("container_cpu_usage_seconds_total", {{"id", id}, {"cpu", "total"}}) > 0.1;
  }));
  EXPECT_EQ(now.value("container_spec_cpu_quota", {{"id", id}}) / now.value("container_spec_cpu_period", {{"id", id}}),
            0.5);
  EXPECT_GT(now.value("container_memory_usage_bytes", {{"id", id}}), 0);
  EXPECT_LE(now.value("container_memory_working_set_bytes", {{"id", id}}),
            now.value("container_memory_usage_bytes", {{"id", id}}));
  EXPECT_GE(now.value("container_processes", {{"id", id}}), 1);
  EXPECT_GT(now.value("container_cpu_cfs_periods_total", {{"id", id}}), 0);
  EXPECT_NEAR(now.value("container_last_seen", {{"id", id}}), static_cast<double>(time(nullptr)), 5);
}

TEST_F(Docker, RestartsOnceWithItsEffectInTheOrderOfTheManifest) {
  auto watch = plugin->watch();
  std::string id = container("again", kService);
  watch->wait_for("docker.start", target(id));
  Outcome plan = plugin->plan("restart", named("again").set("timeout", "3s"));
  ASSERT_TRUE(plan.ok()) << plan.error;
  EXPECT_EQ(plan.answer["targets"], Json::texts({target(id)}));
  EXPECT_EQ(plan.answer["settles_ms"].integer(), 8000);
  EXPECT_EQ(plan.answer["group"].text(), "");
  std::string baseline = plan.answer["baseline"].text();
  EXPECT_LE(baseline.size(), 1024U);
  EXPECT_EQ(plugin->probe("restart", named("again"), baseline).answer["state"].text(), "not_started");
  std::string before = started_at(id);
  Outcome done = plugin->invoke("restart", named("again").set("timeout", "3s"), baseline);
  ASSERT_TRUE(done.ok()) << done.error;
  EXPECT_NE(started_at(id), before);
  EXPECT_EQ(plugin->probe("restart", named("again"), baseline).answer["state"].text(), "done");

  watch->wait_for("docker.restart", target(id));
  std::vector<std::string> effect = types_about(watch->heard().events(), target(id));
  effect.erase(effect.begin(), std::find(effect.begin(), effect.end(), "start") + 1);
  EXPECT_EQ(effect, (std::vector<std::string>{"kill", "die", "stop", "start", "restart"}));
}

TEST_F(Docker, ActsOnTheIdThatWasPlanned) {
  std::string first = container("name", kService);
  Outcome plan = plugin->plan("stop", named("name"));
  ask("POST", "/containers/" + first + "/rename?name=other", {});
  std::string second = container("name", kService);
  Outcome done = plugin->invoke("stop", named("name"), plan.answer["baseline"].text());
  ASSERT_TRUE(done.ok()) << done.error;
  EXPECT_EQ(done.answer["id"].text(), first);
  EXPECT_TRUE(ask("GET", "/containers/" + second + "/json", {})["State"]["Running"].boolean());
}

/// dockerd finishes what a dead client asked for: seconds later the restart happens, once.
TEST_F(Docker, SeesARestartWhoseSenderDied) {
  auto watch = plugin->watch();
  std::string id = container("late", kStubborn);
  Json args = named("late").set("timeout", "3s");
  Outcome plan = plugin->plan("restart", args);
  std::string baseline = plan.answer["baseline"].text();
  EXPECT_EQ(plan.answer["settles_ms"].integer(), 8000);
  Outcome cut = plugin->invoke("restart", args, baseline, 500);
  EXPECT_EQ(cut.result, REEVE_UNKNOWN_OUTCOME) << cut.error;
  EXPECT_EQ(plugin->probe("restart", args, baseline).answer["state"].text(), "not_started")
      << "within settles: running";
  EXPECT_TRUE(eventually([&] { return plugin->probe("restart", args, baseline).answer["state"].text() == "done"; }));
  watch->wait_for("docker.restart", target(id));
  auto types = types_about(watch->heard().events(), target(id));
  EXPECT_EQ(std::count(types.begin(), types.end(), "restart"), 1);
}

TEST_F(Docker, StopsAndStartsAndKnowsWhenThereIsNothingToDo) {
  std::string id = container("service", kService);
  Outcome plan = plugin->plan("stop", named(id));
  Outcome stopped = plugin->invoke("stop", named(id), plan.answer["baseline"].text());
  ASSERT_TRUE(stopped.ok()) << stopped.error;
  EXPECT_FALSE(stopped.answer["running"].boolean(true));
  EXPECT_TRUE(stopped.answer["changed"].boolean());
  EXPECT_EQ(plugin->probe("stop", named(id), plan.answer["baseline"].text()).answer["state"].text(), "done");
  EXPECT_FALSE(plugin->invoke("stop", named(id)).answer["changed"].boolean(true));

  plan = plugin->plan("start", named(target(id)));
  EXPECT_EQ(plan.answer["targets"], Json::texts({target(id)}));
  EXPECT_EQ(plugin->probe("start", named(id), plan.answer["baseline"].text()).answer["state"].text(), "not_started");
  Outcome started = plugin->invoke("start", named(id), plan.answer["baseline"].text());
  EXPECT_TRUE(started.answer["running"].boolean()) << started.error;
  EXPECT_EQ(plugin->probe("start", named(id), plan.answer["baseline"].text()).answer["state"].text(), "done");
}

TEST_F(Docker, KnowsTheGroupOfAComposeService) {
  auto of_shop = [](Json& body) {
    body.set("Labels", Json::map().set("com.docker.compose.project", "shop").set("com.docker.compose.service", "web"));
  };
  std::string one = container("shop_web_1", kService, of_shop);
  std::string two = container("shop_web_2", kService, of_shop);
  std::string three = container("shop_web_3", {"false"}, of_shop);
  container("alone", kService);
  EXPECT_TRUE(
      eventually([&] { return !ask("GET", "/containers/" + three + "/json", {})["State"]["Running"].boolean(); }));
  Outcome plan = plugin->plan("restart", named("shop_web_3"));
  EXPECT_EQ(plan.answer["group"].text(), "shop/web");
  auto sorted = [](const Json& list) {
    std::vector<std::string> texts;
    for (const Json& item : list.items()) texts.push_back(item.text());
    std::sort(texts.begin(), texts.end());
    return texts;
  };
  std::vector<std::string> healthy = {target(one), target(two)};
  std::sort(healthy.begin(), healthy.end());
  EXPECT_EQ(sorted(plan.answer["healthy"]), healthy);
  EXPECT_EQ(plan.answer["members"].size(), 3U);
}

TEST_F(Docker, SaysWhatIsNotThereAndWhatCannotBeAName) {
  EXPECT_EQ(plugin->plan("restart", named("nobody")).result, REEVE_NOT_FOUND);
  EXPECT_EQ(plugin->invoke("start", named("nobody")).result, REEVE_NOT_FOUND);
  for (const char* bad : {"", "../..", "a/b", "a b", "-x", "a\nb", "a?force=1", "docker/other/abc", "a%2f", "\xff"}) {
    EXPECT_EQ(plugin->plan("restart", named(bad)).result, REEVE_INVALID) << bad;
    EXPECT_EQ(plugin->invoke("inspect", named(bad)).result, REEVE_INVALID) << bad;
  }
  std::string id = container("gone", kService);
  std::string baseline = plugin->plan("restart", named("gone")).answer["baseline"].text();
  ask("DELETE", "/containers/" + id + "?force=1", {});
  EXPECT_EQ(plugin->invoke("restart", named("gone"), baseline).result, REEVE_NOT_FOUND);
  EXPECT_EQ(plugin->probe("restart", named("gone"), baseline).answer["state"].text(), "not_started");
  EXPECT_EQ(plugin->probe("restart", named("gone"), "garbage").result, REEVE_INVALID);
}

TEST_F(Docker, ReadsListInspectAndLogs) {
  container("talker", {"sh", "-c", "echo one; sleep 0.2; echo two >&2; sleep 0.2; echo three; exec sleep 1000"},
            [](Json& body) { body.set("Env", Json::texts({"PASSWORD=canary"})); });
  EXPECT_TRUE(eventually([&] {
    return plugin->invoke("logs", named("talker").set("tail", 2)).answer["text"].text() == "two\nthree\n" ||
           plugin->invoke("logs", named("talker").set("tail", 2)).answer["text"].text() == "three\ntwo\n";
  }));
  EXPECT_EQ(plugin->invoke("logs", named("talker").set("since", "1h")).answer["text"].text().size(), 14U);
  Outcome list = plugin->invoke("list", Json::map());
  EXPECT_EQ(list.answer["containers"].items()[0]["name"].text(), "talker");
  Outcome one = plugin->invoke("inspect", named("talker"));
  EXPECT_EQ(one.answer["state"].text(), "running");
  EXPECT_EQ(one.answer["environment_names"], Json::texts({"PASSWORD"}));
  EXPECT_EQ(one.answer.dump().find("canary"), std::string::npos);
}

/// A witness that never disconnects hears each event; so must a watcher that is cut off again and again.
TEST_F(Docker, TellsEveryEventOnceOverReconnects) {
  auto witness = plugin->watch();
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(container("flaky" + std::to_string(i), kService));
  for (const std::string& id : ids) witness->wait_for("docker.start", target(id));

  std::vector<SeenEvent> heard;
  std::string cursor;
  std::mt19937 random(3);
  std::atomic<bool> done{false};
  auto watch = plugin->watch();
  watch->wait_for("docker.state", target(ids[2]));
  int64_t from_us = 0;
  for (const SeenEvent& event : watch->heard().events()) from_us = std::max(from_us, event.at_us);
  std::thread breaker([&] {
    for (int i = 0; i < 5; ++i) {
      for (const std::string& id : ids) {
        ask("POST", "/containers/" + id + "/kill", {});
        ask("POST", "/containers/" + id + "/start", {});
      }
    }
    ask("POST", "/containers/" + ids[0] + "/rename?name=end", {});
    done = true;
  });
  auto keep = [&](Loaded::Watch& ended) {
    ended.stop();
    for (const SeenEvent& event : ended.heard().events()) {
      if (!event.cursor.empty()) cursor = event.cursor;
      if (event.type != "docker.state") heard.push_back(event);
    }
  };
  int cuts = 0;
  while (!done) {
    poll(nullptr, 0, static_cast<int>(random() % 150));
    keep(*watch);
    watch = plugin->watch(cursor);
    ++cuts;
  }
  breaker.join();
  witness->wait_for("docker.rename");
  if (std::none_of(heard.begin(), heard.end(), [](const SeenEvent& e) { return e.type == "docker.rename"; })) {
    watch->wait_for("docker.rename");
  }
  keep(*watch);
  EXPECT_GT(cuts, 5);

  auto keys = [&](const std::vector<SeenEvent>& events) {
    std::vector<std::string> out;
    for (const SeenEvent& event : events) {
      if (event.type == "docker.state" || event.at_us < from_us) continue;
      out.push_back(std::to_string(event.at_us) + " " + event.type + " " + event.target.substr(13, 6));
    }
    std::sort(out.begin(), out.end());
    return out;
  };
  EXPECT_EQ(keys(heard), keys(witness->heard().events()));
  EXPECT_GE(heard.size(), 45U);
}

TEST_F(Docker, StatesThePresentAfterTheEngineWasRestarted) {
  std::string id = container("survivor", kService);
  auto watch = plugin->watch();
  SeenEvent before = watch->wait_for("docker.state", target(id));
  EXPECT_TRUE(before.fields["running"].boolean());
  EXPECT_FALSE(before.cursor.empty());
  engine->command("restart");
  EXPECT_TRUE(eventually([&] { return plugin->collect().value("docker_up") == 1; }));
  std::string cursor = watch->heard().events().back().cursor;
  Outcome ended = watch->stop();
  EXPECT_EQ(ended.result, REEVE_TRANSIENT) << ended.error;
  auto again = plugin->watch(cursor);
  SeenEvent after = again->wait_for("docker.state", target(id));
  EXPECT_FALSE(after.fields["running"].boolean(true));
  EXPECT_GT(after.fields["finished_at"].text(), before.fields["started_at"].text());
  EXPECT_TRUE(after.cursor.empty());
}

// The signal returns before the threads stand still: until then one may still answer.
bool freeze(pid_t pid) {
  kill(pid, SIGSTOP);
  return eventually([&] {
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
      std::ifstream file(task.path() / "stat");
      const std::string text((std::istreambuf_iterator<char>(file)), {});
      const size_t name_end = text.rfind(')');
      if (name_end == std::string::npos || text.substr(name_end, 3) != ") T") return false;
    }
    return true;
  });
}

TEST_F(Docker, HangsNobodyWhenTheEngineHangs) {
  container("frozen", kService);
  auto pid = static_cast<pid_t>(std::stol(engine->at("PID")));
  std::string baseline = plugin->plan("restart", named("frozen")).answer["baseline"].text();
  EXPECT_TRUE(freeze(pid));
  int64_t from = common::boot_ms();
  EXPECT_EQ(plugin->collect(500).value("docker_up"), 0);
  EXPECT_EQ(plugin->probe("restart", named("frozen"), baseline, 500).result, REEVE_TIMEOUT);
  auto watch = plugin->watch();
  watch.reset();
  EXPECT_LT(common::boot_ms() - from, 40'000);
  kill(pid, SIGCONT);
  EXPECT_TRUE(eventually([&] { return plugin->collect().value("docker_up") == 1; }));
}

TEST(DockerAlone, SaysThatNoEngineIsThere) {
  Loaded plugin("docker", Json::map().set("name", "none").set("socket", "/nonexistent/docker.sock"));
  EXPECT_EQ(plugin.check(), "");
  Outcome outcome = plugin.collect();
  EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.value("docker_up"), 0);
  EXPECT_EQ(outcome.samples.size(), 1U);
  EXPECT_EQ(plugin.invoke("list", Json::map()).result, REEVE_TRANSIENT);
  EXPECT_NE(Loaded("docker", Json::map().set("name", "x").set("socket", "relative")).check(), "");
  EXPECT_NE(Loaded("docker", Json::map().set("name", "x").set("sockte", "/a")).check().find("did you mean"),
            std::string::npos);
}

}  // namespace
}  // namespace reeve::e2e
