/// \file
/// What happens to a datum, from its source to the proof of what was done about it? The whole route, joined.
///
/// Stages never name the next stage; this does. Read pipeline.cpp from top to bottom. Core thread.
#pragma once

#include <string>
#include <vector>

#include "app/parts.h"

namespace reeve::app {

class Pipeline {
 public:
  explicit Pipeline(Parts& parts) : parts_(parts) {}

  // What each stage is made with.
  plugin::Ports from_plugins();
  collect::Ports from_collect();
  rule::Ports from_rules();
  runbook::Ports from_runs();
  alert::Ports from_notifier();

  /// What the Recorder shows: every entry, as it is appended.
  void on_entry(const model::Entry& entry);

  /// Looks at `<state>/HALT`; tells the ledger and the runner when it changed.
  void look_at_halt();
  /// At start: every firing episode without a decision is decided (a repeat returns the recorded one).
  void decide_what_fires();

 private:
  void on_batch(const model::Batch& batch);
  void on_events(const std::string& instance, std::vector<model::Event> events, std::function<void()> accepted);
  void when_durable(std::function<void()> then);
  void count_event(const model::Event& event);
  void on_alert(const model::AlertChange& change, const rule::Rule& rule);
  void respond(const model::Alert& alert, const rule::Rule& rule);
  void consider(const model::Alert& alert, const rule::Rule& rule, const response::Response& response);
  model::Decision gate(guard::Act act, const guard::Settings& of_runbook);
  void on_plugin_state(const plugin::StateChange& change);
  void query(const std::string& expr, std::function<void(base::Result<model::Value>)> done);
  void post(const alert::Receiver& to, const std::string& body, std::function<void(base::Status)> done);
  base::Duration stale_after(const model::Alert& alert, const rule::Rule& rule) const;
  bool is_active(const model::Alert& alert) const;
  bool is_the_engine(const std::string& target) const;

  Parts& parts_;
  std::map<model::Labels, double> event_counts_;  ///< of reeve_events_total
};

}  // namespace reeve::app
