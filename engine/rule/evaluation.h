/// \file
/// What follows from one rule at one instant? Recorded series, and transitions of alerts.
///
/// Core thread. Source: prometheus rules/recording.go, rules/alerting.go; RULES for arrival, muting, warming.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "rule/episodes.h"
#include "rule/evidence.h"
#include "rule/live_rule.h"
#include "rule/query.h"

namespace reeve::rule {

/// What every evaluation needs and none changes.
struct Surroundings {
  series::Head& head;
  const Ports& ports;
  const Settings& settings;
  base::Random& random;
  Episodes& episodes;
  promql::Options options;
  /// A transition on its way out (Ports::on_change, and whoever in the engine waits for one).
  std::function<void(const model::AlertChange&, const LiveRule&)> change;
  /// Whether somebody is just verifying that this alert's act helped, an act that was over at that time.
  std::function<bool(const model::Alert&, base::Time)> verifying;
  /// An event that a step caused ends an alert: its effect was there at that time.
  std::function<void(const model::Event&)> caused_end;
  /// Whether the outcome of the step that caused this event is known already.
  std::function<bool(const model::Event&)> has_outcome;
  Moment restored;  ///< when the engine began: what is older was saved
};

enum class Why { kTick, kArrival };

/// Begins what is told of a label or annotation that cannot be rendered; the rule itself was evaluated.
inline constexpr std::string_view kTemplateProblem = "error expanding template";

class Evaluation {
 public:
  Evaluation(Surroundings& around, LiveRule& live, Moment at, Why why)
      : around_(around), live_(live), rule_(*live.rule), at_(at), why_(why) {}
  /// \errors as promql's, and those of Prometheus' rules: duplicate label sets, the limit. The states stay as they are.
  base::Status run();
  /// What a label or annotation could not say; empty: nothing.
  const std::string& template_problem() const { return template_problem_; }

 private:
  /// An element of the answer, with the labels that its alert has.
  struct Found {
    const promql::Element* element = nullptr;
  };
  using FoundMap = std::map<model::Labels, Found>;

  base::Status record();
  base::Status alert();
  base::Result<FoundMap> find(const promql::Vector& answer);
  void find_absent(FoundMap& found);
  base::Status check_limit(const FoundMap& found) const;
  base::Result<std::vector<model::Labels>> find_resets();
  Seen see(const model::Labels& labels, Track& track, const Found* found, const std::vector<model::Labels>& resets);
  bool warm(const model::Labels& labels, const Track& track) const;
  void recognise(const model::Labels& labels);
  void step(const model::Labels& labels, Track& track, const Found* found, const Seen& seen);
  void begin(const model::Labels& labels, Track& track);
  void describe(Track& track, const promql::Element& element);
  void write_alerts();
  int64_t query_ms() const { return (at_.wall - live_.group->query_offset).ms(); }
  Evidence evidence(const model::Labels& labels) const { return {around_.head, live_.need, rule_, labels}; }
  tmpl::Data data(const promql::Element& element) const;
  std::string target_of(const model::Labels& labels) const;
  std::string expand(const NamedTemplate& text, const tmpl::Data& data);

  Surroundings& around_;
  LiveRule& live_;
  const Rule& rule_;
  const Moment at_;
  const Why why_;
  std::vector<model::AlertChange> changes_;
  std::vector<promql::Element> made_;  // elements of absent: fire
  std::string template_problem_;
  base::Status written_;
};

}  // namespace reeve::rule
