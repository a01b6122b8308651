/// \file
/// What is wrong with rules and runbooks that only who knows the plugins, or PromQL, can see?
///
/// Pure, but for the rule files, which are read again for the places of what was found. Of a plugin that is not
/// configured, or declares nothing, nothing is said: rules of packs lie beside others, and events may come from
/// outside.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "plugin/plugin.h"
#include "rule/rule.h"
#include "runbook/runbook.h"

namespace reeve::app {

/// The plugins of a configuration.
struct KnownPlugins {
  struct One {
    const plugin::Manifest* manifest = nullptr;  ///< null: not known, the plugin is broken
    std::vector<plugin::InstanceConfig> instances;
    /// Of its other instances: where the configuration gives the actions (exec), each has its own.
    std::vector<const plugin::Manifest*> others{};
  };
  std::map<std::string, One> configured;  ///< by the plugin's name
  std::vector<std::string> present;       ///< names of all plugins that lie in the folders
  std::vector<std::string> shipped;       ///< folders of content whose plugins may be missing
};
/// As last prepared: a reload is judged by the plugins it will have, not by those that run.
KnownPlugins known_plugins(const plugin::Fleet& fleet, const std::vector<plugin::InstanceConfig>& instances,
                           const std::vector<std::string>& folders);
/// Names of the plugins that lie in the folders, each once, sorted.
std::vector<std::string> plugin_names(const std::vector<std::string>& folders);

/// Each `file:line:col: text`, sorted.
struct Lint {
  std::vector<std::string> errors;    ///< can never work; with the lines around the place
  std::vector<std::string> findings;  ///< look wrong
};
Lint lint_runbooks(const runbook::Library& library, const KnownPlugins& plugins);
/// Event rules: `on` and `until`.
std::vector<std::string> lint_rules(const rule::RuleSet& rules, const KnownPlugins& plugins);

}  // namespace reeve::app
