// The clock of the rule stage: ticks of the groups, one evaluation, and episodes that end by themselves.
#include <algorithm>

#include "rule/engine_impl.h"
#include "rule/schedule.h"

namespace reeve::rule {

void EngineImpl::start() {
  started_ = true;
  for (size_t group = 0; group < groups_.size(); ++group) arm(group);
  arm_keep();
}

void EngineImpl::stop() {
  started_ = false;
  for (LiveGroup& group : groups_) {
    loop_.cancel(group.timer);
    group.timer = 0;
  }
  loop_.cancel(keep_timer_);
  keep_timer_ = 0;
  queue_.clear();
}

void EngineImpl::arm(size_t index) {
  LiveGroup& group = groups_[index];
  const base::Time wall = loop_.clock().wall();
  const base::Duration delay = next_tick(wall, group.group->interval, group.offset) - wall;
  group.timer = loop_.after(delay, [this, index] { on_tick(index); });
}

void EngineImpl::on_tick(size_t index) {
  LiveGroup& group = groups_[index];
  const base::Duration interval = group.group->interval;
  // The tick that is due; the wall clock may be a little behind the timer, or may have been set meanwhile.
  const base::Duration slack = std::min(base::Duration{interval.us / 10}, base::millis(100));
  const base::Time at = next_tick(loop_.clock().wall() + slack, interval, group.offset) - interval;
  arm(index);
  if (group.last && *group.last == at) return;
  const int64_t passed = group.last ? (at - *group.last).us / interval.us : 1;
  if (passed > 1) counters_.missed_ticks += static_cast<uint64_t>(passed - 1);
  if (group.ticking) {
    ++counters_.missed_ticks;
    return;
  }
  group.last = at;
  begin_tick(group, at);
  queue_.slice();
}

void EngineImpl::begin_tick(LiveGroup& group, base::Time at) {
  ++counters_.ticks;
  if (group.count == 0) return;
  group.ticking = true;
  for (size_t i = 0; i < group.count; ++i)
    queue_.add({.rule = group.first + i, .why = Why::kTick, .at = moment(at), .ends_tick = i + 1 == group.count});
}

void EngineImpl::tick(base::Time at) {
  on_keep();
  for (LiveGroup& group : groups_) {
    ++counters_.ticks;
    for (size_t i = 0; i < group.count; ++i)
      evaluate({.rule = group.first + i, .why = Why::kTick, .at = moment(at), .ends_tick = i + 1 == group.count});
  }
}

// A tick is meant at its multiple of the interval, however late it has its turn.
Moment EngineImpl::moment(base::Time at) const {
  return {at, loop_.clock().boot() + (at - loop_.clock().wall())};
}

void EngineImpl::evaluate(const Work& work) {
  LiveRule& live = *rules_[work.rule];
  Moment at = work.why == Why::kArrival ? now() : work.at;
  if (work.why == Why::kArrival) {
    live.queued = false;
    ++counters_.arrivals;
  } else if (live.rule->kind != Rule::Kind::kRecord && live.evaluated && at.wall < live.last.wall &&
             live.last.wall - at.wall <= live.group->interval) {
    at = live.last;  // an arrival came before this tick had its turn: it must not see less than the arrival saw
  }
  if (live.rule->kind != Rule::Kind::kEvent) {
    ++counters_.evaluations;
    Evaluation evaluation(around_, live, at, work.why);
    const base::Status status = evaluation.run();
    if (!status.ok()) ++counters_.failures;
    problem(live, status.ok() ? evaluation.template_problem() : status.error().text);
  }
  if (work.why == Why::kTick) look_again({work.rule});
  if (!work.ends_tick) return;
  for (LiveGroup& group : groups_)
    if (work.rule >= group.first && work.rule < group.first + group.count) group.ticking = false;
}

void EngineImpl::problem(LiveRule& live, const std::string& text) {
  if (text == live.problem) return;
  live.problem = text;
  if (!text.empty() && ports_.on_problem) ports_.on_problem(live.rule->id, text);
}

void EngineImpl::arm_keep() {
  std::optional<base::Boot> due;
  for (const auto& live : rules_) {
    for (const auto& [identity, track] : live->events) {
      if (live->rule->keep.us <= 0 && track.ended_by.empty()) continue;
      if (!due || track.ends < *due) due = track.ends;
    }
  }
  if (due) arm_keep(*due);
}

// Too early is no harm: the timer looks for the next one.
void EngineImpl::arm_keep(base::Boot due) {
  if (keep_timer_ != 0 && keep_due_ <= due) return;
  loop_.cancel(keep_timer_);
  keep_due_ = due;
  keep_timer_ = loop_.after(std::max(due - loop_.clock().boot(), base::Duration{}), [this] { on_keep(); });
}

void EngineImpl::on_keep() {
  loop_.cancel(keep_timer_);
  keep_timer_ = 0;
  for (const auto& live : rules_)
    if (live->rule->kind == Rule::Kind::kEvent) EventEvaluation(around_, *live, now()).expire();
  arm_keep();
}

}  // namespace reeve::rule
