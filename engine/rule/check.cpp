// check_rules(): which rule files are right, said as promtool says it.
#include <algorithm>
#include <ostream>

#include "rule/duplicates.h"
#include "rule/file_reader.h"

namespace reeve::rule {

namespace {
std::string lint_text(const std::vector<Duplicate>& duplicates) {
  std::string out = "lint error " + std::to_string(duplicates.size()) + " duplicate rule(s) found.\n";
  for (const auto& [written, positions] : duplicates) {
    out += "Metric: " + written.name + "\nLabel(s):\n";
    for (const auto& [name, value] : written.labels) out += "\t" + name + ": " + value + "\n";
  }
  return out + "Might cause inconsistency while recording expressions";
}

struct Checked {
  std::vector<std::string> errors, lint;
  size_t rules = 0;
};

Checked check_file(const std::string& path, const std::string& lint) {
  Checked out;
  const auto root = yaml::load(path);
  if (!root.ok()) {
    out.errors.push_back(root.error().text);
    return out;
  }
  Findings findings;
  const std::vector<Group> groups = read_groups(*root, path, {}, findings);
  for (const Group& group : groups) out.rules += group.rules.size();
  out.errors = std::move(findings.errors);
  if (lint == "all" || lint == "duplicate-rules")
    if (const std::vector<Duplicate> duplicates = duplicates_of(groups); !duplicates.empty())
      out.lint.push_back(lint_text(duplicates));
  if (lint == "all") std::move(findings.warnings.begin(), findings.warnings.end(), std::back_inserter(out.lint));
  return out;
}
}  // namespace

int check_rules(const std::vector<std::string>& files, std::ostream& out, const CheckOptions& options) {
  bool failed = false, linted = false;
  for (const std::string& path : files) {
    out << "Checking " << path << "\n";
    const Checked checked = check_file(path, options.lint);
    if (checked.errors.empty() && checked.lint.empty()) {
      out << "  SUCCESS: " << checked.rules << " rules found\n\n";
      continue;
    }
    out << "  FAILED:\n";
    for (const std::string& error : checked.errors) out << error << "\n";
    for (const std::string& finding : checked.lint) out << finding << "\n";
    out << "\n";
    failed |= !checked.errors.empty();
    linted |= !checked.lint.empty();
  }
  if (failed) return 1;
  return linted && options.lint_fatal ? 3 : 0;
}

int check_rules(const std::vector<std::string>& files, std::ostream& out) {
  return check_rules(files, out, {});
}

}  // namespace reeve::rule
