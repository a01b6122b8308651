/// \file
/// What does a container use? One answer of /containers/<id>/stats, under cAdvisor's names.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "docker/container.h"

namespace reeve::docker {

using Labels = std::vector<std::pair<std::string, std::string>>;
using Take = std::function<void(std::string_view name, double value, const Labels& labels)>;

/// Works for both cgroup versions. `disk_name` turns "254:0" into a device's path.
void stats_samples(const Container& container, const Json& stats,
                   const std::function<std::string(int major, int minor)>& disk_name, const Take& take);

/// Limits it was given: container_spec_*.
void limit_samples(const Container& container, const Take& take);

}  // namespace reeve::docker
