// The groups of a rule file: their fields, ids of their rules, and which rules may be evaluated on arrival.
#include <map>
#include <set>

#include "rule/file_reader.h"
#include "rule/ranges.h"

namespace reeve::rule {

namespace {
using Kind = yaml::Node::Kind;

// Takes the value of `key` where it is there; false: it is there and wrong.
template <class T>
bool take(const yaml::Node& node, std::string_view key, base::Result<T> (yaml::Node::*read)() const, T& out,
          Findings& findings) {
  const yaml::Node* value = node.find(key);
  if (!value || value->kind() == Kind::kNull) return true;
  auto result = (value->*read)();
  if (!result.ok()) {
    findings.add(result.error());
    return false;
  }
  out = *std::move(result);
  return true;
}

bool only(const yaml::Node& node, std::initializer_list<std::string_view> known, const ReadOptions& options,
          Findings& findings) {
  const auto status = node.only(known);
  if (status.ok() || (options.ignore_unknown_fields && node.kind() == Kind::kMap)) return true;
  findings.add(status.error());
  return false;
}

bool read_head(const yaml::Node& node, const ReadOptions& options, Group& group, Findings& findings) {
  bool ok = only(node, {"name", "interval", "query_offset", "limit", "labels", "rules", "evaluate"}, options, findings);
  ok &= take(node, "name", &yaml::Node::text, group.name, findings);
  if (ok && group.name.empty()) {
    findings.add(node.error("Groupname must not be empty"));
    ok = false;
  }
  ok &= take(node, "interval", &yaml::Node::duration, group.interval, findings);
  if (group.interval.us <= 0) group.interval = options.default_interval;
  ok &= take(node, "query_offset", &yaml::Node::duration, group.query_offset, findings);
  ok &= take(node, "limit", &yaml::Node::integer, group.limit, findings);
  if (const yaml::Node* evaluate = node.find("evaluate"); evaluate && evaluate->kind() != Kind::kNull) {
    group.evaluate_on_arrival = evaluate->scalar() == "arrival";
    if (!group.evaluate_on_arrival && evaluate->scalar() != "tick") {
      findings.add(evaluate->error("\"evaluate\" is one of arrival, tick"));
      ok = false;
    }
  }
  return ok;
}

// An evaluation between two ticks must not see half of what a tick would.
bool may_run_on_arrival(const Rule& rule, const Group& group, const std::vector<std::string>& recorded_above) {
  if (rule.kind != Rule::Kind::kAlert || rule.of > 1 || !group.evaluate_on_arrival || group.query_offset.us != 0)
    return false;
  if (rule.expr->has_subquery()) return false;
  bool reads = false;
  for (const promql::Selector& selector : rule.expr->selectors()) {
    if (selector.absent) return false;
    for (const std::string& name : recorded_above)
      if (may_select(selector.matchers, name)) return false;
    reads = true;
  }
  return reads;
}

void name_rules(Group& group) {
  std::map<std::string, int> count;
  std::vector<std::string> recorded;
  for (Rule& rule : group.rules) {
    rule.id = group.file + "/" + group.name + "/" + rule.name + "/" + std::to_string(++count[rule.name]);
    rule.on_arrival = may_run_on_arrival(rule, group, recorded);
    if (rule.kind == Rule::Kind::kRecord) recorded.push_back(rule.name);
  }
}

bool read_group(const yaml::Node& node, const ReadOptions& options, Group& group, Findings& findings) {
  bool ok = read_head(node, options, group, findings);  // what is wrong in its rules is told too
  const yaml::Node* labels = node.find("labels");
  if (labels && labels->kind() == Kind::kNull) labels = nullptr;
  const yaml::Node* rules = node.find("rules");
  if (!rules || rules->kind() == Kind::kNull) return ok;
  if (const auto is_list = rules->must_be(Kind::kList, "rules"); !is_list.ok()) {
    findings.add(is_list.error());
    return false;
  }
  for (size_t i = 0; i < rules->items().size(); ++i) {
    Rule rule;
    if (RuleReader(rules->items()[i], labels, group, i, options, findings).read(rule)) {
      group.rules.push_back(std::move(rule));
    } else {
      ok = false;
    }
  }
  if (ok) name_rules(group);
  return ok;
}
}  // namespace

std::vector<Group> read_groups(const yaml::Node& root, const std::string& file, const ReadOptions& options,
                               Findings& findings) {
  std::vector<Group> out;
  const yaml::Node* groups = root.find("groups");
  if (options.must_have_groups && !groups) {
    findings.add(root.error("there are no groups in this file; is it half written? (\"groups: []\" means none)"));
    return out;
  }
  if (root.kind() == Kind::kNull) return out;
  if (!only(root, {"groups"}, options, findings) || !groups || groups->kind() == Kind::kNull) return out;
  if (const auto is_list = groups->must_be(Kind::kList, "groups"); !is_list.ok()) {
    findings.add(is_list.error());
    return out;
  }
  std::set<std::string> names;
  for (const yaml::Node& node : groups->items()) {
    Group group;
    group.file = file;
    const bool ok = read_group(node, options, group, findings);
    if (!group.name.empty() && !names.insert(group.name).second)
      findings.add(node.error("groupname: \"" + group.name + "\" is repeated in the same file"));
    if (ok) out.push_back(std::move(group));
  }
  return out;
}

}  // namespace reeve::rule
