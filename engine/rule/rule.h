/// \file
/// Which alerts follow from the series and events? Rule files, groups, evaluation, alert states, event rules.
///
/// Core thread. Rules are evaluated in slices of at most 2 ms; transitions come out through Ports in the order in which
/// they happened. Design: RULES.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/base.h"
#include "model/alert.h"
#include "model/event.h"
#include "promql/promql.h"
#include "response/response.h"
#include "series/series.h"
#include "template/template.h"

namespace reeve::rule {

/// An event selector: `docker.die{exit_code=~"13[79]"}`; fields count as labels (a label of the same name wins), one
/// that is missing is empty text. Matchers as in PromQL: `=`, `!=`, `=~`, `!~`, RE2, fully anchored.
class EventSelector {
 public:
  /// \errors kInvalid with line:column in the text.
  static base::Result<EventSelector> parse(std::string_view text);
  bool matches(const model::Event& event) const;
  const std::string& type() const;
  /// The canonical text: equal for selectors that mean the same.
  std::string text() const;
  struct State;

 private:
  std::shared_ptr<const State> state_;
};

/// What missing data means for an alert: its series have no fresh samples.
enum class Absent {
  kResolve,  ///< as Prometheus: no element, no alert; the default of a rule without `run:`
  kKeep,     ///< a firing alert stays, a pending one waits; the default of a rule with `run:`
  kFire,     ///< a known alert goes on; with no series at all, one fires for the selectors' equal-matchers
};

/// `flapping: {high: 30, low: 25}`: percent of weighted state changes over the last 20 states.
struct FlappingLimits {
  double high = 30, low = 25;
};

/// A template with the text it came from.
struct NamedTemplate {
  std::string name;
  std::string source;
  tmpl::Template text;
};

struct Rule {
  enum class Kind { kRecord, kAlert, kEvent };
  Kind kind = Kind::kAlert;
  std::string id;       ///< see model::Alert::rule_id
  std::string meaning;  ///< hash of canonical expr, labels, on, by, until, reset, needs
  std::string hash;     ///< SHA-256 of the file in which it stands, in hexadecimal
  std::string name;     ///< of the alert or the recorded series
  std::optional<promql::Expr> expr, reset, verify;
  std::optional<EventSelector> on;
  std::vector<EventSelector> until;  ///< any of them ends the alert
  std::vector<std::string> by;       ///< empty: the labels of the event
  base::Duration hold_for;           ///< `for`
  base::Duration keep_firing_for;
  base::Duration keep;  ///< event rules: the episode ends so long after the last match; zero: only `until` ends it
  int needs = 1, of = 1;
  Absent absent = Absent::kResolve;
  std::optional<FlappingLimits> flapping;
  bool caused = false;
  bool on_arrival = false;  ///< evaluated when a batch that it reads is complete, beside the ticks
  std::vector<NamedTemplate> labels, annotations;
  std::optional<response::Response> run;
  std::string position;  ///< file:line:column
};

struct Group {
  std::string file, name;  ///< file: below the rules folder
  base::Duration interval;
  base::Duration query_offset;
  int64_t limit = 0;
  bool evaluate_on_arrival = true;
  std::vector<Rule> rules;
};

struct RuleSet {
  std::vector<Group> groups;
  std::string hash;                   ///< of all files
  std::vector<std::string> warnings;  ///< lint findings, each `file:line:col: text`
  /// Of the built-in rules and of subqueries without a step; zero: as before, at first Settings::default_interval.
  base::Duration default_interval;
};

/// Loads every `*.yaml|*.yml` below each folder (or the file itself), not `*_test.yaml` or `*.test.yaml`, in the order
/// of their names. All errors of all files are told, joined by newlines. `default_interval` is for groups without one.
base::Result<RuleSet> load(const std::vector<std::string>& paths, base::Duration default_interval);
/// One file's text, as `reeve check rules` and tests need it.
base::Result<RuleSet> read(std::string text, const std::string& file, base::Duration default_interval);
/// The rules that every engine has: a collector that dies, a plugin that crashes, hangs, floods or is quarantined.
/// Events: `plugin.crashed`, `plugin.hung`, `plugin.flooded`, `plugin.quarantined`, ended by `plugin.recovered` or
/// `plugin.started`, with labels job and instance.
RuleSet builtin_rules(base::Duration default_interval);
/// The smallest `verify.within` that can show anything: longest range in the verified expression + 2 intervals + hold.
base::Duration least_within(const Rule& rule, base::Duration interval, base::Duration hold);

struct Ports {
  /// A transition. Called within the evaluation or event that made it; app appends the ledger entry in the same turn.
  /// A pending alert that ends without having fired has the new state kInactive. An alert with `for` of zero goes from
  /// kInactive to kFiring in one change.
  std::function<void(const model::AlertChange&, const Rule&)> on_change;
  /// From a target's labels to its canonical key ("" when none); the manifest's target_key, joined by app.
  std::function<std::string(const model::Labels&)> target_of;
  /// True while a step's effect on this target is not over: series alerts of the target do not go on to firing.
  std::function<bool(const std::string& target)> muted;
  /// Problems of evaluation: duplicate label sets, template errors; `rule_id`, text. Told once, until it changes.
  std::function<void(const std::string&, const std::string&)> on_problem;
};

/// What the ledger has of one alert before a restart.
struct PastChange {
  std::string rule_id, key;
  base::Time at;
  bool was_firing = false, is_firing = false;
};

/// The answer of a verification (RULES, "Verified").
enum class Verified { kHeld, kNotHeld, kUnknown };

class Engine {
 public:
  virtual ~Engine() = default;
  /// Puts a set in place (the built-in rules are added); states are kept where id and meaning are equal; returns what
  /// was dropped. The alerts dropped are told to on_change as ended before this returns.
  virtual std::vector<std::string> install(RuleSet set) = 0;
  virtual const RuleSet& rules() const = 0;

