// After a restart: which runs are open, what was decided, which effects are not over.
#include <algorithm>

#include "model/json.h"
#include "runbook/give_up.h"
#include "runbook/runner.h"

namespace reeve::runbook {

using base::Result;
using base::Status;
using model::Value;

namespace {
/// An effect older than this is over, whatever its manifest says.
constexpr base::Duration kEffectsBack = base::minutes(15);

model::Verdict verdict_of(const std::string& name) {
  for (const model::Verdict verdict : {model::Verdict::kDefer, model::Verdict::kAsk, model::Verdict::kRefuse})
    if (name == model::verdict_name(verdict)) return verdict;
  return model::Verdict::kAllow;
}

/// The terms of a run: of `run.started`, or of the decision that it waits with.
Result<Terms> terms_of(const std::vector<ledger::Stored>& entries) {
  Result<Terms> terms = base::invalid("nothing in the ledger says what it is");
  for (const ledger::Stored& entry : entries) {
    const bool waits =
        entry.kind == "decision" && entry.facts["point"] == Value("start") && !entry.facts["joined"].as_bool();
    if (entry.kind != "run.started" && !waits) continue;
    auto read = Terms::from_body(body_of(entry));
    if (read.ok() || entry.kind == "run.started") terms = std::move(read);
  }
  return terms;
}
}  // namespace

Status RunnerImpl::restore(ledger::Reader& reader) {
  REEVE_TRY(const std::set<std::string> undecided, restore_runs(reader));
  REEVE_CHECK(restore_decisions(reader, undecided));
  REEVE_CHECK(restore_effects(reader));
  // When the plugins run and the loop does: the ports are not to be called before.
  context_.runs.each(
      [this](base::Handle handle, const Run&) { context_.loop.post(context_.runs.on(handle, &Run::resume)); });
  return {};
}

// \return the runs whose alerts are to be decided on again.
Result<std::set<std::string>> RunnerImpl::restore_runs(ledger::Reader& reader) {
  std::set<std::string> undecided;
  REEVE_TRY(const std::vector<Value> rows, reader.rows("runs"));
  for (const Value& row : rows) {
    bool again = row["reason"].as_string() == kLost;
    if (row["state"].as_string() != "ended") {
      // One run never keeps the others from going on.
      const Status status = restore_run(reader, row);
      if (status.ok()) continue;
      REEVE_TRY(again, give_up(reader, row, status.error()));
    }
    if (again) undecided.insert(row["run"].as_string());
  }
  return undecided;
}

// A decision for a run that was given up is none: its alert is decided on again, and that decision takes its row.
Status RunnerImpl::restore_decisions(ledger::Reader& reader, const std::set<std::string>& undecided) {
  REEVE_TRY(const std::vector<Value> rows, reader.rows("decisions"));
  for (const Value& row : rows) {
    if (undecided.contains(row["run"].as_string())) continue;
    Decided decided;
    decided.episode = static_cast<uint64_t>(row["episode"].as_int());
    decided.started.run = row["run"].as_string();
    decided.started.joined = row["joined"].as_int() != 0;
    decided.started.decision.verdict = verdict_of(row["verdict"].as_string());
    decided.started.decision.rail = static_cast<int>(row["rail"].as_int());
    decided.started.decision.reason = "decided before (entry " + row["seq"].text() + ")";
    decided_[{row["response"].as_string(), row["rule_id"].as_string(), row["alert_key"].as_string()}] =
        std::move(decided);
  }
  return {};
}

Status RunnerImpl::restore_run(ledger::Reader& reader, const Value& row) {
  ledger::Filter filter;
  filter.run = row["run"].as_string();
  filter.after_seq = static_cast<uint64_t>(std::max<int64_t>(0, row["started_seq"].as_int() - 1));
  REEVE_TRY(const std::vector<ledger::Stored> entries, reader.list(filter));
  REEVE_TRY(Terms terms, terms_of(entries));
  const base::Handle handle = add(std::make_unique<Run>(context_, std::move(terms)));
  Run* run = context_.runs.find(handle);
  run->begin_recovery();
  for (const ledger::Stored& entry : entries) run->take(entry);
  return {};
}

// Intents, outcomes and the events that were accepted as their effects, in their order: an event that was seen moves
// its effect on, so that one out of order stays news.
Status RunnerImpl::restore_effects(ledger::Reader& reader) {
  ledger::Filter filter;
  filter.from = context_.wall() - kEffectsBack;
  filter.bodies = false;
  return reader.scan(filter, [this](const ledger::Stored& entry) {
    if (entry.kind == "step.intent") {
      context_.effects.open(entry.run + "/" + entry.facts["path"].as_string(), texts_of(entry.facts["targets"]),
                            texts_of(entry.facts["causes"]), entry.at);
    } else if (entry.kind == "step.outcome") {
      context_.effects.outcome(
          entry.run + "/" + entry.facts["path"].as_string(),
          stamped(entry, context_.loop.clock()) + base::millis(entry.facts["settles_ms"].as_int()));
    } else if (entry.kind == "events.accepted") {
      for (const Value& event : entry.facts["events"].as_list())
        if (event.has("caused_by")) context_.effects.replay(event["caused_by"].as_string(), event["type"].as_string());
    }
    return true;
  });
}

}  // namespace reeve::runbook
