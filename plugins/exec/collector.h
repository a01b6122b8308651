/// \file
/// What do the checks say? Runs Nagios plugins as they are. The plugin's Collector.
#pragma once

#include "exec/nagios.h"
#include "exec/settings.h"
#include "reeve/plugin.hpp"

namespace reeve::exec {

/// One run of one check.
struct Result {
  int exit_code = 3;
  double seconds = 0;
  bool late = false;
  std::string problem;  ///< why it could not be run; "" when it was
  Said said;
};
Result run_check(const Settings& settings, const Check& check, const common::Deadline& deadline);

class ExecCollector : public Collector {
 public:
  explicit ExecCollector(const Config& config) : settings_(Settings::of(config)) {}
  void collect(Samples& out) override;

 private:
  Settings settings_;
};

}  // namespace reeve::exec
