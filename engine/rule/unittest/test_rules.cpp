// test_rules(): the files, their rules, their tests one after the other, and what is said about them.
#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>

#include "rule/file_reader.h"
#include "rule/unittest/junit.h"
#include "rule/unittest/run.h"
#include "series/regex.h"

namespace reeve::rule {

namespace {
using unittest::Test;
using unittest::TestFile;

std::vector<std::string> glob_files(const std::string& pattern) {
  std::vector<std::string> out;
  glob_t found{};
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) out.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return out;
}

// The rule files of a test file: relative to it, with globs.
std::vector<std::string> rule_files_of(const TestFile& file, std::ostream& out) {
  std::vector<std::string> files;
  const std::filesystem::path folder = std::filesystem::path(file.path).parent_path();
  for (const std::string& written : file.rule_files) {
    const std::string pattern = (folder / written).string();  // an absolute one stays what it is
    const std::vector<std::string> found = glob_files(pattern);
    if (found.empty()) out << "  WARNING: no file match pattern " << pattern << "\n";
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

base::Result<RuleSet> load_rules(const std::vector<std::string>& files, const TestOptions& options,
                                 const std::vector<std::string>& group_order) {
  Findings findings;
  RuleSet set;
  for (const std::string& path : files) {
    auto root = yaml::load(path);
    if (!root.ok()) {
      findings.add(root.error());
      continue;
    }
    std::vector<Group> groups =
        read_groups(*root, path, {.ignore_unknown_fields = options.ignore_unknown_fields}, findings);
    std::move(groups.begin(), groups.end(), std::back_inserter(set.groups));
  }
  if (!findings.errors.empty()) return base::invalid(base::join(findings.errors, "\n"));
  // promtool's partial order: what is not named stands beside the first.
  std::map<std::string, size_t> order;
  for (size_t i = 0; i < group_order.size(); ++i) order[group_order[i]] = i;
  std::stable_sort(set.groups.begin(), set.groups.end(),
                   [&](const Group& a, const Group& b) { return order[a.name] < order[b.name]; });
  return set;
}

class Selection {
 public:
  static base::Result<Selection> of(const std::vector<std::string>& patterns) {
    Selection out;
    for (const std::string& pattern : patterns) {
      REEVE_TRY(series::Regex regex, series::Regex::compile("(?:.*)(?:" + pattern + ")(?:.*)"));
      out.patterns_.push_back(std::move(regex));
    }
    return out;
  }
  bool has(const std::string& name) const {
    return patterns_.empty() || std::any_of(patterns_.begin(), patterns_.end(),
                                            [&](const series::Regex& regex) { return regex.matches(name); });
  }

 private:
  std::vector<series::Regex> patterns_;
};

std::vector<std::string> test_file(const std::string& path, const TestOptions& options, const Selection& selection,
                                   unittest::JUnit& junit, std::ostream& out) {
  const auto file = unittest::read_test_file(path);
  if (!file.ok()) return {file.error().text};
  const auto rules = load_rules(rule_files_of(*file, out), options, file->group_order);
  std::vector<std::string> errors;
  for (size_t i = 0; i < file->tests.size(); ++i) {
    const Test& test = file->tests[i];
    if (!selection.has(test.name)) continue;
    const std::string name = test.name.empty() ? "unnamed#" + std::to_string(i) : test.name;
    std::vector<std::string> found{rules.ok() ? "" : rules.error().text};
    if (rules.ok()) found = unittest::TestRun(*file, test, *rules, options.diff).run();
    junit.add(name, found);
    errors.insert(errors.end(), found.begin(), found.end());
  }
  return errors;
}
}  // namespace

int test_rules(const std::vector<std::string>& files, const TestOptions& options, std::ostream& out) {
  const auto selection = Selection::of(options.run);
  if (!selection.ok()) {
    out << selection.error().text << "\n";
    return 1;
  }
  bool failed = false;
  unittest::JUnit junit;
  for (const std::string& path : files) {
    out << "Unit Testing:  " << path << "\n";
    junit.begin(path);
    const std::vector<std::string> errors = test_file(path, options, *selection, junit, out);
    out << (errors.empty() ? "  SUCCESS\n" : "  FAILED:\n");
    for (const std::string& error : errors) out << error << "\n\n";
    out << "\n";
    failed |= !errors.empty();
  }
  if (!options.junit.empty() && !junit.write(options.junit)) {
    out << options.junit << ": the file cannot be written\n";
    failed = true;
  }
  return failed ? 1 : 0;
}

int test_rules(const std::vector<std::string>& files, const std::vector<std::string>& run_patterns, bool diff,
               std::ostream& out) {
  TestOptions options;
  options.run = run_patterns;
  options.diff = diff;
  return test_rules(files, options, out);
}

}  // namespace reeve::rule
