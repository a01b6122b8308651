/// \file
/// Do the arguments of a call fit the action, and which part of a configuration is secret?
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/base.h"
#include "model/action.h"
#include "plugin/plugin.h"

namespace reeve::plugin {

/// \errors kInvalid: `docker.restart: unknown argument "contaner" (did you mean "container"?)`, a missing or mistyped
/// one.
base::Status check_arguments(const std::string& plugin, const model::ActionSpec& spec, const model::Value& args);

/// The instance's configuration as its plugin sees it (with "name"), whole for check, without secrets for lanes.
struct Split {
  model::Value whole, open;
  std::vector<std::pair<std::string, std::string>> secrets;
};
Split split_config(const InstanceConfig& config, const Manifest& manifest);

}  // namespace reeve::plugin
