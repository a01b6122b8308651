// What the engine before this one saw of alerts that change their state too often.
#include <algorithm>

#include "rule/engine_impl.h"

namespace reeve::rule {

namespace {

// Twice what counts: between the two thresholds it is what it was before. One more goes first: whether that was a
// change is not known.
constexpr int kTicks = 2 * Flapping::kStates + 1;

// The states that the ticks up to `until` saw.
void replay(Flapping& flapping, const std::vector<const PastChange*>& changes, base::Time until,
            base::Duration interval, const FlappingLimits& limits) {
  size_t next = 0;
  bool firing = changes.front()->was_firing;
  for (int ago = kTicks - 1; ago >= 0; --ago) {
    const base::Time tick = until - interval * ago;
    for (; next < changes.size() && changes[next]->at <= tick; ++next) firing = changes[next]->is_firing;
    flapping.push(firing, limits);
  }
}
}  // namespace

base::Duration EngineImpl::flapping_window() const {
  base::Duration longest;
  for (const auto& live : rules_)
    if (live->rule->flapping) longest = std::max(longest, live->group->interval * kTicks);
  return longest;
}

void EngineImpl::restore_flapping(const std::vector<model::Alert>& alerts, const std::vector<PastChange>& changes,
                                  base::Time until) {
  std::map<std::pair<std::string, std::string>, std::vector<const PastChange*>> by_alert;
  for (const PastChange& change : changes) by_alert[{change.rule_id, change.key}].push_back(&change);
  for (const model::Alert& alert : alerts) {
    const auto past = by_alert.find({alert.rule_id, alert.key});
    const auto found = by_id_.find(alert.rule_id);
    if (past == by_alert.end() || found == by_id_.end()) continue;
    LiveRule& live = *rules_[found->second];
    const bool same = alert.meaning.empty() || alert.meaning == live.rule->meaning;
    if (!live.rule->flapping || !same) continue;
    auto track = std::find_if(live.tracks.begin(), live.tracks.end(),
                              [&](const auto& one) { return one.second.alert.key == alert.key; });
    if (track == live.tracks.end()) {
      if (alert.nameless()) continue;  // one that is over: nothing tells it apart when it comes again
      track = live.tracks.try_emplace(alert.labels).first;
    }
    replay(track->second.flapping, past->second, until, live.group->interval, *live.rule->flapping);
  }
}

}  // namespace reeve::rule
