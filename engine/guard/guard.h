/// \file
/// May this act happen now? The safety gate: one pure function over a state that is folded from the ledger.
///
/// Core thread. Design and the numbers of the rails: SAFETY.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/base.h"
#include "model/action.h"
#include "model/decision.h"
#include "model/entry.h"
#include "yaml/yaml.h"

namespace reeve::guard {

struct Breaker {
  int failures_target = 2, failures_group = 3;
  base::Duration within = base::hours(1);
  bool off = false;
};

/// `safety:` of the configuration or of a runbook; an unset member takes the next one out (runbook, engine, default).
struct Settings {
  std::string reason;
  std::optional<int> concurrency;           ///< 1: targets at a time per action
  std::optional<double> budget;             ///< 3: share of a group
  std::optional<double> floor;              ///< 4: share of a group that stays healthy
  std::optional<base::Duration> cool_down;  ///< 5
  std::optional<Breaker> breaker;           ///< 6
  std::optional<bool> flap;                 ///< 7
  std::optional<base::Duration> max_age;    ///< 10: of an event
  std::optional<bool> storm;                ///< 12
  std::optional<base::Duration> hold;       ///< 8
  std::optional<base::Duration> settles;    ///< instead of the manifests'
  std::optional<int> rate;                  ///< 23: acts a minute
  std::optional<int> promotion_evidence;
  std::vector<std::string> protect;  ///< 19: globs over target keys, beside the engine itself

  /// This with `inner`'s set members in front.
  Settings under(const Settings& inner) const;
  model::Value to_value() const;  ///< the members that are set
};

/// Reads a `safety:` map. \errors unknown keys; anything looser than its default without `reason`.
base::Result<Settings> read_settings(const yaml::Node& node);
/// The same from a runbook's table (keys as in YAML, values as text or numbers).
base::Result<Settings> settings_of(const model::Value& table, const std::string& where);

enum class Point { kStart, kStep, kCleanup };

/// What is to be judged, with the live facts that the ledger does not hold.
struct Act {
  Point point = Point::kStart;
  std::string runbook;  ///< "docker/restart_container"
  std::string action;   ///< "docker.restart"; at start may be empty
  std::string run;
  uint64_t epoch = 0;
  std::vector<std::string> targets;  ///< canonical keys
  std::string group;
  std::vector<std::string> members, healthy;  ///< of the group, where known
  model::Effect effect = model::Effect::kChange;
  model::ActionClass cls = model::ActionClass::kProbed;
  std::string mode = "approve";               ///< shadow, suggest, approve, auto: the strictest that applies
  bool approved = false;                      ///< a person said yes to exactly this
  std::string requested_by;                   ///< `uid:0` when a person started it; empty: the engine
  std::optional<base::Duration> data_age;     ///< of what the alert rests on; none: no data
  bool data_needed = true;                    ///< false: a person started it
  std::optional<base::Duration> stale_after;  ///< 2 intervals of its data, or max_age for an event
  bool flapping = false;
  bool warming = false;
  bool silenced = false;
  bool engine_degraded = false;       ///< 24: blind or without a ledger
  std::set<std::string> new_targets;  ///< at a step: targets the start did not judge
  bool new_group = false;             ///< at a step: the run has not been judged on this group yet
  bool new_members = false;           ///< at a step: nor on who is in it, and well
  std::string instead_of;             ///< at a step: the alert's target, where its own name for it now means another
};

/// A held target.
struct Lease {
  std::string run;
  uint64_t epoch = 0;
};

/// Folded from the ledger: everything the gate remembers. Value type: the simulation copies it.
///
/// The facts it reads (written by runbook and app; anything else is ignored):
/// - `lease.acquired`, `lease.released`: subject the target, `run`, facts {epoch}
/// - `run.started`: facts {runbook, targets, group} (group: where the alert tells it); `run.parked`, `run.resumed`,
/// `run.ended`: facts {result}
/// - `step.intent`: facts {path, action, targets, group, lost}; `step.outcome`: facts {path, ok}
/// - `switch.pulled`, `switch.lifted`: facts {scope}, body {reason}, actor the owner; pulled with scope "" halts
///   everything, lifted with "" lifts every switch, with "*" only that of everything. With facts {source: "file"} they
///   tell what was seen in `<state>/HALT`: such a switch holds as long as the file says so, and never beyond it
/// - `operator.breaker_reset`: facts {runbook, target}; it also ends the cool-down there, since the person who gives
/// the
///   reason has looked and wants it tried again
class State {
 public:
  /// Takes an entry into account, at the boot time of its writing.
  void apply(const model::Entry& entry, base::Boot at);
  /// Forgets acts and failures that are older; what is open or held stays.
  void forget_before(base::Boot at);

