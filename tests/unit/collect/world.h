/// \file
/// How are missed events tested? A small world of containers whose source forgets, and an engine that comes and goes.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/manual_loop.h"
#include "collect/collect.h"
#include "collect/records.h"
#include "unit/collect/fake_fleet.h"

namespace reeve::testing {

/// The manifest of a container engine, as a plugin would give it.
inline plugin::Manifest container_manifest() {
  plugin::Manifest m;
  m.name = "box";
  m.watches = true;
  const auto event = [&](const char* type) -> plugin::EventSpec& {
    m.events.emplace_back();
    m.events.back().type = type;
    return m.events.back();
  };
  for (const char* type : {"box.start", "box.die", "box.oom", "box.health", "box.note"}) event(type);
  event("box.destroy").ends_target = true;
  plugin::EventSpec& state = event("box.state");
  state.state = true;
  plugin::RecoverSpec start{"box.start", "started_at"};
  plugin::RecoverSpec oom{"box.oom", "finished_at", "oom_killed", "started_at", "box.die"};
  plugin::RecoverSpec die{"box.die", "finished_at"};
  die.fields = {"exit_code"};
  plugin::RecoverSpec health{"box.health", "health_at"};
  health.changed = "status";
  health.reset_by = "box.start";
  health.ignore = {"", "starting"};
  health.fields = {"status"};
  state.recovers = {start, oom, die, health};
  return m;
}

/// One container as its engine would show it.
struct Box {
  int64_t started_us = 0, finished_us = 0, health_us = 0;
  int64_t exit_code = 0;
  bool oom = false;
  std::string status;
};

/// A source of events with a short memory.
class World {
 public:
  explicit World(size_t remembers) : remembers_(remembers) {}

  // What happens. The event is a little later than the moment that the state shows, as with Docker.
  void start(const std::string& id) {
    Box& box = boxes[id];
    box.started_us = tick();  // and the state says `oom` on, until the next death: so does Docker 20.10
    box.status = "starting";
    tell("box.start", id, model::Value::map());
  }
  void die(const std::string& id, int64_t code, bool oom = false) {
    Box& box = boxes[id];
    if (oom) tell("box.oom", id, model::Value::map());
    box.finished_us = tick();
    box.exit_code = code;
    box.oom = oom;
    box.status = "";
    tell("box.die", id, model::Value::map().set("exit_code", code));
  }
  void health(const std::string& id, const std::string& status) {
    Box& box = boxes[id];
    if (box.status == status) return;
    box.status = status;
    box.health_us = tick();
    tell("box.health", id, model::Value::map().set("status", status));
  }
  void destroy(const std::string& id) {
    boxes.erase(id);
    tell("box.destroy", id, model::Value::map());
  }
  void note(const std::string& id) { tell("box.note", id, model::Value::map()); }
  int64_t tick() { return now_us += 1000; }

  /// What its event stream would give from `cursor` on: at most what it remembers.
  std::vector<model::Event> since(const std::string& cursor) const {
    std::vector<model::Event> out;
    const size_t first = history.size() > remembers_ ? history.size() - remembers_ : 0;
    for (size_t i = first; i < history.size(); ++i)
      if (cursor.empty() || history[i].at.us > std::stoll(cursor)) out.push_back(history[i]);
    return out;
  }
  /// Its present, one state for each box.
  std::vector<model::Event> states(const std::string& instance) {
    std::vector<model::Event> out;
    const int64_t at = tick();
    for (const auto& [id, box] : boxes) {
      model::Event state;
      state.type = "box.state";
      state.instance = instance;
      state.target = "box/" + id;
      state.labels = {{"name", id}};
      state.at = base::Time{at};
      const auto time = [](int64_t us) { return us ? base::format_time(base::Time{us}) : std::string(); };
      state.fields.set("started_at", time(box.started_us)).set("finished_at", time(box.finished_us));
      state.fields.set("health_at", time(box.health_us)).set("exit_code", box.exit_code);
      state.fields.set("oom_killed", box.oom).set("status", box.status);
      out.push_back(std::move(state));
    }
    return out;
  }

