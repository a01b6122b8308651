/// \file
/// What is this file? Configuration, rules, runbooks and their tests, told by content.
#pragma once

#include <string>
#include <vector>

#include "base/base.h"

namespace reeve::cli {

enum class Kind { kConfig, kRules, kRuleTest, kRunbook, kRunbookTest, kOther };

/// By its ending and, for YAML, by its top-level keys. \errors kNotFound, and YAML that cannot be read.
base::Result<Kind> kind_of(const std::string& path);

/// Files by kind, each list in the order of their names.
struct Found {
  std::vector<std::string> configs, rules, rule_tests, runbooks, runbook_tests;
  std::vector<std::string> plugins;  ///< folders that hold `testcases/`
  std::vector<std::string> broken;   ///< messages about YAML that cannot be read
  size_t count() const;
};

/// Looks through files and folders; in a folder what is of no kind is passed over, and a named file of none is an
/// error. \errors kNotFound (with the path), kInvalid.
base::Result<Found> find_content(const std::vector<std::string>& paths);

}  // namespace reeve::cli