  const Lease* lease(const std::string& target) const;
  struct Switch {
    std::string scope, reason, owner;
    bool operator==(const Switch&) const = default;
  };
  /// A switch that covers one of the targets (an empty list: one that covers everything), or nullptr.
  const Switch* halted(const std::vector<std::string>& targets) const;
  std::vector<Switch> switches() const;
  /// The file `<state>/HALT` as last read (it counts beside the entries).
  void set_file_switches(std::vector<Switch> switches) { file_switches_ = std::move(switches); }
  /// Every switch that the ledger tells of, also those that it saw in the file.
  std::vector<Switch> recorded_switches() const;
  /// What of the file the ledger does not know yet: one change for each scope. A line that repeats the switch of a
  /// person is that person's.
  struct FileChange {
    bool pulled = true;
    Switch what;
  };
  std::vector<FileChange> unrecorded() const;

  /// Something done to a target, or a remediation of it that failed.
  struct Deed {
    base::Boot at;
    std::string runbook, target, group, run;
    bool lost = false;  ///< the target was healthy: the act took it away
    bool over = false;  ///< a person has looked since and let it be tried again: it cools nothing down
  };
  std::optional<base::Boot> last_act(const std::string& runbook, const std::string& target,
                                     const std::string& except_run) const;
  int failures_of_target(const std::string& runbook, const std::string& target, base::Boot since) const;
  int failures_of_group(const std::string& runbook, const std::string& group, base::Boot since) const;
  /// A breaker that is open: of a target, or (target empty) of a group.
  struct OpenBreaker {
    std::string runbook, target, group;
    int failures = 0;
  };
  /// Those that refuse now, sorted; `limits` are today's of a runbook.
  std::vector<OpenBreaker> open_breakers(const std::function<Breaker(const std::string& runbook)>& limits,
                                         base::Boot now) const;
  /// Has the target failed in this group, so that it is one of those that opened the group's breaker?
  bool failed_in(const std::string& runbook, const std::string& group, const std::string& target) const;
  /// Targets of runs of this runbook that are under way (parked ones are not).
  int active_targets(const std::string& runbook, const std::string& except_run) const;
  /// Healthy members of the group that acts have taken away since.
  int lost_in_group(const std::string& group, base::Boot since, const std::string& except_run) const;
  /// Runs that acted since.
  int acts_since(base::Boot since, const std::string& except_run) const;

 private:
  struct Run {
    std::string runbook, group;
    std::vector<std::string> targets;           ///< of the start, and those its steps added
    std::map<std::string, std::string> groups;  ///< of targets, as plans have told them
    bool parked = false, acted = false;
  };
  void started(const model::Entry& entry);
  void intended(const model::Entry& entry, base::Boot at);
  void ended(const model::Entry& entry, base::Boot at);
  void switched(const model::Entry& entry);
  void reset_breaker(const std::string& runbook, const std::string& target);

  std::map<std::string, Lease> leases_;
  std::vector<Switch> switches_;       ///< of people
  std::vector<Switch> file_switches_;  ///< of the file, as it is
  std::vector<Switch> seen_in_file_;   ///< of the file, as the ledger tells
  std::map<std::string, Run> runs_;
  std::vector<Deed> acts_, failures_;  ///< oldest first
};

/// Pure. The verdict is never without a reason, and its inputs are enough to replay it.
model::Decision gate(const State& state, const Act& act, const Settings& settings, base::Boot now);

/// Stands in a breaker's refusal between what happened and reset_command(): who shows the two apart splits there.
inline constexpr std::string_view kLookThen = ": a person must look, then: ";
/// What a person types to reset a breaker; target empty: of all targets of the runbook.
std::string reset_command(const std::string& runbook, const std::string& target);

/// The default of every setting.
Settings defaults();

/// `SCOPE reason` a line of `<state>/HALT`; an empty file halts everything. The owner of each is "file".
std::vector<State::Switch> read_halt_file(const std::string& text);

}  // namespace reeve::guard
