/// \file
/// How does a script become journaled steps? The front door of runs: load, consider, start, step, verify, end, resume.
///
/// Core thread. The ledger is the journal: a changing step is plan, gate, step.intent (durable), invoke, step.outcome.
/// Design: RUNBOOKS; the rails: SAFETY.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/base.h"
#include "child/child.h"
#include "guard/guard.h"
#include "ledger/ledger.h"
#include "model/alert.h"
#include "model/run.h"
#include "runbook/ports.h"

namespace reeve::runbook {

struct ParamSpec {
  std::string name, type, from, match;
  bool required = true;
  model::Value fallback;  ///< `default`
  model::Value choices, least, most;
};

/// A runbook as declared: the top level of its script ran with no actions available.
struct Runbook {
  std::string name;  ///< "docker/restart_container": path below a runbooks folder, without .lua
  std::string path, title;
  std::string bundle;  ///< the script with what it requires, as stored in the ledger by hash
  base::Hash hash{};
  std::vector<std::string> alerts;
  std::vector<ParamSpec> params;
  std::string dedup;  ///< with ${param}; empty: the alert's key
  std::vector<std::string> locks;
  base::Duration deadline = base::hours(1);
  int changes = 10;
  guard::Settings safety;
  std::string mode;  ///< what the runbook itself names, or empty
  /// What its text says of plugins and PromQL (script::Declared::uses), with paths as files: for the lint.
  model::Value uses = model::Value::list();
};

class Library {
 public:
  virtual ~Library() = default;
  virtual const Runbook* find(const std::string& name) const = 0;
  virtual std::vector<const Runbook*> all() const = 0;
};
/// Declares every *.lua below the folders (not *_test.lua), and files named, in a script worker. Asynchronous; `done`
/// gets all errors joined by newlines (`file:line:col: ...`). Later folders do not replace names of earlier ones.
void load(const std::vector<std::string>& folders, child::Spawner& spawner, base::Loop& loop,
          std::function<void(base::Result<std::shared_ptr<const Library>>)> done);

/// A run that somebody or something wants.
struct Candidate {
  std::string runbook;
  model::Value params = model::Value::map();  ///< from `with`, or the CLI
  std::optional<model::Alert> alert;
  std::string response_id;       ///< of response::Response
  std::string response_key;      ///< what it is known by wherever it stands; evidence is gathered under it
  std::string mode = "approve";  ///< strictest of engine, rule, response
  base::Duration verify_within = base::minutes(5);
  std::optional<base::Duration> verify_hold;
  bool verify = true;        ///< false: a person's run without an alert
  std::string requested_by;  ///< "uid:0"; empty: the engine
  bool dry = false;
  std::optional<base::Duration> stale_after;
};

struct Started {
  std::string run;  ///< the new run, or the one it joined; empty when refused
  bool joined = false;
  model::Decision decision;
};

class Runner {
 public:
  virtual ~Runner() = default;
  virtual void use(std::shared_ptr<const Library> library) = 0;
  /// Dedup, gate, `decision` entry, then run.started / run.joined / an approval request / a later try (defer). A
  /// decision is made once per (response, rule id, alert key, episode): a repeat returns the recorded one.
  virtual base::Result<Started> consider(Candidate candidate) = 0;
  /// A dry run: `done` gets the plan {steps: [{action, args, class, targets, preview}], ...}.
  virtual void dry_run(Candidate candidate, std::function<void(base::Result<model::Value>)> done) = 0;
  /// Journals of runs not ended, and decisions, from the ledger; then every run goes on or is parked with its reason.
  /// One that nothing tells any more what it is ends with the reason `lost`, and its alerts are to be considered again;
  /// if a request of its has no outcome, with the reason `in_doubt`, and a person looks.
  virtual base::Status restore(ledger::Reader& reader) = 0;

  virtual base::Status approve(const std::string& id, const std::string& who) = 0;
  virtual base::Status deny(const std::string& id, const std::string& who, const std::string& why) = 0;
  virtual base::Status cancel(const std::string& run, const std::string& who) = 0;
  /// The answer of a person to an in_doubt step: "happened", "repeat", "abort".
  virtual base::Status settle(const std::string& run, const std::string& path, const std::string& answer,
                              const std::string& who) = 0;
  /// An alert changed: a deferred run looks at it again, a verify ends.
  virtual void on_alert(const model::AlertChange& change) = 0;
  /// The kill switch was pulled or lifted, or a breaker was reset: what these stopped is judged again.
  virtual void on_switch() = 0;
  /// Engine-caused effects: the step (`<run>/<path>`) whose effect an event of this type about this target is, or "".
  virtual std::string cause_of(const std::string& event_type, const std::string& target, base::Time at) = 0;
  /// True while a step's effect on this target is not over.
  virtual bool disturbs(const std::string& target) const = 0;

  virtual std::vector<model::RunRow> runs() const = 0;  ///< live ones
  virtual model::Value approvals() const = 0;           ///< pending ones: {id, run, runbook, text, since, until}
  /// Lets no new step begin; `done` when no invoke is open (or the deadline passed).
  virtual void drain(base::Duration deadline, std::function<void()> done) = 0;
};

std::unique_ptr<Runner> make_runner(Ports ports, ledger::Ledger& ledger, child::Spawner& spawner, base::Loop& loop,
                                    base::Random& random);

/// Row changes of run.*, step.*, decision, approval.*, lease.* entries, and their tables.
std::vector<model::RowChange> project(const model::Entry& entry);
std::vector<ledger::Table> tables();

/// `reeve test` for runbooks: runs every `*_test.lua` among the files and below the folders, on a virtual clock with
/// mocked actions, and prints one line a case. \return 0, or 1 when a case failed or a file could not be read.
int test_runbooks(const std::vector<std::string>& paths, std::ostream& out);

}  // namespace reeve::runbook
