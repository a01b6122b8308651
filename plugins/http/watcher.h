/// \file
/// When does the URL begin to fail, and when is it well again? Probes between the collects. The plugin's Watcher.
#pragma once

#include "http/probe.h"
#include "reeve/plugin.hpp"

namespace reeve::http {

class HttpWatcher : public Watcher {
 public:
  HttpWatcher(const Config& config, const std::string& cursor) : settings_(Settings::of(config)), told_(cursor) {}
  void watch(Events& out) override;

 private:
  void tell(const char* type, const Verdict& verdict, Events& out);
  Settings settings_;
  std::string told_;  ///< "is up", "is down": the cursor; "": nothing was told yet
};

}  // namespace reeve::http
