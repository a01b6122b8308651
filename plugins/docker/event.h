/// \file
/// What happened to a container? One line of /events as an event of the SDK, and the lines themselves.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "docker/container.h"
#include "reeve/lanes.hpp"

namespace reeve::docker {

struct EngineEvent {
  int64_t time_ns = 0;
  Event event;  ///< without a cursor
};

/// None for what is no event of a container, or of a kind that is not told on.
std::optional<EngineEvent> parse_event(std::string_view line, const std::string& instance);

/// The kinds that parse_event knows, as the engine's filter wants them (a JSON object, not yet encoded).
std::string event_filter();

/// The present of a container as the event docker.state.
Event state_event(const Container& container, const std::string& instance, int64_t at_ns);

}  // namespace reeve::docker
