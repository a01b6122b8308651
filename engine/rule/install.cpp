// How a set of rules takes the place of another, and how alerts of the ledger come back.
#include <algorithm>
#include <set>

#include "rule/engine_impl.h"
#include "rule/nameless.h"
#include "rule/schedule.h"

namespace reeve::rule {

namespace {
using model::AlertState;

bool is_static(const std::vector<NamedTemplate>& texts) {
  return std::all_of(texts.begin(), texts.end(),
                     [](const NamedTemplate& text) { return text.source.find("{{") == std::string::npos; });
}

std::unique_ptr<LiveRule> make_live(const Rule& rule, const Group& group) {
  auto live = std::make_unique<LiveRule>();
  live->rule = &rule;
  live->group = &group;
  const std::optional<promql::Expr>& expr = rule.kind == Rule::Kind::kEvent ? rule.verify : rule.expr;
  if (expr) live->need = need_of(*expr);
  live->static_labels = is_static(rule.labels);
  live->static_annotations = is_static(rule.annotations);
  return live;
}
}  // namespace

std::vector<std::string> EngineImpl::install(RuleSet set) {
  const bool was_started = started_;
  stop();
  if (set.default_interval.us > 0) default_interval_ = set.default_interval;
  around_.options = query_options(default_interval_);
  if (settings_.builtin) {
    RuleSet own = builtin_rules(default_interval_);
    std::move(own.groups.begin(), own.groups.end(), std::back_inserter(set.groups));
  }
  const RuleSet old_set = std::move(set_);  // lives until the last alert of a dropped rule is told
  LiveRules old = std::move(rules_);
  const auto old_ids = std::move(by_id_);
  set_ = std::move(set);
  rules_.clear();
  by_id_.clear();
  for (const Group& group : set_.groups) {
    for (const Rule& rule : group.rules) {
      by_id_.emplace(rule.id, rules_.size());
      rules_.push_back(make_live(rule, group));
    }
  }
  std::vector<std::string> said;
  for (const auto& [id, index] : old_ids) {
    const auto kept = by_id_.find(id);
    if (kept == by_id_.end() || rules_[kept->second]->rule->meaning != old[index]->rule->meaning) continue;
    adopt(*rules_[kept->second], *old[index]);
  }
  index();
  for (const auto& live : old) drop(*live, said);
  if (was_started) start();
  arm_keep();
  return said;
}

// `before` is left without anything to drop.
void EngineImpl::adopt(LiveRule& now, LiveRule& before) {
  now.last = before.last;
  now.evaluated = before.evaluated;
  now.problem = std::move(before.problem);
  now.outputs = std::exchange(before.outputs, {});
  now.nameless = before.nameless;
  now.tracks = std::exchange(before.tracks, {});
  now.events = std::exchange(before.events, {});
  for (auto& [labels, track] : now.tracks) track.alert.annotations = {};  // said anew at the next evaluation
}

void EngineImpl::drop(LiveRule& before, std::vector<std::string>& said) {
  (void)before.outputs.finish(head_, loop_.clock().wall().ms());  // it writes nothing, it only ends
  size_t active = before.events.size();
  for (const auto& [labels, track] : before.tracks) active += track.active() ? 1 : 0;
  if (active == 0) return;
  said.push_back(before.rule->id + ": " + std::to_string(active) + " active alert" + (active == 1 ? "" : "s") +
                 " dropped: the rule is gone or means something else");
  for (auto& [labels, track] : before.tracks)
    if (track.active()) end_alert(std::move(track.alert), before);
  for (auto& [identity, track] : before.events) end_alert(std::move(track.alert), before);
}

void EngineImpl::end_alert(model::Alert alert, const LiveRule& live) {
  model::AlertChange told{alert.state, std::move(alert)};
  told.alert.state = told.from == AlertState::kPending ? AlertState::kInactive : AlertState::kResolved;
  told.alert.resolved_at = loop_.clock().wall();
  change(told, live);
}

void EngineImpl::index() {
  groups_.clear();
  by_event_.clear();
  arrival_ = {};
  head_.clear_requirements();
  size_t first = 0;
  for (const Group& group : set_.groups) {
    groups_.push_back({.group = &group,
                       .first = first,
                       .count = group.rules.size(),
                       .offset = tick_offset(group.file, group.name, group.interval)});
    first += group.rules.size();
    for (const Rule& rule : group.rules) require(rule, group.interval);
  }
  for (size_t i = 0; i < rules_.size(); ++i) {
    const Rule& rule = *rules_[i]->rule;
    const std::optional<promql::Expr>& expr = rule.kind == Rule::Kind::kEvent ? rule.verify : rule.expr;
    if (expr && rule.kind != Rule::Kind::kRecord) arrival_.add(i, expr->selectors());
    if (!rule.on) continue;
    std::set<std::string> types{rule.on->type()};
    for (const EventSelector& selector : rule.until) types.insert(selector.type());
    for (const std::string& type : types) by_event_[type].push_back(i);
  }
}

void EngineImpl::require(const Rule& rule, base::Duration interval) {
  for (const auto* expr : {&rule.expr, &rule.reset, &rule.verify}) {
    if (!*expr) continue;
    for (const promql::Selector& selector : (*expr)->selectors())
      head_.require(selector.matchers, selector.window + interval * 2);
  }
}

void EngineImpl::restore(const std::vector<model::Alert>& alerts) {
  around_.restored = now();
  for (const model::Alert& alert : alerts) {
    if (alert.rule_id.empty()) continue;  // nobody's
    episodes_.seen(alert.rule_id, alert.key, alert.episode);
    if (alert.state == AlertState::kPending || alert.state == AlertState::kFiring) restore_one(alert, around_.restored);
  }
  arm_keep();
}

void EngineImpl::restore_one(const model::Alert& alert, Moment now) {
  const auto found = by_id_.find(alert.rule_id);
  if (found != by_id_.end()) {
    LiveRule& live = *rules_[found->second];
    const bool same = alert.meaning.empty() || alert.meaning == live.rule->meaning;  // empty: an older ledger
    if (same && live.rule->kind == Rule::Kind::kEvent && EventEvaluation(around_, live, now).restore(alert)) return;
    if (same && live.rule->kind == Rule::Kind::kAlert && alert.event.is_null()) return restore_track(live, alert);
  }
  base::log_info("an alert's state was dropped: its rule changed or is gone", {{"alert", alert.rule_id}});
  Rule gone;
  gone.id = alert.rule_id;
  gone.name = std::string(alert.labels.get(model::kAlertNameLabel));
  LiveRule live;
  live.rule = &gone;
  end_alert(alert, live);
}

void EngineImpl::restore_track(LiveRule& live, model::Alert alert) {
  if (alert.nameless()) {
    alert.labels = stand_in(live.rule->name, alert.key);
    if (auto labels = labels_in_series(head_, alert)) {
      alert.labels = std::move(*labels);
      alert.lost_print.clear();
    }
    live.nameless |= alert.nameless();
  }
  Track& track = live.tracks[alert.labels];
  track.alert = std::move(alert);
  track.alert.warming = true;
  track.pending_for = pending_before(track.alert, live.group->interval);
  if (live.rule->of > 1) track.history = (1ULL << live.rule->needs) - 1;  // as many matched as made it what it is
}

// What a pending alert had been seen for is in the series that ticks write, as far as they were saved. Where two of
// them are far apart nobody watched, or the clock was set.
base::Duration EngineImpl::pending_before(const model::Alert& alert, base::Duration interval) const {
  series::Matchers matchers{{series::Matcher::Kind::kEqual, std::string(model::kNameLabel), "ALERTS"},
                            {series::Matcher::Kind::kEqual, "alertstate", "pending"}};
  for (const auto& [name, value] : alert.labels) matchers.push_back({series::Matcher::Kind::kEqual, name, value});
  const auto found = head_.select(matchers);
  base::Duration out;
  if (!found.ok()) return out;
  for (const series::SeriesView* series : *found) {
    if (series->labels().size() != alert.labels.size() + 2) continue;
    std::vector<series::Point> points;
    series->points(alert.active_at.ms() - 1, loop_.clock().wall().ms(), points);
    if (points.empty()) continue;
    base::Duration seen = base::time_from_ms(points.back().ms) - alert.active_at;
    for (size_t i = 1; i < points.size(); ++i) {
      const base::Duration gap = base::millis(points[i].ms - points[i - 1].ms);
      seen = seen - std::max(gap - interval * 2, base::Duration{});
    }
    out = std::max(out, seen);
  }
  return out;
}

}  // namespace reeve::rule
