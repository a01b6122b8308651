// The projections of runs: which row changes each entry implies. Pure; the same for live entries and for a rebuild.
#include "runbook/runbook.h"

namespace reeve::runbook {

using model::Entry;
using model::RowChange;
using model::Value;

namespace {
RowChange run_row(const Entry& entry) {
  RowChange row;
  row.table = "runs";
  row.key.set("run", entry.run);
  row.set.set("seq", entry.seq);
  return row;
}

RowChange step_row(const Entry& entry) {
  RowChange row;
  row.table = "steps";
  row.key.set("run", entry.run).set("path", entry.facts["path"]);
  row.set.set("seq", entry.seq);
  return row;
}

std::string parked_reason(const Value& facts) {
  if (facts["verdict"].as_string() == "ask") return "approval";
  return facts["rail"].as_int() == 13 ? "halted" : "deferred";
}

/// A run begins to be one when it is first decided on: also one that waits for its start.
RowChange begun(const Entry& entry, const char* state, const std::string& reason) {
  RowChange row = run_row(entry);
  row.set.set("runbook", entry.facts["runbook"]).set("state", state).set("reason", reason).set("result", "");
  row.set.set("correlation", base::uuid_text(entry.correlation)).set("dedup", entry.facts["dedup"]);
  if (!entry.facts["again"].as_bool())
    row.set.set("started_us", entry.at.us).set("started_seq", entry.seq).set("steps", 0);
  return row;
}

/// What became of a response's case while it was not yet let act by itself; else nothing.
void add_evidence(const Entry& entry, const std::string& item, const std::string& outcome,
                  std::vector<RowChange>& rows) {
  RowChange row;
  row.table = "evidence";
  row.key.set("response_key", entry.facts["response_key"]).set("item", item);
  row.set.set("mode", entry.facts["mode"]).set("outcome", outcome).set("seq", entry.seq);
  if (!entry.facts["response_key"].as_string().empty()) rows.push_back(std::move(row));
}

std::vector<RowChange> of_decision(const Entry& entry) {
  const Value& facts = entry.facts;
  if (facts["point"].as_string() != "start") return {};
  std::vector<RowChange> rows;
  const std::string& verdict = facts["verdict"].as_string();
  const bool waits = verdict == "defer" || verdict == "ask";
  if (!facts["response"].as_string().empty()) {
    RowChange row;
    row.table = "decisions";
    row.key.set("response", facts["response"]).set("rule_id", facts["rule_id"]).set("alert_key", facts["key"]);
    row.set.set("episode", facts["episode"]).set("verdict", verdict).set("rail", facts["rail"]);
    row.set.set("runbook", facts["runbook"]).set("run", entry.run).set("joined", facts["joined"].as_bool());
    row.set.set("seq", entry.seq).set("at_us", entry.at.us);
    rows.push_back(std::move(row));
  }
  const std::string& mode = facts["mode"].as_string();
  if (mode == "shadow" || mode == "suggest")
    add_evidence(entry, "decision " + std::to_string(entry.seq),
                 verdict == "allow" || verdict == "ask" ? "would_act" : "would_not", rows);
  if (waits && !entry.run.empty()) rows.push_back(begun(entry, "parked", parked_reason(facts)));
  return rows;
}

std::vector<RowChange> of_run(const Entry& entry) {
  const Value& facts = entry.facts;
  if (entry.kind == "run.started") return {begun(entry, "running", "")};
  RowChange row = run_row(entry);
  if (entry.kind == "run.parked") {
    row.set.set("state", "parked").set("reason", facts["reason"]);
  } else if (entry.kind == "run.resumed") {
    row.set.set("state", facts["cleaning"].as_bool() ? "cleaning" : "running").set("reason", "");
  } else if (entry.kind == "run.cleaning") {
    row.set.set("state", "cleaning").set("reason", "");
  } else if (entry.kind == "run.ended") {
    row.set.set("state", "ended")
        .set("reason", facts["reason"].as_string())
        .set("result", facts["result"])
        .set("ended_us", entry.at.us);
    row.set.set("steps", facts["steps"]);
    std::vector<RowChange> rows{row};
    if (facts["mode"].as_string() == "approve") add_evidence(entry, entry.run, facts["result"].as_string(), rows);
    return rows;
  } else {
    return {};  // run.joined
  }
  return {row};
}

std::vector<RowChange> of_step(const Entry& entry) {
  const Value& facts = entry.facts;
  RowChange run = run_row(entry);
  if (facts.has("n")) run.set.set("steps", facts["n"]);
  if (entry.kind == "step.read") {
    // After a wait the run goes on; clean-up stays clean-up.
    run.set.set("state", facts["cleaning"].as_bool() ? "cleaning" : "running").set("reason", "");
    return {run};
  }
  RowChange step = step_row(entry);
  if (entry.kind == "step.intent") {
    step.set.set("state", "open").set("action", facts["name"]).set("class", facts["class"]);
    step.set.set("target", entry.subject).set("intent_seq", entry.seq).set("intent_us", entry.at.us);
  } else if (entry.kind == "step.outcome") {
    step.set.set("state", facts["ok"].as_bool() ? "done" : "failed").set("fault", facts["fault"].as_string());
    step.set.set("outcome_us", entry.at.us);
  } else {
    step.set.set("state", "in_doubt");
  }
  run.set.set("state", facts["cleaning"].as_bool() ? "cleaning" : "running").set("reason", "");
  return {step, run};
}

std::vector<RowChange> of_approval(const Entry& entry) {
  RowChange row;
  row.table = "approvals";
  row.key.set("id", entry.facts["id"]).set("run", entry.run);
  row.set.set("seq", entry.seq).set("state", entry.kind.substr(9));
  if (entry.kind == "approval.requested") {
    row.set.set("path", entry.facts["path"]).set("since_us", entry.at.us).set("until_us", entry.facts["until_us"]);
  } else {
    row.set.set("answered_us", entry.at.us).set("by", entry.actor);
  }
  return {row};
}

std::vector<RowChange> of_lease(const Entry& entry) {
  RowChange row;
  row.table = "leases";
  row.key.set("target", entry.subject);
  row.erase = entry.kind == "lease.released";
  if (!row.erase) row.set.set("run", entry.run).set("epoch", entry.facts["epoch"]).set("since_us", entry.at.us);
  return {row};
}
}  // namespace

std::vector<RowChange> project(const Entry& entry) {
  if (entry.kind == "decision") return of_decision(entry);
  if (base::starts_with(entry.kind, "run.")) return of_run(entry);
  if (base::starts_with(entry.kind, "step.")) return of_step(entry);
  if (base::starts_with(entry.kind, "approval.")) return of_approval(entry);
  if (base::starts_with(entry.kind, "lease.")) return of_lease(entry);
  return {};
}

std::vector<ledger::Table> tables() {
  return {
      {"runs",
       {"run TEXT"},
       {"runbook TEXT", "state TEXT", "reason TEXT", "result TEXT", "correlation TEXT", "dedup TEXT",
        "started_us INTEGER", "ended_us INTEGER", "started_seq INTEGER", "steps INTEGER", "seq INTEGER"}},
      {"decisions",
       {"response TEXT", "rule_id TEXT", "alert_key TEXT"},
       {"episode INTEGER", "verdict TEXT", "rail INTEGER", "runbook TEXT", "run TEXT", "joined INTEGER", "seq INTEGER",
        "at_us INTEGER"}},
      {"approvals",
       {"id TEXT", "run TEXT"},
       {"state TEXT", "path TEXT", "since_us INTEGER", "until_us INTEGER", "answered_us INTEGER", "by TEXT",
        "seq INTEGER"}},
      {"steps",
       {"run TEXT", "path TEXT"},
       {"state TEXT", "action TEXT", "class TEXT", "target TEXT", "fault TEXT", "intent_seq INTEGER",
        "intent_us INTEGER", "outcome_us INTEGER", "seq INTEGER"}},
      {"evidence", {"response_key TEXT", "item TEXT"}, {"mode TEXT", "outcome TEXT", "seq INTEGER"}},
      {"leases", {"target TEXT"}, {"run TEXT", "epoch INTEGER", "since_us INTEGER"}},
  };
}

}  // namespace reeve::runbook
