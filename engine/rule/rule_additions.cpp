// The fields of a rule that reeve adds to Prometheus', and what makes two versions of a rule the same.
#include <algorithm>

#include "rule/file_reader.h"
#include "rule/ranges.h"

namespace reeve::rule {

namespace {
constexpr base::Duration kKeep = base::minutes(15);
constexpr int kMostNeeded = 64;
}  // namespace

void RuleReader::read_additions(Rule& rule) {
  if (const yaml::Node* reset = field("reset")) rule.reset = parse_expr(*reset, "could not parse \"reset\"");
  if (rule.kind == Rule::Kind::kEvent) read_event(rule);
  read_needs(rule);
  read_flapping(rule);
  read_run(rule);
  read_absent(rule);
}

void RuleReader::read_event(Rule& rule) {
  rule.on = parse_selector(*field("on"), "on");
  read_until(rule);
  if (const yaml::Node* verify = field("verify")) rule.verify = parse_expr(*verify, "could not parse \"verify\"");
  if (rule.until.empty()) rule.keep = kKeep;
  read_duration("keep", rule.keep);
  if (const yaml::Node* keep = field("keep"); keep && rule.keep.us <= 0) fail(*keep, "\"keep\" must be longer than 0s");
  if (const yaml::Node* caused = field("caused")) {
    auto value = caused->boolean();
    if (!value.ok()) {
      ok_ = false;
      findings_.add(value.error());
    } else {
      rule.caused = *value;
    }
  }
  read_by(rule);
}

void RuleReader::read_by(Rule& rule) {
  const yaml::Node* by = field("by");
  if (!by) return;
  if (by->kind() != yaml::Node::Kind::kList)
    return fail(*by, "\"by\" must be a list of label names, as [instance, name]");
  for (const yaml::Node& item : by->items()) {
    auto name = item.text();
    if (!name.ok()) return ok_ = false, findings_.add(name.error());
    if (name->empty() || *name == model::kNameLabel) return fail(item, "invalid label name: " + *name);
    rule.by.push_back(*std::move(name));
  }
  if (rule.by.empty()) return fail(*by, "\"by\" is empty: without labels every event would be the same alert");
  std::sort(rule.by.begin(), rule.by.end());
  rule.by.erase(std::unique(rule.by.begin(), rule.by.end()), rule.by.end());
}

void RuleReader::read_needs(Rule& rule) {
  const yaml::Node* needs = field("needs");
  if (!needs) return;
  int end = 0;
  const std::string& text = needs->scalar();
  const bool read = std::sscanf(text.c_str(), "%d of %d%n", &rule.needs, &rule.of, &end) == 2;
  if (!read || end != static_cast<int>(text.size()))
    return fail(*needs, "\"needs\" is written as in \"3 of 5\": so many of the last so many evaluations");
  if (rule.needs < 1 || rule.needs > rule.of || rule.of > kMostNeeded)
    fail(*needs, "\"needs: N of M\" wants 1 <= N <= M <= " + std::to_string(kMostNeeded));
}

void RuleReader::read_absent(Rule& rule) {
  rule.absent = rule.run ? Absent::kKeep : Absent::kResolve;
  const yaml::Node* absent = field("absent");
  if (!absent) return;
  const std::string& word = absent->scalar();
  if (word == "keep") {
    rule.absent = Absent::kKeep;
  } else if (word == "fire") {
    rule.absent = Absent::kFire;
  } else if (word == "resolve") {
    rule.absent = Absent::kResolve;
  } else {
    fail(*absent, "\"absent\" is one of keep, fire, resolve");
  }
}

void RuleReader::read_flapping(Rule& rule) {
  const yaml::Node* flapping = field("flapping");
  if (!flapping) return;
  FlappingLimits limits;
  if (auto known = flapping->only({"high", "low"}); !known.ok()) return ok_ = false, findings_.add(known.error());
  for (const auto& [key, value] : flapping->pairs()) {
    auto number = value.number();
    if (!number.ok()) return ok_ = false, findings_.add(number.error());
    (key.scalar() == "high" ? limits.high : limits.low) = *number;
  }
  if (!(limits.low >= 0 && limits.low <= limits.high && limits.high < 100))
    return fail(*flapping, "\"flapping\" wants 0 <= low <= high < 100 (percent of changes among the last 20 states)");
  rule.flapping = limits;
}

void RuleReader::read_run(Rule& rule) {
  const yaml::Node* run = field("run");
  if (!run) return;
  auto response = response::read(*run, group_.file + ":" + group_.name + "/" + rule.name, true);
  if (!response.ok()) return ok_ = false, findings_.add(response.error());
  rule.run = *std::move(response);
  if (rule.kind == Rule::Kind::kEvent && !rule.verify)
    findings_.warn(node_, where_ +
                              ": a remediation on an event rule without \"verify\": whether it helped will not be "
                              "known, and it escalates each time");
  if (ok_) check_within(*run, rule);
}

// A window longer than `within` still holds samples from before the act when the time is over.
void RuleReader::check_within(const yaml::Node& run, Rule& rule) {
  const base::Duration hold = rule.run->verify.hold.value_or(base::seconds(10));
  const base::Duration least = least_within(rule, group_.interval, hold);
  if (rule.run->verify.within >= least) return;
  const yaml::Node* verify = run.find("verify");
  const yaml::Node* within = verify ? verify->find("within") : nullptr;
  if (!within) {
    rule.run->verify.within = least;  // nobody asked for the default
    return;
  }
  fail(*within, "\"within\" must be at least " + base::format_duration(least) +
                    ": the longest window of the expression + 2 intervals + hold");
}

void RuleReader::find_meaning(Rule& rule) {
  base::Sha256 hash;
  const auto add = [&](std::string_view key, std::string_view text) {
    hash.add(key).add("\x1f").add(text).add("\x1e");
  };
  add("kind", std::to_string(static_cast<int>(rule.kind)));
  if (rule.expr) add("expr", rule.expr->text());
  if (rule.reset) add("reset", rule.reset->text());
  if (rule.on) add("on", rule.on->text());
  for (const EventSelector& selector : rule.until) add("until", selector.text());
  add("by", base::join(rule.by, ","));
  add("needs", std::to_string(rule.needs) + " of " + std::to_string(rule.of));
  std::vector<std::pair<std::string, std::string>> labels;
  for (const NamedTemplate& label : rule.labels) labels.emplace_back(label.name, label.source);
  std::sort(labels.begin(), labels.end());
  for (const auto& [name, source] : labels) add(name, source);
  rule.meaning = base::hex(hash.finish());
}

std::optional<EventSelector> RuleReader::parse_selector(const yaml::Node& node, const char* key) {
  auto selector = EventSelector::parse(node.scalar());
  if (selector.ok()) return *std::move(selector);
  fail_at(node, selector.error().text, "could not parse \"" + std::string(key) + "\"");
  return std::nullopt;
}

// One selector or a list of them.
void RuleReader::read_until(Rule& rule) {
  const yaml::Node* until = field("until");
  if (!until) return;
  const bool is_list = until->kind() == yaml::Node::Kind::kList;
  for (const yaml::Node& item : is_list ? until->items() : std::vector<yaml::Node>{*until})
    if (auto selector = parse_selector(item, "until")) rule.until.push_back(*std::move(selector));
}

base::Duration least_within(const Rule& rule, base::Duration interval, base::Duration hold) {
  const std::optional<promql::Expr>& expr = rule.kind == Rule::Kind::kEvent ? rule.verify : rule.expr;
  const base::Duration longest = expr ? longest_range(*expr) : base::Duration{};
  return longest + interval * 2 + hold;
}

}  // namespace reeve::rule
