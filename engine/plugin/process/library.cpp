#include "plugin/process/library.h"

#include <dlfcn.h>

#include <cstddef>

namespace reeve::plugin {

namespace {
std::string version(int major, int minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

std::string own_version() {
  return version(REEVE_ABI_MAJOR, REEVE_ABI_MINOR);
}

// The size that a descriptor of ABI 1.0 has: its last member then was `close`.
constexpr size_t kSmallest = offsetof(reeve_plugin, close) + sizeof(void*);

void take_text(void* to, reeve_text text) {
  static_cast<std::string*>(to)->assign(text.at ? text.at : "", text.size);
}

std::string judge_lanes(const reeve_plugin& p) {
  if (!p.describe) return "has no describe()";
  if (!p.close) return "has no close()";
  if ((p.collector == nullptr) != (p.collect == nullptr)) return "has only one of collector() and collect()";
  if ((p.watcher == nullptr) != (p.watch == nullptr)) return "has only one of watcher() and watch()";
  if ((p.actor == nullptr) != (p.invoke == nullptr)) return "has only one of actor() and invoke()";
  if (!p.collector && !p.watcher && !p.actor) return "has no lane: no collector, watcher or actor";
  return {};
}
}  // namespace

std::string judge(const reeve_plugin& plugin, const std::string& path) {
  if (plugin.magic != REEVE_MAGIC)
    return path + ": reeve_plugin_v1 does not begin with REEVE_MAGIC: rebuild it with sdk/include";
  if (plugin.abi_major != REEVE_ABI_MAJOR || plugin.abi_minor > REEVE_ABI_MINOR)
    return path + " was built for plugin ABI " + version(plugin.abi_major, plugin.abi_minor) + ", this reeve has " +
           own_version() +
           (plugin.abi_major < REEVE_ABI_MAJOR ? ": rebuild it with this reeve's sdk/include"
                                               : ": upgrade reeve, or rebuild it with this reeve's sdk/include");
  if (plugin.size < kSmallest)
    return path + ": its descriptor has " + std::to_string(plugin.size) + " bytes, ABI 1.0 has " +
           std::to_string(kSmallest) + ": rebuild it with sdk/include";
  const std::string lanes = judge_lanes(plugin);
  return lanes.empty() ? lanes : path + " " + lanes;
}

std::string manifest_for(const reeve_plugin& plugin, std::string_view config) {
  // The member came after the first descriptors were built.
  const bool known = plugin.size >= offsetof(reeve_plugin, describe_for) + sizeof(void*);
  if (!known || !plugin.describe_for) return {};
  std::string manifest;
  plugin.describe_for({config.data(), config.size()}, &manifest, take_text);
  return "{\"manifest\":" + (manifest.empty() ? "null" : manifest) + "}";
}

Library load_library(const std::string& path) {
  Library out;
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    out.error = std::string("cannot load ") + ::dlerror();
    return out;
  }
  const auto* plugin = static_cast<const reeve_plugin*>(::dlsym(handle, "reeve_plugin_v1"));
  if (!plugin) {
    out.error = path +
                " does not export reeve_plugin_v1: it is no reeve plugin, or was built for another major ABI than " +
                own_version();
    return out;
  }
  out.error = judge(*plugin, path);
  if (!out.error.empty()) return out;
  plugin->describe(&out.manifest, take_text);
  out.plugin = plugin;
  return out;
}

}  // namespace reeve::plugin
