/// \file
/// Where may the configuration name a secret? Pure.
#pragma once

#include "yaml/yaml.h"

namespace reeve::app {

/// `value` is what stands at the top of the configuration under `key`. Secrets are filled in in a plugin's own settings
/// and in the address and headers of a receiver, nowhere else. \errors kInvalid: the first ${env:X} or ${file:PATH}
/// elsewhere, which would be taken as it is written.
base::Status secrets_where_they_may_be(const std::string& key, const yaml::Node& value);

}  // namespace reeve::app
