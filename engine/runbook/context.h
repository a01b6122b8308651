/// \file
/// What do runs, steps and waits share? The ports, the ledger, the tables of what is alive.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/base.h"
#include "ledger/ledger.h"
#include "runbook/effects.h"
#include "runbook/leases.h"
#include "runbook/runbook.h"
#include "script/script.h"

namespace reeve::runbook {

class Run;
class Step;
class Read;
class Wait;

/// Core thread. Owned by the runner, outlives all that it holds.
struct Context {
  Context(Ports& the_ports, ledger::Ledger& the_ledger, base::Loop& the_loop, base::Random& the_random);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  Ports& ports;
  ledger::Ledger& ledger;
  base::Loop& loop;
  base::Random& random;
  script::Pool* scripts = nullptr;
  std::shared_ptr<const Library> library;

  Effects effects;
  Leases leases;
  base::Live<Run> runs;
  base::Live<Step> steps;
  base::Live<Read> reads;
  base::Live<Wait> waits;
  std::map<std::string, base::Handle> by_run;    ///< run id
  std::map<std::string, base::Handle> by_dedup;  ///< runs that a later candidate joins
  std::map<std::string, base::Handle> by_approval;

  bool draining = false;
  size_t open_invokes = 0;
  std::function<void()> on_quiet;  ///< draining, and the last invoke has returned

  base::Boot now() const { return loop.clock().boot(); }
  base::Time wall() const { return loop.clock().wall(); }
  guard::Settings settings() const {
    return ports.settings ? guard::defaults().under(ports.settings()) : guard::defaults();
  }
  void tell(const Ports::Message& message) const {
    if (ports.tell) ports.tell(message);
  }
  Run* find(const std::string& run) const {
    const auto found = by_run.find(run);
    return found == by_run.end() ? nullptr : runs.find(found->second);
  }
  void invoke_began() { ++open_invokes; }
  void invoke_ended() {
    if (--open_invokes == 0 && draining && on_quiet) std::exchange(on_quiet, nullptr)();
  }
  /// Set by the runner: a candidate that waited for a run to be itself again.
  std::function<void(Candidate)> reconsider;
  /// Leases or a place under a limit became free: what was deferred asks again in the next turn.
  void wake_deferred();
};

/// Retries of what may be tried again: three, 200 ms, doubling, up to 30 % of jitter, not before `retry_after_ms`.
inline constexpr int kRetries = 3;
base::Duration retry_delay(int attempt, const base::Error& error, base::Random& random);
/// Wall and boot time of this moment, for entries whose times count after a restart.
void stamp(model::Value& facts, const base::Clock& clock);
/// The boot time of an entry that was stamped: exact within one boot of the machine, else by wall time.
base::Boot stamped(const model::Entry& entry, const base::Clock& clock);

/// The value of a duration as scripts write it: "30s", or seconds as a number.
base::Result<base::Duration> duration_of(const model::Value& value, const std::string& name);

}  // namespace reeve::runbook
