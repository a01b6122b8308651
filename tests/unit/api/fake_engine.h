/// \file
/// An engine that knows one small story: ports with fixed answers that write down what was asked of them.
///
/// A container is unhealthy and being restarted, a disk is filling, a run waits for a yes. Also used by the tests of
/// cli.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/api.h"
#include "base/manual_loop.h"
#include "ledger/memory_ledger.h"
#include "model/json.h"
#include "rule/records.h"

namespace reeve::api::test {

/// 2026-11-24T12:00:00Z: when the story is told.
inline constexpr base::Time kNow{1795521600LL * 1000000};
inline base::Time before(base::Duration d) {
  return kNow - d;
}

inline base::Uuid uuid(uint8_t last) {
  base::Uuid id{0x01, 0x9a, 0xb3, 0xc4, 0x1d, 0x2e, 0x7f, 0x3a, 0x80, 0, 0, 0, 0, 0, 0, last};
  return id;
}
inline std::string run_id(uint8_t last) {
  return base::uuid_text(uuid(last));
}

inline model::Alert alert_unhealthy() {
  model::Alert alert;
  alert.rule_id = "docker.yaml/docker/ContainerUnhealthy/1";
  alert.labels = {{"alertname", "ContainerUnhealthy"}, {"container", "web-1"}, {"severity", "critical"}};
  alert.key = alert.labels.key();
  alert.annotations = {{"summary", "web-1 does not answer its health check"}};
  alert.state = model::AlertState::kFiring;
  alert.episode = 3;
  alert.correlation = uuid(1);
  alert.value = 1;
  alert.active_at = before(base::minutes(3));
  alert.fired_at = before(base::minutes(2));
  alert.target = "docker/local/3f2a";
  return alert;
}

inline model::Alert alert_disk() {
  model::Alert alert;
  alert.rule_id = "host.yaml/host/DiskFills/1";
  // What strangers write may hold anything: here an escape sequence.
  alert.labels = {{"alertname", "DiskFills"}, {"mountpoint", "/srv\x1b[2J"}, {"severity", "warning"}};
  alert.key = alert.labels.key();
  alert.state = model::AlertState::kPending;
  alert.episode = 1;
  alert.correlation = uuid(2);
  alert.value = 0.9;
  alert.active_at = before(base::seconds(20));
  return alert;
}

inline model::RunRow run_parked() {
  model::RunRow run;
  run.id = run_id(0x11);
  run.runbook = "docker/restart_container";
  run.state = model::RunState::kParked;
  run.reason = "approval";
  run.message = "Restart web-1";
  run.correlation = uuid(1);
  run.started = before(base::minutes(2));
  run.started_seq = 3;
  run.steps = 1;
  return run;
}

inline model::RunRow run_ended() {
  model::RunRow run;
  run.id = run_id(0x10);
  run.runbook = "proc/restart";
  run.state = model::RunState::kEnded;
  run.result = "succeeded";
  run.message = "restarted";
  run.correlation = uuid(3);
  run.started = before(base::hours(5));
  run.ended = before(base::hours(5)) + base::millis(1234);
  run.started_seq = 1;
  run.steps = 2;
  return run;
}

/// The projections of the modules whose entries the story has.
inline std::vector<model::Table> fake_tables() {
  std::vector<model::Table> tables = runbook::tables();
  for (model::Table& table : rule::tables()) tables.push_back(std::move(table));
  return tables;
}
inline std::vector<ledger::Project> fake_projects() {
  return {runbook::project, rule::project};
}

inline model::Entry entry_of_run(const char* kind, const model::RunRow& run, base::Time at, model::Value facts) {
  model::Entry entry;
  entry.at = at;
  entry.kind = kind;
  entry.actor = "engine";
  entry.subject = run.runbook;
  entry.run = run.id;
  entry.correlation = run.correlation;
  entry.facts = std::move(facts);
  return entry;
}

inline model::Event event_of_die() {
  model::Event event;
  event.type = "docker.die";
  event.instance = "docker/local";
  event.labels = {{"container", "web-1"}};
  event.fields = model::Value::map().set("exit_code", 137).set("image", "web:1");
  event.at = before(base::minutes(4));
  event.target = "docker/local/3f2a";
  return event;
}

/// The whole story as entries, oldest first.
inline std::vector<model::Entry> fake_entries() {
  using model::Value;
  const model::RunRow ended = run_ended(), parked = run_parked();
  std::vector<model::Entry> entries;
  entries.push_back(entry_of_run("run.started", ended, ended.started, Value::map().set("runbook", ended.runbook)));
  entries.push_back(
      entry_of_run("run.ended", ended, ended.ended, Value::map().set("result", "succeeded").set("steps", 2)));
  entries.back().body = model::to_json(Value::map().set("message", ended.message));
  model::Entry events;
  events.at = before(base::minutes(4));
  events.kind = "events.accepted";
  events.actor = "plugin/docker/local";
  events.subject = "docker/local";
  events.facts.set("count", 1);
  events.body = model::to_json(Value::list().push(event_of_die().to_value()));
  entries.push_back(std::move(events));
  entries.push_back(rule::entry_of({model::AlertState::kPending, alert_unhealthy()}, {}));
  entries.back().at = alert_unhealthy().fired_at;
  entries.push_back(entry_of_run("run.started", parked, parked.started, Value::map().set("runbook", parked.runbook)));
  entries.push_back(entry_of_run("run.parked", parked, parked.started, Value::map().set("reason", "approval")));
  entries.back().body = model::to_json(Value::map().set("text", parked.message));
  const Value asked = Value::map().set("id", "ap-7").set("path", "1").set("until_us", (kNow + base::minutes(13)).us);
  entries.push_back(entry_of_run("approval.requested", parked, parked.started, asked));
  entries.back().body = model::to_json(Value::map().set("text", parked.message));
  return entries;
}

class FakeEngine {
 public:
  FakeEngine() : ledger(loop, settings()) {
    for (model::Entry& entry : fake_entries()) ledger.append(std::move(entry));
    loop.run();
    base::declare_core_thread(false);  // the server's thread is the core
  }

