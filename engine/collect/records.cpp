#include "collect/records.h"

#include "model/json.h"

namespace reeve::collect {

using model::Value;

namespace {
Value facts_of(const model::Event& event, const Note& note, size_t index) {
  Value out = Value::map();
  out.set("index", static_cast<int64_t>(index)).set("type", event.type).set("target", event.target);
  out.set("at_us", event.at.us);
  if (event.recovered) out.set("recovered", true);
  if (!event.caused_by.empty()) out.set("caused_by", event.caused_by);
  if (note.keep) out.set("known", note.known);
  if (!note.forget.empty()) {
    Value kinds = Value::list();
    for (const std::string& kind : note.forget) kinds.push(kind);
    out.set("forget", std::move(kinds));
  }
  return out;
}

void project_event(const Value& event, const std::string& instance, uint64_t seq, std::vector<model::RowChange>& out) {
  const Value& target = event["target"];
  for (const Value& kind : event["forget"].as_list())
    out.push_back({"targets", Value::map().set("target", target).set("type", kind), Value::map(), true});
  if (!event.has("known")) return;
  model::RowChange row{"targets", Value::map().set("target", target).set("type", event["type"]), Value::map(), false};
  row.set.set("instance", instance).set("at_us", event["at_us"]).set("seq", seq);
  row.set.set("known", model::to_json(event["known"])).set("recovered", event["recovered"].as_bool() ? 1 : 0);
  out.push_back(std::move(row));
}
}  // namespace

model::Entry entry_of(const std::string& instance, const std::vector<model::Event>& events,
                      const std::vector<Note>& notes, const Position& position) {
  REEVE_ASSERT(events.size() == notes.size());
  Value list = Value::list(), bodies = Value::list();
  int64_t last = 0;
  for (size_t i = 0; i < events.size(); ++i) {
    list.push(facts_of(events[i], notes[i], i));
    bodies.push(events[i].to_value());
    last = std::max(last, events[i].at.us);
  }
  model::Entry entry;
  entry.kind = "events.accepted";
  entry.actor = "plugin/" + instance;
  entry.subject = instance;
  entry.facts.set("instance", instance).set("count", static_cast<int64_t>(events.size())).set("at_us", last);
  if (!position.cursor.empty()) entry.facts.set("cursor", position.cursor);
  entry.facts.set("covered_us", position.covered.us).set("events", std::move(list));
  entry.body = model::to_json(bodies);
  return entry;
}

std::vector<model::Table> tables() {
  return {{"sources", {"instance TEXT"}, {"cursor TEXT", "at_us INTEGER", "covered_us INTEGER", "seq INTEGER"}},
          {"targets",
           {"target TEXT", "type TEXT"},
           {"instance TEXT", "at_us INTEGER", "known TEXT", "recovered INTEGER", "seq INTEGER"}}};
}

std::vector<model::RowChange> project(const model::Entry& entry) {
  std::vector<model::RowChange> out;
  if (entry.kind != "events.accepted") return out;
  const Value& facts = entry.facts;
  model::RowChange source{"sources", Value::map().set("instance", facts["instance"]), Value::map(), false};
  if (facts.has("cursor")) source.set.set("cursor", facts["cursor"]);
  source.set.set("at_us", facts["at_us"]).set("covered_us", facts["covered_us"]).set("seq", entry.seq);
  out.push_back(std::move(source));
  for (const Value& event : facts["events"].as_list())
    project_event(event, facts["instance"].as_string(), entry.seq, out);
  return out;
}

}  // namespace reeve::collect
