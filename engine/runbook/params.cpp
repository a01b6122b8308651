// Parameters: where each comes from, and the type that judges it. Labels are attacker's text, so the default pattern is
// narrow (SAFETY, "Untrusted text").
#include <algorithm>
#include <cmath>

#include "runbook/terms.h"
#include "script/worker/pattern.h"

namespace reeve::runbook {

using base::Result;
using model::Value;

namespace {
base::Error wrong(const ParamSpec& spec, const std::string& why) {
  return base::invalid("parameter " + spec.name + ": " + why);
}

/// `alert.labels.instance`, `alert.annotations.x`, `alert.target`, `alert.value`; null when it is not there.
Value from_alert(const std::string& path, const model::Alert& alert) {
  const auto of_labels = [](const model::Labels& labels, const std::string& name) -> Value {
    return labels.has(name) ? Value(labels.get(name)) : Value();
  };
  if (path == "alert.target") return alert.target.empty() ? Value() : Value(alert.target);
  if (path == "alert.value") return alert.value;
  if (base::starts_with(path, "alert.labels.")) return of_labels(alert.labels, path.substr(13));
  if (base::starts_with(path, "alert.annotations.")) return of_labels(alert.annotations, path.substr(18));
  if (base::starts_with(path, "alert.event.")) {
    const std::string name = path.substr(12);
    const Value& event = alert.event;
    return event["fields"].has(name) ? event["fields"][name] : event["labels"][name];
  }
  return {};
}

Result<double> number_of(const ParamSpec& spec, const Value& value) {
  if (value.is_number()) return value.as_double();
  const std::string& text = value.as_string();
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != 0 || !std::isfinite(number)) return wrong(spec, "\"" + value.text() + "\" is no number");
  return number;
}

base::Status within(const ParamSpec& spec, double number) {
  if (spec.least.is_number() && number < spec.least.as_double())
    return wrong(spec, base::format_number(number) + " is less than " + spec.least.text());
  if (spec.most.is_number() && number > spec.most.as_double())
    return wrong(spec, base::format_number(number) + " is more than " + spec.most.text());
  return {};
}

/// [A-Za-z0-9][A-Za-z0-9._:-]{0,127}, without "..".
bool is_plain(const std::string& text) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const auto is_allowed = [&](char c) { return is_word(c) || c == '.' || c == '_' || c == ':' || c == '-'; };
  return !text.empty() && text.size() <= 128 && is_word(text[0]) && text.find("..") == std::string::npos &&
         std::all_of(text.begin(), text.end(), is_allowed);
}

/// The whole text against the runbook's own Lua pattern.
Result<bool> matches(const ParamSpec& spec, const std::string& text) {
  constexpr int64_t kSteps = 100'000;
  const std::string whole = "^" + spec.match + "$";
  int64_t steps = kSteps;
  script::Matcher matcher(text, whole, steps);
  script::Match match;
  const auto outcome = matcher.search(0, match);
  if (outcome == script::Matcher::Outcome::kMalformed)
    return wrong(spec, std::string("its match: ") + matcher.problem());
  return outcome == script::Matcher::Outcome::kMatch;
}

Result<Value> as_text(const ParamSpec& spec, const Value& value) {
  if (value.is_list() || value.is_map() || value.is_bool()) return wrong(spec, "is no text");
  const std::string text = value.text();
  const std::string shown = "\"" + text.substr(0, 100) + "\"";
  if (spec.match.empty()) {
    if (!is_plain(text)) return wrong(spec, shown + " holds more than letters, digits and . _ : - (give it a match)");
  } else {
    REEVE_TRY(const bool good, matches(spec, text));
    if (!good) return wrong(spec, shown + " does not match " + spec.match);
  }
  if (spec.least.is_number() && text.size() < static_cast<size_t>(spec.least.as_int()))
    return wrong(spec, "is shorter than " + spec.least.text());
  if (spec.most.is_number() && text.size() > static_cast<size_t>(spec.most.as_int()))
    return wrong(spec, "is longer than " + spec.most.text());
  return Value(text);
}

Result<Value> as_number(const ParamSpec& spec, const Value& value) {
  std::string text = value.is_double() ? base::format_number(value.as_double()) : value.text();
  if (spec.type == "percent" && !text.empty() && text.back() == '%') text.pop_back();
  REEVE_TRY(const double number, number_of(spec, Value(text)));
  REEVE_CHECK(within(spec, number));
  if (spec.type != "int") return Value(number);
  if (number != std::floor(number) || std::fabs(number) > 9e15) return wrong(spec, text + " is no whole number");
  return Value(static_cast<int64_t>(number));
}

