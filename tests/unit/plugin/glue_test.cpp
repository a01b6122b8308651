// The C++ wrapper as the engine's process calls it: through the C functions that REEVE_PLUGIN makes of a class.
#include <gtest/gtest.h>

#include <cstring>

#include "reeve/plugin.hpp"

namespace reeve {
namespace {

/// What one lane was given and what it said.
struct Heard {
  std::vector<std::string> samples, events, logs;
  std::string answer, error, secret = "s3cret";
  int fault = 0;
  int64_t retry_after_ms = 0;
  bool cancelled = false, refuse = false;
  reeve_engine table{};

  Heard() {
    table.size = sizeof table;
    table.context = this;
    table.sample = [](const reeve_engine* e, reeve_call call, const reeve_sample* s) -> int {
      std::string line = std::string(view(s->name)) + "#" + std::to_string(call);
      for (size_t i = 0; i < s->label_count; ++i)
        line += " " + std::string(view(s->labels[i].name)) + "=" + std::string(view(s->labels[i].value));
      of(e).samples.push_back(line + " " + std::to_string(s->value) + "@" + std::to_string(s->at_ms));
      return of(e).refuse ? REEVE_INVALID : REEVE_OK;
    };
    table.event = [](const reeve_engine* e, reeve_call, const reeve_event* event) -> int {
      of(e).events.push_back(std::string(view(event->type)) + " " + std::string(view(event->fields)) + " " +
                             std::string(view(event->cursor)));
      return of(e).cancelled ? REEVE_TIMEOUT : of(e).refuse ? REEVE_INVALID : REEVE_OK;
    };
    table.durable = [](const reeve_engine*, char* to, size_t room) -> size_t {
      return std::string("17|x").copy(to, room);
    };
    table.log = [](const reeve_engine* e, int level, reeve_text line) {
      of(e).logs.push_back(std::to_string(level) + " " + std::string(view(line)));
    };
    table.secret = [](const reeve_engine* e, reeve_text, char* to, size_t room) -> size_t {
      of(e).secret.copy(to, room);
      return of(e).secret.size();
    };
    table.cancelled = [](const reeve_engine* e, reeve_call) -> int { return of(e).cancelled; };
    table.cancel_fd = [](const reeve_engine*) { return -1; };
    table.answer = [](const reeve_engine* e, reeve_call, reeve_text json) { of(e).answer = view(json); };
    table.fail = [](const reeve_engine* e, reeve_call, int fault, reeve_text text, int64_t ms) {
      of(e).fault = fault;
      of(e).error = view(text);
      of(e).retry_after_ms = ms;
    };
  }
  static Heard& of(const reeve_engine* e) { return *static_cast<Heard*>(e->context); }
};

struct Counting : Collector {
  static void describe(Manifest& m) {
    m.name("counting", "2.0").config({ConfigKey("step", Type::kInteger, "by how much").by_default(1)});
  }
  static inline int alive = 0;
  explicit Counting(const Config& config) : step(config.integer("step")), token(config.secret("token")) { ++alive; }
  ~Counting() override { --alive; }
  void collect(Samples& out) override {
    out.add("plain", value += step);
    out.add("labelled", 0.5, {{"a", "b"}, {"token", token}}, 1234);
    out.add("list", 2, std::vector<std::pair<std::string, std::string>>{{"x", "y"}});
    out.log(Log::kWarn, "careful");
    if (out.left() > Milliseconds(2'000)) throw std::runtime_error("too much time");
  }
  int64_t step, value = 0;
  std::string token;
};

struct Failing {
  static void describe(Manifest& m) { m.name("failing", "1"); }
  static void check(const Config& config) {
    if (config.name() == "bad") throw Error(Fault::kInvalid, "not this name");
    if (config.name() == "odd") throw 7;
  }
  static void describe_for(Manifest& m, const Config& config) {
    if (config.name() == "bad") throw Error(Fault::kInvalid, "no");
    m.doc("of " + config.name());
  }
  struct WatcherLane : Watcher {
    WatcherLane(const Config&, const std::string& from) : cursor(from) {
      if (from == "crash") throw Error(Fault::kTransient, std::string(5000, 'x'));
    }
    void watch(Events& out) override {
      Event event;
      event.type = "a";
      event.fields.set("durable", out.durable());
      event.cursor = cursor;
      taken = out.emit(event);
    }
    std::string cursor;
    bool taken = false;
  };
  struct ActorLane : Actor {
    explicit ActorLane(const Config&) {}
    Json invoke(const Action& action) override {
      const std::string how = action.args.text("how");
      if (how == "throttled") throw Error(Fault::kThrottled, "later", Milliseconds(1500));
      if (how == "standard") throw std::runtime_error("plain");
      if (how == "odd") throw 7;
      return Json::map().set("key", action.key).set("baseline", action.baseline);
    }
    Probe probe(const Action& action) override { return static_cast<Probe>(action.args.integer("n")); }
  };
};

template <class P>
struct Opened {
  static constexpr reeve_plugin kPlugin = detail::Glue<P>::descriptor();
  Heard heard;
  char error[64] = "";
  void* lane = nullptr;
  ~Opened() {
    if (lane) kPlugin.close(lane);
  }
};

TEST(Glue, ADescriptorHasTheLanesOfItsClassOnly) {
  constexpr reeve_plugin counting = Opened<Counting>::kPlugin, failing = Opened<Failing>::kPlugin;
  EXPECT_EQ(counting.magic, REEVE_MAGIC);
  EXPECT_EQ(counting.size, sizeof(reeve_plugin));
  EXPECT_TRUE(counting.collector && counting.collect);
  EXPECT_FALSE(counting.watcher || counting.watch || counting.actor || counting.invoke || counting.describe_for);
  EXPECT_FALSE(failing.collector || failing.collect);
  EXPECT_TRUE(failing.watcher && failing.watch && failing.actor && failing.plan && failing.probe &&
              failing.describe_for);
  std::string said;
  counting.describe(&said, [](void* to, reeve_text text) { *static_cast<std::string*>(to) = view(text); });
  EXPECT_EQ(
      said,
      R"({"name":"counting","version":"2.0","config":[{"name":"step","type":"int","doc":"by how much","default":1}],)"
      R"("collects":true})");
}

TEST(Glue, ACollectorKeepsItsStateAndGivesWhatItHas) {
  Opened<Counting> it;
  it.lane = it.kPlugin.collector(&it.heard.table, as_text(R"({"name":"a","step":3})"), it.error, sizeof it.error);
  ASSERT_NE(it.lane, nullptr) << it.error;
  EXPECT_EQ(it.kPlugin.collect(it.lane, 41, 1000), REEVE_OK);
  EXPECT_EQ(it.kPlugin.collect(it.lane, 42, 1000), REEVE_OK);
  EXPECT_EQ(it.heard.samples,
            (std::vector<std::string>{"plain#41 3.000000@0", "labelled#41 a=b token=s3cret 0.500000@1234",
                                      "list#41 x=y 2.000000@0", "plain#42 6.000000@0",
                                      "labelled#42 a=b token=s3cret 0.500000@1234", "list#42 x=y 2.000000@0"}));
  EXPECT_EQ(it.heard.logs.at(0), "2 careful");
  EXPECT_EQ(it.kPlugin.collect(it.lane, 43, 5000), REEVE_INTERNAL);
  EXPECT_EQ(it.heard.error, "too much time");
  it.heard.refuse = true;
  EXPECT_EQ(it.kPlugin.collect(it.lane, 44, 1000), REEVE_INVALID);
  EXPECT_EQ(it.heard.error, "the engine refused the sample plain: a limit is passed");
  EXPECT_EQ(Counting::alive, 1);
  it.kPlugin.close(std::exchange(it.lane, nullptr));
  EXPECT_EQ(Counting::alive, 0);
}

TEST(Glue, ALongSecretComesWhole) {
  Opened<Counting> it;
  it.heard.secret = std::string(3000, 's');
  it.lane = it.kPlugin.collector(&it.heard.table, as_text(R"({"name":"a"})"), it.error, sizeof it.error);
  ASSERT_EQ(it.kPlugin.collect(it.lane, 1, 1000), REEVE_OK);
  EXPECT_NE(it.heard.samples.at(1).find(std::string(3000, 's')), std::string::npos);
}

TEST(Glue, WhatCannotBeOpenedSaysWhyWithinItsRoom) {
  Opened<Failing> it;
  EXPECT_EQ(it.kPlugin.watcher(&it.heard.table, as_text("{}"), as_text("crash"), it.error, sizeof it.error), nullptr);
  EXPECT_EQ(std::string(it.error), std::string(63, 'x')) << "cut, and ended by a zero";
  EXPECT_EQ(it.kPlugin.watcher(&it.heard.table, as_text("no JSON"), as_text(""), it.error, sizeof it.error), nullptr);
  EXPECT_STREQ(it.error, "the configuration is no JSON object");
  char none = 'u';
  EXPECT_EQ(it.kPlugin.watcher(&it.heard.table, as_text("{}"), as_text("crash"), &none, 0), nullptr);
  EXPECT_EQ(none, 'u') << "no room at all";
}

TEST(Glue, ChecksAndManifestsOfAnInstanceNeverThrow) {
  constexpr reeve_plugin plugin = Opened<Failing>::kPlugin;
  char error[64] = "";
  EXPECT_EQ(plugin.check(as_text(R"({"name":"good"})"), error, sizeof error), REEVE_OK);
  EXPECT_EQ(plugin.check(as_text(R"({"name":"bad"})"), error, sizeof error), REEVE_INVALID);
  EXPECT_STREQ(error, "not this name");
  EXPECT_EQ(plugin.check(as_text(R"({"name":"odd"})"), error, sizeof error), REEVE_INTERNAL);
  EXPECT_STREQ(error, "an exception of unknown type");
  std::string said = "untouched";
  const auto take = [](void* to, reeve_text text) { *static_cast<std::string*>(to) = view(text); };
  plugin.describe_for(as_text(R"({"name":"good"})"), &said, take);
  EXPECT_NE(said.find("\"doc\":\"of good\""), std::string::npos) << said;
  plugin.describe_for(as_text(R"({"name":"bad"})"), &said, take);
  EXPECT_EQ(said, "") << "the engine takes that for no manifest";
}

TEST(Glue, AWatcherHasItsCursorAndKnowsWhetherItsEventWasTaken) {
  Opened<Failing> it;
  it.lane = it.kPlugin.watcher(&it.heard.table, as_text("{}"), as_text("9"), it.error, sizeof it.error);
  EXPECT_EQ(it.kPlugin.watch(it.lane, 1), REEVE_OK);
  EXPECT_EQ(it.heard.events.at(0), R"(a {"durable":"17|x"} 9)");
  auto* watcher = static_cast<Failing::WatcherLane*>(static_cast<detail::Lane*>(it.lane)->watcher.get());
  EXPECT_TRUE(watcher->taken);
  it.heard.cancelled = true;
  EXPECT_EQ(it.kPlugin.watch(it.lane, 2), REEVE_OK);
  EXPECT_FALSE(watcher->taken);
  it.heard.cancelled = false;
  it.heard.refuse = true;
  EXPECT_EQ(it.kPlugin.watch(it.lane, 3), REEVE_INVALID);
  EXPECT_EQ(it.heard.error, "the engine refused the event a");
}

TEST(Glue, EachExceptionOfAnActBecomesItsFault) {
  Opened<Failing> it;
  it.lane = it.kPlugin.actor(&it.heard.table, as_text("{}"), it.error, sizeof it.error);
  const auto act = [&](auto step, const char* args) {
    it.heard.answer.clear();
    const reeve_action action{sizeof action, as_text("x"), as_text(args), as_text("k1"), as_text("base"), 1000};
    return (it.kPlugin.*step)(it.lane, 5, &action);
  };
  EXPECT_EQ(act(&reeve_plugin::invoke, "{}"), REEVE_OK);
  EXPECT_EQ(it.heard.answer, R"({"key":"k1","baseline":"base"})");
  EXPECT_EQ(act(&reeve_plugin::invoke, R"({"how":"throttled"})"), REEVE_THROTTLED);
  EXPECT_EQ(it.heard.retry_after_ms, 1500);
  EXPECT_EQ(it.heard.answer, "") << "a fault has no answer";
  EXPECT_EQ(act(&reeve_plugin::invoke, R"({"how":"standard"})"), REEVE_INTERNAL);
  EXPECT_EQ(it.heard.error, "plain");
  EXPECT_EQ(act(&reeve_plugin::invoke, R"({"how":"odd"})"), REEVE_INTERNAL);
  EXPECT_EQ(act(&reeve_plugin::invoke, "{"), REEVE_INVALID);
  EXPECT_EQ(it.heard.error, "the arguments are no JSON");
  EXPECT_EQ(act(&reeve_plugin::plan, "{}"), REEVE_INVALID);
  EXPECT_EQ(it.heard.error, "the action x has no plan");
  const char* const kStates[] = {"done", "not_started", "running", "unknown"};
  for (int n = 0; n < 4; ++n) {
    EXPECT_EQ(act(&reeve_plugin::probe, ("{\"n\":" + std::to_string(n) + "}").c_str()), REEVE_OK);
    EXPECT_EQ(it.heard.answer, std::string("{\"state\":\"") + kStates[n] + "\"}");
  }
}

TEST(Glue, AManifestSaysWhatItsBuildersWereTold) {
  Manifest m;
  m.name("x", "1").doc("d").actor_lanes(3).target_key("x/{id}").capabilities({"files", "exec"});
  m.config({ConfigKey("a", Type::kText, "A").required().one_of({"p", "q"}), ConfigKey("b", Type::kText, "B").secret()});
  m.metrics({Metric("x_seconds", "gauge", "H").unit("seconds").labels({"l"})});
  m.events({EventType("x.up", "U").labels({"l"}).fields({"f"}), EventType("x.gone", "G").ends_target()});
  m.events({EventType("x.state", "S").state({Recovers("x.up", "at").when("w").since("s").fields({"f"})})});
  m.actions({ActionType("look", "L"),
             ActionType("fix", "F")
                 .need("who", Type::kText, "W")
                 .arg("n", Type::kInteger)
                 .change()
                 .probed()
                 .planned()
                 .settles_ms(5)
                 .causes({"x.up"})
                 .undo("break"),
             ActionType("wipe", "W").destroy().keyed()});
  m.lacks("collects");
  EXPECT_EQ(m.json()["config"].dump(), R"([{"name":"a","type":"string","doc":"A","required":true,"one_of":["p","q"]},)"
                                       R"({"name":"b","type":"string","doc":"B","secret":true}])");
  EXPECT_EQ(m.json()["metrics"].dump(),
            R"([{"name":"x_seconds","type":"gauge","help":"H","unit":"seconds","labels":["l"]}])");
  EXPECT_EQ(m.json()["events"].size(), 3U) << "a second call adds";
  EXPECT_EQ(m.json()["events"].items()[2]["recovers"].dump(),
            R"([{"event":"x.up","at":"at","when":"w","since":"s","fields":["f"]}])");
  const auto& actions = m.json()["actions"].items();
  EXPECT_EQ(actions[0].dump(), R"({"name":"look","doc":"L","effect":"read","class":"read","arguments":[]})");
  EXPECT_EQ(
      actions[1].dump(),
      R"({"name":"fix","doc":"F","effect":"change","class":"probed","arguments":[)"
      R"({"name":"who","type":"string","required":true,"doc":"W"},{"name":"n","type":"int","required":false,"doc":""}],)"
      R"("probe":true,"plan":true,"settles_ms":5,"causes":["x.up"],"undo":"break"})");
  EXPECT_EQ(actions[2]["effect"].text() + " " + actions[2]["class"].text(), "destroy keyed");
  EXPECT_FALSE(m.json()["collects"].boolean(true));
}

}  // namespace
}  // namespace reeve
