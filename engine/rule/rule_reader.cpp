// The fields of a rule that Prometheus has, and its checks.
#include <algorithm>

#include "rule/file_reader.h"

namespace reeve::rule {

namespace {
const std::vector<std::string> kPrometheusFields = {"record",          "alert",  "expr",       "for",
                                                    "keep_firing_for", "labels", "annotations"};
const std::vector<std::string> kAdditions = {"reset", "needs", "flapping", "absent", "run",   "on",
                                             "by",    "until", "keep",     "verify", "caused"};
// In the language (RULES), but of a later version.
const std::vector<std::string> kLater = {
    "sequence",          "all_of",   "not_all_of", "within", "once_within", "once_after",
    "accumulate_within", "group_by", "scale",      "at",     "every",       "unless"};
const std::vector<std::string> kOnlyExpr = {"expr", "for", "keep_firing_for", "reset", "needs", "flapping", "absent"};
const std::vector<std::string> kOnlyEvent = {"by", "until", "keep", "verify", "caused"};

bool among(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string name_of(const yaml::Node& node) {
  for (const char* key : {"alert", "record"})
    if (const yaml::Node* name = node.find(key); name && !name->scalar().empty()) return name->scalar();
  return {};
}
}  // namespace

RuleReader::RuleReader(const yaml::Node& node, const yaml::Node* group_labels, const Group& group, size_t index,
                       const ReadOptions& options, Findings& findings)
    : node_(node),
      group_labels_(group_labels),
      group_(group),
      options_(options),
      findings_(findings),
      where_("group \"" + group.name + "\", rule " + std::to_string(index + 1) + ", \"" + name_of(node) + "\"") {}

bool RuleReader::read(Rule& rule) {
  if (auto is_map = node_.must_be(yaml::Node::Kind::kMap, "a rule"); !is_map.ok()) {
    findings_.add(is_map.error());
    return false;
  }
  rule.position = node_.position().text();
  read_kind(rule);
  check_fields(rule);
  if (rule.kind != Rule::Kind::kEvent) read_expr(rule);
  read_times(rule);
  if (group_labels_) read_labels(group_labels_, rule);
  if (const yaml::Node* labels = field("labels")) read_labels(labels, rule);
  read_annotations(rule);
  if (rule.kind != Rule::Kind::kRecord) read_additions(rule);
  if (ok_) find_meaning(rule);
  return ok_;
}

void RuleReader::read_kind(Rule& rule) {
  const yaml::Node *alert = field("alert"), *record = field("record");
  if (alert && alert->scalar().empty()) alert = nullptr;
  if (record && record->scalar().empty()) record = nullptr;
  if (alert && record) return fail(node_, "only one of 'record' and 'alert' must be set");
  if (!alert && !record) return fail(node_, "one of 'record' or 'alert' must be set");
  rule.name = (alert ? alert : record)->scalar();
  rule.kind = record ? Rule::Kind::kRecord : field("on") ? Rule::Kind::kEvent : Rule::Kind::kAlert;
  if (record && rule.name.find_first_of("{}") != std::string::npos)
    fail(*record, "braces present in the recording rule name; should it be in expr?: " + rule.name);
}

void RuleReader::check_fields(const Rule& rule) {
  std::vector<std::string> known = kPrometheusFields;
  known.insert(known.end(), kAdditions.begin(), kAdditions.end());
  for (const auto& [key, value] : node_.pairs()) {
    const std::string& name = key.scalar();
    if (among(kLater, name)) {
      fail(key, "\"" + name + "\" is not yet supported");
    } else if (!among(known, name)) {
      const std::string hint = base::did_you_mean(name, known);
      if (!options_.ignore_unknown_fields)
        fail(key, "unknown field \"" + name + "\"" + (hint.empty() ? "" : " (did you mean \"" + hint + "\"?)"));
    } else if (value.kind() == yaml::Node::Kind::kNull) {
      continue;
    } else if (rule.kind == Rule::Kind::kRecord && name != "record" && name != "expr" && name != "labels") {
      fail(key, "invalid field '" + name + "' in recording rule");
    } else if (rule.kind == Rule::Kind::kEvent && among(kOnlyExpr, name)) {
      fail(key, "\"" + name + "\" has no meaning beside \"on\": an event rule has no expression to watch");
    } else if (rule.kind == Rule::Kind::kAlert && among(kOnlyEvent, name)) {
      fail(key, "\"" + name + "\" belongs to event rules, but this one has no \"on\"");
    }
  }
}

void RuleReader::read_expr(Rule& rule) {
  const yaml::Node* expr = field("expr");
  if (!expr || expr->scalar().empty()) return fail(node_, "field 'expr' must be set in rule");
  rule.expr = parse_expr(*expr, "could not parse expression");
  if (!rule.expr) return;
  const promql::ValueType type = rule.expr->type();
  if (type != promql::ValueType::kVector && type != promql::ValueType::kScalar)
    findings_.warn(*expr, where_ + ": it will always fail: the expression gives a " + promql::value_type_name(type) +
                              ", a rule needs a vector or a scalar");
}

void RuleReader::read_times(Rule& rule) {
  read_duration("for", rule.hold_for);
  read_duration("keep_firing_for", rule.keep_firing_for);
}

void RuleReader::read_labels(const yaml::Node* labels, Rule& rule) {
  if (auto is_map = labels->must_be(yaml::Node::Kind::kMap, "labels"); !is_map.ok())
    return fail(*labels, "labels must be a map");
  for (const auto& [name, value] : labels->pairs()) {
    if (name.scalar().empty() || name.scalar() == model::kNameLabel) {
      fail(name, "invalid label name: " + name.scalar());
      continue;
    }
    auto made = parse_template(name, value, "label");
    if (!made) continue;
    std::erase_if(rule.labels, [&](const NamedTemplate& label) { return label.name == made->name; });
    rule.labels.push_back(*std::move(made));
  }
}

void RuleReader::read_annotations(Rule& rule) {
  const yaml::Node* annotations = field("annotations");
  if (!annotations || rule.kind == Rule::Kind::kRecord) return;
  if (auto is_map = annotations->must_be(yaml::Node::Kind::kMap, "annotations"); !is_map.ok())
    return fail(*annotations, "annotations must be a map");
  for (const auto& [name, value] : annotations->pairs()) {
    if (name.scalar().empty()) {
      fail(name, "invalid annotation name: ");
      continue;
    }
    if (auto made = parse_template(name, value, "annotation")) rule.annotations.push_back(*std::move(made));
  }
}

std::optional<NamedTemplate> RuleReader::parse_template(const yaml::Node& name, const yaml::Node& text,
                                                        const char* what) {
  auto source = text.text_or_empty();
  if (!source.ok()) {
    ok_ = false;
    findings_.add(source.error());
    return std::nullopt;
  }
  NamedTemplate out{.name = name.scalar(), .source = *source, .text = {}};
  if (field("record")) return out;  // the labels of a recording rule are no templates
  auto parsed = tmpl::Template::parse(*source);
  if (parsed.ok()) {
    out.text = *std::move(parsed);
    return out;
  }
  fail_at(text, parsed.error().text, std::string(what) + " \"" + out.name + "\"");
  return std::nullopt;
}

std::optional<promql::Expr> RuleReader::parse_expr(const yaml::Node& node, const std::string& prefix) {
  auto parsed = promql::parse(node.scalar());
  if (parsed.ok()) return *std::move(parsed);
  fail_at(node, parsed.error().text, prefix);
  return std::nullopt;
}

const yaml::Node* RuleReader::field(std::string_view key) const {
  const yaml::Node* value = node_.find(key);
  return value && value->kind() != yaml::Node::Kind::kNull ? value : nullptr;
}

void RuleReader::read_duration(std::string_view key, base::Duration& out) {
  const yaml::Node* value = field(key);
  if (!value) return;
  auto duration = value->duration();
  if (!duration.ok()) {
    ok_ = false;
    return findings_.add(duration.error());
  }
  out = *duration;
}

void RuleReader::fail(const yaml::Node& node, const std::string& message) {
  ok_ = false;
  findings_.add(node.error(where_ + ": " + message));
}

// `placed` is another language's message: "LINE:COL: what".
void RuleReader::fail_at(const yaml::Node& node, const std::string& placed, const std::string& prefix) {
  ok_ = false;
  int line = 0, column = 0, used = 0;
  const std::string begin = where_ + ": " + prefix + ": ";
  if (std::sscanf(placed.c_str(), "%d:%d: %n", &line, &column, &used) == 2 && used > 0) {
    findings_.add(node.error_at(line, column, begin + placed.substr(static_cast<size_t>(used))));
  } else {
    findings_.add(node.error(begin + placed));
  }
}

}  // namespace reeve::rule
