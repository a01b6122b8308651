#include <algorithm>
#include <cmath>

#include "guard/guard.h"

namespace reeve::guard {

namespace {
using base::Error;
using base::Result;
using base::Status;
using model::Value;

/// One source of settings, whatever it was written in: a YAML map or a runbook's table.
struct Item {
  std::string key;
  Value value;
  std::function<Error(const std::string&)> error;
};

Result<double> share(const Item& item) {
  if (item.value.is_number()) {
    const double n = item.value.as_double();
    if (n >= 0 && n <= 1) return n;
  } else if (const std::string& text = item.value.as_string(); !text.empty() && text.back() == '%') {
    char* end = nullptr;
    const double n = std::strtod(text.c_str(), &end);
    if (end == text.c_str() + text.size() - 1 && n >= 0 && n <= 100) return n / 100;
  }
  return item.error(item.key + " is a share from 0% to 100%");
}

Result<base::Duration> duration(const Item& item) {
  auto read = base::parse_duration(item.value.text());
  if (!read.ok()) return item.error(item.key + ": " + read.error().text);
  return *read;
}

Result<int> count(const Item& item, int least) {
  const Value& value = item.value;
  const bool whole = value.is_int() || (value.is_double() && value.as_double() == std::floor(value.as_double()));
  if (!whole || value.as_int() < least || value.as_int() > 1'000'000)
    return item.error(item.key + " is a whole number of at least " + std::to_string(least));
  return static_cast<int>(value.as_int());
}

Result<bool> on_or_off(const Item& item) {
  if (item.value.is_bool()) return item.value.as_bool();
  if (item.value.as_string() == "on") return true;
  if (item.value.as_string() == "off") return false;
  return item.error(item.key + " is on or off");
}

/// "1000/m": acts a minute.
Result<int> rate(const Item& item) {
  const std::string text = item.value.text();
  char* end = nullptr;
  const long n = std::strtol(text.c_str(), &end, 10);
  if (end == text.c_str() || n < 1 || n > 1'000'000 || (std::string(end) != "/m" && *end != 0))
    return item.error("rate is acts a minute, like 10/m");
  return static_cast<int>(n);
}

Result<Breaker> breaker(const Item& item) {
  Breaker read;
  const bool empty_table = item.value.is_list() && item.value.as_list().empty();  // Lua's: no list and no map yet
  if (!item.value.is_map() && !empty_table) {
    REEVE_TRY(const bool on, on_or_off(item));
    read.off = !on;
    return read;
  }
  for (const auto& [key, value] : item.value.as_map()) {
    const Item inner{"breaker." + key, value, item.error};
    if (key == "failures") {
      REEVE_TRY(read.failures_target, count(inner, 1));
      read.failures_group = std::max(read.failures_target, read.failures_group);
    } else if (key == "within") {
      REEVE_TRY(read.within, duration(inner));
    } else {
      return item.error("unknown field \"" + key + "\" in breaker (failures, within)");
    }
  }
  return read;
}

Status take(Settings& settings, const Item& item) {
  const std::string& key = item.key;
  if (key == "reason") {
    settings.reason = std::string(base::trim(item.value.text()));  // blanks are no reason
  } else if (key == "concurrency") {
    REEVE_TRY(settings.concurrency, count(item, 1));
  } else if (key == "budget") {
    REEVE_TRY(settings.budget, share(item));
  } else if (key == "floor") {
    REEVE_TRY(settings.floor, share(item));
  } else if (key == "cool_down") {
    REEVE_TRY(settings.cool_down, duration(item));
  } else if (key == "breaker") {
    REEVE_TRY(settings.breaker, breaker(item));
  } else if (key == "flap") {
    REEVE_TRY(settings.flap, on_or_off(item));
  } else if (key == "max_age") {
    REEVE_TRY(settings.max_age, duration(item));
  } else if (key == "storm") {
    REEVE_TRY(settings.storm, on_or_off(item));
  } else if (key == "hold") {
    REEVE_TRY(settings.hold, duration(item));
  } else if (key == "settles") {
    REEVE_TRY(settings.settles, duration(item));
  } else if (key == "rate") {
    REEVE_TRY(settings.rate, rate(item));
  } else if (key == "promotion_evidence") {
    REEVE_TRY(settings.promotion_evidence, count(item, 0));
  } else if (key == "protect") {
    if (!item.value.is_list()) return item.error("protect is a list of target patterns, like docker/local/*");
    for (const Value& pattern : item.value.as_list()) settings.protect.push_back(pattern.text());
  } else {
    static const std::vector<std::string> kKeys{
        "reason", "concurrency", "budget",  "floor", "cool_down",          "breaker", "flap", "max_age",
        "storm",  "hold",        "settles", "rate",  "promotion_evidence", "protect"};
    const std::string near = base::did_you_mean(key, kKeys);
    return item.error("unknown field \"" + key + "\"" + (near.empty() ? "" : " (did you mean \"" + near + "\"?)"));
  }
  return {};
}

/// The first setting that is looser than its default, or empty.
std::string looser(const Settings& s) {
  const Settings d = defaults();
  if (s.concurrency && *s.concurrency > *d.concurrency) return "concurrency";
  if (s.budget && *s.budget > *d.budget) return "budget";
  if (s.floor && *s.floor < *d.floor) return "floor";
  if (s.cool_down && *s.cool_down < *d.cool_down) return "cool_down";
  if (s.breaker && (s.breaker->off || s.breaker->failures_target > d.breaker->failures_target ||
                    s.breaker->within < d.breaker->within))
    return "breaker";
  if (s.flap && !*s.flap) return "flap";
  if (s.max_age && *s.max_age > *d.max_age) return "max_age";
  if (s.storm && !*s.storm) return "storm";
  if (s.hold && *s.hold < *d.hold) return "hold";
  if (s.rate && *s.rate > *d.rate) return "rate";
  if (s.settles) return "settles";
  return {};
}

template <class T>
void prefer(std::optional<T>& mine, const std::optional<T>& inner) {
  if (inner) mine = inner;
}
}  // namespace

Settings defaults() {
  Settings d;
  d.concurrency = 1;
  d.budget = 0.10;
  d.floor = 0.50;
  d.cool_down = base::minutes(15);
  d.breaker = Breaker{};
  d.flap = true;
  d.max_age = base::minutes(5);
  d.storm = true;
  d.hold = base::seconds(10);
  d.rate = 10;
  return d;
}

Settings Settings::under(const Settings& inner) const {
  Settings out = *this;
  if (!inner.reason.empty()) out.reason = inner.reason;
  prefer(out.concurrency, inner.concurrency);
  prefer(out.budget, inner.budget);
  prefer(out.floor, inner.floor);
  prefer(out.cool_down, inner.cool_down);
  prefer(out.breaker, inner.breaker);
  prefer(out.flap, inner.flap);
  prefer(out.max_age, inner.max_age);
  prefer(out.storm, inner.storm);
  prefer(out.hold, inner.hold);
  prefer(out.settles, inner.settles);
  prefer(out.rate, inner.rate);
  prefer(out.promotion_evidence, inner.promotion_evidence);
  // Protection only grows: a runbook cannot take a target out of the protected set.
  out.protect.insert(out.protect.end(), inner.protect.begin(), inner.protect.end());
  return out;
}

Value Settings::to_value() const {
  Value out = Value::map();
  if (!reason.empty()) out.set("reason", reason);
  if (concurrency) out.set("concurrency", *concurrency);
  if (budget) out.set("budget", *budget);
  if (floor) out.set("floor", *floor);
  if (cool_down) out.set("cool_down", base::format_duration(*cool_down));
  if (breaker) {
    if (breaker->off) {
      out.set("breaker", "off");
    } else {
      out.set(
          "breaker",
          Value::map().set("failures", breaker->failures_target).set("within", base::format_duration(breaker->within)));
    }
  }
  if (flap) out.set("flap", *flap ? "on" : "off");
  if (max_age) out.set("max_age", base::format_duration(*max_age));
  if (storm) out.set("storm", *storm ? "on" : "off");
  if (hold) out.set("hold", base::format_duration(*hold));
  if (settles) out.set("settles", base::format_duration(*settles));
  if (rate) out.set("rate", std::to_string(*rate) + "/m");
  if (!protect.empty()) {
    Value list = Value::list();
    for (const std::string& pattern : protect) list.push(pattern);
    out.set("protect", std::move(list));
  }
  return out;
}

Result<Settings> read_settings(const yaml::Node& node) {
  REEVE_CHECK(node.must_be(yaml::Node::Kind::kMap, "safety"));
  Settings settings;
  for (const auto& [key, value] : node.pairs()) {
    REEVE_TRY(const Value plain, value.value());
    const yaml::Node at = key.scalar() == "breaker" || !value.items().empty() ? value : key;
    REEVE_CHECK(take(settings, {key.scalar(), plain, [at](const std::string& text) { return at.error(text); }}));
  }
  const std::string loose = looser(settings);
  if (!loose.empty() && settings.reason.empty())
    return node.find(loose)->error(loose + " is looser than its default: say why in safety.reason");
  return settings;
}

Result<Settings> settings_of(const Value& table, const std::string& where) {
  Settings settings;
  const auto error = [&where](const std::string& text) { return base::invalid(where + ": safety: " + text); };
  for (const auto& [key, value] : table.as_map()) REEVE_CHECK(take(settings, {key, value, error}));
  const std::string loose = looser(settings);
  if (!loose.empty() && settings.reason.empty())
    return error(loose + " is looser than its default: say why in safety.reason");
  return settings;
}

}  // namespace reeve::guard
