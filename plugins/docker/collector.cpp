#include "docker/collector.h"

#include <unistd.h>

#include <array>
#include <ctime>
#include <map>

namespace reeve::docker {

namespace {

constexpr std::array<const char*, 7> kStates = {"created",  "running", "paused", "restarting",
                                                "removing", "exited",  "dead"};
constexpr std::array<const char*, 3> kHealth = {"starting", "healthy", "unhealthy"};

/// "254:0" is "/dev/vda", as far as this machine is the engine's.
std::string disk_name(int major, int minor) {
  std::string number = std::to_string(major) + ":" + std::to_string(minor);
  std::array<char, 256> room;
  ssize_t size = readlink(("/sys/dev/block/" + number).c_str(), room.data(), room.size());
  if (size <= 0) return number;
  std::string_view path(room.data(), static_cast<size_t>(size));
  return "/dev/" + std::string(path.substr(path.rfind('/') + 1));
}

double seconds_of(const std::string& time) {
  auto ns = parse_time_ns(time);
  return ns ? static_cast<double>(*ns) / 1e9 : 0;
}

void state_samples(const Container& c, const Take& take) {
  Labels labels = c.labels();
  take("docker_container_running", c.running ? 1 : 0, labels);
  take("docker_container_restart_count", static_cast<double>(c.restart_count), labels);
  take("docker_container_exit_code", static_cast<double>(c.exit_code), labels);
  take("docker_container_oom_killed", c.oom_killed ? 1 : 0, labels);
  take("docker_container_start_time_seconds", seconds_of(c.started_at), labels);
  take("docker_container_finish_time_seconds", seconds_of(c.finished_at), labels);
  auto one_of = [&](const char* metric, const char* label, const auto& values, const std::string& current) {
    for (const char* value : values) {
      Labels each = labels;
      each.emplace_back(label, value);
      take(metric, current == value ? 1 : 0, each);
    }
  };
  one_of("docker_container_state", "state", kStates, c.state);
  if (!c.health.empty()) one_of("docker_container_health_status", "status", kHealth, c.health);
}

}  // namespace

void DockerCollector::collect(Samples& out) {
  struct Found {
    std::string name;
    double value;
    Labels labels;
  };
  std::vector<Found> found;
  Take take = [&](std::string_view name, double value, const Labels& labels) {
    found.push_back({std::string(name), value, labels});
  };
  common::Deadline deadline = deadline_of(out);
  Json list;
  try {
    list = api_.get("/containers/json?all=1", deadline);
  } catch (const Error& error) {
    out.log(Log::kWarn, error.what());
    out.add("docker_up", 0);
    return;
  }
  std::map<std::string, int> states;
  for (const char* state : kStates) states[state] = 0;
  std::vector<Container> running;
  for (const Json& row : list.items()) {
    try {
      Container container = collect_state(row["Id"].text(), deadline, take);
      ++states[container.state];
      if (container.running) running.push_back(std::move(container));
    } catch (const Error& error) {
      if (error.fault() != Fault::kNotFound) throw;  // else it was removed meanwhile
    }
  }
  out.add("docker_up", 1);
  for (const auto& [state, count] : states) out.add("docker_containers", count, {{"state", state}});
  for (const Found& sample : found) out.add(sample.name, sample.value, sample.labels);
  if (stats_) collect_stats(running, out);
}

Container DockerCollector::collect_state(const std::string& id, const common::Deadline& deadline, const Take& take) {
  Container c = parse_inspect(api_.get("/containers/" + id + "/json", deadline));
  state_samples(c, take);
  limit_samples(c, take);
  if (!c.running) return c;
  take("container_last_seen", static_cast<double>(time(nullptr)), c.labels());
  take("container_start_time_seconds", seconds_of(c.started_at), c.labels());
  return c;
}

void DockerCollector::collect_stats(const std::vector<Container>& running, Samples& out) {
  const auto known = rounds_.found();
  std::vector<std::string> ids;
  for (const Container& container : running) {
    ids.push_back(container.id);
    const auto found = known.find(container.id);
    if (found == known.end()) continue;
    stats_samples(container, found->second.stats, disk_name,
                  [&](std::string_view name, double value, const Labels& labels) {
                    out.add(name, value, labels, found->second.at_ms);
                  });
  }
  rounds_.begin(std::move(ids));
}

}  // namespace reeve::docker
