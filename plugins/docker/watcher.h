/// \file
/// What happens to the containers, without a gap over restarts of engine, plugin or dockerd? The plugin's Watcher.
///
/// As the SDK's Events asks: the present is read, then the engine's clock, then what happened since the cursor is told,
/// then the present, then the stream. Source of the ordering: dockerd 20.10 changes a container's state and logs the
/// event under the container's lock, so a state that inspect shows has its event in the replay, if it still has it.
#pragma once

#include "docker/engine_api.h"
#include "docker/event.h"
#include "docker/told.h"
#include "reeve/plugin.hpp"

namespace reeve::docker {

class DockerWatcher : public Watcher {
 public:
  DockerWatcher(const Config& config, const std::string& cursor)
      : socket_(config.text("socket")), instance_(config.name()), told_(cursor) {}
  void watch(Events& out) override;

 private:
  std::vector<Container> present(EngineApi& api, const common::Deadline& deadline) const;
  void replay(int64_t until_ns, Events& out, const common::Deadline& deadline);
  void state(const std::vector<Container>& containers, int64_t at_ns, bool first, Events& out);
  void stream(Events& out, const common::Deadline& deadline);
  /// Reads until the engine closes the answer.
  void tell_all(EngineApi& api, Events& out, const common::Deadline& deadline);
  void tell(std::string_view line, Events& out);

  std::string socket_;
  std::string instance_;
  Told told_;
};

}  // namespace reeve::docker
