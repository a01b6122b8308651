/// \file
/// How is the process doing? The plugin's Collector.
#pragma once

#include "proc/identity.h"
#include "reeve/plugin.hpp"

namespace reeve::proc {

class ProcCollector : public Collector {
 public:
  explicit ProcCollector(const Config& config) : settings_(Settings::of(config)) {}
  void collect(Samples& out) override;

 private:
  Settings settings_;
  Life last_;            ///< the last one seen up
  double restarts_ = 0;  ///< how often another one was seen since
};

}  // namespace reeve::proc
