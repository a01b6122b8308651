#include "alert/inhibit.h"

#include <algorithm>

namespace reeve::alert {

namespace {
using response::AlertMatcher;
using yaml::Node;

base::Result<std::vector<AlertMatcher>> read_matchers(const Node& rule, const char* key) {
  REEVE_TRY(const Node list, rule.need(key));
  REEVE_CHECK(list.must_be(Node::Kind::kList, key));
  std::vector<AlertMatcher> out;
  for (const Node& item : list.items()) {
    REEVE_TRY(const std::string text, item.text());
    auto read = response::parse_matchers(text);
    if (!read) return item.error(read.error().text);
    for (AlertMatcher& matcher : *read) out.push_back(std::move(matcher));
  }
  if (out.empty()) return list.error(std::string(key) + " is empty: it would match every alert");
  return out;
}

base::Result<InhibitRule> read_rule(const Node& node) {
  REEVE_CHECK(node.must_be(Node::Kind::kMap, "an inhibit rule"));
  REEVE_CHECK(node.only({"source_matchers", "target_matchers", "equal"}));
  InhibitRule out;
  REEVE_TRY(out.source, read_matchers(node, "source_matchers"));
  REEVE_TRY(out.target, read_matchers(node, "target_matchers"));
  if (const Node* equal = node.find("equal")) {
    REEVE_CHECK(equal->must_be(Node::Kind::kList, "equal"));
    for (const Node& item : equal->items()) {
      REEVE_TRY(std::string name, item.text());
      out.equal.push_back(std::move(name));
    }
  }
  return out;
}

bool equal_in(const std::vector<std::string>& names, const model::Labels& a, const model::Labels& b) {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) { return a.get(name) == b.get(name); });
}
}  // namespace

base::Result<std::vector<InhibitRule>> read_inhibit_rules(const yaml::Node& node) {
  REEVE_CHECK(node.must_be(Node::Kind::kList, "inhibit_rules"));
  std::vector<InhibitRule> out;
  for (const Node& item : node.items()) {
    REEVE_TRY(InhibitRule rule, read_rule(item));
    out.push_back(std::move(rule));
  }
  return out;
}

const model::Labels* inhibited_by(const std::vector<InhibitRule>& rules, const model::Labels& alert,
                                  const std::vector<model::Labels>& firing) {
  for (const InhibitRule& rule : rules) {
    if (!response::all_match(rule.target, alert)) continue;
    const bool is_source_too = response::all_match(rule.source, alert);
    for (const model::Labels& other : firing) {
      if (!response::all_match(rule.source, other) || !equal_in(rule.equal, alert, other)) continue;
      if (is_source_too && response::all_match(rule.target, other)) continue;
      return &other;
    }
  }
  return nullptr;
}

}  // namespace reeve::alert
