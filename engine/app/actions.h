/// \file
/// How do runs reach the plugins? runbook's ActionPort over plugin's Fleet.
#pragma once

#include <string>

#include "plugin/plugin.h"
#include "runbook/ports.h"

namespace reeve::app {

/// Core thread.
class Actions : public runbook::ActionPort {
 public:
  explicit Actions(plugin::Fleet& fleet) : fleet_(fleet) {}
  base::Result<std::string> resolve(const std::string& plugin, const std::string& target) const override;
  const model::ActionSpec* spec(const std::string& instance, const std::string& action) const override {
    return fleet_.action(instance, action);
  }
  void plan(Call call, std::function<void(base::Result<model::Plan>)> done) override;
  void invoke(Call call, std::string key, std::string baseline, model::Fence fence,
              std::function<void(base::Result<model::Value>)> done) override;
  void probe(Call call, std::string key, std::string baseline,
             std::function<void(base::Result<model::ProbeAnswer>)> done) override;

 private:
  plugin::Fleet& fleet_;
};

/// From a target's labels to its canonical key, by the manifest of its plugin: "docker/{instance}/{id}" with these
/// labels put in; "" when a label is missing, or nothing names the plugin (`job`) and its instance.
std::string target_of(const plugin::Fleet& fleet, const model::Labels& labels);

}  // namespace reeve::app
