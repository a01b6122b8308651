#include "rule/event_evaluation.h"

#include <algorithm>

#include "rule/event_labels.h"

namespace reeve::rule {

namespace {
using model::AlertState;
constexpr size_t kMostCauses = 100;
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
  const auto it = live_.events.find(identity);
  if (it == live_.events.end()) return begin(event, std::move(identity));
  EventTrack& track = it->second;
  ++track.alert.count;
  track.alert.value = static_cast<double>(track.alert.count);
  if (!event.id.empty() && track.alert.causes.as_list().size() < kMostCauses) track.alert.causes.push(event.id);
  track.ends = at_.boot + rule_.keep;
  track.last_at = event.at;
  track.last_instance = event.instance;
}

void EventEvaluation::begin(const model::Event& event, model::Labels identity) {
  EventTrack track;
  model::Alert& alert = track.alert;
  alert.rule_id = rule_.id;
  alert.labels = identity;
  alert.labels.set(model::kAlertNameLabel, rule_.name);
  alert.key = alert.labels.key();  // before the rule's own labels: they may tell of the event, which is not identity
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
  alert.state = AlertState::kFiring;
  alert.episode = around_.episodes.next(rule_.id, alert.key);
  alert.correlation = base::new_uuid(at_.wall, around_.random);
  alert.value = 1;
  alert.active_at = event.at;
  alert.fired_at = at_.wall;
  if (!event.id.empty()) alert.causes.push(event.id);
  alert.target = event.target;
  alert.event = std::move(data.event);
  track.ends = at_.boot + rule_.keep;
  track.last_at = event.at;
  track.last_instance = event.instance;
  const model::AlertChange change{AlertState::kInactive, alert};
  live_.events.emplace(std::move(identity), std::move(track));
  around_.change(change, live_);
}

void EventEvaluation::until(const model::Event& event) {
  const auto over = [&](const EventTrack& track) {
    // A late event of the same source tells of the time before; sources' clocks are not compared.
    return event.instance != track.last_instance || event.at >= track.last_at;
  };
  if (!rule_.by.empty()) {
    const auto it = live_.events.find(identity_of(event, rule_.by));
    if (it != live_.events.end() && over(it->second)) end(it);
    return;
  }
  for (auto it = live_.events.begin(); it != live_.events.end();) {
    const auto next = std::next(it);
    if (agrees_on(it->first, event) && over(it->second)) end(it);
    it = next;
  }
}

void EventEvaluation::expire() {
  if (rule_.keep.us <= 0) return;
  for (auto it = live_.events.begin(); it != live_.events.end();) {
    const auto next = std::next(it);
    if (it->second.ends <= at_.boot) end(it);
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
  if (alert.event.is_null()) return false;
  const model::Event event = model::Event::from_value(alert.event);
  EventTrack track;
  track.ends = at_.boot + rule_.keep;  // when the last match was is not known: the whole time again
  track.last_at = event.at;
  track.last_instance = event.instance;
  track.alert = std::move(alert);
  return live_.events.emplace(identity_of(event, rule_.by), std::move(track)).second;
}

std::string EventEvaluation::expand(const NamedTemplate& text, const tmpl::Data& data) {
  auto rendered = text.text.render(data);
  if (rendered.ok()) return *std::move(rendered);
  template_problem_ = std::string(kTemplateProblem) + " of " + text.name + ": " + rendered.error().text;
  return "<error expanding template: " + rendered.error().text + ">";
}

}  // namespace reeve::rule
