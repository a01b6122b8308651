/// \file
/// When is each source asked, and how do its answers become the engine's samples and events?
///
/// Core thread. Adds `job`, `instance` and the configured labels (a clash becomes `exported_x`), `up` and
/// `scrape_duration_seconds`; enforces the limits of PLUGINS; drops events whose cursor is not new; turns the
/// difference between a stated present and the known past into events marked `recovered`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/base.h"
#include "model/entry.h"
#include "model/event.h"
#include "model/sample.h"
#include "plugin/plugin.h"

namespace reeve::collect {

struct Ports {
  /// A finished batch, labelled, `up` and `scrape_duration_seconds` in it. `ok == false` stales the instance; then
  /// these two are all its samples.
  std::function<void(model::Batch)> on_batch;
  /// One intake batch, labelled, at most 256 events, in order; `accepted` when its ledger entry is durable, and so all
  /// before it.
  std::function<void(const std::string& instance, std::vector<model::Event>, std::function<void()> accepted)> on_events;
};

/// How an instance's last collect went.
struct Health {
  bool failing = false;  ///< it gave nothing: an error, or all its samples were dropped
  std::string why;       ///< the first reason; also when only some samples were dropped
};

/// Must outlive what it handed out; stop() and Fleet::stop() first.
class Collector {
 public:
  virtual ~Collector() = default;
  /// Spreads the instances over their intervals; called again after a reload. The first collect of an instance comes
  /// within a second; one never begins before the last has ended.
  virtual void schedule() = 0;
  virtual void stop() = 0;
  /// What Fleet's Ports::on_events hands in.
  virtual void take_events(const std::string& instance, std::vector<model::Event> events,
                           std::function<void()> accepted) = 0;
  /// Cursors and last known states, as the ledger has them at start (projection `sources`, `targets`).
  virtual void restore(const std::vector<model::Value>& sources, const std::vector<model::Value>& targets) = 0;
  /// Where a Watcher of the instance begins. Asking says that its source is looked at anew: what happened since the
  /// last event may have been missed, until it has stated the present.
  virtual std::string cursor(const std::string& instance) = 0;
  /// The `events.accepted` entry for events that Ports::on_events hands over: only inside that call, for the same
  /// events (caused_by may have been set). Its facts say what records.h needs for the projections.
  virtual model::Entry entry_of(const std::string& instance, const std::vector<model::Event>& events) const = 0;
  /// Of the last collect; a failure is logged once, and again at most every 10 minutes when its reason changes. An
  /// instance that was not asked yet, or is never asked, is well.
  virtual Health health(const std::string& instance) const = 0;
  /// {batches, failed, samples, samples_dropped, events, events_dropped, recovered, states, states_unchanged}.
  virtual model::Value counters() const = 0;
};

std::unique_ptr<Collector> make_collector(plugin::Fleet& fleet, Ports ports, base::Loop& loop);

}  // namespace reeve::collect
