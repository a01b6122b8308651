#include "ledger/pending.h"

#include "ledger/projector.h"
#include "ledger/schema.h"
#include "model/json.h"

namespace reeve::ledger {

namespace {
using model::Value;

void take_place(Pending& item, const char* kind, Value facts) {
  item.kind = kind;
  item.actor = "engine";
  item.subject = "ledger";
  item.facts = model::to_json(facts);
  item.body.reset();
  item.rows.clear();
  item.blobs.clear();
  item.act = Pending::Act::kAppend;
  item.waited = false;
  item.observation = false;
}

Value dropped_facts(const std::set<std::string>& kinds) {
  Value list = Value::list();
  for (const std::string& kind : kinds) list.push(kind);
  return Value::map().set("kinds", std::move(list));
}
}  // namespace

Pending first_entry(const char* kind, const std::string& actor, const std::string& ledger_id, const std::string& key,
                    uint64_t seq, base::Time at) {
  Pending item;
  item.seq = seq;
  item.at_us = at.us;
  item.kind = kind;
  item.actor = actor;
  item.subject = "ledger";
  const model::Value facts = model::Value::map().set("ledger", ledger_id).set("format", kFormatVersion).set("key", key);
  item.facts = model::to_json(facts);
  model::Entry entry;
  entry.seq = seq;
  entry.at = at;
  entry.kind = kind;
  entry.facts = facts;
  item.rows = project_own(entry);
  return item;
}

void refuse(Pending& item) {
  take_place(item, "ledger.refused", Value::map().set("kind", item.kind));
}

void drop(Pending& item) {
  item.dropped_kinds = {item.kind};
  item.run.clear();
  item.correlation = {};
  take_place(item, "ledger.dropped", dropped_facts(item.dropped_kinds));
}

bool merge_dropped(Pending& item, const Pending& next) {
  if (item.dropped_kinds.empty() || next.dropped_kinds.empty() || item.seq + item.count != next.seq) return false;
  item.count += next.count;
  item.dropped_kinds.insert(next.dropped_kinds.begin(), next.dropped_kinds.end());
  item.facts = model::to_json(dropped_facts(item.dropped_kinds));
  return true;
}

}  // namespace reeve::ledger
