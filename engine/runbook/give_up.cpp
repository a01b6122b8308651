#include "runbook/give_up.h"

#include "model/json.h"
#include "runbook/runner.h"

namespace reeve::runbook {

using base::Result;
using model::Value;

namespace {
/// What the tables say of a run, its entries being no help.
struct Remains {
  std::string run, runbook;
  base::Uuid correlation{};
  std::vector<Value> steps, leases, approvals;

  model::Entry entry(const std::string& kind) const {
    model::Entry entry;
    entry.kind = kind;
    entry.actor = "engine";
    entry.subject = "run/" + run;
    entry.run = run;
    entry.correlation = correlation;
    return entry;
  }
};

Result<Remains> remains_of(ledger::Reader& reader, const Value& row) {
  Remains run;
  run.run = row["run"].as_string();
  run.runbook = row["runbook"].as_string();
  if (const auto id = base::parse_uuid(row["correlation"].as_string()); id.ok()) run.correlation = *id;
  const Value of_run = Value::map().set("run", run.run);
  REEVE_TRY(run.steps, reader.rows("steps", of_run));
  REEVE_TRY(run.leases, reader.rows("leases", of_run));
  REEVE_TRY(run.approvals, reader.rows("approvals", Value(of_run).set("state", "requested")));
  return run;
}

/// "docker.restart of docker/local/web (step 3)": requests that nobody knows the outcome of.
std::string in_doubt(const std::vector<Value>& steps) {
  std::vector<std::string> texts;
  for (const Value& step : steps)
    if (step["state"].as_string() == "open" || step["state"].as_string() == "in_doubt")
      texts.push_back(step["action"].text() + " of " + step["target"].text() + " (step " + step["path"].text() + ")");
  return base::join(texts, ", ");
}

void let_go(const Remains& run, ledger::Ledger& ledger) {
  for (const Value& lease : run.leases) {
    model::Entry entry = run.entry("lease.released");
    entry.subject = lease["target"].as_string();
    entry.facts.set("epoch", lease["epoch"]);
    ledger.append(std::move(entry));
  }
  for (const Value& approval : run.approvals) {
    model::Entry entry = run.entry("approval.expired");
    entry.facts.set("id", approval["id"]).set("path", approval["path"]);
    ledger.append(std::move(entry));
  }
}

void end(const Remains& run, const std::string& reason, const std::string& message, ledger::Ledger& ledger) {
  model::Entry entry = run.entry("run.ended");
  entry.facts.set("result", reason == kLost ? "cancelled" : "escalated").set("reason", reason);
  entry.facts.set("runbook", run.runbook).set("steps", run.steps.size()).set("changes", run.steps.size());
  entry.body = model::to_json(Value::map().set("message", message));
  ledger.append(std::move(entry), [](const base::Status&) {});  // the end of a run wakes the writer
}
}  // namespace

// \return whether its alerts are to be decided on again.
Result<bool> RunnerImpl::give_up(ledger::Reader& reader, const Value& row, const base::Error& why) {
  REEVE_TRY(const Remains run, remains_of(reader, row));
  const std::string open = in_doubt(run.steps);
  std::string message = "after a restart of the engine it cannot be taken up again: " + why.text + "; ";
  message += open.empty() ? "its alerts are decided on again"
                          : "nobody knows whether this happened: " + open + ": look at it, nothing is repeated";
  base::log_error("a run cannot be taken up again, it is ended", {{"run", run.run}, {"error", why.text}});
  let_go(run, context_.ledger);
  end(run, open.empty() ? kLost : kLostInDoubt, message, context_.ledger);
  // When the loop runs: the ports are not to be called before.
  context_.loop.post([tell = ports_.tell, told = Ports::Message{open.empty() ? "ended" : "escalation",
                                                                run.run,
                                                                run.runbook,
                                                                run.runbook + ": " + message,
                                                                {},
                                                                run.correlation}] {
    if (tell) tell(told);
  });
  return open.empty();
}

}  // namespace reeve::runbook
