/// \file
/// How are the containers of an engine doing? The plugin's Collector.
#pragma once

#include <map>

#include "docker/engine_api.h"
#include "docker/stats.h"
#include "docker/stats_rounds.h"
#include "reeve/plugin.hpp"

namespace reeve::docker {

class DockerCollector : public Collector {
 public:
  explicit DockerCollector(const Config& config)
      : api_(config.text("socket")), rounds_(config.text("socket")), stats_(config.boolean("stats", true)) {}
  /// An engine that does not answer is a measurement: docker_up 0, and nothing else.
  void collect(Samples& out) override;

 private:
  Container collect_state(const std::string& id, const common::Deadline& deadline, const Take& take);
  /// What the last round found out about the containers that run, and a new round.
  void collect_stats(const std::vector<Container>& running, Samples& out);
  EngineApi api_;
  StatsRounds rounds_;
  bool stats_;
};

}  // namespace reeve::docker
