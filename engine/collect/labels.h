/// \file
/// Which labels does everything of an instance carry? `job`, `instance` and the configured ones; a clash is kept as
/// `exported_x`, as Prometheus does.
#pragma once

#include "model/labels.h"
#include "plugin/plugin.h"

namespace reeve::collect {

/// What is added to every sample and event of an instance.
model::Labels added_labels(const plugin::InstanceConfig& config);

/// `own` as the plugin gave them, with `added`.
model::Labels labelled(const model::Labels& own, const model::Labels& added);

}  // namespace reeve::collect
