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
  /// Ends the episodes whose `keep` is over, and those that the engine's own steps ended.
  void expire();
  /// The end that `is_meant` finds may be told now. True: there is one; expire() will do it.
  bool release(const std::function<bool(const EventTrack&)>& is_meant);
  /// Its act was verified: the episode is over, whatever events say.
  void clear(const model::Alert& alert);
  /// An active alert of the ledger. False: its event does not say what it is about.
  bool restore(model::Alert alert);

  /// What a label or annotation could not say, or that the group's limit leaves an event out; empty: nothing.
  const std::string& problem() const { return problem_; }

 private:
  void match(const model::Event& event);
  void until(const model::Event& event);
  bool is_end_of(const model::Event& event, const std::pair<const model::Labels, EventTrack>& one) const;
  void begin(const model::Event& event, model::Labels identity);
  model::Value describe(model::Alert& alert, const model::Event& event, const model::Labels& identity);
  std::string key_of(model::Labels identity) const;
  bool is_about(const model::Alert& nameless, const model::Event& event) const;
  std::map<model::Labels, EventTrack>::iterator recognise(const model::Event& event, const model::Labels& identity);
  bool restore_nameless(model::Alert alert);
  void end(std::map<model::Labels, EventTrack>::iterator it);
  void end_later(EventTrack& track, const std::string& step);
  std::string expand(const NamedTemplate& text, const tmpl::Data& data);

  Surroundings& around_;
  LiveRule& live_;
  const Rule& rule_;
  const Moment at_;
  std::string problem_;
};

}  // namespace reeve::rule