  StatusReport status() const {
    StatusReport report;
    report.version = "0.1.0";
    report.pid = 4242;
    report.started = before(base::hours(3) + base::minutes(12));
    report.now = kNow;
    report.alerts = {alert_unhealthy(), alert_disk()};
    report.runs = {run_parked()};
    report.approvals = approvals();
    report.sources = {
        {"docker/local", "up", ""}, {"http/shop", "down", "connection refused"}, {"host/local", "up", ""}};
    report.head = {4711, before(base::seconds(2)), base::sha256("head")};
    report.rules = 12;
    report.runbooks = 3;
    report.series = 850;
    return report;
  }

  static model::Value approvals() {
    return model::Value::list().push(model::Value::map()
                                         .set("id", "ap-7")
                                         .set("run", run_id(0x11))
                                         .set("runbook", "docker/restart_container")
                                         .set("text", "Restart web-1")
                                         .set("since_us", before(base::minutes(2)).us)
                                         .set("until_us", (kNow + base::minutes(13)).us));
  }

  Engine ports();

  base::ManualLoop loop;
  ledger::MemoryLedger ledger;
  Metrics metrics;
  Bus bus;
  std::vector<std::string> asked;  ///< core thread; "approve ap-7 uid:0"
  model::Decision verdict;         ///< of the next run
  base::Status reload_status;
  std::vector<std::string> reload_waits;  ///< keys that only the next start takes up
  base::Status halt_status;

