#include "rule/state.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace reeve::rule {

namespace {
using model::AlertState;

constexpr base::Duration kSlew = base::seconds(1);  // more than that between the clocks was a step

bool enough_of_the_last(Track& track, const Rule& rule, const Seen& seen, bool matched) {
  if (rule.of <= 1) return matched;
  const uint64_t window = ~uint64_t{0} >> (64 - std::min(rule.of, 64));
  if (seen.tick) track.history = (track.history << 1 | (matched ? 1 : 0)) & window;
  return std::popcount(track.history) >= rule.needs;
}

AlertState of_pending(Track& track, const Rule& rule, const Seen& seen, bool begins) {
  if (!begins) track.pending_for = track.pending_for + seen.elapsed;
  return track.pending_for >= rule.hold_for && !seen.muted ? AlertState::kFiring : AlertState::kPending;
}

AlertState of_unmatched_firing(Track& track, const Rule& rule, const Seen& seen) {
  if (rule.keep_firing_for.us <= 0) return AlertState::kResolved;
  track.kept_for = track.keeping ? track.kept_for + seen.elapsed : base::Duration{};
  track.keeping = true;
  return track.kept_for < rule.keep_firing_for ? AlertState::kFiring : AlertState::kResolved;
}

// Blind: neither an element nor the samples that would say that there is none.
bool waits_for_data(const Track& track, const Rule& rule, const Seen& seen) {
  if (!track.active() || seen.matched || seen.reset) return false;
  return track.alert.warming || (!seen.data && rule.absent == Absent::kKeep);
}

AlertState next_state(Track& track, const Rule& rule, const Seen& seen) {
  if (waits_for_data(track, rule, seen)) return track.alert.state;
  bool matched = seen.matched || (track.active() && !seen.data && rule.absent == Absent::kFire);
  matched = enough_of_the_last(track, rule, seen, matched);
  const bool firing = track.alert.state == AlertState::kFiring;
  if (firing && rule.reset) matched = matched || !seen.reset;
  if (matched) {
    track.keeping = false;
    if (firing) return AlertState::kFiring;
    const bool begins = !track.active();
    if (begins) track.pending_for = base::Duration{};
    return of_pending(track, rule, seen, begins);
  }
  if (firing) return of_unmatched_firing(track, rule, seen);
  return track.alert.state == AlertState::kPending ? AlertState::kInactive : track.alert.state;
}
}  // namespace

base::Duration observed(const Moment& before, const Moment& now, base::Duration most) {
  const base::Duration wall = now.wall - before.wall, boot = now.boot - before.boot;
  // Ticks are exact multiples on the wall clock; boot time read beside it is not, so it only speaks when they disagree.
  const bool stepped = std::llabs(wall.us - boot.us) > kSlew.us;
  const base::Duration passed = std::max(stepped ? boot : wall, base::Duration{});
  return most.us > 0 ? std::min(passed, most) : passed;
}

void Flapping::push(bool firing, const FlappingLimits& limits) {
  changes_ = (changes_ << 1 | (firing != last_ ? 1u : 0u)) & ((1u << kStates) - 1);
  last_ = firing;
  on_ = percent() > (on_ ? limits.low : limits.high);
}

double Flapping::percent() const {
  double sum = 0;
  for (int age = 0; age < kStates; ++age)
    if (changes_ >> age & 1) sum += 1.2 - 0.4 * age / (kStates - 1);
  return 100.0 * sum / kStates;
}

AlertState advance(Track& track, const Rule& rule, const Seen& seen) {
  const AlertState next = next_state(track, rule, seen);
  if (rule.flapping && seen.tick) track.flapping.push(next == AlertState::kFiring, *rule.flapping);
  return next;
}

}  // namespace reeve::rule
