/// \file
/// What is wrong with a runbook file that Lua would notice late or never? Names, keys, and closures that a replay would
/// not repeat, each with line and column.
///
/// Pure. Runs in the worker before the file does.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/value.h"

namespace reeve::script {

struct Finding {
  int line = 1, col = 1;
  std::string text;
};

/// What scripts may name: each global with its members (empty: not a library), and the keys of the API's tables
/// ("runbook", "limits", "param", "wait", "approve", "each") and the methods of `run` ("run").
struct Names {
  std::map<std::string, std::set<std::string>> globals;
  std::map<std::string, std::set<std::string>> keys;
  std::map<std::string, std::string> absent;  ///< what other Luas have, and what to use here instead
};

struct Linted {
  std::vector<Finding> findings;  ///< in the order of the file
  /// Where each key of the runbook's (or test's) table stands: {"title": "3:3", "params.container": "5:14",
  /// "1.params": "9:5"}; what has no name stands under its position.
  model::Value places = model::Value::map();
  /// What it uses of plugins and of PromQL as far as its text says so, for those who know the plugins. Each has
  /// `at`: "5:8", and `kind`:
  /// "use": plugin, target and target_at (null: none, or not constant); "action": plugin, action; "call": plugin,
  /// action, arguments {name: place}, open (true: there may be more); "expr": text, in run:wait, `at` of its first
  /// byte.
  model::Value uses = model::Value::list();
};

Linted lint(std::string_view text, const Names& names);

/// "file:3:7: unknown ... (did you mean ...?)": the part in brackets, or nothing.
std::string suggestion(const std::string& word, const std::set<std::string>& known);

}  // namespace reeve::script
