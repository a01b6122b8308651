#include "app/records.h"

#include <algorithm>
#include <cstdlib>

#include "app/clock_marks.h"
#include "base/hash.h"
#include "collect/records.h"
#include "model/json.h"
#include "rule/records.h"
#include "runbook/runbook.h"

namespace reeve::app {

using model::Entry;
using model::RowChange;
using model::Value;

Entry engine_entry(const std::string& kind, const base::Clock& clock, const std::string& version) {
  Entry entry;
  entry.kind = kind;
  entry.actor = "engine";
  entry.subject = "engine";
  entry.facts = clock_facts(clock);
  entry.facts.set("version", version);
  return entry;
}

Entry plugin_entry(const std::string& kind, const std::string& instance, const std::string& detail, int consecutive) {
  Entry entry;
  entry.kind = kind;
  entry.actor = "engine";
  entry.subject = "plugin/" + instance;
  entry.facts.set("instance", instance).set("consecutive", consecutive);
  if (!detail.empty()) entry.body = model::to_json(Value::map().set("detail", detail));
  return entry;
}

Entry switch_entry(bool pulled, const std::string& scope, const std::string& reason, const std::string& actor) {
  Entry entry;
  entry.kind = pulled ? "switch.pulled" : "switch.lifted";
  entry.actor = actor;
  entry.subject = "switch/" + (scope.empty() ? "*" : scope);
  entry.facts.set("scope", scope);
  if (!reason.empty()) entry.body = model::to_json(Value::map().set("reason", reason));
  return entry;
}

Entry file_switch_entry(const guard::State::FileChange& change) {
  const auto& [scope, reason, owner] = change.what;
  // Lifted with "" would be every switch; who took a line away, the file does not tell.
  Entry entry = switch_entry(change.pulled, change.pulled || !scope.empty() ? scope : "*",
                             change.pulled ? reason : "the file HALT says it no more", change.pulled ? owner : "file");
  entry.facts.set("source", "file");
  return entry;
}

Entry breaker_entry(const std::string& runbook, const std::string& target, const std::string& reason,
                    const std::string& actor) {
  Entry entry;
  entry.kind = "operator.breaker_reset";
  entry.actor = actor;
  entry.subject = target.empty() ? "runbook/" + runbook : target;
  entry.facts.set("runbook", runbook).set("target", target);
  entry.body = model::to_json(Value::map().set("reason", reason));
  return entry;
}

Entry config_entry(const std::string& hash, const std::string& rules_hash, size_t rules,
                   std::vector<const runbook::Runbook*> runbooks, const std::string& actor) {
  std::sort(runbooks.begin(), runbooks.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  std::string bundles;
  for (const runbook::Runbook* one : runbooks) bundles += one->name + " " + base::hex(one->hash) + "\n";
  Entry entry;
  entry.kind = "config.loaded";
  entry.actor = actor;
  entry.subject = "config";
  entry.facts.set("hash", hash).set("rules_hash", rules_hash).set("rules", rules).set("runbooks", runbooks.size());
  entry.facts.set("runbooks_hash", base::hex(base::sha256(bundles)));
  return entry;
}

Entry delivered_entry(const alert::Delivery& delivery) {
  Entry entry;
  entry.kind = "operator.told";
  entry.actor = "engine";
  entry.subject = "receiver/" + delivery.receiver;
  entry.run = delivery.run;
  entry.correlation = delivery.correlation;
  entry.facts.set("key", delivery.key).set("receiver", delivery.receiver);
  Value body = Value::map();
  if (!delivery.text.empty()) body.set("text", delivery.text);
  if (!delivery.standing.is_null()) body.set("standing", delivery.standing);
  if (!delivery.standing.is_null()) entry.facts.set("stands", true);
  if (!delivery.ends.empty()) entry.facts.set("ends", delivery.ends);
  if (!body.as_map().empty()) entry.body = model::to_json(body);
  return entry;
}

Entry owed_entry(const alert::OnItsWay& message) {
  Entry entry;
  entry.kind = "operator.owed";
  entry.actor = "engine";
  entry.subject = message.key;
  entry.run = message.run;
  entry.correlation = message.correlation;
  Value receivers = Value::list();
  for (const std::string& receiver : message.receivers) receivers.push(receiver);
  entry.facts.set("key", message.key).set("receivers", std::move(receivers)).set("kind", message.kind);
  if (!message.question.empty()) entry.facts.set("approval", message.question);
  entry.body = model::to_json(message.what);
  return entry;
}

Entry untold_entry(const std::string& key, const std::string& receiver, const std::string& run, const std::string& why,
                   const std::string& error) {
  Entry entry;
  entry.kind = "operator.untold";
  entry.actor = "engine";
  entry.subject = "receiver/" + receiver;
  entry.run = run;
  entry.facts.set("key", key).set("receiver", receiver).set("why", why);
  if (!error.empty()) entry.body = model::to_json(Value::map().set("error", error));
  return entry;
}

namespace {
/// Of `operator.owed`: each receiver has it to come.
std::vector<RowChange> rows_of_owed(const Entry& entry) {
  std::vector<RowChange> rows;
  for (const Value& receiver : entry.facts["receivers"].as_list()) {
    RowChange& row = rows.emplace_back();
    row.table = "owed";
    row.key.set("delivery_key", entry.facts["key"]).set("receiver", receiver);
    row.set.set("seq", entry.seq).set("at_us", entry.at.us);
  }
  return rows;
}

RowChange no_more_owed(const Entry& entry) {
  RowChange row;
  row.table = "owed";
  row.key.set("delivery_key", entry.facts["key"]).set("receiver", entry.facts["receiver"]);
  row.erase = true;
  return row;
}

/// Of `operator.told`: who knows what, and which of it stands until its end is told.
std::vector<RowChange> rows_of_delivery(const Entry& entry) {
  const auto row_of = [&entry](const char* table, const char* key) {
    RowChange row;
    row.table = table;
    row.key.set("delivery_key", entry.facts[key]).set("receiver", entry.facts["receiver"]);
    row.set.set("seq", entry.seq).set("at_us", entry.at.us);
    return row;
  };
  std::vector<RowChange> rows{row_of("deliveries", "key")};
  if (entry.facts["stands"].as_bool()) rows.push_back(row_of("standing", "key"));
  if (entry.facts.has("ends")) {
    rows.push_back(row_of("standing", "ends"));
    rows.back().erase = true;
  }
  if (entry.facts["key"].as_string().starts_with("message/")) rows.push_back(no_more_owed(entry));
  return rows;
}
}  // namespace

std::vector<RowChange> project(const Entry& entry) {
  RowChange row;
  if (entry.kind == "operator.told") {
    return rows_of_delivery(entry);
  } else if (entry.kind == "operator.owed") {
    return rows_of_owed(entry);
  } else if (entry.kind == "operator.untold") {
    return {no_more_owed(entry)};
  } else if (entry.kind == "switch.pulled" || entry.kind == "switch.lifted") {
    row.table = "switches";
    // Lifted with "" is about every switch, so it has a row beside that of "*", the switch of everything.
    const bool pulled = entry.kind == "switch.pulled";
    const std::string& named = entry.facts["scope"].as_string();
    const std::string scope = pulled && named.empty() ? "*" : named;
    // No scope has a blank: what the file says and what people say never hide each other.
    row.key.set("scope", entry.facts["source"].as_string() == "file" ? "file " + scope : scope);
    row.set.set("seq", entry.seq).set("pulled", pulled);
  } else if (entry.kind == "mode.changed") {
    row.table = "modes";
    row.key.set("response_key", entry.facts["response_key"]);
    row.set.set("seq", entry.seq).set("mode", entry.facts["to"]);
    // What it did by itself, and before, is no evidence for letting it again.
    if (entry.facts["from"].as_string() == "auto") row.set.set("evidence_after", entry.seq);
  } else {
    return {};
  }
  return {row};
}

std::vector<ledger::Table> tables() {
  return {{"deliveries", {"delivery_key TEXT", "receiver TEXT"}, {"seq INTEGER", "at_us INTEGER"}},
          {"owed", {"delivery_key TEXT", "receiver TEXT"}, {"seq INTEGER", "at_us INTEGER"}},
          {"standing", {"delivery_key TEXT", "receiver TEXT"}, {"seq INTEGER", "at_us INTEGER"}},
          {"switches", {"scope TEXT"}, {"seq INTEGER", "pulled INTEGER"}},
          {"modes", {"response_key TEXT"}, {"seq INTEGER", "mode TEXT", "evidence_after INTEGER"}}};
}

ledger::Settings ledger_settings(const std::string& folder) {
  ledger::Settings settings;
  settings.folder = folder;
  for (auto&& list : {rule::tables(), runbook::tables(), collect::tables(), tables()})
    settings.tables.insert(settings.tables.end(), list.begin(), list.end());
  settings.projects = {rule::project, runbook::project, collect::project, project};
  return settings;
}

Value plain_answer(const Value& data) {
  const auto number = [](const Value& pair) {
    return pair.as_list().size() == 2 ? std::strtod(pair.as_list()[1].as_string().c_str(), nullptr) : 0.0;
  };
  const std::string& type = data["resultType"].as_string();
  if (type == "scalar") return number(data["result"]);
  if (type != "vector") return data["result"];
  Value out = Value::list();
  for (const Value& element : data["result"].as_list())
    out.push(Value::map().set("labels", element["metric"]).set("value", number(element["value"])));
  return out;
}

}  // namespace reeve::app