 private:
  static ledger::Settings settings() {
    ledger::Settings settings;
    settings.tables = fake_tables();
    settings.projects = fake_projects();
    return settings;
  }
  void start(const StartRequest& request, const Engine::DoneStarted& done);
  void dry_run(const StartRequest& request, const Engine::Done& done);
  static model::Value plugins();
};

inline model::Value FakeEngine::plugins() {
  model::Value action = model::Value::map().set("name", "restart").set("effect", "change").set("class", "probed");
  action.set("arguments",
             model::Value::list().push(
                 model::Value::map().set("name", "id").set("type", "string").set("required", true).set("doc", "")));
  action.set("doc", "Restart a container.");
  model::Value manifest = model::Value::map().set("name", "docker").set("version", "1.0.0").set("doc", "Containers.");
  manifest.set("metrics", model::Value::list().push(model::Value::map()
                                                        .set("name", "docker_container_running")
                                                        .set("labels", model::Value::list().push("container"))
                                                        .set("help", "1 while it runs.")));
  manifest.set("events", model::Value::list().push(model::Value::map()
                                                       .set("type", "docker.die")
                                                       .set("fields", model::Value::list().push("exit_code"))
                                                       .set("help", "A container ended.")));
  manifest.set("actions", model::Value::list().push(std::move(action)));
  model::Value up = model::Value::map().set("instance", "docker/local").set("state", "up").set("pid", 77);
  up.set("restarts", 0).set("manifest", std::move(manifest));
  model::Value down = model::Value::map().set("instance", "http/shop").set("state", "down").set("pid", 78);
  down.set("restarts", 3).set("last_error", "connection refused");
  return model::Value::list().push(std::move(up)).push(std::move(down));
}

inline void FakeEngine::start(const StartRequest& request, const Engine::DoneStarted& done) {
  asked.push_back("run " + request.runbook + " " + model::to_json(request.params) + " " + request.actor);
  if (request.runbook != "docker/restart_container")
    return done(base::Error{base::Fault::kNotFound, "no runbook \"" + request.runbook + "\""});
  runbook::Started started;
  started.decision = verdict;
  if (verdict.verdict != model::Verdict::kRefuse) started.run = run_id(0x11);
  done(started);
}

inline void FakeEngine::dry_run(const StartRequest& request, const Engine::Done& done) {
  asked.push_back("dry run " + request.runbook + " " + request.actor);
  model::Value step = model::Value::map().set("action", "docker.restart").set("class", "probed");
  step.set("args", model::Value::map().set("id", "web-1"));
  step.set("targets", model::Value::list().push("docker/local/3f2a"));
  step.set("path", "1").set("preview", "would restart container web-1");
  model::Value refused =
      model::Value::map().set("verdict", "refuse").set("rail", 5).set("reason", "cool-down: 3m left");
  step.set("gate", std::move(refused));
  model::Value plan = model::Value::map().set("steps", model::Value::list().push(std::move(step)));
  plan.set("start", model::Value::map().set("verdict", "allow")).set("notes", model::Value::list().push("web-1 is up"));
  done(plan.set("ends", "done: restarted").set("hash", "9a41"));
}

inline Engine FakeEngine::ports() {
  Engine engine;
  engine.status = [this] { return status(); };
  engine.ready = [] { return base::Status{}; };
  engine.alerts = [] { return std::vector<model::Alert>{alert_unhealthy(), alert_disk()}; };
  engine.runs = [] { return std::vector<model::RunRow>{run_parked()}; };
  engine.approvals = approvals;
  engine.plugins = plugins;
  engine.runbooks = [] {
    return model::Value::list().push(model::Value::map().set("name", "docker/restart_container"));
  };
  engine.metrics = &metrics;
  engine.bus = &bus;
  engine.read = [this](const Engine::Read& read, const Engine::Done& done) { done(read(*ledger.reader())); };
  engine.run = [this](const StartRequest& request, const Engine::DoneStarted& done) { start(request, done); };
  engine.dry_run = [this](const StartRequest& request, const Engine::Done& done) { dry_run(request, done); };
  const auto known = [this](const std::string& what, const std::string& id, const Engine::DoneStatus& done) {
    asked.push_back(what);
    if (id == "ap-7" || id == run_id(0x11)) return done({});
    done(base::Error{base::Fault::kNotFound, "there is no \"" + id + "\""});
  };
  engine.approve = [known](const std::string& id, const std::string& actor, const Engine::DoneStatus& done) {
    known("approve " + id + " " + actor, id, done);
  };
  engine.deny = [known](const std::string& id, const std::string& why, const std::string& actor,
                        const Engine::DoneStatus& done) { known("deny " + id + " (" + why + ") " + actor, id, done); };
  engine.cancel = [known](const std::string& run, const std::string& actor, const Engine::DoneStatus& done) {
    known("cancel " + run + " " + actor, run, done);
  };
  engine.settle = [known](const std::string& run, const std::string& path, const std::string& answer,
                          const std::string& actor, const Engine::DoneStatus& done) {
    known("settle " + run + " " + path + " " + answer + " " + actor, run, done);
  };
  engine.halt = [this](const std::string& scope, const std::string& reason, const std::string& actor,
                       const Engine::DoneStatus& done) {
    asked.push_back("halt " + scope + " (" + reason + ") " + actor);
    done(halt_status);
  };
  engine.lift = [this](const std::string& scope, const std::string& actor, const Engine::DoneStatus& done) {
    asked.push_back("lift \"" + scope + "\" " + actor);
    done(halt_status);
  };
  engine.reset = [this](const std::string& runbook, const std::string& target, const std::string& reason,
                        const std::string& actor, const Engine::Done& done) {
    asked.push_back("reset " + runbook + " \"" + target + "\" (" + reason + ") " + actor);
    const auto one = [&runbook](const char* of, const char* group, int failures) {
      return model::Value::list().push(model::Value::map()
                                           .set("runbook", runbook)
                                           .set("target", of)
                                           .set("group", group)
                                           .set("failures", failures)
                                           .set("command", "reeve reset " + runbook + " --reason \"...\""));
    };
    if (target == "docker/local/none")
      return done(
          base::Error{base::Fault::kNotFound, "no breaker of " + runbook + " for " + target + " is open; none is"});
    done(model::Value::map().set("reset", one("docker/local/web-1", "", 2)).set("open", one("", "docker/local", 3)));
  };
  engine.reload = [this](const std::string& actor, const Engine::DoneReload& done) {
    asked.push_back("reload " + actor);
    if (!reload_status.ok()) return done(reload_status.error());
    done(reload_waits);
  };
  return engine;
}

}  // namespace reeve::api::test