  std::map<std::string, Box> boxes;
  std::vector<model::Event> history;  ///< all that ever happened
  int64_t now_us = base::seconds(1'700'000'000).us;

 private:
  void tell(const char* type, const std::string& id, model::Value fields) {
    model::Event event;
    event.type = type;
    event.instance = "box/local";
    event.target = "box/" + id;
    event.labels = {{"name", id}};
    event.at = base::Time{tick()};
    event.fields = std::move(fields);
    event.cursor = std::to_string(event.at.us);
    history.push_back(std::move(event));
  }
  size_t remembers_;
};

/// The ledger as far as this test needs it: entries, and the tables folded from them.
class Tables {
 public:
  void append(model::Entry entry) {
    entry.seq = ++seq_;
    for (const model::RowChange& change : collect::project(entry)) {
      auto& table = tables_[change.table];
      const std::string key = model::to_json(change.key);
      if (change.erase) {
        table.erase(key);
        continue;
      }
      model::Value& row = table[key];
      if (row.is_null()) row = change.key;
      for (const auto& [name, value] : change.set.as_map()) row.set(name, value);
    }
    entries.push_back(std::move(entry));
  }
  std::vector<model::Value> rows(const std::string& table) const {
    std::vector<model::Value> out;
    const auto found = tables_.find(table);
    if (found == tables_.end()) return out;
    for (const auto& [key, row] : found->second) out.push_back(row);
    return out;
  }
  std::vector<model::Entry> entries;

 private:
  uint64_t seq_ = 0;
  std::map<std::string, std::map<std::string, model::Value>> tables_;
};

/// An engine over the world: every Engine is one life, between them only Tables stay.
class EngineLife {
 public:
  EngineLife(World& world, Tables& tables) : world_(world), tables_(tables) {
    fleet_.add("box", "local");
    fleet_.manifests["box"] = container_manifest();
    collect::Ports ports;
    ports.on_events = [this](const std::string& instance, std::vector<model::Event> events,
                             std::function<void()> accepted) {
      if (dead || entries_left-- == 0) {
        dead = true;
        return;
      }
      model::Entry entry = collector_->entry_of(instance, events);
      for (model::Event& event : events) ledger.push_back(event);
      tables_.append(std::move(entry));
      accepted();
    };
    collector_ = collect::make_collector(fleet_, ports, loop_);
    collector_->restore(tables.rows("sources"), tables.rows("targets"));
  }
  /// As a watcher does when it begins: what the source still has since the cursor, then the present.
  void open() {
    const std::string cursor = collector_->cursor("box/local");
    const std::vector<model::Event> states = world_.states("box/local");
    if (!cursor.empty()) {
      for (const model::Event& event : world_.since(cursor)) take({event});
    }
    streamed_ = world_.history.size();
    for (model::Event state : states) {
      // A source heard of for the first time gets a cursor from its states.
      if (cursor.empty()) state.cursor = std::to_string(state.at.us);
      take({state});
    }
  }
  /// What has happened since comes in as it happens.
  void stream() {
    while (streamed_ < world_.history.size()) take({world_.history[streamed_++]});
  }
  void take(std::vector<model::Event> events) {
    if (!dead) collector_->take_events("box/local", std::move(events), [] {});
  }
  collect::Collector& collector() { return *collector_; }

  std::vector<model::Event> ledger;  ///< what this life has put into the ledger
  bool dead = false;                 ///< nothing reaches the ledger any more
  int entries_left = -1;             ///< dies before the entry after so many; negative: never

 private:
  World& world_;
  Tables& tables_;
  base::ManualLoop loop_;
  FakeFleet fleet_;
  std::unique_ptr<collect::Collector> collector_;
  size_t streamed_ = 0;
};

}  // namespace reeve::testing
