/// \file
/// What lives while the engine runs? Every part, in the order in which it starts; it stops in reverse.
#pragma once

#include <memory>
#include <string>

#include "alert/alert.h"
#include "api/api.h"
#include "app/config.h"
#include "app/halt_file.h"
#include "app/needs.h"
#include "app/places.h"
#include "app/promotion.h"
#include "app/recorder.h"
#include "base/base.h"
#include "base/worker.h"
#include "child/child.h"
#include "collect/collect.h"
#include "guard/guard.h"
#include "ledger/ledger.h"
#include "plugin/plugin.h"
#include "rule/rule.h"
#include "runbook/runbook.h"
#include "series/series.h"

namespace reeve::app {

/// Core thread. What the pipeline joins; made by Engine, and by tests/flow with a clock and plugins of its own.
struct Parts {
  Parts(base::Loop& of, Places where)
      : loop(of), clock(of.clock()), random(base::system_random()), places(std::move(where)) {}

  base::Loop& loop;
  const base::Clock& clock;
  base::Random& random;
  Places places;
  std::string version = "0";
  Config config;

  std::unique_ptr<ledger::Ledger> file;    ///< the record on disk
  std::unique_ptr<ledger::Reader> reader;  ///< the core's own: for journals and bundles of runs
  std::unique_ptr<Recorder> ledger;        ///< what everyone appends to
  guard::State memory;                     ///< what the gate remembers
  std::unique_ptr<HaltFile> halt;
  Needs needs;       ///< where a person is needed
  KnownModes modes;  ///< of each response, as the ledger tells
  std::unique_ptr<series::Head> series;
  std::unique_ptr<child::Spawner> spawner;
  std::unique_ptr<base::Worker> query_thread, reader_thread, file_thread;
  std::unique_ptr<api::Queries> queries;
  api::Bus bus;
  api::Metrics metrics;
  std::unique_ptr<plugin::Fleet> fleet;
  std::unique_ptr<collect::Collector> collector;
  std::unique_ptr<rule::Engine> rules;
  std::unique_ptr<alert::Notifier> notifier;
  std::unique_ptr<runbook::ActionPort> actions;
  std::unique_ptr<runbook::Runner> runner;
  std::shared_ptr<const runbook::Library> library;
  std::vector<std::string> problems;  ///< of rules, told in status: "rule X: ..."
  bool ready = false, draining = false;
  base::Time started;
};

}  // namespace reeve::app
