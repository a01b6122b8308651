// A plugin that uses all of the C++ wrapper: three lanes in a struct, a check of its own, every kind of error.
#include <poll.h>

#include <thread>

#include "reeve/plugin.hpp"

using namespace reeve;

struct Gauges : Collector {
  explicit Gauges(const Config& c)
      : fail_(c.text("fail")), text_(c.text("text")), wait_(c.duration("wait")), token_(c.secret("token")) {}
  void collect(Samples& out) override {
    if (fail_ == "throttled") throw Error(Fault::kThrottled, "slow down", Milliseconds(700));
    if (fail_ == "standard") throw std::runtime_error("a plain exception");
    if (fail_ == "odd") throw 42;
    if (fail_ == "limit") out.add("bad name", 1);
    out.add("everything_text", 1, {{"text", text_}, {"token", token_}});
    out.add("everything_wait_seconds", static_cast<double>(wait_.count()) / 1000,
            std::vector<std::pair<std::string, std::string>>{{"from", "a vector"}}, 1234);
  }
  std::string fail_, text_;
  Milliseconds wait_;
  std::string token_;
};

struct Stream : Watcher {
  Stream(const Config& c, const std::string& cursor) : name_(c.name()), cursor_(cursor) {}
  void watch(Events& out) override {
    Event event;
    event.type = "everything.opened";
    event.labels = {{"cursor", cursor_}};
    event.fields.set("bytes", "\xff\xfe").set("nested", Json::list().push(1).push(2.5).push(Json()));
    event.target = "everything/" + name_;
    event.cursor = std::to_string(cursor_.empty() ? 1 : std::stol(cursor_) + 1);
    if (!out.emit(event)) return;
    pollfd wait{out.cancel_fd(), POLLIN, 0};
    while (!out.cancelled() && out.durable() != event.cursor) poll(&wait, 1, 5);
    event.type = "everything.acknowledged";
    event.cursor = "";
    out.emit(event);
    poll(&wait, 1, -1);
  }
  std::string name_, cursor_;
};

struct Hands : Actor {
  explicit Hands(const Config&) {}
  Plan plan(const Action& a) override {
    Plan plan;
    plan.targets = {"everything/" + a.args.text("what")};
    plan.group = "g";
    plan.members = {"everything/a", "everything/b"};
    plan.healthy = {"everything/b"};
    plan.baseline = "base";
    plan.settles = Milliseconds(1500);
    return plan;
  }
  Json invoke(const Action& a) override {
    if (a.args.text("what") == "lost") throw Error(Fault::kUnknownOutcome, "the line broke");
    Json out = Json::map();
    out.set("key", a.key).set("baseline", a.baseline).set("list", Json::texts(a.args.texts("list")));
    return out.set("left", a.left().count() > 0).set("for_ms", static_cast<int64_t>(a.args.duration("for").count()));
  }
  Probe probe(const Action& a) override { return a.baseline == "base" ? Probe::kRunning : Probe::kUnknown; }
};

struct Everything {
  using CollectorLane = Gauges;
  using WatcherLane = Stream;
  using ActorLane = Hands;
  static void describe(Manifest& m) {
    m.name("everything", "2.0")
        .doc("All of it.")
        .capabilities({"network"})
        .actor_lanes(2)
        .target_key("everything/{id}");
    m.config({ConfigKey("fail", Type::kText, "how").one_of({"", "throttled", "standard", "odd", "limit"}),
              ConfigKey("text", Type::kText, "a text").by_default("default"),
              ConfigKey("wait", Type::kDuration, "a time").by_default("1m30s"),
              ConfigKey("token", Type::kText, "a secret").secret(), ConfigKey("port", Type::kInteger, "a number")});
    m.metrics({Metric("everything_text", "gauge", "A text.").labels({"text"}),
               Metric("everything_wait_seconds", "gauge", "A time.").unit("seconds")});
    m.events(
        {EventType("everything.opened", "It began.").labels({"cursor"}),
         EventType("everything.acknowledged", "It is durable."),
         EventType("everything.state", "Now.")
             .state(
                 {Recovers("everything.opened", "at").when("open").since("since").fields({"x"}),
                  Recovers("everything.acknowledged", "at").changed("y").ignore({""}).reset_by("everything.opened")}),
         EventType("everything.gone", "It ended.").ends_target()});
    m.actions({ActionType("act", "Acts.")
                   .change()
                   .probed()
                   .planned()
                   .settles_ms(1000)
                   .causes({"everything.opened"})
                   .need("what", Type::kText, "on what")
                   .arg("list", Type::kList)
                   .arg("for", Type::kDuration),
               ActionType("look", "Looks.")});
  }
  static void check(const Config& c) {
    if (c.integer("port", 1) > 65535) throw Error(Fault::kInvalid, "field \"port\" is no port");
    if (c.has("token") && c.secret("token").empty()) throw Error(Fault::kInvalid, "field \"token\" is empty");
  }
};

REEVE_PLUGIN(Everything)
