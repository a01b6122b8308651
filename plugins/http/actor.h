/// \file
/// How does a runbook, or the engine, ask a URL? get and request. The plugin's Actor.
#pragma once

#include "http/settings.h"
#include "reeve/plugin.hpp"

namespace reeve::http {

class HttpActor : public Actor {
 public:
  explicit HttpActor(const Config& config) : settings_(Settings::of(config)) {}
  Json invoke(const Action& action) override;

 private:
  /// `url`, or `path` on the server of the instance's url; within `allow:`. Throws Error(kInvalid).
  std::string url_of(const Args& args) const;
  Settings settings_;
};

/// The answer as a map: {status, headers, body, json (where it is JSON), seconds}.
Json report(const Got& got);

/// What a status from 400 on means for who asked; `changing`: the request may have had an effect.
Error error_of(const Got& got, const std::string& what, bool changing);

}  // namespace reeve::http
