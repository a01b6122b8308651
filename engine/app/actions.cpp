#include "app/actions.h"

namespace reeve::app {

base::Result<std::string> Actions::resolve(const std::string& plugin, const std::string& target) const {
  std::vector<std::string> names;
  for (const plugin::InstanceConfig& instance : fleet_.instances()) {
    if (instance.plugin != plugin) continue;
    if (!target.empty() && (instance.name == target || instance.id() == target)) return instance.id();
    names.push_back(instance.name);
  }
  if (names.empty())
    return base::Error{base::Fault::kNotFound,
                       "no instance of plugin \"" + plugin + "\" is configured (plugins: in reeve.yaml)"};
  if (!target.empty())
    return base::Error{base::Fault::kNotFound, "plugin \"" + plugin + "\" has no instance \"" + target + "\" (it has " +
                                                   base::join(names, ", ") + ")"};
  if (names.size() > 1)
    return base::invalid("plugin \"" + plugin + "\" has several instances (" + base::join(names, ", ") +
                         "): name one, run:use(\"" + plugin + "\", \"" + names[0] + "\")");
  return plugin + "/" + names[0];
}

void Actions::plan(Call call, std::function<void(base::Result<model::Plan>)> done) {
  fleet_.plan({call.instance, call.action, std::move(call.args), call.deadline}, std::move(done));
}

void Actions::invoke(Call call, std::string key, std::string baseline, model::Fence fence,
                     std::function<void(base::Result<model::Value>)> done) {
  fleet_.invoke({call.instance, call.action, std::move(call.args), call.deadline}, std::move(key), std::move(baseline),
                std::move(fence), [done = std::move(done)](base::Result<plugin::InvokeReply> reply) {
                  if (!reply.ok()) return done(reply.error());
                  done(std::move(reply->value));
                });
}

void Actions::probe(Call call, std::string key, std::string baseline,
                    std::function<void(base::Result<model::ProbeAnswer>)> done) {
  fleet_.probe({call.instance, call.action, std::move(call.args), call.deadline}, std::move(key), std::move(baseline),
               std::move(done));
}

std::string target_of(const plugin::Fleet& fleet, const model::Labels& labels) {
  const std::string job(labels.get("job")), name(labels.get("instance"));
  if (job.empty() || name.empty()) return {};
  const plugin::Manifest* manifest = fleet.manifest(job + "/" + name);
  if (!manifest) return {};
  std::string key;
  const std::string& pattern = manifest->target_key;
  for (size_t at = 0; at < pattern.size();) {
    const size_t open = pattern.find('{', at), close = pattern.find('}', open == std::string::npos ? at : open);
    key += pattern.substr(at, open - at);
    if (open == std::string::npos || close == std::string::npos) break;
    const std::string_view value = labels.get(pattern.substr(open + 1, close - open - 1));
    if (value.empty()) return {};
    key += value;
    at = close + 1;
  }
  return key;
}

}  // namespace reeve::app
