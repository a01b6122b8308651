/// \file
/// What stands around the runner when nothing is real? The same runner, gate and script worker on a virtual clock, a
/// ledger in memory, plugins that only say that they did it; and a kill -9 at any moment.
///
/// Core thread, with a loop of its own. Rehearsals (`reeve test`) and the tests of runs are played here.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ledger/memory_ledger.h"
#include "runbook/bundle.h"
#include "runbook/library.h"
#include "runbook/rehearsal/plugins.h"
#include "runbook/runbook.h"

namespace reeve::runbook {

/// Declares the files of a bundle on a virtual clock. \errors kInvalid: findings with paths below `source.folder`.
base::Result<script::Declared> declare_here(const Source& source, const script::Bundle& bundle, base::Loop& loop);

class Stage {
 public:
  Stage();
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  /// Makes an engine on what the ledger holds: runs that are not over go on.
  base::Status start_engine();
  /// kill -9 of the engine: what is not durable is gone; requests on their way arrive or not.
  void kill(bool requests_arrive = true);
  /// kill -9 of the script worker.
  void kill_worker();
  void advance(base::Duration by) { loop.advance(by); }
  /// Appended as by another stage of the engine: the gate remembers it.
  void append(model::Entry entry);

  base::ManualLoop loop{base::Time{1'700'000'000'000'000}};
  std::unique_ptr<ledger::MemoryLedger> memory;
  SimulatedPlugins actions{loop};
  guard::State state;
  guard::Settings safety;  ///< of the engine; what is not set has its default
  std::shared_ptr<Shelf> library = std::make_shared<Shelf>();
  std::unique_ptr<Runner> runner;
  std::vector<Ports::Message> told;
  std::function<base::Result<model::Value>(const std::string& expr)> query;  ///< unset: no data
  std::function<bool(const model::Alert&)> alert_active;                     ///< unset: none is
  std::function<void(Verified)> on_verified;                                 ///< told before the run is
  Verified verified = Verified::kHeld;
  base::Duration verify_takes = base::seconds(10);
  std::string bundle_instead;  ///< what the ledger gives for any bundle, if set
  int workers = 0;             ///< started so far

 private:
  class Killable;
  class Seen;
  class Chance;
  Ports ports();
  void join_questions(Ports& ports);

  std::unique_ptr<Chance> chance_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<child::Spawner> spawner_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(false);
  child::Process* worker_ = nullptr;
};

}  // namespace reeve::runbook
