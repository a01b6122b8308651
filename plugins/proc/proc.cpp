/// \file
/// The plugin `proc`: one named process of this machine. Its death is seen at once; it is started, stopped, signalled.
#include "proc/actor.h"
#include "proc/collector.h"
#include "proc/watcher.h"

namespace reeve::proc {

namespace {

struct Proc {
  using CollectorLane = ProcCollector;
  using WatcherLane = ProcWatcher;
  using ActorLane = ProcActor;
  static void describe(Manifest& m);
  static void check(const Config& config) { Settings::of(config); }
};

void describe_config(Manifest& m) {
  m.config({
      ConfigKey("pidfile", Type::kText, "File with the process's number, written by it or by `start`."),
      ConfigKey("match", Type::kText,
                "Regular expression (POSIX extended) over the command line: finds the process without a pid file, or "
                "guards against a pid file that has come to name another."),
      ConfigKey("start", Type::kList, "Program and arguments that start it; no shell."),
      ConfigKey("stop", Type::kList, "Program and arguments that stop it (else `stop_signal` is sent)."),
      ConfigKey("stop_signal", Type::kText, "Signal that asks it to end.").by_default("TERM"),
      ConfigKey("start_timeout", Type::kDuration, "How long it may take to come up.").by_default("10s"),
      ConfigKey("stop_timeout", Type::kDuration, "How long it may take to end before it is killed.").by_default("10s"),
      ConfigKey("folder", Type::kText, "Working folder of what is started.").by_default("/"),
      ConfigKey("environment", Type::kMap, "Its environment, beside PATH and LANG; nothing else is inherited."),
      ConfigKey("output", Type::kText, "File to which its output is appended (else it is dropped)."),
  });
}

void describe_metrics(Manifest& m) {
  m.metrics({
      Metric("proc_up", "gauge", "1 when the process runs."),
      Metric("proc_restarts_total", "counter", "How often another process was found in its place."),
      Metric("proc_cpu_seconds_total", "counter", "CPU time.").unit("seconds").labels({"mode"}),
      Metric("proc_resident_memory_bytes", "gauge", "Memory it holds in RAM.").unit("bytes"),
      Metric("proc_virtual_memory_bytes", "gauge", "Address space.").unit("bytes"),
      Metric("proc_open_fds", "gauge", "Open descriptors."),
      Metric("proc_max_fds", "gauge", "Limit of open descriptors."),
      Metric("proc_threads", "gauge", "Threads."),
      Metric("proc_start_time_seconds", "gauge", "When it was started, Unix time.").unit("seconds"),
      Metric("proc_age_seconds", "gauge", "How long it has been running.").unit("seconds"),
  });
}

ActionType change(const char* name, const char* doc) {
  return ActionType(name, doc).change().probed().planned();
}

void describe_actions(Manifest& m) {
  const char* timeout = "How long it may take to end by itself before it is killed (stop_timeout)";
  m.actions({
      change("start", "Starts it, unless it runs.").settles_ms(10'000).causes({"proc.start"}).undo("stop"),
      change("stop", "Stops it.")
          .arg("timeout", Type::kDuration, timeout)
          .settles_ms(10'000)
          .causes({"proc.exit"})
          .undo("start"),
      change("restart", "Stops it, if it runs, and starts it.")
          .arg("timeout", Type::kDuration, timeout)
          .settles_ms(20'000)
          .causes({"proc.exit", "proc.start"}),
      change("signal", "Sends it a signal.")
          .need("signal", Type::kAny, "Name or number: HUP, USR1, 15")
          .settles_ms(0)
          .causes({"proc.exit"}),
  });
}

void Proc::describe(Manifest& m) {
  m.name("proc", "1.0.0").doc("A named process: its death is seen at once; start, stop, restart, signal.");
  describe_config(m);
  describe_metrics(m);
  m.events({
      EventType("proc.exit", "It ended.").fields({"reason", "code", "signal", "uptime", "pid", "late"}),
      EventType("proc.start", "A new one is there.").fields({"pid", "late"}),
      EventType("proc.state", "Whether it runs, stated when watching begins.").fields({"up", "pid"}).state(),
  });
  describe_actions(m);
  m.target_key("proc/{instance}");
  m.capabilities({"files", "exec"});
}

}  // namespace

}  // namespace reeve::proc

REEVE_PLUGIN(reeve::proc::Proc)
