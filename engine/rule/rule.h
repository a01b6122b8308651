/// \file
/// Which alerts follow from the series and events? Rule files, groups, evaluation, alert states, event rules.
///
/// Core thread. Rules are evaluated in slices of at most 2 ms; transitions come out through Ports in the order in which
/// they happened. Design: RULES.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/base.h"
#include "model/alert.h"
#include "model/event.h"
#include "promql/promql.h"
#include "response/response.h"
#include "series/series.h"
#include "template/template.h"

namespace reeve::rule {

/// An event selector: `docker.die{exit_code=~"13[79]"}`; fields count as labels.
class EventSelector {
 public:
  /// \errors kInvalid with line:column in the text.
  static base::Result<EventSelector> parse(std::string_view text);
  bool matches(const model::Event& event) const;
  const std::string& type() const;
  struct State;

 private:
  std::shared_ptr<const State> state_;
};

struct Rule {
  enum class Kind { kRecord, kAlert, kEvent };
  Kind kind = Kind::kAlert;
  std::string id;       ///< see model::Alert::rule_id
  std::string meaning;  ///< hash of canonical expr, labels, on, by, until, reset, needs
  std::string name;     ///< of the alert or the recorded series
  std::optional<promql::Expr> expr, reset, verify;
  std::optional<EventSelector> on, until;
  std::vector<std::string> by;
  base::Duration hold_for;  ///< `for`
  base::Duration keep_firing_for;
  base::Duration keep = base::minutes(15);  ///< event rules without until
  int needs = 1, of = 1;
  std::string absent;  ///< "keep" (default), "fire", "resolve"
  bool caused = false;
  std::vector<std::pair<std::string, tmpl::Template>> labels, annotations;
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
};

/// Loads every `*.yaml|*.yml` below each folder (or the file itself), not `*_test.yaml` or `*.test.yaml`. All errors of
/// all files are told, joined by newlines. `default_interval` is for groups without one.
base::Result<RuleSet> load(const std::vector<std::string>& paths, base::Duration default_interval);
/// One file's text, as `reeve check rules` and tests need it.
base::Result<RuleSet> read(std::string text, const std::string& file, base::Duration default_interval);

struct Ports {
  /// A transition. Called within the evaluation or event that made it; app appends the ledger entry in the same turn.
  std::function<void(const model::AlertChange&, const Rule&)> on_change;
  /// From a target's labels to its canonical key ("" when none); the manifest's target_key, joined by app.
  std::function<std::string(const model::Labels&)> target_of;
  /// True while a step's effect on this target is not over: series alerts of the target do not go on to firing.
  std::function<bool(const std::string& target)> muted;
  /// Problems of evaluation: duplicate label sets, template errors; `rule_id`, text.
  std::function<void(const std::string&, const std::string&)> on_problem;
};

/// The answer of a verification (RULES, "Verified").
enum class Verified { kHeld, kNotHeld, kUnknown };

class Engine {
 public:
  virtual ~Engine() = default;
  /// Puts a set in place; states are kept where id and meaning are equal; returns what was dropped.
  virtual std::vector<std::string> install(RuleSet set) = 0;
  virtual const RuleSet& rules() const = 0;

  /// Ticks run by themselves on the loop once start() was called.
  virtual void start() = 0;
  virtual void stop() = 0;
  /// One whole evaluation of every group at `at` (tests, simulation).
  virtual void tick(base::Time at) = 0;
  /// After a batch was appended to the series: evaluates on arrival what the batch's series concern.
  virtual void on_batch(const model::Batch& batch) = 0;
  /// An accepted event (its id is set).
  virtual void on_event(const model::Event& event) = 0;

  /// Active alerts, as the ledger has them at start; they are warming until their windows are covered.
  virtual void restore(const std::vector<model::Alert>& alerts) = 0;
  virtual std::vector<model::Alert> alerts() const = 0;
  virtual const Rule* find(const std::string& rule_id) const = 0;
  /// How old the newest sample is on which this alert rests; none: no samples. Event rules: the event's age.
  virtual std::optional<base::Duration> data_age(const model::Alert& alert) const = 0;

  /// Watches until the alert has been clear on data newer than `since` for `hold`, at most `within`. Ends at once as
  /// kNotHeld when `interrupt`ed by news about the target.
  virtual void verify(const model::Alert& alert, base::Time since, base::Duration hold, base::Duration within,
                      std::function<void(Verified, std::string why)> done) = 0;
};

struct Settings {
  model::Labels external_labels;
  std::string external_url;
  base::Duration default_interval = base::seconds(15);
};
std::unique_ptr<Engine> make_engine(series::Head& head, Ports ports, base::Loop& loop, base::Random& random,
                                    Settings settings);

/// promtool-compatible: prints as promtool does to `out`; returns 0, 1 (failures) or 3 (lint).
int check_rules(const std::vector<std::string>& files, std::ostream& out);
int test_rules(const std::vector<std::string>& files, const std::vector<std::string>& run_patterns, bool diff,
               std::ostream& out);

}  // namespace reeve::rule
