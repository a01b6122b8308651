/// \file
/// What follows from one event for one event rule? An episode begins, counts on, or ends.
///
/// Core thread. Source: RULES (`on`, `by`, `until`, `keep`, `caused`), SAFETY (engine-caused effects).
#pragma once

#include "rule/evaluation.h"

namespace reeve::rule {

class EventEvaluation {
 public:
  EventEvaluation(Surroundings& around, LiveRule& live, Moment at)
      : around_(around), live_(live), rule_(*live.rule), at_(at) {}

  /// The event has the type of `on`, of `until`, or of both.
  void take(const model::Event& event);
  /// Ends the episodes whose `keep` is over.
  void expire();
  /// An active alert of the ledger. False: its event does not say what it is about.
  bool restore(model::Alert alert);

  const std::string& template_problem() const { return template_problem_; }

 private:
  void match(const model::Event& event);
  void until(const model::Event& event);
  void begin(const model::Event& event, model::Labels identity);
  void end(std::map<model::Labels, EventTrack>::iterator it);
  std::string expand(const NamedTemplate& text, const tmpl::Data& data);

  Surroundings& around_;
  LiveRule& live_;
  const Rule& rule_;
  const Moment at_;
  std::string template_problem_;
};

}  // namespace reeve::rule
