// What the HTTP routes ask the running engine, and what they may change. Part of Engine.
#include <unistd.h>

#include <algorithm>

#include "app/breakers.h"
#include "app/engine.h"
#include "app/records.h"
#include "cli/cli.h"

namespace reeve::app {

using base::Result;
using base::Status;
using model::Value;

namespace {
Value list_runbooks(const runbook::Library& library) {
  Value out = Value::list();
  for (const runbook::Runbook* runbook : library.all()) {
    Value params = Value::list(), alerts = Value::list();
    for (const runbook::ParamSpec& param : runbook->params) {
      params.push(Value::map().set("name", param.name).set("type", param.type).set("required", param.required));
    }
    for (const std::string& alert : runbook->alerts) alerts.push(alert);
    out.push(Value::map()
                 .set("name", runbook->name)
                 .set("title", runbook->title)
                 .set("path", runbook->path)
                 .set("params", std::move(params))
                 .set("alerts", std::move(alerts)));
  }
  return out;
}

/// A process that runs and gives nothing is no source that is up.
api::StatusReport::Source source_of(const Parts& parts, const Value& instance) {
  api::StatusReport::Source source{instance["instance"].text(), instance["state"].text(),
                                   instance["last_error"].as_string()};
  const collect::Health health = parts.collector->health(source.instance);
  if ((source.state != "up" && source.state != "starting") || !health.failing) return source;
  source.state = "failing";
  source.error = health.why;
  return source;
}
}  // namespace

api::StatusReport Engine::status() const {
  const Parts& parts = *parts_;
  api::StatusReport report;
  report.version = settings_.version;
  report.pid = getpid();
  report.started = parts.started;
  report.now = parts.clock.wall();
  for (const auto& pulled : parts.memory.switches())
    report.halts.push_back({pulled.scope.empty() ? "*" : pulled.scope, pulled.reason, pulled.owner, {}});
  report.problems = parts.problems;
  report.ledger_writable = parts.ledger->writable();
  if (!report.ledger_writable)
    report.problems.push_back("ledger: it cannot be written; no act may start, alerting goes on");
  for (const Value& receiver : parts.notifier->status().as_list())
    if (receiver["failing"].as_bool())
      report.problems.push_back("notify " + receiver["receiver"].text() + ": " + receiver["last_error"].text());
  const std::vector<std::string> needs = parts.needs.sentences(open_breakers(parts));
  report.problems.insert(report.problems.end(), needs.begin(), needs.end());
  if (!needs.empty() && parts.config.notify.empty())
    report.problems.emplace_back("nobody was called: the configuration names no receiver under notify:");
  report.alerts = parts.rules->alerts();
  report.runs = parts.runner->runs();
  report.approvals = parts.runner->approvals();
  for (const Value& instance : parts.fleet->status().as_list()) report.sources.push_back(source_of(parts, instance));
  report.head = parts.ledger->head();
  for (const rule::Group& group : parts.rules->rules().groups) report.rules += group.rules.size();
  report.runbooks = parts.library ? parts.library->all().size() : 0;
  report.series = parts.series->series_count();
  return report;
}

api::Engine Engine::api_ports() {
  Parts& parts = *parts_;
  api::Engine ports;
  ports.status = [this] { return status(); };
  ports.ready = [this]() -> Status {
    if (!parts_->ledger->writable()) return base::Error{base::Fault::kUnavailable, "the ledger cannot be written"};
    if (!parts_->ready || parts_->draining) return base::Error{base::Fault::kUnavailable, "starting or stopping"};
    return {};
  };
  ports.alerts = [&parts] { return parts.rules->alerts(); };
  ports.rules = [&parts] { return &parts.rules->rules(); };
  ports.runs = [&parts] { return parts.runner->runs(); };
  ports.approvals = [&parts] { return parts.runner->approvals(); };
  ports.plugins = [&parts] {
    Value out = Value::list();
    const Value all = parts.fleet->status();
    for (Value one : all.as_list()) {
      const std::string id = one["instance"].text();
      if (const auto* manifest = parts.fleet->manifest(id)) one.set("manifest", manifest->raw);
      if (std::string why = parts.collector->health(id).why; !why.empty()) one.set("last_error", std::move(why));
      out.push(std::move(one));
    }
    return out;
  };
  ports.runbooks = [&parts] { return parts.library ? list_runbooks(*parts.library) : Value::list(); };
  ports.metrics = &parts.metrics;
  ports.bus = &parts.bus;
  ports.queries = parts.queries.get();
  ports.read = [this](api::Engine::Read read, api::Engine::Done done) {
    const bool taken = parts_->reader_thread->submit([state = state_, read = std::move(read), done]() -> base::Task {
      auto reader = ledger::open_reader(state);
      Result<Value> answer = reader.ok() ? read(**reader) : Result<Value>(reader.error());
      return [done, answer = std::move(answer)] { done(answer); };
    });
    if (!taken) done(base::Error{base::Fault::kThrottled, "too many questions to the ledger wait"});
  };

  ports.run = [this](api::StartRequest request, api::Engine::DoneStarted done) {
    start_by_hand(std::move(request), std::move(done));
  };
  ports.dry_run = [this](api::StartRequest request, api::Engine::Done done) {
    runbook::Candidate candidate = candidate_of(std::move(request));
    candidate.dry = true;
    parts_->runner->dry_run(std::move(candidate), std::move(done));
  };
  const auto told = [this](Status status, const api::Engine::DoneStatus& done) {
    if (!status.ok()) return done(status);
    parts_->ledger->flush(done);
  };
  ports.approve = [this, told](const std::string& id, const std::string& actor, api::Engine::DoneStatus done) {
    told(parts_->runner->approve(id, actor), done);
  };
  ports.deny = [this, told](const std::string& id, const std::string& why, const std::string& actor,
                            api::Engine::DoneStatus done) { told(parts_->runner->deny(id, actor, why), done); };
  ports.cancel = [this, told](const std::string& run, const std::string& actor, api::Engine::DoneStatus done) {
    told(parts_->runner->cancel(run, actor), done);
  };
  ports.settle = [this, told](const std::string& run, const std::string& path, const std::string& answer,
                              const std::string& actor, api::Engine::DoneStatus done) {
    told(parts_->runner->settle(run, path, answer, actor), done);
  };
  ports.halt = [this](const std::string& scope, const std::string& reason, const std::string& actor,
                      api::Engine::DoneStatus done) { halt(scope, reason, actor, std::move(done)); };
  ports.lift = [this](const std::string& scope, const std::string& actor, api::Engine::DoneStatus done) {
    lift(scope, actor, std::move(done));
  };
  ports.reset = [this](const std::string& runbook, const std::string& target, const std::string& reason,
                       const std::string& actor, const api::Engine::Done& done) {
    Result<Value> answer = reset_breakers(*parts_, runbook, target, reason, actor);
    if (!answer.ok()) return done(answer);
    parts_->ledger->flush([done, answer](const Status& durable) { done(durable.ok() ? answer : durable.error()); });
  };
  ports.reload = [this](const std::string& actor, api::Engine::DoneReload done) { reload(actor, std::move(done)); };
  return ports;
}

void Engine::start_by_hand(api::StartRequest request, api::Engine::DoneStarted done) {
  Result<runbook::Started> started = parts_->runner->consider(candidate_of(std::move(request)));
  if (!started.ok()) return done(started.error());
  parts_->ledger->flush([done, started = *started](Status durable) {
    if (!durable.ok()) return done(durable.error());
    done(started);
  });
}

runbook::Candidate Engine::candidate_of(api::StartRequest request) const {
  runbook::Candidate candidate;
  candidate.runbook = std::move(request.runbook);
  candidate.params = std::move(request.params);
  candidate.requested_by = std::move(request.actor);
  candidate.verify = false;
  // A person who starts a run has said yes to it; a mode that is stricter than auto still binds where it is named.
  candidate.mode = response::mode_name(parts_->config.mode.value_or(response::Mode::kAuto));
  return candidate;
}

void Engine::halt(const std::string& scope, const std::string& reason, const std::string& actor,
                  api::Engine::DoneStatus done) {
  const std::string plain = scope == "*" ? "" : scope;
  if (const auto written = cli::add_halt(state_, scope, reason); !written.ok())
    base::log_error("the file HALT cannot be written; the switch is in the ledger", {{"error", written.error().text}});
  // The entry before the look: then the line in the file is known to be this person's.
  parts_->ledger->append(switch_entry(true, plain, reason, actor), std::move(done));
  pipeline_->look_at_halt();
  base::log_warn("halted", {{"scope", scope}, {"reason", reason}, {"actor", actor}});
  parts_->runner->on_switch();
}

void Engine::lift(const std::string& scope, const std::string& actor, api::Engine::DoneStatus done) {
  const std::string plain = scope == "*" ? "" : scope;
  const auto pulled = parts_->memory.switches();
  const auto is_meant = [&](const auto& one) { return scope.empty() || one.scope == plain; };
  if (std::none_of(pulled.begin(), pulled.end(), is_meant))
    return done(base::Error{base::Fault::kNotFound,
                            scope.empty() ? "nothing is halted" : "nothing is halted under \"" + scope + "\""});
  if (Status lifted = cli::lift_halt(state_, scope); !lifted.ok() && lifted.error().fault != base::Fault::kNotFound)
    return done(lifted);
  parts_->ledger->append(switch_entry(false, scope, "", actor), std::move(done));
  pipeline_->look_at_halt();
  base::log_info("lifted", {{"scope", scope.empty() ? "*" : scope}, {"actor", actor}});
  parts_->runner->on_switch();
}

void Engine::register_metrics() {
  Parts& parts = *parts_;
  api::Metrics& metrics = parts.metrics;
  const auto count = [&metrics, &parts](const char* name, const char* help, uint64_t ledger::Counters::* member) {
    metrics.ask(name, help, [&parts, member] { return static_cast<double>(parts.ledger->counters().*member); });
  };
  count("reeve_ledger_entries_total", "Entries appended since start.", &ledger::Counters::appended);
  count("reeve_ledger_commits_total", "Transactions that brought entries.", &ledger::Counters::commits);
  count("reeve_ledger_failed_commits_total", "Transactions that failed.", &ledger::Counters::failed_commits);
  count("reeve_ledger_refused_total", "Entries whose waiter was told no.", &ledger::Counters::refused);
  count("reeve_ledger_dropped_total", "Observations dropped because the queue was full.", &ledger::Counters::dropped);
  metrics.ask("reeve_ledger_writable", "1 while the ledger takes entries.",
              [&parts] { return parts.ledger->writable() ? 1.0 : 0.0; });
  metrics.ask("reeve_ledger_head_seq", "The last durable entry.",
              [&parts] { return static_cast<double>(parts.ledger->head().seq); });
  metrics.ask("reeve_series", "Series in memory.",
              [&parts] { return static_cast<double>(parts.series->series_count()); });
  metrics.ask("reeve_series_memory_bytes", "Memory of the series.",
              [&parts] { return static_cast<double>(parts.series->memory_bytes()); });
  metrics.ask("reeve_alerts", "Active alerts.", [&parts] { return static_cast<double>(parts.rules->alerts().size()); });
  metrics.ask("reeve_runs", "Runs that have not ended.",
              [&parts] { return static_cast<double>(parts.runner->runs().size()); });
  metrics.ask("reeve_rule_evaluations_total", "Rule evaluations.",
              [&parts] { return static_cast<double>(parts.rules->counters().evaluations); });
  metrics.ask("reeve_rule_failures_total", "Rule evaluations that failed.",
              [&parts] { return static_cast<double>(parts.rules->counters().failures); });
  metrics.ask("reeve_rule_longest_slice_seconds", "The longest slice of rule evaluation on the core.",
              [&parts] { return parts.rules->counters().longest_slice.seconds(); });
  metrics.ask("reeve_halted", "Pulled kill switches.",
              [&parts] { return static_cast<double>(parts.memory.switches().size()); });
}

}  // namespace reeve::app
