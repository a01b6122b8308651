/// \file
/// Is this file a plugin that this engine can run? Loads a shared object and judges its descriptor.
#pragma once

#include <string>
#include <string_view>

#include "reeve/plugin.h"

namespace reeve::plugin {

struct Library {
  const reeve_plugin* plugin = nullptr;  ///< nullptr: see error
  std::string manifest;                  ///< JSON, as the plugin gave it
  std::string error;                     ///< with both versions and what to do
};

/// Never unloaded: the process ends with it.
Library load_library(const std::string& path);

/// `{"manifest": ...}` of an instance, where the plugin has one for each; else empty. The configuration has been
/// accepted.
std::string manifest_for(const reeve_plugin& plugin, std::string_view config);

/// What is wrong with a descriptor, or empty text. `path` is for the message.
std::string judge(const reeve_plugin& plugin, const std::string& path);

}  // namespace reeve::plugin
