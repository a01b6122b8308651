// What comes into the rule stage, and what it is asked.
#include <algorithm>

#include "rule/engine_impl.h"

namespace reeve::rule {

namespace {
constexpr size_t kRemembered = 256;  // outcomes, and ends that steps caused
}

EngineImpl::EngineImpl(series::Head& head, Ports ports, base::Loop& loop, base::Random& random, Settings settings)
    : head_(head),
      ports_(std::move(ports)),
      loop_(loop),
      settings_(std::move(settings)),
      around_{head_,
              ports_,
              settings_,
              random,
              episodes_,
              query_options(settings_.default_interval),
              [this](const model::AlertChange& c, const LiveRule& l) { change(c, l); },
              [this](const model::Alert& alert, base::Time at) { return verifying(alert, at); },
              [this](const model::Event& event) { on_caused_end(event); },
              [this](const model::Event& event) { return has_outcome(event); },
              now()},
      queue_(loop_, [this](const Work& work) { evaluate(work); }) {}

EngineImpl::~EngineImpl() {
  stop();
}

void EngineImpl::on_batch(const model::Batch& batch) {
  const std::vector<size_t> concerned = arrival_.concerned(batch);
  bool added = false;
  for (const size_t rule : concerned) {
    LiveRule& live = *rules_[rule];
    if (!live.rule->on_arrival || live.queued) continue;
    live.queued = added = true;
    queue_.add({.rule = rule, .why = Why::kArrival, .at = {}});
  }
  if (added) queue_.slice();
  look_again(concerned);
}

void EngineImpl::on_event(const model::Event& event) {
  ++counters_.events;
  match(event);
  if (event.ends_target && !event.target.empty()) on_target_end(event);
}

void EngineImpl::match(const model::Event& event) {
  const auto concerned = by_event_.find(event.type);
  if (concerned == by_event_.end()) return;
  for (const size_t rule : concerned->second) {
    EventEvaluation evaluation(around_, *rules_[rule], now());
    evaluation.take(event);
    problem(*rules_[rule], evaluation.problem());
    const Rule& meant = *rules_[rule]->rule;
    if (rules_[rule]->events.empty()) continue;
    if (!event.caused_by.empty()) arm_keep();
    if (meant.keep.us > 0) arm_keep(loop_.clock().boot() + meant.keep);
  }
}

void EngineImpl::on_outcome(const std::string& step) {
  outcomes_.push_back(step);
  if (outcomes_.size() > kRemembered) outcomes_.pop_front();
  release([&](const EventTrack& track) { return track.ended_by == step; });
}

void EngineImpl::release(const std::function<bool(const EventTrack&)>& is_meant) {
  bool any = false;
  for (const auto& live : rules_)
    if (!live->events.empty()) any |= EventEvaluation(around_, *live, now()).release(is_meant);
  if (any) arm_keep(loop_.clock().boot());
}

// The act helped, so this occurrence is over, also where the event that would say so was missed.
void EngineImpl::clear(const model::Alert& alert) {
  const auto found = by_id_.find(alert.rule_id);
  if (found == by_id_.end() || rules_[found->second]->rule->kind != Rule::Kind::kEvent) return;
  EventEvaluation(around_, *rules_[found->second], now()).clear(alert);
}

void EngineImpl::on_caused_end(const model::Event& event) {
  if (event.target.empty()) return;
  caused_ends_.emplace_back(event.target, event.at);
  if (caused_ends_.size() > kRemembered) caused_ends_.pop_front();
  verifications_.each([&](base::Handle, Verification& v) {
    if (v.target() == event.target) v.saw_effect(event.at);
  });
}

void EngineImpl::on_target_end(const model::Event& event) {
  target_ends_.push_back(event);
  if (target_ends_.size() > kRemembered) target_ends_.pop_front();
  verifications_.each([&](base::Handle, Verification& v) { v.on_target_end(event); });
}

bool EngineImpl::has_outcome(const model::Event& event) const {
  bool any = std::find(outcomes_.begin(), outcomes_.end(), event.caused_by) != outcomes_.end();
  if (!event.target.empty())
    verifications_.each([&](base::Handle, const Verification& v) { any |= v.target() == event.target; });
  return any;
}

bool EngineImpl::verifying(const model::Alert& alert, base::Time at) const {
  bool any = false;
  verifications_.each([&](base::Handle, const Verification& v) { any |= v.is_about(alert) && v.is_after_act(at); });
  return any;
}

void EngineImpl::look_again(const std::vector<size_t>& rules) {
  if (verifications_.size() == 0) return;
  std::vector<base::Handle> due;
  verifications_.each([&](base::Handle handle, const Verification& verification) {
    const auto found = by_id_.find(verification.rule_id());
    if (found != by_id_.end() && std::binary_search(rules.begin(), rules.end(), found->second)) due.push_back(handle);
  });
  for (const base::Handle handle : due)
    if (Verification* verification = verifications_.find(handle)) verification->look();
}

void EngineImpl::change(const model::AlertChange& change, const LiveRule& live) {
  ++counters_.transitions;
  if (ports_.on_change) ports_.on_change(change, *live.rule);
  verifications_.each([&](base::Handle, Verification& verification) { verification.on_change(change); });
}

std::vector<model::Alert> EngineImpl::alerts() const {
  std::vector<model::Alert> out;
  for (const auto& live : rules_) {
    for (const auto& [labels, track] : live->tracks)
      if (track.active()) out.push_back(track.alert);
    for (const auto& [identity, track] : live->events) out.push_back(track.alert);
  }
  return out;
}

const LiveRule* EngineImpl::live(const std::string& rule_id) const {
  const auto found = by_id_.find(rule_id);
  return found == by_id_.end() ? nullptr : rules_[found->second].get();
}

const Rule* EngineImpl::find(const std::string& rule_id) const {
  const LiveRule* found = live(rule_id);
  return found ? found->rule : nullptr;
}

bool EngineImpl::flapping(const model::Alert& alert) const {
  const LiveRule* found = live(alert.rule_id);
  if (!found) return false;
  const auto track = found->tracks.find(alert.labels);
  return track != found->tracks.end() && track->second.flapping.on();
}

std::optional<base::Duration> EngineImpl::data_age(const model::Alert& alert) const {
  const LiveRule* found = live(alert.rule_id);
  if (!found) return std::nullopt;
  const base::Time wall = loop_.clock().wall();
  if (found->rule->kind == Rule::Kind::kEvent) {
    for (const auto& [identity, track] : found->events)
      if (track.alert.key == alert.key) return std::max(wall - track.last_at, base::Duration{});
    return wall - model::Event::from_value(alert.event).at;
  }
  const auto newest = Evidence(head_, found->need, *found->rule, alert.labels).newest_ms(wall.ms());
  if (!newest) return std::nullopt;
  return std::max(wall - base::time_from_ms(*newest), base::Duration{});
}

void EngineImpl::verify(const model::Alert& alert, base::Time since, base::Duration hold, base::Duration within,
                        std::function<void(Verified, std::string why)> done) {
  // Whoever asks has the outcome.
  if (!alert.target.empty()) release([&](const EventTrack& track) { return track.alert.target == alert.target; });
  auto verification = std::make_unique<Verification>(
      around_, loop_, [this](const std::string& rule_id) { return live(rule_id); },
      Verification::Question{alert, since, since, hold, within,
                             [this, alert, done = std::move(done)](Verified verified, std::string why) {
                               if (verified == Verified::kHeld) clear(alert);
                               done(verified, std::move(why));
                             }});
  Verification& made = *verification;
  for (const auto& [target, at] : caused_ends_)
    if (target == alert.target) made.saw_effect(at);
  made.begin(verifications_, verifications_.add(std::move(verification)));
  for (const model::Event& event : target_ends_) made.on_target_end(event);
}

Engine::Counters EngineImpl::counters() const {
  Counters out = counters_;
  out.slices = queue_.slices();
  out.longest_slice = queue_.longest();
  return out;
}

std::unique_ptr<Engine> make_engine(series::Head& head, Ports ports, base::Loop& loop, base::Random& random,
                                    Settings settings) {
  return std::make_unique<EngineImpl>(head, std::move(ports), loop, random, std::move(settings));
}

}  // namespace reeve::rule
