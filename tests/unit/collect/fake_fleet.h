/// \file
/// How is collect tested without processes? A fleet whose collects are answered by the test.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "plugin/plugin.h"

namespace reeve::testing {

class FakeFleet : public plugin::Fleet {
 public:
  using OnBatch = std::function<void(base::Result<model::Batch>)>;
  struct Asked {
    std::string instance;
    base::Duration deadline;
    OnBatch done;
  };

  void prepare(std::vector<plugin::InstanceConfig>, std::function<void(base::Status)> done) override { done({}); }
  void apply() override {}
  void stop(std::function<void()> done) override { done(); }
  std::vector<plugin::InstanceConfig> instances() const override { return configs; }
  const plugin::Manifest* manifest(const std::string& instance) const override {
    for (const auto& config : configs) {
      const auto found = manifests.find(config.plugin);
      if (config.id() == instance && found != manifests.end()) return &found->second;
    }
    return nullptr;
  }
  const model::ActionSpec* action(const std::string&, const std::string&) const override { return nullptr; }
  void collect(const std::string& instance, base::Duration deadline, OnBatch done) override {
    asked.push_back({instance, deadline, std::move(done)});
    if (answer) std::exchange(asked.back().done, nullptr)(answer(instance));
  }
  void plan(Call, std::function<void(base::Result<model::Plan>)>) override {}
  void invoke(Call, std::string, std::string, model::Fence,
              std::function<void(base::Result<plugin::InvokeReply>)>) override {}
  void probe(Call, std::string, std::string, std::function<void(base::Result<model::ProbeAnswer>)>) override {}
  model::Value status() const override { return {}; }

  void add(const std::string& plugin, const std::string& name, base::Duration every = base::seconds(10)) {
    plugin::InstanceConfig config;
    config.plugin = plugin;
    config.name = name;
    config.every = every;
    configs.push_back(config);
  }

  std::vector<plugin::InstanceConfig> configs;
  std::map<std::string, plugin::Manifest> manifests;  ///< by plugin
  std::vector<Asked> asked;
  std::function<base::Result<model::Batch>(const std::string&)> answer;  ///< at once; null: the test answers
};

}  // namespace reeve::testing
