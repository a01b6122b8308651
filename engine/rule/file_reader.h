/// \file
/// What does one rule file say? A Prometheus rule file with reeve's additions, read strictly; every fault is told.
///
/// Source: prometheus model/rulefmt (its checks and words), RULES for the additions. Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "rule/rule.h"
#include "yaml/yaml.h"

namespace reeve::rule {

struct ReadOptions {
  base::Duration default_interval = base::seconds(15);
  bool ignore_unknown_fields = false;
  /// A file that says nothing (no `groups:`) is a fault: it may be half written.
  bool must_have_groups = false;
};

/// What reading has found so far.
struct Findings {
  std::vector<std::string> errors;    ///< base::Error texts, with places and carets
  std::vector<std::string> warnings;  ///< `file:line:col: text`
  void add(const base::Error& error) { errors.push_back(error.text); }
  void warn(const yaml::Node& node, const std::string& text) {
    warnings.push_back(node.position().text() + ": " + text);
  }
};

/// The groups of a file; those with faults are left out (see findings).
std::vector<Group> read_groups(const yaml::Node& root, const std::string& file, const ReadOptions& options,
                               Findings& findings);

/// One rule, before its id is known. `where` begins each message: `group "g", rule 1, "Name"`.
class RuleReader {
 public:
  RuleReader(const yaml::Node& node, const yaml::Node* group_labels, const Group& group, size_t index,
             const ReadOptions& options, Findings& findings);
  /// False: it has faults, which are in the findings.
  bool read(Rule& rule);

 private:
  // What Prometheus has (rule_reader.cpp).
  void read_kind(Rule& rule);
  void read_expr(Rule& rule);
  void read_times(Rule& rule);
  void read_labels(const yaml::Node* labels, Rule& rule);
  void read_annotations(Rule& rule);
  void check_fields(const Rule& rule);
  // What reeve adds (rule_additions.cpp).
  void read_additions(Rule& rule);
  void read_event(Rule& rule);
  void read_by(Rule& rule);
  void read_needs(Rule& rule);
  void read_absent(Rule& rule);
  void read_flapping(Rule& rule);
  void read_run(Rule& rule);
  void check_within(const yaml::Node& run, Rule& rule);
  void find_meaning(Rule& rule);

  const yaml::Node* field(std::string_view key) const;  ///< nullptr: not there, or null
  void fail(const yaml::Node& node, const std::string& message);
  void fail_at(const yaml::Node& node, const std::string& placed, const std::string& prefix);
  void read_duration(std::string_view key, base::Duration& out);
  std::optional<promql::Expr> parse_expr(const yaml::Node& node, const std::string& prefix);
  void read_until(Rule& rule);
  std::optional<EventSelector> parse_selector(const yaml::Node& node, const char* key);
  std::optional<NamedTemplate> parse_template(const yaml::Node& name, const yaml::Node& text, const char* what);

  const yaml::Node& node_;
  const yaml::Node* group_labels_;
  const Group& group_;
  const ReadOptions& options_;
  Findings& findings_;
  std::string where_;
  bool ok_ = true;
};

}  // namespace reeve::rule
