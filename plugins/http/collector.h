/// \file
/// What does a probe and a scrape of this instance say? The plugin's Collector.
#pragma once

#include "http/settings.h"
#include "reeve/plugin.hpp"

namespace reeve::http {

class HttpCollector : public Collector {
 public:
  explicit HttpCollector(const Config& config) : settings_(Settings::of(config)) {}
  void collect(Samples& out) override;

 private:
  void probe_into(Samples& out) const;
  void scrape_into(Samples& out) const;
  Settings settings_;
};

}  // namespace reeve::http
