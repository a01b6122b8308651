/// \file
/// The plugin `exec`: Nagios plugins as they are, and commands of an allow-list as actions.
#include "exec/actor.h"
#include "exec/collector.h"

namespace reeve::exec {

namespace {

struct Exec {
  using CollectorLane = ExecCollector;
  using ActorLane = ExecActor;
  static void describe(Manifest& m);
  /// The actions are those that the configuration allows.
  static void describe_for(Manifest& m, const Config& config);
  static void check(const Config& config) { Settings::of(config); }
};

void Exec::describe(Manifest& m) {
  m.name("exec", "1.0.0").doc("Nagios plugins as they are, as collectors; commands of an allow-list, as actions.");
  m.config({
      ConfigKey("check", Type::kList, "One Nagios plugin: program and arguments. Its name is that of the instance."),
      ConfigKey("checks", Type::kMap, "Several: name: [program, arguments], or name: {argv, timeout}."),
      ConfigKey("timeout", Type::kDuration, "How long a check may take before its process group is killed.")
          .by_default("10s"),
      ConfigKey(
          "actions", Type::kMap,
          "Commands that runbooks may run: name: {argv, class, effect, plan, probe, settles, timeout, args, doc}."),
      ConfigKey("environment", Type::kMap, "Their environment, beside PATH and LANG; nothing else is inherited."),
      ConfigKey("folder", Type::kText, "Their working folder.").by_default("/"),
  });
  m.metrics({
      Metric("exec_exit_code", "gauge", "0 ok, 1 warning, 2 critical, 3 unknown (also: not run, killed).")
          .labels({"check"}),
      Metric("exec_duration_seconds", "gauge", "How long the check took.").unit("seconds").labels({"check"}),
      Metric("exec_timed_out", "gauge", "1 when it was killed at its timeout.").labels({"check"}),
      Metric("exec_perfdata", "gauge", "What it measured, in seconds, bytes, percent or its own unit.")
          .labels({"check", "label", "unit"}),
      Metric("exec_perfdata_min", "gauge", "The least value possible.").labels({"check", "label", "unit"}),
      Metric("exec_perfdata_max", "gauge", "The greatest value possible.").labels({"check", "label", "unit"}),
      Metric("exec_perfdata_threshold", "gauge", "Its own thresholds.")
          .labels({"check", "label", "unit", "level", "bound", "alert"}),
  });
  m.actions({ActionType("check", "Runs one of the checks now, and answers what it says.")
                 .arg("name", Type::kText, "Which (may be left out when there is one)")});
  m.actor_lanes(4);
  m.target_key("exec/{instance}");
  m.capabilities({"files", "exec"});
}

void Exec::describe_for(Manifest& m, const Config& config) {
  for (const auto& [name, allowed] : Settings::of(config).actions) {
    ActionType action(name, allowed.doc.empty() ? "Runs " + allowed.argv[0] + "." : allowed.doc);
    if (allowed.effect == "change") action.change();
    if (allowed.effect == "destroy") action.destroy();
    if (allowed.cls == "idempotent") action.idempotent();
    if (allowed.cls == "keyed") action.keyed();
    if (allowed.cls == "probed") action.probed();
    if (!allowed.plan.empty()) action.planned();
    if (allowed.settles) action.settles_ms(allowed.settles->count());
    for (const Argument& argument : allowed.arguments) {
      if (argument.required) {
        action.need(argument.name, Type::kAny, argument.doc);
      } else {
        action.arg(argument.name, Type::kAny, argument.doc);
      }
    }
    m.actions({action});
  }
}

}  // namespace

}  // namespace reeve::exec

REEVE_PLUGIN(reeve::exec::Exec)
