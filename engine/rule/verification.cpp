#include "rule/verification.h"

#include <algorithm>

#include "rule/event_labels.h"

namespace reeve::rule {

namespace {
std::string name_of(const model::Alert& alert) {
  return std::string(alert.labels.get(model::kAlertNameLabel));
}

bool is_set_by(const Rule& rule, const std::string& label) {
  return std::any_of(rule.labels.begin(), rule.labels.end(),
                     [&](const NamedTemplate& own) { return own.name == label; });
}
}  // namespace

Verification::Verification(Surroundings& around, base::Loop& loop, FindRule find, Question question)
    : around_(around), loop_(loop), find_(std::move(find)), question_(std::move(question)) {}

Verification::~Verification() {
  loop_.cancel(timer_);
}

void Verification::begin(Table& table, base::Handle self) {
  table_ = &table;
  self_ = self;
  deadline_ = loop_.clock().boot() + question_.within;
  arm(deadline_);
  look();
}

void Verification::look() {
  if (at_ != At::kWatching) return;
  const LiveRule* live = find_(question_.alert.rule_id);
  if (!live) return answer(Verified::kUnknown, "the rule " + question_.alert.rule_id + " is gone");
  const bool is_event = live->rule->kind == Rule::Kind::kEvent;
  if (is_event && !live->rule->verify)
    return answer(Verified::kUnknown, "the rule says no \"verify\" expression, so nobody knows whether it helped");
  const base::Boot now = loop_.clock().boot();
  const Answer said = ask(*live);
  if (said != Answer::kNoData) saw_data_ = true;
  if (said != Answer::kClear) {
    clear_since_.reset();
    return arm(deadline_);
  }
  if (!clear_since_) clear_since_ = now;
  if (now - *clear_since_ >= question_.hold)
    return answer(Verified::kHeld, "clear for " + base::format_duration(question_.hold) + " on data since the act");
  arm(std::min(deadline_, *clear_since_ + question_.hold));
}

Verification::Answer Verification::ask(const LiveRule& live) {
  const Rule& rule = *live.rule;
  const bool is_event = rule.kind == Rule::Kind::kEvent;
  const int64_t now_ms = loop_.clock().wall().ms();
  const Evidence evidence(around_.head, live.need, rule, question_.alert.labels);
  if (live.need.kind == Need::Kind::kNothing || !evidence.fresh(question_.since.ms(), now_ms) ||
      !evidence.present(now_ms)) {
    why_ = "no samples that were taken after the act";
    return Answer::kNoData;
  }
  const auto elements = query(is_event ? *rule.verify : *rule.expr, around_.head, now_ms, around_.options);
  if (!elements.ok()) {
    why_ = "the expression fails: " + elements.error().text;
    return Answer::kNoData;
  }
  const auto wanted = std::find_if(elements->begin(), elements->end(), [&](const promql::Element& element) {
    return is_event ? is_joined(rule, element.labels) : is_same_alert(rule, element.labels);
  });
  if ((wanted != elements->end()) == is_event) return Answer::kClear;
  why_ = is_event ? rule.verify->text() + " does not hold"
                  : rule.expr->text() + " still gives " + base::format_number(wanted->value);
  return Answer::kNotClear;
}

// The labels that the rule itself sets may tell of the value; the others are the alert.
bool Verification::is_same_alert(const Rule& rule, const model::Labels& element) const {
  model::Labels left = element, right = question_.alert.labels;
  left.erase(model::kNameLabel);
  left.erase(model::kAlertNameLabel);
  right.erase(model::kAlertNameLabel);
  for (const NamedTemplate& label : rule.labels) {
    left.erase(label.name);
    right.erase(label.name);
  }
  return left == right;
}

bool Verification::is_joined(const Rule& rule, const model::Labels& element) const {
  const model::Labels& labels = question_.alert.labels;
  if (rule.by.empty()) {
    const model::Labels identity = identity_of(model::Event::from_value(question_.alert.event), rule.by);
    return std::all_of(identity.begin(), identity.end(),
                       [&](const auto& label) { return element.get(label.first) == label.second; });
  }
  return std::all_of(rule.by.begin(), rule.by.end(), [&](const std::string& name) {
    return is_set_by(rule, name) || element.get(name) == labels.get(name);
  });
}

bool Verification::is_about(const model::Alert& alert) const {
  const model::Alert& ours = question_.alert;
  return at_ == At::kWatching && alert.rule_id == ours.rule_id && alert.key == ours.key &&
         alert.episode == ours.episode;
}

void Verification::on_change(const model::AlertChange& change) {
  if (at_ != At::kWatching || change.alert.state != model::AlertState::kFiring ||
      change.from == model::AlertState::kFiring)
    return;
  const model::Alert &ours = question_.alert, &other = change.alert;
  const bool is_ours = other.rule_id == ours.rule_id && other.key == ours.key;
  if (is_ours && other.episode <= ours.episode) return;
  if (!is_ours && (ours.target.empty() || other.target != ours.target)) return;
  if (!other.event.is_null() && !is_after_act(other.active_at)) return;
  answer(Verified::kNotHeld, name_of(other) + (is_ours ? " fired again" : " fired for the same target"));
}

void Verification::on_target_end(const model::Event& event) {
  const model::Alert& ours = question_.alert;
  if (at_ != At::kWatching || event.target != ours.target || event.at < ours.active_at) return;
  answer(Verified::kHeld, event.target + " is no more: " + event.type);
}

void Verification::on_time() {
  timer_ = 0;
  if (at_ == At::kAnswered) return deliver();
  look();
  if (at_ == At::kWatching && loop_.clock().boot() >= deadline_) conclude();
}

void Verification::conclude() {
  const std::string within = " (within " + base::format_duration(question_.within) + ")";
  if (!saw_data_) return answer(Verified::kUnknown, why_ + within);
  if (!clear_since_) return answer(Verified::kNotHeld, why_ + within);
  answer(Verified::kNotHeld, "clear for only " + base::format_duration(loop_.clock().boot() - *clear_since_) + " of " +
                                 base::format_duration(question_.hold) + within);
}

void Verification::answer(Verified verified, std::string why) {
  at_ = At::kAnswered;
  verified_ = verified;
  why_ = std::move(why);
  arm(loop_.clock().boot());
}

void Verification::deliver() {
  const Done done = std::move(question_.done);
  const Verified verified = verified_;
  const std::string why = std::move(why_);
  table_->erase(self_);  // the last act on this object
  done(verified, why);
}

void Verification::arm(base::Boot when) {
  loop_.cancel(timer_);
  const base::Duration delay = std::max(when - loop_.clock().boot(), base::Duration{});
  timer_ = loop_.after(delay, table_->on(self_, &Verification::on_time));
}

}  // namespace reeve::rule
