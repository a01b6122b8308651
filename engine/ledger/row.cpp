#include "ledger/row.h"

#include <cstring>

#include "model/json.h"

namespace reeve::ledger {

using store::Statement;
using store::Type;

const char* const kEntryColumns =
    "seq, at_us, kind, actor, subject, run, correlation, facts, body_hash, prev_hash, hash";

namespace {
bool is_text(const Statement& s, int column, std::string_view& out) {
  if (s.type(column) != Type::kText) return false;
  out = s.bytes(column);
  return true;
}

bool is_hash(const Statement& s, int column, base::Hash& out) {
  return s.type(column) == Type::kBlob && to_hash(s.bytes(column), out);
}

// NULL, or what is not empty: so that there is one way to say "none".
bool is_run(const Statement& s, int column, std::string_view& out) {
  out = {};
  if (s.type(column) == Type::kNull) return true;
  return is_text(s, column, out) && !out.empty();
}

bool is_correlation(const Statement& s, int column, std::string_view& out) {
  out = {};
  if (s.type(column) == Type::kNull) return true;
  if (s.type(column) != Type::kBlob) return false;
  out = s.bytes(column);
  return out.size() == sizeof(base::Uuid);
}
}  // namespace

const char* read_entry(const Statement& s, EntryRow& row) {
  EntryBytes& e = row.entry;
  if (s.type(0) != Type::kInteger) return "seq";
  e.seq = static_cast<uint64_t>(s.integer(0));
  if (s.type(1) != Type::kInteger) return "at_us";
  e.at_us = s.integer(1);
  if (!is_text(s, 2, e.kind)) return "kind";
  if (!is_text(s, 3, e.actor)) return "actor";
  if (!is_text(s, 4, e.subject)) return "subject";
  if (!is_run(s, 5, e.run)) return "run";
  if (!is_correlation(s, 6, e.correlation)) return "correlation";
  if (!is_text(s, 7, e.facts)) return "facts";
  if (!is_hash(s, 8, e.body_hash)) return "body_hash";
  if (!is_hash(s, 9, e.prev_hash)) return "prev_hash";
  if (!is_hash(s, 10, row.hash)) return "hash";
  return nullptr;
}

base::Result<Stored> to_stored(const EntryRow& row) {
  const EntryBytes& e = row.entry;
  base::Result<model::Value> facts = model::parse_json(e.facts);
  if (!facts.ok() || !facts->is_map())
    return base::invalid("entry " + std::to_string(e.seq) + ": facts are no JSON object");
  Stored out;
  out.seq = e.seq;
  out.at = base::Time{e.at_us};
  out.kind = e.kind;
  out.actor = e.actor;
  out.subject = e.subject;
  out.run = e.run;
  if (!e.correlation.empty()) std::memcpy(out.correlation.data(), e.correlation.data(), out.correlation.size());
  out.facts = std::move(*facts);
  out.facts_text = e.facts;
  out.hash = row.hash;
  out.prev_hash = e.prev_hash;
  out.body_hash = e.body_hash;
  return out;
}

model::Value column_value(const Statement& s, int column) {
  switch (s.type(column)) {
    case Type::kInteger:
      return s.integer(column);
    case Type::kReal:
      return s.real(column);
    case Type::kText:
    case Type::kBlob:
      return s.bytes(column);
    case Type::kNull:
      break;
  }
  return {};
}

void bind_value(Statement& statement, int at, const model::Value& value, std::string& holder) {
  if (value.is_null()) {
    statement.bind_null(at);
  } else if (value.is_bool()) {
    statement.bind(at, static_cast<int64_t>(value.as_bool()));
  } else if (value.is_int()) {
    statement.bind(at, value.as_int());
  } else if (value.is_double()) {
    statement.bind(at, value.as_double());
  } else if (value.is_string()) {
    statement.bind_text(at, value.as_string());
  } else {
    holder = model::to_json(value);
    statement.bind_text(at, holder);
  }
}

}  // namespace reeve::ledger
