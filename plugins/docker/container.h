/// \file
/// What is one container, as the engine tells it? Parsed answers of list and inspect, its labels and its target key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reeve/json.hpp"

namespace reeve::docker {

/// RFC 3339 with up to nine digits of fraction -> nanoseconds of Unix time. The zero time of Go
/// ("0001-01-01T00:00:00Z") and what is no time: none.
std::optional<int64_t> parse_time_ns(std::string_view text);

struct Container {
  std::string id;         ///< full
  std::string name;       ///< without the leading slash
  std::string image;      ///< as configured: "busybox:test"
  std::string state;      ///< created, running, paused, restarting, removing, exited, dead
  std::string health;     ///< starting, healthy, unhealthy; "" without a health check
  int64_t failing = 0;    ///< failed checks in a row
  std::string health_at;  ///< end of the last check, RFC 3339; "" when there was none
  bool running = false;
  bool oom_killed = false;
  int64_t exit_code = 0;
  int64_t pid = 0;
  int64_t restart_count = 0;
  int64_t stop_timeout_s = 10;
  std::string started_at;        ///< RFC 3339; "" when it never was
  std::string finished_at;       ///< likewise
  std::string project, service;  ///< of compose; "" when it is none of its
  Json limits;                   ///< the engine's HostConfig

  /// The labels of its samples and events.
  std::vector<std::pair<std::string, std::string>> labels() const {
    return {{"id", id}, {"name", name}, {"image", image}};
  }
  /// "docker/local/<id>".
  std::string target(const std::string& instance) const { return "docker/" + instance + "/" + id; }
  /// `health`, as far as its checks said it: Docker 20.10 calls a container unhealthy, and tells no event, while it is
  /// stopped or paused and until the first check after that.
  std::string checked_health() const {
    const bool checked = running && state != "paused";
    return checked && (health != "unhealthy" || failing > 0) ? health : "";
  }
  /// It cannot be started any more: its removal is under way, or got stuck.
  bool removed() const { return state == "removing" || state == "dead"; }
  /// Running, and not unhealthy by its own check.
  bool well() const { return running && health != "unhealthy"; }
};

/// From an answer of /containers/<id>/json.
Container parse_inspect(const Json& json);

/// A container as somebody named it: a name, an id or its beginning, or the target key of this instance. Throws
/// Error(kInvalid) for anything that cannot be a name.
std::string container_reference(const std::string& text, const std::string& instance);

}  // namespace reeve::docker
