/// \file
/// The plugin `docker`: the containers of one Docker Engine, over its socket.
#include "docker/actor.h"
#include "docker/collector.h"
#include "docker/watcher.h"

namespace reeve::docker {

namespace {

struct Docker {
  using CollectorLane = DockerCollector;
  using WatcherLane = DockerWatcher;
  using ActorLane = DockerActor;
  static void describe(Manifest& m);
  static void check(const Config& config) {
    if (!config.text("socket").starts_with('/')) {
      throw Error(Fault::kInvalid, "socket must be the absolute path of the engine's unix socket");
    }
  }
};

Metric container_metric(const char* name, const char* type, const char* help) {
  return Metric(name, type, help).labels({"id", "name", "image"});
}

void describe_metrics(Manifest& m) {
  m.metrics({
      Metric("docker_up", "gauge", "1 when the Docker Engine answers."),
      Metric("docker_containers", "gauge", "Containers by state.").labels({"state"}),
      container_metric("docker_container_running", "gauge", "1 when it runs."),
      container_metric("docker_container_state", "gauge", "1 for the state it is in.")
          .labels({"id", "name", "image", "state"}),
      container_metric("docker_container_health_status", "gauge", "1 for what its health check says.")
          .labels({"id", "name", "image", "status"}),
      container_metric("docker_container_restart_count", "counter", "Restarts by the engine's restart policy."),
      container_metric("docker_container_exit_code", "gauge", "Of its last end."),
      container_metric("docker_container_oom_killed", "gauge", "1 when its last end was for lack of memory."),
      container_metric("docker_container_start_time_seconds", "gauge", "Its last start, Unix time; 0: never."),
      container_metric("docker_container_finish_time_seconds", "gauge", "Its last end, Unix time; 0: never."),
      container_metric("container_last_seen", "gauge", "When it was last seen running, Unix time."),
      container_metric("container_start_time_seconds", "gauge", "Its start, Unix time."),
      container_metric("container_cpu_usage_seconds_total", "counter", "CPU time; also user, system, cfs periods.")
          .labels({"id", "name", "image", "cpu"}),
      container_metric("container_memory_usage_bytes", "gauge", "Memory with its page cache; also rss, cache."),
      container_metric("container_memory_working_set_bytes", "gauge", "Memory that cannot be given back at once."),
      container_metric("container_network_receive_bytes_total", "counter", "Received; also packets, errors, sent.")
          .labels({"id", "name", "image", "interface"}),
      container_metric("container_fs_reads_bytes_total", "counter", "Read from disks; also writes, and counts.")
          .labels({"id", "name", "image", "device"}),
      container_metric("container_processes", "gauge", "Processes and threads in it."),
      container_metric("container_spec_memory_limit_bytes", "gauge", "Its memory limit; 0: none. Also cpu quota."),
  });
}

EventType container_event(const char* type, const char* help) {
  return EventType(type, help).labels({"id", "name", "image"});
}

void describe_events(Manifest& m) {
  EventType state = container_event("docker.state", "The present of a container, stated when watching begins.");
  state.fields({"state", "running", "exit_code", "oom_killed", "started_at", "finished_at", "status", "health_at",
                "restart_count", "project", "service"});
  state.state({
      Recovers("docker.start", "started_at"),
      Recovers("docker.oom", "finished_at").when("oom_killed").since("started_at").with("docker.die"),
      Recovers("docker.die", "finished_at").fields({"exit_code"}),
      Recovers("docker.health_status", "health_at")
          .changed("status")
          .ignore({"", "starting"})
          .reset_by("docker.start")
          .fields({"status"}),
  });
  m.events({
      container_event("docker.create", "It was created."),
      container_event("docker.start", "It was started."),
      container_event("docker.die", "It ended.").fields({"exit_code", "project", "service"}),
      container_event("docker.oom", "The kernel killed a process of it for lack of memory."),
      container_event("docker.health_status", "Its health check changed its mind.").fields({"status"}),
      container_event("docker.kill", "It was sent a signal.").fields({"signal"}),
      container_event("docker.stop", "Somebody stopped it."),
      container_event("docker.restart", "Somebody restarted it."),
      container_event("docker.pause", "It was frozen."),
      container_event("docker.unpause", "It was thawed."),
      container_event("docker.rename", "It got another name.").fields({"old_name"}),
      container_event("docker.destroy", "It was removed.").ends_target(),
      std::move(state),
  });
}

ActionType container_change(const char* name, const char* doc) {
  ActionType action(name, doc);
  return action.need("container", Type::kText, "Name, id or target key").change().probed().planned();
}

void describe_actions(Manifest& m) {
  constexpr int64_t kSettlesMs = 15'000;  // the usual ten seconds to stop, and five; plan() gives the exact one
  const char* timeout = "How long it may take to end by itself before it is killed (the container's own, 10s)";
  m.actions({
      ActionType("list", "All containers.").arg("all", Type::kBoolean, "Also those that do not run (true)"),
      ActionType("inspect", "One container, its state, limits, mounts and last health checks.")
          .need("container", Type::kText, "Name, id or target key"),
      ActionType("logs", "The last lines of a container's output.")
          .need("container", Type::kText, "Name, id or target key")
          .arg("tail", Type::kInteger, "How many lines (100)")
          .arg("since", Type::kDuration, "Only lines of the last ...")
          .arg("timestamps", Type::kBoolean, "With the time of each line"),
      container_change("start", "Starts a container.").settles_ms(5'000).causes({"docker.start"}).undo("stop"),
      container_change("stop", "Stops a container.")
          .arg("timeout", Type::kDuration, timeout)
          .settles_ms(kSettlesMs)
          .causes({"docker.kill", "docker.die", "docker.stop"})
          .undo("start"),
      container_change("restart", "Stops a container, if it runs, and starts it.")
          .arg("timeout", Type::kDuration, timeout)
          .settles_ms(kSettlesMs)
          .causes({"docker.kill", "docker.die", "docker.stop", "docker.start", "docker.restart"}),
  });
}

void Docker::describe(Manifest& m) {
  m.name("docker", "1.0.0")
      .doc("The containers of one Docker Engine: state, health, use, events; start, stop, restart.");
  m.config({
      ConfigKey("socket", Type::kText, "Path of the engine's unix socket.").by_default("/var/run/docker.sock"),
      ConfigKey("stats", Type::kBoolean, "Also ask each running container for its CPU, memory, network and disk use.")
          .by_default(true),
  });
  m.target_key("docker/{instance}/{id}");
  m.actor_lanes(8);
  m.capabilities({"files"});
  describe_metrics(m);
  describe_events(m);
  describe_actions(m);
}

}  // namespace

}  // namespace reeve::docker

REEVE_PLUGIN(reeve::docker::Docker)