  /// Ticks run by themselves on the loop once start() was called.
  virtual void start() = 0;
  virtual void stop() = 0;
  /// One whole evaluation of every group at `at` (tests, simulation).
  virtual void tick(base::Time at) = 0;
  /// After a batch was appended to the series: evaluates on arrival what the batch's series concern.
  virtual void on_batch(const model::Batch& batch) = 0;
  /// An accepted event (its id is set). One that a step of the engine caused ends an alert only when that step has its
  /// outcome (on_outcome(), or a verification of the target begins), so that the ledger tells the act before its
  /// success.
  virtual void on_event(const model::Event& event) = 0;
  /// The outcome of a step (`<run>/<path>`, as in Event::caused_by) is in the ledger, or it is in doubt. Ends what its
  /// effect ended, on a later turn.
  virtual void on_outcome(const std::string& step) = 0;

  /// Alerts as the ledger has them at start, after install(): active ones go on, warming until their windows are
  /// covered; of others only the episode number is taken. An active one whose rule is gone is told as ended.
  virtual void restore(const std::vector<model::Alert>& alerts) = 0;
  /// How long ago a change of state may be and still say that an alert flaps; zero: no rule asks.
  virtual base::Duration flapping_window() const = 0;
  /// After restore(), with the same alerts: the changes of flapping_window() before `until`, when the engine before
  /// this one was last seen, in their order. The time since is not counted: nobody looked.
  virtual void restore_flapping(const std::vector<model::Alert>& alerts, const std::vector<PastChange>& changes,
                                base::Time until) = 0;
  virtual std::vector<model::Alert> alerts() const = 0;
  virtual const Rule* find(const std::string& rule_id) const = 0;
  /// True while the alert's `flapping:` detector is on; it then escalates and never acts.
  virtual bool flapping(const model::Alert& alert) const = 0;
  /// How old the newest sample is on which this alert rests (of several selectors, the oldest of them); none: no
  /// samples. Event rules: the age of the last matching event.
  virtual std::optional<base::Duration> data_age(const model::Alert& alert) const = 0;

  /// Watches until the alert has been clear on data newer than `since` for `hold`, at most `within`. Ends at once as
  /// kNotHeld when another alert of its target, or a new episode of this one, fires; meanwhile a further matching event
  /// is a new episode. Ends at once as kHeld when its target is no more (Event::ends_target): that is nobody's concern.
  /// An event that happened by `since` (or before the act's own effect was
  /// seen), however late it is heard of, does neither. An event rule's
  /// alert that is still there when it held ends with it. `done` comes once, on a later turn.
  virtual void verify(const model::Alert& alert, base::Time since, base::Duration hold, base::Duration within,
                      std::function<void(Verified, std::string why)> done) = 0;

  struct Counters {
    uint64_t ticks = 0, missed_ticks = 0, arrivals = 0, evaluations = 0, failures = 0, slices = 0, events = 0,
             transitions = 0;
    base::Duration longest_slice;
  };
  virtual Counters counters() const = 0;
};

struct Settings {
  model::Labels external_labels;
  std::string external_url;
  base::Duration default_interval = base::seconds(15);
  bool builtin = true;      ///< install() adds builtin_rules()
  bool whole_gaps = false;  ///< `for` takes any gap between two evaluations as time (promtool's clock)
};
std::unique_ptr<Engine> make_engine(series::Head& head, Ports ports, base::Loop& loop, base::Random& random,
                                    Settings settings);

struct CheckOptions {
  std::string lint = "duplicate-rules";  ///< or "all" (reeve's own warnings too), "none"
  bool lint_fatal = false;
};
/// promtool-compatible: prints as promtool does to `out`; returns 0, 1 (failures) or 3 (lint findings and lint_fatal).
int check_rules(const std::vector<std::string>& files, std::ostream& out, const CheckOptions& options);
int check_rules(const std::vector<std::string>& files, std::ostream& out);

struct TestOptions {
  std::vector<std::string> run;  ///< regular expressions over test names, any may match; empty: all tests
  bool diff = false;
  bool ignore_unknown_fields = false;
  std::string junit;  ///< a file to write JUnit XML to; empty: none
};
/// Runs promtool unit-test files, with reeve's `events:`, `responses:` and `run_test:`. Returns 0 or 1.
int test_rules(const std::vector<std::string>& files, const TestOptions& options, std::ostream& out);
int test_rules(const std::vector<std::string>& files, const std::vector<std::string>& run_patterns, bool diff,
               std::ostream& out);

}  // namespace reeve::rule
