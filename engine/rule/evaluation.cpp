#include "rule/evaluation.h"

#include <algorithm>

#include "rule/nameless.h"

namespace reeve::rule {

namespace {
using model::AlertState;

constexpr const char* kAlertsName = "ALERTS";
constexpr const char* kForStateName = "ALERTS_FOR_STATE";

// Each label of a reset's element must be the alert's.
bool is_part_of(const model::Labels& part, const model::Labels& whole) {
  return std::all_of(part.begin(), part.end(), [&](const model::Labels::Pair& label) {
    return label.first == model::kNameLabel || whole.get(label.first) == label.second;
  });
}
}  // namespace

base::Status Evaluation::run() {
  const base::Status status = rule_.kind == Rule::Kind::kRecord ? record() : alert();
  if (!status.ok()) return status;
  live_.last = at_;
  live_.evaluated = true;
  for (const model::AlertChange& change : changes_) around_.change(change, live_);
  return written_;
}

base::Status Evaluation::record() {
  REEVE_TRY(promql::Vector answer, query(*rule_.expr, around_.head, query_ms(), around_.options));
  std::set<model::Labels> seen;
  for (promql::Element& element : answer) {
    element.labels.set(model::kNameLabel, rule_.name);
    for (const NamedTemplate& label : rule_.labels) element.labels.set(label.name, label.source);
    if (!seen.insert(element.labels).second)
      return base::invalid("vector contains metrics with the same labelset after applying rule labels");
  }
  if (const int64_t limit = live_.group->limit; limit > 0 && std::cmp_greater(answer.size(), limit))
    return base::invalid("exceeded limit of " + std::to_string(limit) + " with " + std::to_string(answer.size()) +
                         " series");
  for (promql::Element& element : answer) {
    if (element.histogram) {
      live_.outputs.write(around_.head, std::move(element.labels), query_ms(), std::move(element.histogram));
    } else {
      live_.outputs.write(around_.head, std::move(element.labels), query_ms(), element.value);
    }
  }
  return live_.outputs.finish(around_.head, query_ms());
}

base::Status Evaluation::alert() {
  REEVE_TRY(const promql::Vector answer, query(*rule_.expr, around_.head, query_ms(), around_.options));
  REEVE_TRY(FoundMap found, find(answer));
  if (rule_.absent == Absent::kFire && answer.empty()) find_absent(found);
  REEVE_CHECK(check_limit(found));
  REEVE_TRY(const std::vector<model::Labels> resets, find_resets());
  for (const auto& [labels, one] : found) {
    if (live_.nameless && !live_.tracks.contains(labels)) recognise(labels);
    live_.tracks.try_emplace(labels);
  }
  for (auto it = live_.tracks.begin(); it != live_.tracks.end();) {
    const auto one = found.find(it->first);
    const Found* element = one == found.end() ? nullptr : &one->second;
    step(it->first, it->second, element, see(it->first, it->second, element, resets));
    it = it->second.idle() ? live_.tracks.erase(it) : std::next(it);
  }
  if (why_ == Why::kTick) write_alerts();
  return {};
}

base::Result<Evaluation::FoundMap> Evaluation::find(const promql::Vector& answer) {
  FoundMap found;
  for (const promql::Element& element : answer) {
    model::Labels labels = element.labels;
    labels.erase(model::kNameLabel);
    const tmpl::Data shown = live_.static_labels ? tmpl::Data{} : data(element);
    for (const NamedTemplate& label : rule_.labels)
      labels.set(label.name, live_.static_labels ? label.source : expand(label, shown));
    labels.set(model::kAlertNameLabel, rule_.name);
    if (!found.emplace(std::move(labels), Found{&element}).second)
      return base::invalid("vector contains metrics with the same labelset after applying alert labels");
  }
  return found;
}

// As absent() does: no series at all is one element with what the selector's equal-matchers say.
void Evaluation::find_absent(FoundMap& found) {
  for (const promql::Selector& selector : rule_.expr->selectors()) {
    const auto series = around_.head.select(selector.matchers);
    series::Point point;
    const int64_t begin = query_ms() - selector.window.ms();
    const bool is_there =
        !series.ok() || std::any_of(series->begin(), series->end(), [&](const series::SeriesView* one) {
          return one->last(begin, query_ms(), point) && !model::is_stale(point.value);
        });
    if (is_there) continue;
    promql::Element element{{}, query_ms(), 1};
    for (const series::Matcher& matcher : selector.matchers)
      if (matcher.kind == series::Matcher::Kind::kEqual) element.labels.set(matcher.name, matcher.value);
    made_.push_back(std::move(element));
    break;
  }
  if (auto absent = find(made_); absent.ok()) found.merge(*absent);
}

base::Status Evaluation::check_limit(const FoundMap& found) const {
  const int64_t limit = live_.group->limit;
  if (limit <= 0) return {};
  size_t count = found.size();
  if (rule_.keep_firing_for.us > 0)
    count += std::count_if(live_.tracks.begin(), live_.tracks.end(), [&](const auto& track) {
      return track.second.alert.state == AlertState::kFiring && !found.contains(track.first);
    });
  if (std::cmp_less_equal(count, limit)) return {};
  return base::invalid("exceeded limit of " + std::to_string(limit) + " with " + std::to_string(count) + " alerts");
}

base::Result<std::vector<model::Labels>> Evaluation::find_resets() {
  std::vector<model::Labels> out;
  const bool asked = rule_.reset && std::any_of(live_.tracks.begin(), live_.tracks.end(),
                                                [](const auto& track) { return track.second.active(); });
  if (!asked) return out;
  REEVE_TRY(promql::Vector answer, query(*rule_.reset, around_.head, query_ms(), around_.options));
  for (promql::Element& element : answer) out.push_back(std::move(element.labels));
  return out;
}

Seen Evaluation::see(const model::Labels& labels, Track& track, const Found* found,
                     const std::vector<model::Labels>& resets) {
  Seen seen;
  seen.matched = found != nullptr;
  seen.tick = why_ == Why::kTick;
  // A pause of the engine, or of its source, is no time in which the condition was seen.
  const base::Duration most = around_.settings.whole_gaps ? base::Duration{} : live_.group->interval * 2;
  if (live_.evaluated) seen.elapsed = observed(live_.last, at_, most);
  seen.reset = std::any_of(resets.begin(), resets.end(), [&](const auto& reset) { return is_part_of(reset, labels); });
  if (track.active()) {
    if (track.alert.warming && warm(labels, track)) track.alert.warming = false;
    if (!found && rule_.absent != Absent::kResolve) seen.data = evidence(labels).present(query_ms());
  }
  if (found && track.alert.state != AlertState::kFiring && around_.ports.muted) {
    const std::string target = track.active() ? track.alert.target : target_of(labels);
    seen.muted = !target.empty() && around_.ports.muted(target);
  }
  return seen;
}

bool Evaluation::warm(const model::Labels& labels, const Track& track) const {
  // Nobody knows which series are those of a nameless one: it waits as long as any of them could be out of sight.
  if (track.alert.nameless()) return at_.boot - around_.restored.boot > longest_window(live_.need);
  return evidence(labels).covered(around_.restored.wall.ms(), at_.wall.ms());
}

void Evaluation::recognise(const model::Labels& labels) {
  const auto found = give_name(live_.tracks, labels, labels.key());
  if (found != live_.tracks.end()) found->second.alert.labels = labels;
  live_.nameless = has_nameless(live_.tracks);
}

void Evaluation::step(const model::Labels& labels, Track& track, const Found* found, const Seen& seen) {
  const AlertState from = track.alert.state == AlertState::kResolved ? AlertState::kInactive : track.alert.state;
  const bool was_active = track.active();
  const AlertState next = advance(track, rule_, seen);
  if (!was_active && (next == AlertState::kPending || next == AlertState::kFiring)) begin(labels, track);
  track.alert.state = next;
  if (found && track.active()) describe(track, *found->element);
  if (next == from || (!was_active && !track.active())) return;
  if (next == AlertState::kFiring) track.alert.fired_at = at_.wall;
  if (next == AlertState::kResolved || next == AlertState::kInactive) track.alert.resolved_at = at_.wall;
  if (track.active()) track.alert.causes = evidence(labels).samples(query_ms());
  changes_.push_back({from, track.alert});
}

void Evaluation::begin(const model::Labels& labels, Track& track) {
  track.alert = model::Alert{};
  track.keeping = false;
  track.alert.rule_id = rule_.id;
  track.alert.labels = labels;
  track.alert.key = labels.key();
  track.alert.episode = around_.episodes.next(rule_.id, track.alert.key);
  track.alert.correlation = base::new_uuid(at_.wall, around_.random);
  track.alert.active_at = at_.wall;
  track.alert.target = target_of(labels);
}

void Evaluation::describe(Track& track, const promql::Element& element) {
  const bool is_new = track.alert.annotations.empty();
  track.alert.value = element.value;
  if (rule_.annotations.empty() || (live_.static_annotations && !is_new)) return;
  const tmpl::Data shown = live_.static_annotations ? tmpl::Data{} : data(element);
  model::Labels annotations;
  for (const NamedTemplate& annotation : rule_.annotations)
    annotations.set(annotation.name, live_.static_annotations ? annotation.source : expand(annotation, shown));
  track.alert.annotations = std::move(annotations);
}

void Evaluation::write_alerts() {
  for (const auto& [labels, track] : live_.tracks) {
    if (!track.active()) continue;
    model::Labels series;
    // As Prometheus: a label whose template gives nothing stands here as it is written.
    for (const NamedTemplate& label : rule_.labels) series.set(label.name, label.source);
    for (const auto& [name, value] : labels) series.set(name, value);
    series.set(model::kNameLabel, kForStateName);
    live_.outputs.write(around_.head, series, query_ms(), static_cast<double>(track.alert.active_at.us / 1000000));
    series.set(model::kNameLabel, kAlertsName);
    series.set("alertstate", model::alert_state_name(track.alert.state));
    live_.outputs.write(around_.head, std::move(series), query_ms(), 1);
  }
  written_ = live_.outputs.finish(around_.head, query_ms());
}

tmpl::Data Evaluation::data(const promql::Element& element) const {
  tmpl::Data out;
  out.labels = element.labels;
  out.external_labels = around_.settings.external_labels;
  out.external_url = around_.settings.external_url;
  out.value = element.value;
  out.now = at_.wall;
  out.query = [this](const std::string& text) -> base::Result<promql::Vector> {
    REEVE_TRY(const promql::Expr expr, promql::parse(text, around_.options));
    return query(expr, around_.head, at_.wall.ms(), around_.options);
  };
  return out;
}

std::string Evaluation::target_of(const model::Labels& labels) const {
  return around_.ports.target_of ? around_.ports.target_of(labels) : std::string();
}

// As Prometheus: a text that cannot be made says so in its place, and the alert goes on.
std::string Evaluation::expand(const NamedTemplate& text, const tmpl::Data& data) {
  auto rendered = text.text.render(data);
  if (rendered.ok()) return *std::move(rendered);
  template_problem_ = std::string(kTemplateProblem) + " of " + text.name + ": " + rendered.error().text;
  return "<error expanding template: " + rendered.error().text + ">";
}

}  // namespace reeve::rule
