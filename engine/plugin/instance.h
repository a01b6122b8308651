/// \file
/// What is one configured instance of a plugin? Its lanes, the calls that wait for an actor, its events on their way.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/base.h"
#include "plugin/lane.h"
#include "plugin/plugin.h"

namespace reeve::plugin {

/// What a configuration became when it was prepared.
struct Prepared {
  InstanceConfig config;
  Program program;
  std::shared_ptr<const Manifest> manifest;  ///< nullptr: its program said none
  std::string fault;                         ///< why it cannot be run as it is; empty: it can
  bool broken = false;                       ///< the fault is one of the program, not of what was configured
  /// The fault with its place in the configuration.
  std::string complaint() const;
};

/// Core thread. Lives in the fleet's table of instances.
class Instance {
 public:
  struct Listener {
    std::function<void(std::vector<model::Event>, std::function<void()> accepted)> on_events;
    std::function<void()> on_closed;  ///< once, after close(): all lanes are closed
  };
  Instance(Prepared prepared, base::Live<Instance>& live, base::Live<Lane>& lanes, base::Loop& loop);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  /// Once, right after it was added to its table.
  void begin(base::Handle self, Listener listener);

  const InstanceConfig& config() const { return prepared_.config; }
  const Program& program() const { return prepared_.program; }
  const Manifest& manifest() const { return *prepared_.manifest; }
  const std::vector<base::Handle>& lanes() const { return lane_handles_; }
  /// What changes without reopening: how often, how long, which labels.
  void adopt(const Prepared& prepared);
  void add_lane(base::Handle lane) { lane_handles_.push_back(lane); }

  void collect(base::Duration deadline, std::function<void(base::Result<model::Batch>)> done);
  /// A plan, invoke or probe; waits for a free lane until its deadline.
  void act(Request request, OnAnswer done);

  void on_idle(LaneKind kind);
  void on_event(Told event, base::Handle lane, uint64_t number);
  void on_lane_closed();
  /// What waits is answered kUnavailable, what runs ends first.
  void close();
  bool closing() const { return closing_; }
  /// Its process has failed so often that waiting makes no sense: `why`.
  void give_up(const std::string& why);
  model::Value status() const;

 private:
  struct Waiting {
    uint64_t id = 0;
    Request request;
    base::Boot until;
    OnAnswer done;
    base::Loop::Id timer = 0;
  };
  struct Collecting {
    std::function<void(base::Result<model::Batch>)> done;
    base::Time started;
    base::Boot begin;
  };
  Lane* idle_lane(LaneKind kind) const;
  void send(Lane& lane, Request request, base::Boot until, OnAnswer done);
  void on_collected(base::Result<Answer> answer);
  void on_waited(uint64_t id);
  void refuse_waiting(const base::Error& error);
  void hand_over_events();
  void on_accepted(base::Handle lane, uint64_t number, int64_t count, std::string cursor);
  bool wrong(const Told& event);

  Prepared prepared_;
  base::Live<Instance>& live_;
  base::Live<Lane>& lanes_;
  base::Loop& loop_;
  Listener listener_;
  base::Handle self_;
  std::vector<base::Handle> lane_handles_;
  std::optional<Collecting> collecting_;
  std::deque<Waiting> waiting_;
  uint64_t next_waiting_ = 1;
  /// Events of one lane that came in one turn of the loop.
  std::vector<model::Event> events_;
  base::Handle events_lane_;
  uint64_t events_number_ = 0;
  bool closing_ = false, posted_ = false, hopeless_ = false;
  int64_t collects_ = 0, failed_collects_ = 0, calls_ = 0, events_taken_ = 0, events_wrong_ = 0;
  std::string last_error_;
};

}  // namespace reeve::plugin
