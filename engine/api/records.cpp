#include "api/records.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "guard/guard.h"
#include "model/json.h"

namespace reeve::api {

using model::Value;

namespace {
Value body_value(const std::string& body) {
  auto parsed = model::parse_json(body);
  return parsed.ok() ? std::move(*parsed) : Value(body);
}

model::RunState run_state_of(const std::string& name) {
  using model::RunState;
  for (const RunState state : {RunState::kQueued, RunState::kRunning, RunState::kParked, RunState::kCleaning})
    if (name == run_state_name(state)) return state;
  return RunState::kEnded;
}

std::vector<StatusReport::Halt> halts_of_file(const std::string& path) {
  const std::ifstream file(path);
  if (!file) return {};
  std::ostringstream text;
  text << file.rdbuf();
  std::vector<StatusReport::Halt> halts;
  for (const guard::State::Switch& one : guard::read_halt_file(text.str()))
    halts.push_back({one.scope.empty() ? "*" : one.scope, one.reason, one.owner, {}});
  return halts;
}

// The rows, or none in a ledger that has no such table yet.
base::Result<std::vector<Value>> rows_of(ledger::Reader& reader, const std::string& table, const Value& where) {
  auto rows = reader.rows(table, where);
  if (!rows.ok() && rows.error().fault == base::Fault::kNotFound) return std::vector<Value>{};
  return rows;
}
}  // namespace

Value entry_value(const ledger::Stored& entry) {
  Value out = Value::map();
  out.set("seq", entry.seq).set("at", base::format_time(entry.at)).set("at_us", entry.at.us).set("kind", entry.kind);
  out.set("actor", entry.actor).set("subject", entry.subject).set("run", entry.run);
  out.set("correlation", entry.correlation == base::Uuid{} ? "" : base::uuid_text(entry.correlation));
  out.set("facts", entry.facts).set("body", entry.body ? body_value(*entry.body) : Value());
  if (entry.redacted) out.set("redacted", true);
  return out.set("hash", base::hex(entry.hash));
}

model::RunRow run_of(const Value& value) {
  model::RunRow run;
  run.id = value["run"].as_string();
  run.runbook = value["runbook"].as_string();
  run.state = run_state_of(value["state"].as_string());
  run.reason = value["reason"].as_string();
  run.result = value["result"].as_string();
  run.message = value["message"].as_string();
  if (const auto id = base::parse_uuid(value["correlation"].as_string()); id.ok()) run.correlation = *id;
  run.started.us = value["started_us"].as_int();
  run.ended.us = value["ended_us"].as_int();
  run.started_seq = static_cast<uint64_t>(value["started_seq"].as_int());
  run.steps = static_cast<uint64_t>(value["steps"].as_int());
  return run;
}

namespace {
// A row holds no foreign text: its words are in the entry that last changed it.
base::Result<model::RunRow> with_words(ledger::Reader& reader, const Value& row) {
  model::RunRow run = run_of(row);
  if (!row.has("seq") || (run.state != model::RunState::kEnded && run.state != model::RunState::kParked)) return run;
  REEVE_TRY(const auto entry, reader.entry(static_cast<uint64_t>(row["seq"].as_int())));
  const Value body = entry && entry->body ? body_value(*entry->body) : Value();
  for (const char* key : {"message", "text", "reason"})
    if (run.message.empty()) run.message = body[key].as_string();
  return run;
}
}  // namespace

base::Result<Value> list_runs(ledger::Reader& reader, const std::string& state, size_t limit) {
  Value where;
  if (!state.empty()) where = Value::map().set("state", state);
  REEVE_TRY(const auto rows, rows_of(reader, "runs", where));
  std::vector<const Value*> sorted;
  for (const Value& row : rows) sorted.push_back(&row);
  std::sort(sorted.begin(), sorted.end(), [](const Value* a, const Value* b) {
    const auto order = [](const Value& row) { return std::pair(row["started_us"].as_int(), row["run"].as_string()); };
    return order(*a) > order(*b);
  });
  if (limit > 0 && sorted.size() > limit) sorted.resize(limit);
  Value list = Value::list();
  for (const Value* row : sorted) {
    REEVE_TRY(const model::RunRow run, with_words(reader, *row));
    list.push(run.to_value());
  }
  return list;
}

base::Result<Value> run_row(ledger::Reader& reader, const std::string& id) {
  REEVE_TRY(const auto rows, rows_of(reader, "runs", {}));
  std::vector<const Value*> found;
  for (const Value& row : rows) {
    const std::string& one = row["run"].as_string();
    if (one == id || (id.size() >= 4 && base::starts_with(one, id))) found.push_back(&row);
  }
  if (found.empty()) return base::Error{base::Fault::kNotFound, "no run \"" + id + "\" in the ledger"};
  if (found.size() > 1)
    return base::Error{base::Fault::kConflict,
                       "\"" + id + "\" begins the ids of " + std::to_string(found.size()) + " runs"};
  REEVE_TRY(const model::RunRow run, with_words(reader, *found[0]));
  return run.to_value().set("entries", Value::list());
}

base::Result<Value> run_story(ledger::Reader& reader, const std::string& id) {
  REEVE_TRY(Value run, run_row(reader, id));
  ledger::Filter filter;
  filter.run = run["run"].as_string();
  REEVE_TRY(Value entries, list_entries(reader, filter));
  return run.set("entries", std::move(entries));
}

base::Result<Value> list_alerts(ledger::Reader& reader) {
  Value alerts = Value::list();
  for (const char* state : {"firing", "pending"}) {
    REEVE_TRY(const auto rows, rows_of(reader, "alerts", Value::map().set("state", state)));
    for (const Value& row : rows) {
      REEVE_TRY(const auto entry, reader.entry(static_cast<uint64_t>(row["seq"].as_int())));
      if (entry && entry->body) alerts.push(body_value(*entry->body));
    }
  }
  return alerts;
}

base::Result<Value> list_events(ledger::Reader& reader, ledger::Filter filter) {
  filter.kind = "events.accepted";
  const size_t limit = std::exchange(filter.limit, 0);
  filter.newest_first = limit > 0;
  std::vector<Value> newest_first;
  REEVE_CHECK(reader.scan(filter, [&](const ledger::Stored& entry) {
    const Value body = entry.body ? body_value(*entry.body) : Value();
    const auto& events = body.is_list() ? body.as_list() : body["events"].as_list();
    for (size_t i = events.size(); i-- > 0;) {
      Value event = events[i];
      event.set("id", std::to_string(entry.seq) + "." + std::to_string(i));
      newest_first.push_back(std::move(event));
    }
    if (!filter.newest_first) std::reverse(newest_first.end() - static_cast<long>(events.size()), newest_first.end());
    return limit == 0 || newest_first.size() < limit;
  }));
  if (limit > 0) {
    if (newest_first.size() > limit) newest_first.resize(limit);
    std::reverse(newest_first.begin(), newest_first.end());
  }
  return Value(std::move(newest_first));
}

base::Result<Value> list_entries(ledger::Reader& reader, const ledger::Filter& filter) {
  Value list = Value::list();
  REEVE_CHECK(reader.scan(filter, [&list](const ledger::Stored& entry) {
    list.push(entry_value(entry));
    return true;
  }));
  return list;
}

base::Result<Value> one_entry(ledger::Reader& reader, uint64_t seq) {
  REEVE_TRY(const auto entry, reader.entry(seq));
  if (!entry) return base::Error{base::Fault::kNotFound, "no entry " + std::to_string(seq) + " in the ledger"};
  return entry_value(*entry);
}

namespace {
// Those that nobody has answered yet, as runbook::Runner::approvals() tells them. A run that comes to its end withdraws
// its questions without a word in the ledger: they end with it.
base::Result<Value> open_approvals(ledger::Reader& reader) {
  REEVE_TRY(const auto rows, rows_of(reader, "approvals", Value::map().set("state", "requested")));
  Value list = Value::list();
  for (const Value& row : rows) {
    REEVE_TRY(const auto runs, rows_of(reader, "runs", Value::map().set("run", row["run"])));
    const std::string state = runs.empty() ? "" : runs[0]["state"].as_string();
    if (state == "ended" || state == "cleaning") continue;
    REEVE_TRY(const auto entry, reader.entry(static_cast<uint64_t>(row["seq"].as_int())));
    const Value body = entry && entry->body ? body_value(*entry->body) : Value();
    list.push(Value::map()
                  .set("id", row["id"])
                  .set("run", row["run"])
                  .set("runbook", runs.empty() ? Value("") : runs[0]["runbook"])
                  .set("text", body["text"])
                  .set("since_us", row["since_us"])
                  .set("until_us", row["until_us"]));
  }
  return list;
}
}  // namespace

base::Result<StatusReport> offline_status(ledger::Reader& reader, const std::string& state_folder) {
  StatusReport report;
  report.running = false;
  report.halts = halts_of_file(state_folder + "/HALT");
  REEVE_TRY(const Value alerts, list_alerts(reader));
  for (const Value& alert : alerts.as_list()) report.alerts.push_back(model::Alert::from_value(alert));
  REEVE_TRY(const Value runs, list_runs(reader, "", 0));
  for (const Value& run : runs.as_list())
    if (run["state"].as_string() != "ended") report.runs.push_back(run_of(run));
  REEVE_TRY(report.approvals, open_approvals(reader));
  REEVE_TRY(report.head, reader.head());
  return report;
}

}  // namespace reeve::api
