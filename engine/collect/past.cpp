#include "collect/past.h"

#include <algorithm>

#include "base/hash.h"
#include "collect/order.h"
#include "model/json.h"

namespace reeve::collect {

using model::Value;
using plugin::Manifest;
using plugin::RecoverSpec;

namespace {
// A moment in a state's fields; zero when it never was.
base::Time moment(const Value& field) {
  if (field.is_number()) return base::Time{static_cast<int64_t>(field.as_double() * 1e6)};
  auto parsed = base::parse_time(field.as_string());
  return parsed.ok() && parsed->us > 0 ? *parsed : base::Time{};
}

// Sixteen digits for what a state says: enough to see a change, and no foreign text.
std::string digest(const Value& fields) {
  const uint64_t hash = base::fnv1a(model::to_json(fields));
  std::string bytes(8, '\0');
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(hash >> (56 - 8 * i));
  return base::hex(bytes);
}

// A value that may stand in facts: a word, a number; anything longer by its digest.
Value small(const Value& value) {
  if (value.is_bool() || value.is_number() || value.is_null()) return value;
  if (value.is_string() && value.as_string().size() <= 64) return value;
  return digest(value);
}

// What of an event has to be remembered for `manifest` to find missed ones. False: nothing, not even that it was.
bool worth_knowing(const Manifest& manifest, const std::string& type, std::vector<std::string>& fields) {
  bool worth = false;
  for (const plugin::EventSpec& state : manifest.events) {
    worth = worth || (state.state && state.type == type);
    for (const RecoverSpec& spec : state.recovers) {
      worth = worth || spec.event == type || spec.reset_by == type;
      if (!spec.changed.empty() && (spec.event == type || state.type == type)) fields.push_back(spec.changed);
    }
  }
  return worth;
}
}  // namespace

void Past::restore(const std::vector<Value>& sources, const std::vector<Value>& targets) {
  for (const Value& row : sources) {
    SourcePast& source = sources_[row["instance"].as_string()];
    source.seen = true;
    source.cursor = row["cursor"].as_string();
    source.covered = base::Time{row["covered_us"].as_int()};
  }
  for (const Value& row : targets) {
    Known& known = targets_[row["target"].as_string()][row["type"].as_string()];
    known.at = base::Time{row["at_us"].as_int()};
    known.values = model::parse_json(row["known"].as_string()).value_or(Value::map());
  }
}

void Past::open(const std::string& instance) {
  SourcePast& source = sources_[instance];
  source.gap = true;
  source.stated = {};
}

SourcePast Past::source(const std::string& instance) const {
  const auto found = sources_.find(instance);
  return found == sources_.end() ? SourcePast{} : found->second;
}

bool Past::is_new(const std::string& instance, const std::string& cursor) const {
  return cursor.empty() || is_after(cursor, source(instance).cursor);
}

const Past::Known* Past::find(const std::string& target, const std::string& type) const {
  const auto kinds = targets_.find(target);
  if (kinds == targets_.end()) return nullptr;
  const auto known = kinds->second.find(type);
  return known == kinds->second.end() ? nullptr : &known->second;
}

bool Past::is_unchanged(const Manifest& manifest, const model::Event& state) const {
  const plugin::EventSpec* spec = manifest.event(state.type);
  if (!spec || !spec->state || !state.cursor.empty()) return false;
  const Known* known = find(state.target, state.type);
  return known && known->values["digest"].as_string() == digest(state.fields);
}

std::vector<model::Event> Past::missed(const Manifest& manifest, const model::Event& state) const {
  std::vector<model::Event> out;
  const plugin::EventSpec* kind = manifest.event(state.type);
  const auto found = sources_.find(state.instance);
  if (!kind || found == sources_.end() || !found->second.seen) return out;
  for (const RecoverSpec& spec : kind->recovers) {
    if (!spec.when.empty() && !state.fields[spec.when].as_bool()) continue;
    const base::Time at = moment(state.fields[spec.at]);
    const bool is_missed =
        spec.changed.empty() ? missed_by_time(found->second, *kind, spec, state)
                             : missed_by_value(found->second, spec, state, at, last(state.target, spec.reset_by, out));
    if (!is_missed) continue;
    model::Event event;
    event.type = spec.event;
    event.instance = state.instance;
    event.labels = state.labels;
    for (const std::string& field : spec.fields) event.fields.set(field, state.fields[field]);
    event.at = at.us > 0 ? at : state.at;
    event.target = state.target;
    event.recovered = true;
    out.push_back(std::move(event));
  }
  std::stable_sort(out.begin(), out.end(), [](const model::Event& a, const model::Event& b) { return a.at < b.at; });
  return out;
}

// The last event of a type about a target, also among those just found to be missed; zero: none.
base::Time Past::last(const std::string& target, const std::string& type, const std::vector<model::Event>& more) const {
  const Known* known = find(target, type);
  base::Time out = known ? known->at : base::Time{};
  for (const model::Event& event : more)
    if (event.type == type) out = std::max(out, event.at);
  return out;
}

bool Past::missed_by_time(const SourcePast& source, const plugin::EventSpec& kind, const RecoverSpec& spec,
                          const model::Event& state) const {
  const base::Time at = moment(state.fields[spec.at]);
  if (at.us <= 0) return false;
  const RecoverSpec* end = spec.with.empty() ? nullptr : kind.recovery_of(spec.with);
  if (end && end->with.empty() && !missed_by_time(source, kind, *end, state)) return false;
  const Known* known = find(state.target, spec.event);
  if (!known) return at > source.covered;
  return spec.since.empty() ? known->at < at : !known_since(kind, spec, state, known->at, at);
}

// Does a known event of `spec` tell of what came to its end `at`? It does from the beginning that the state shows.
// Where that is a later one already, the beginning is the last of which the ledger knows, or follows on the end before.
bool Past::known_since(const plugin::EventSpec& kind, const RecoverSpec& spec, const model::Event& state,
                       base::Time known, base::Time at) const {
  const base::Time since = moment(state.fields[spec.since]);
  if (since.us > 0 && since <= at) return known >= since;
  for (const RecoverSpec& other : kind.recovers) {
    if (other.at != spec.since && other.event != spec.with) continue;
    const base::Time bound = last(state.target, other.event, {});
    if (bound <= at && known <= bound) return false;
  }
  return true;
}

bool Past::missed_by_value(const SourcePast& source, const RecoverSpec& spec, const model::Event& state, base::Time at,
                           base::Time reset) const {
  const Value value = small(state.fields[spec.changed]);
  const auto ignored = [&](const std::string& word) { return value.text() == word; };
  if (value.is_null() || std::any_of(spec.ignore.begin(), spec.ignore.end(), ignored)) return false;
  const auto counts = [&](const Known* known) { return known && known->at >= reset; };
  // The last event said it; or, when none did, the last state.
  for (const std::string& type : {spec.event, state.type})
    if (const Known* known = find(state.target, type); counts(known) && known->values.has(spec.changed))
      return known->values[spec.changed] != value;
  return at > source.covered;
}

Note Past::take(const Manifest& manifest, const model::Event& event) {
  Note note;
  const plugin::EventSpec* spec = manifest.event(event.type);
  const bool is_state = spec && spec->state;
  move(event.instance, event, is_state);
  if (event.target.empty()) return note;
  if (spec && spec->ends_target) {
    if (const auto found = targets_.find(event.target); found != targets_.end()) {
      for (const auto& [type, known] : found->second) note.forget.push_back(type);
      targets_.erase(found);
    }
    return note;
  }
  std::vector<std::string> fields;
  if (!worth_knowing(manifest, event.type, fields)) return note;
  note.keep = true;
  if (is_state) note.known.set("digest", digest(event.fields));
  for (const std::string& field : fields)
    if (event.fields.has(field)) note.known.set(field, small(event.fields[field]));
  targets_[event.target][event.type] = {event.at, note.known};
  return note;
}

// How far nothing can have been missed: while a source streams, up to its last event; while it is looked at anew, as
// before, until the event after the stated present; for a source never heard of, from the first thing it says on.
void Past::move(const std::string& instance, const model::Event& event, bool is_state) {
  SourcePast& source = sources_[instance];
  if (!event.cursor.empty()) source.cursor = event.cursor;
  if (is_state) source.stated = std::max(source.stated, event.at);
  if (!is_state && !event.recovered) {
    if (source.stated.us > 0) {
      source.covered = std::max(source.covered, std::exchange(source.stated, base::Time{}));
      source.gap = false;
    }
    if (!source.gap) source.covered = std::max(source.covered, event.at);
  }
  if (!std::exchange(source.seen, true)) source.covered = std::max(source.covered, event.at);
}

}  // namespace reeve::collect
