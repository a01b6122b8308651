#include "alert/silence.h"

#include <algorithm>

namespace reeve::alert {

namespace {
using response::AlertMatcher;

bool is_pattern(const AlertMatcher& matcher) {
  return matcher.kind == AlertMatcher::Kind::kRegex || matcher.kind == AlertMatcher::Kind::kNotRegex;
}
bool is_positive(const AlertMatcher& matcher) {
  return matcher.kind == AlertMatcher::Kind::kEqual || matcher.kind == AlertMatcher::Kind::kRegex;
}

bool same(const std::vector<AlertMatcher>& a, const std::vector<AlertMatcher>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const AlertMatcher& x, const AlertMatcher& y) {
    return x.kind == y.kind && x.name == y.name && x.value == y.value;
  });
}

base::Result<AlertMatcher> matcher_of(const model::Value& value) {
  if (!value["name"].is_string() || !value["value"].is_string())
    return base::invalid("a matcher has a name and a value, both texts");
  const bool pattern = value["isRegex"].as_bool(), positive = value["isEqual"].as_bool(true);
  using Kind = AlertMatcher::Kind;
  const Kind kind = pattern ? (positive ? Kind::kRegex : Kind::kNotRegex) : (positive ? Kind::kEqual : Kind::kNotEqual);
  return response::make_matcher(kind, value["name"].as_string(), value["value"].as_string());
}

base::Result<base::Time> time_of(const model::Value& value, const char* field) {
  if (!value[field].is_string()) return base::invalid(std::string(field) + " is missing");
  auto out = base::parse_time(value[field].as_string());
  if (!out) return base::invalid(std::string(field) + ": " + out.error().text);
  return *out;
}
}  // namespace

const char* silence_state_name(SilenceState state) {
  switch (state) {
    case SilenceState::kPending:
      return "pending";
    case SilenceState::kActive:
      return "active";
    case SilenceState::kExpired:
      return "expired";
  }
  return "";
}

SilenceState state_of(const Silence& silence, base::Time now) {
  if (now < silence.starts) return SilenceState::kPending;
  return now < silence.ends ? SilenceState::kActive : SilenceState::kExpired;
}

base::Status check(const Silence& silence, base::Time now) {
  if (silence.matchers.empty()) return base::invalid("a silence needs at least one matcher");
  const bool all_empty = response::all_match(silence.matchers, {});
  if (all_empty)
    return base::invalid("at least one matcher must not match an empty label: this would silence everything");
  if (silence.ends < silence.starts) return base::invalid("the silence ends before it starts");
  if (silence.ends <= now) return base::invalid("the silence ends in the past");
  if (silence.created_by.empty()) return base::invalid("a silence says who created it");
  if (silence.comment.empty()) return base::invalid("a silence says why (comment)");
  return {};
}

model::Value to_value(const Silence& silence, base::Time now) {
  model::Value matchers = model::Value::list();
  for (const AlertMatcher& matcher : silence.matchers)
    matchers.push(model::Value::map()
                      .set("name", matcher.name)
                      .set("value", matcher.value)
                      .set("isRegex", is_pattern(matcher))
                      .set("isEqual", is_positive(matcher)));
  model::Value out = model::Value::map();
  out.set("id", silence.id)
      .set("status", model::Value::map().set("state", silence_state_name(state_of(silence, now))))
      .set("updatedAt", base::format_time(silence.updated))
      .set("comment", silence.comment)
      .set("createdBy", silence.created_by)
      .set("startsAt", base::format_time(silence.starts))
      .set("endsAt", base::format_time(silence.ends))
      .set("matchers", std::move(matchers));
  return out;
}

base::Result<Silence> silence_of(const model::Value& value) {
  Silence out;
  out.id = value["id"].as_string();
  out.created_by = value["createdBy"].as_string();
  out.comment = value["comment"].as_string();
  REEVE_TRY(out.starts, time_of(value, "startsAt"));
  REEVE_TRY(out.ends, time_of(value, "endsAt"));
  if (value.has("updatedAt")) {
    REEVE_TRY(out.updated, time_of(value, "updatedAt"));
  }
  for (const model::Value& one : value["matchers"].as_list()) {
    REEVE_TRY(AlertMatcher matcher, matcher_of(one));
    out.matchers.push_back(std::move(matcher));
  }
  return out;
}

base::Status Silences::put(Silence silence, base::Time now) {
  REEVE_CHECK(check(silence, now));
  const auto known = by_id_.find(silence.id);
  if (known != by_id_.end()) {
    const Silence& before = known->second;
    const base::Error conflict{base::Fault::kConflict,
                               "the silence " + silence.id + " cannot be changed so: make a new one"};
    if (state_of(before, now) == SilenceState::kExpired || !same(before.matchers, silence.matchers)) return conflict;
    if (state_of(before, now) == SilenceState::kActive && before.starts != silence.starts) return conflict;
  }
  silence.updated = now;
  by_id_[silence.id] = std::move(silence);
  return {};
}

base::Status Silences::expire(const std::string& id, base::Time now) {
  const auto known = by_id_.find(id);
  if (known == by_id_.end()) return base::Error{base::Fault::kNotFound, "there is no silence " + id};
  Silence& silence = known->second;
  if (state_of(silence, now) == SilenceState::kExpired)
    return base::Error{base::Fault::kConflict, "the silence " + id + " has ended"};
  silence.starts = std::min(silence.starts, now);
  silence.ends = silence.updated = now;
  return {};
}

void Silences::forget(base::Time ended_before) {
  std::erase_if(by_id_, [&](const auto& pair) { return pair.second.ends < ended_before; });
}

const Silence* Silences::find(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

std::vector<const Silence*> Silences::matching(const model::Labels& labels, base::Time now) const {
  std::vector<const Silence*> out;
  for (const auto& [id, silence] : by_id_)
    if (state_of(silence, now) == SilenceState::kActive && response::all_match(silence.matchers, labels))
      out.push_back(&silence);
  return out;
}

std::vector<const Silence*> Silences::all() const {
  std::vector<const Silence*> out;
  out.reserve(by_id_.size());
  for (const auto& [id, silence] : by_id_) out.push_back(&silence);
  return out;
}

}  // namespace reeve::alert
