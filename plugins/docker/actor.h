/// \file
/// What can be done to a container? list, inspect, logs, and start, stop, restart with plan and probe. The plugin's
/// Actor.
#pragma once

#include "docker/container.h"
#include "docker/engine_api.h"
#include "reeve/plugin.hpp"

namespace reeve::docker {

/// What plan() remembers of the container for invoke() and probe(): who it was, and since when it ran.
struct Baseline {
  std::string id, started_at, finished_at;
  bool running = false;
  std::string text() const;
  static Baseline of(const Container& container);
  /// Throws Error(kInvalid) when it is not what text() wrote.
  static Baseline parse(const std::string& text);
};

/// Was the act done, compared with the baseline? Pure.
Probe judge(const std::string& action, const Baseline& before, const Container& now);

class DockerActor : public Actor {
 public:
  explicit DockerActor(const Config& config) : api_(config.text("socket")), instance_(config.name()) {}
  Plan plan(const Action& action) override;
  Json invoke(const Action& action) override;
  Probe probe(const Action& action) override;

 private:
  Container inspect(const std::string& reference, const Action& action);
  /// The same; Error(kNotFound) also when it is being removed, and so cannot be changed any more.
  Container inspect_for_change(const std::string& reference, const Action& action);
  bool is_gone(const std::string& id, const Action& action);
  /// The group of a compose service: its containers, and which of them are well.
  void add_group(const Container& container, const Action& action, Plan& plan);
  Json list(const Action& action);
  Json describe(const Action& action);
  Json logs(const Action& action);
  Json change(const Action& action);
  EngineApi api_;
  std::string instance_;
};

/// The text of a log stream that carries out and err in frames of eight bytes and a payload.
std::string unframed(std::string_view stream);

}  // namespace reeve::docker
