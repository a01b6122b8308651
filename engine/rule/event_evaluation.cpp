#include "rule/event_evaluation.h"

#include <algorithm>
#include <utility>

#include "rule/event_labels.h"
#include "rule/nameless.h"

namespace reeve::rule {

namespace {
using model::AlertState;
constexpr size_t kMostCauses = 100;
// How long an outcome is waited for that nobody tells of.
constexpr base::Duration kOutcome = base::seconds(30);
}  // namespace

void EventEvaluation::take(const model::Event& event) {
  if (rule_.on->matches(event)) {
    // What the engine itself did is no news, but it may be the end of an alert.
    if (event.caused_by.empty() || rule_.caused) return match(event);
  }
  const auto ends = [&](const EventSelector& selector) { return selector.matches(event); };
  if (std::any_of(rule_.until.begin(), rule_.until.end(), ends)) until(event);
}

void EventEvaluation::match(const model::Event& event) {
  model::Labels identity = identity_of(event, rule_.by);
  auto it = live_.events.find(identity);
  if (it == live_.events.end() && live_.nameless) it = recognise(event, identity);
  // After the end, or after an act that is being verified, it is not the same occurrence any more.
  if (it != live_.events.end() && (!it->second.ended_by.empty() || around_.verifying(it->second.alert, event.at))) {
    end(it);
    it = live_.events.end();
  }
  if (it == live_.events.end()) {
    const int64_t limit = live_.group->limit;
    if (limit <= 0 || std::cmp_less(live_.events.size(), limit)) return begin(event, std::move(identity));
    problem_ =
        "exceeded limit of " + std::to_string(limit) + " with " + std::to_string(live_.events.size() + 1) + " alerts";
    return;
  }
  EventTrack& track = it->second;
  ++track.alert.count;
  track.alert.value = static_cast<double>(track.alert.count);
  if (!event.id.empty() && track.alert.causes.as_list().size() < kMostCauses) track.alert.causes.push(event.id);
  track.ends = at_.boot + rule_.keep;
  track.last_at = event.at;
  track.last_instance = event.instance;
}

// Before the rule's own labels: they may tell of the event, which is not identity.
std::string EventEvaluation::key_of(model::Labels identity) const {
  identity.set(model::kAlertNameLabel, rule_.name);
  return identity.key();
}

// By its key, or where the whole event would be its identity, by its target.
bool EventEvaluation::is_about(const model::Alert& nameless, const model::Event& event) const {
  if (key_of(identity_of(event, rule_.by)) == nameless.key) return true;
  return rule_.by.empty() && !nameless.target.empty() && nameless.target == event.target;
}

std::map<model::Labels, EventTrack>::iterator EventEvaluation::recognise(const model::Event& event,
                                                                         const model::Labels& identity) {
  const auto found = give_name(live_.events, identity, key_of(identity));
  if (found != live_.events.end()) describe(found->second.alert, event, identity);
  live_.nameless = has_nameless(live_.events);
  return found;
}

void EventEvaluation::begin(const model::Event& event, model::Labels identity) {
  EventTrack track;
  model::Alert& alert = track.alert;
  alert.rule_id = rule_.id;
  alert.key = key_of(identity);
  alert.event = describe(alert, event, identity);
  alert.state = AlertState::kFiring;
  alert.episode = around_.episodes.next(rule_.id, alert.key);
  alert.correlation = base::new_uuid(at_.wall, around_.random);
  alert.value = 1;
  alert.active_at = event.at;
  alert.fired_at = at_.wall;
  if (!event.id.empty()) alert.causes.push(event.id);
  alert.target = event.target;
  track.ends = at_.boot + rule_.keep;
  track.last_at = event.at;
  track.last_instance = event.instance;
  const model::AlertChange change{AlertState::kInactive, alert};
  live_.events.emplace(std::move(identity), std::move(track));
  around_.change(change, live_);
}

// What the rule says of it, from one of its events. \return the event as it is kept.
model::Value EventEvaluation::describe(model::Alert& alert, const model::Event& event, const model::Labels& identity) {
  alert.labels = identity;
  tmpl::Data data;
  data.labels = all_labels(event);
  data.external_labels = around_.settings.external_labels;
  data.external_url = around_.settings.external_url;
  data.value = 1;
  data.event = event.to_value();
  data.now = at_.wall;
  for (const NamedTemplate& label : rule_.labels) alert.labels.set(label.name, expand(label, data));
  alert.labels.set(model::kAlertNameLabel, rule_.name);
  for (const NamedTemplate& annotation : rule_.annotations)
    alert.annotations.set(annotation.name, expand(annotation, data));
  return std::move(data.event);
}

void EventEvaluation::until(const model::Event& event) {
  for (auto it = live_.events.begin(); it != live_.events.end();) {
    const auto next = std::next(it);
    if (is_end_of(event, *it)) {
      if (!event.caused_by.empty()) around_.caused_end(event);
      if (event.caused_by.empty() || around_.has_outcome(event)) {
        end(it);
      } else {
        end_later(it->second, event.caused_by);
      }
    }
    it = next;
  }
}

bool EventEvaluation::is_end_of(const model::Event& event,
                                const std::pair<const model::Labels, EventTrack>& one) const {
  const bool same = one.second.alert.nameless() ? is_about(one.second.alert, event)
                    : rule_.by.empty()          ? agrees_on(one.first, event)
                                                : one.first == identity_of(event, rule_.by);
  // A late event of the same source tells of the time before; sources' clocks are not compared.
  return same && (event.instance != one.second.last_instance || event.at >= one.second.last_at);
}

// The effect of a step is seen before its outcome is known; the story is told in the other order: acted, then well.
void EventEvaluation::end_later(EventTrack& track, const std::string& step) {
  track.ended_by = step;
  track.ends = at_.boot + kOutcome;
}

bool EventEvaluation::release(const std::function<bool(const EventTrack&)>& is_meant) {
  bool any = false;
  for (auto& [identity, track] : live_.events) {
    if (track.ended_by.empty() || !is_meant(track)) continue;
    track.ends = at_.boot;
    any = true;
  }
  return any;
}

void EventEvaluation::clear(const model::Alert& alert) {
  for (auto it = live_.events.begin(); it != live_.events.end(); ++it)
    if (it->second.alert.key == alert.key && it->second.alert.episode == alert.episode) return end(it);
}

void EventEvaluation::expire() {
  for (auto it = live_.events.begin(); it != live_.events.end();) {
    const auto next = std::next(it);
    const bool may_end = rule_.keep.us > 0 || !it->second.ended_by.empty();
    if (may_end && it->second.ends <= at_.boot) end(it);
    it = next;
  }
}

void EventEvaluation::end(std::map<model::Labels, EventTrack>::iterator it) {
  model::AlertChange change{AlertState::kFiring, std::move(it->second.alert)};
  change.alert.state = AlertState::kResolved;
  change.alert.resolved_at = at_.wall;
  change.alert.warming = false;
  live_.events.erase(it);
  around_.change(change, live_);
}

bool EventEvaluation::restore(model::Alert alert) {
  if (alert.nameless()) return restore_nameless(std::move(alert));
  if (alert.event.is_null()) return false;
  const model::Event event = model::Event::from_value(alert.event);
  EventTrack track;
  track.ends = at_.boot + rule_.keep;  // when the last match was is not known: the whole time again
  track.last_at = event.at;
  track.last_instance = event.instance;
  track.alert = std::move(alert);
  return live_.events.emplace(identity_of(event, rule_.by), std::move(track)).second;
}

bool EventEvaluation::restore_nameless(model::Alert alert) {
  EventTrack track;
  track.ends = at_.boot + rule_.keep;
  track.last_at = alert.active_at;
  model::Labels labels = alert.labels = stand_in(rule_.name, alert.key);
  track.alert = std::move(alert);
  live_.nameless = true;
  return live_.events.emplace(std::move(labels), std::move(track)).second;
}

std::string EventEvaluation::expand(const NamedTemplate& text, const tmpl::Data& data) {
  auto rendered = text.text.render(data);
  if (rendered.ok()) return *std::move(rendered);
  problem_ = std::string(kTemplateProblem) + " of " + text.name + ": " + rendered.error().text;
  return "<error expanding template: " + rendered.error().text + ">";
}

}  // namespace reeve::rule
