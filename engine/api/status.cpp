#include "api/status.h"

#include "api/records.h"

namespace reeve::api {

using model::Value;

Value StatusReport::to_value() const {
  Value out = Value::map();
  out.set("running", running).set("version", version).set("pid", static_cast<int64_t>(pid));
  out.set("started_us", started.us).set("now_us", now.us);
  Value list = Value::list();
  for (const Halt& halt : halts) {
    list.push(Value::map()
                  .set("scope", halt.scope)
                  .set("reason", halt.reason)
                  .set("owner", halt.owner)
                  .set("since_us", halt.since.us));
  }
  out.set("halts", std::move(list));
  list = Value::list();
  for (const std::string& problem : problems) list.push(problem);
  out.set("problems", std::move(list));
  list = Value::list();
  for (const model::Alert& alert : alerts) list.push(alert.to_value());
  out.set("alerts", std::move(list));
  list = Value::list();
  for (const model::RunRow& run : runs) list.push(run.to_value());
  out.set("runs", std::move(list)).set("approvals", approvals);
  list = Value::list();
  for (const Source& source : sources) {
    list.push(Value::map().set("instance", source.instance).set("state", source.state).set("error", source.error));
  }
  out.set("sources", std::move(list));
  out.set("ledger", Value::map()
                        .set("seq", head.seq)
                        .set("at_us", head.at.us)
                        .set("hash", base::hex(head.hash))
                        .set("writable", ledger_writable));
  out.set("counts", Value::map().set("rules", rules).set("runbooks", runbooks).set("series", series));
  return out;
}

StatusReport StatusReport::from_value(const Value& value) {
  StatusReport report;
  report.running = value["running"].as_bool();
  report.version = value["version"].as_string();
  report.pid = value["pid"].as_int();
  report.started.us = value["started_us"].as_int();
  report.now.us = value["now_us"].as_int();
  for (const Value& halt : value["halts"].as_list()) {
    report.halts.push_back({halt["scope"].as_string(), halt["reason"].as_string(), halt["owner"].as_string(),
                            base::Time{halt["since_us"].as_int()}});
  }
  for (const Value& problem : value["problems"].as_list()) report.problems.push_back(problem.text());
  for (const Value& alert : value["alerts"].as_list()) report.alerts.push_back(model::Alert::from_value(alert));
  for (const Value& run : value["runs"].as_list()) report.runs.push_back(run_of(run));
  report.approvals = value["approvals"];
  for (const Value& source : value["sources"].as_list()) {
    report.sources.push_back(
        {source["instance"].as_string(), source["state"].as_string(), source["error"].as_string()});
  }
  const Value& ledger = value["ledger"];
  report.head.seq = static_cast<uint64_t>(ledger["seq"].as_int());
  report.head.at.us = ledger["at_us"].as_int();
  if (const auto hash = base::unhex(ledger["hash"].as_string()); hash.ok() && hash->size() == report.head.hash.size())
    std::copy(hash->begin(), hash->end(), report.head.hash.begin());
  report.ledger_writable = ledger["writable"].as_bool();
  report.rules = static_cast<size_t>(value["counts"]["rules"].as_int());
  report.runbooks = static_cast<size_t>(value["counts"]["runbooks"].as_int());
  report.series = static_cast<size_t>(value["counts"]["series"].as_int());
  return report;
}

}  // namespace reeve::api