Result<Value> as_bool(const ParamSpec& spec, const Value& value) {
  if (value.is_bool()) return value;
  if (value.as_string() == "true") return Value(true);
  if (value.as_string() == "false") return Value(false);
  return wrong(spec, "is true or false");
}

Result<Value> as_enum(const ParamSpec& spec, const Value& value) {
  for (const Value& choice : spec.choices.as_list())
    if (choice.text() == value.text()) return choice;
  return wrong(spec, "\"" + value.text() + "\" is none of " + base::join(texts_of(spec.choices), ", "));
}

Result<Value> as_bytes(const ParamSpec& spec, const Value& value) {
  const std::string text = value.text();
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const std::string unit(base::trim(end));
  constexpr std::pair<const char*, double> kUnits[] = {{"", 1},     {"B", 1},       {"kB", 1e3},      {"MB", 1e6},
                                                       {"GB", 1e9}, {"KiB", 1024.}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
  for (const auto& [name, factor] : kUnits) {
    if (end == text.c_str() || unit != name || !(number >= 0) || number * factor > 9e18) continue;
    REEVE_CHECK(within(spec, number * factor));
    return Value(static_cast<int64_t>(number * factor));
  }
  return wrong(spec, "\"" + text + "\" is no size like 512MiB");
}

Result<Value> judged(const ParamSpec& spec, const Value& value);

Result<Value> as_list(const ParamSpec& spec, const Value& value) {
  ParamSpec item = spec;
  item.type = spec.type == "hosts" ? "host" : "string";
  Value out = Value::list();
  std::vector<Value> items;
  if (value.is_list()) {
    items = value.as_list();
  } else {
    for (const std::string& one : base::split(value.text(), ',')) items.emplace_back(std::string(base::trim(one)));
  }
  // An empty selection is never "everything", and seldom meant.
  if (items.empty() && !(spec.least.is_number() && spec.least.as_double() == 0))
    return wrong(spec, "is empty (min = 0 allows that)");
  item.least = item.most = Value();
  for (const Value& one : items) {
    REEVE_TRY(Value good, judged(item, one));
    out.push(std::move(good));
  }
  REEVE_CHECK(within(spec, static_cast<double>(items.size())));
  return out;
}

Result<Value> judged(const ParamSpec& spec, const Value& value) {
  if (spec.type == "string" || spec.type == "host") return as_text(spec, value);
  if (spec.type == "int" || spec.type == "number" || spec.type == "percent") return as_number(spec, value);
  if (spec.type == "bool") return as_bool(spec, value);
  if (spec.type == "enum") return as_enum(spec, value);
  if (spec.type == "bytes") return as_bytes(spec, value);
  if (spec.type == "list" || spec.type == "hosts") return as_list(spec, value);
  const auto read = base::parse_duration(value.text());  // "duration"
  if (!read.ok()) return wrong(spec, read.error().text);
  REEVE_CHECK(within(spec, read->seconds()));
  return Value(base::format_duration(*read));
}

base::Status all_known(const Runbook& runbook, const Value& given) {
  std::vector<std::string> known;
  for (const ParamSpec& spec : runbook.params) known.push_back(spec.name);
  for (const auto& [name, value] : given.as_map()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string near = base::did_you_mean(name, known);
    const std::string has = known.empty() ? " (it has none)" : " (it has " + base::join(known, ", ") + ")";
    return base::invalid("runbook " + runbook.name + " has no parameter \"" + name + "\"" +
                         (near.empty() ? has : " (did you mean \"" + near + "\"?)"));
  }
  return {};
}
}  // namespace

Result<Value> bind_params(const Runbook& runbook, const Value& given, const std::optional<model::Alert>& alert) {
  // First: a name that is misspelt explains the value that is missing.
  REEVE_CHECK(all_known(runbook, given));
  Value params = Value::map();
  for (const ParamSpec& spec : runbook.params) {
    Value value = given[spec.name];
    if (value.is_null() && alert && !spec.from.empty()) value = from_alert(spec.from, *alert);
    if (value.is_null()) value = spec.fallback;
    if (value.is_null() && !spec.required) continue;
    if (value.is_null()) {
      const std::string hint = spec.from.empty() ? "" : " (it comes from " + spec.from + ")";
      return wrong(spec, "there is no value" + hint);
    }
    if (value.is_string() && base::trim(value.as_string()).empty()) return wrong(spec, "is blank");
    REEVE_TRY(Value good, judged(spec, value));
    params.set(spec.name, std::move(good));
  }
  return params;
}

}  // namespace reeve::runbook
