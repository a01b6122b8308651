#include "runbook/journal.h"

#include <algorithm>

#include "model/json.h"
#include "runbook/terms.h"

namespace reeve::runbook {

using model::Value;

std::string digest_of(const std::string& kind, const std::string& name, const Value& args) {
  base::Sha256 hash;
  const base::Hash made = hash.add(kind)
                              .add(std::string_view("\0", 1))
                              .add(name)
                              .add(std::string_view("\0", 1))
                              .add(model::to_json(args))
                              .finish();
  return base::hex(made).substr(0, 32);
}

std::string step_key(const std::string& run, const std::string& path) {
  return base::hex(base::sha256(run + "/" + path));
}

void Journal::add(Row row) {
  rows_.push_back(std::move(row));
}

const Row* Journal::find(const std::string& path) const {
  for (const Row& row : rows_)
    if (row.path == path) return &row;
  return nullptr;
}

void Journal::replay() {
  next_ = 0;
  asked_.clear();
}

const Row* Journal::next_ready() {
  if (caught_up() || asked_.erase(rows_[next_].path) == 0) return nullptr;
  return &rows_[next_++];
}

void Journal::let_go_of_blobs() {
  for (Row& row : rows_)
    if (!row.blob.empty()) row.value.clear();
}

base::Hash hash_of(const std::string& hex) {
  base::Hash hash{};
  const auto bytes = base::unhex(hex);
  if (bytes.ok() && bytes->size() == hash.size()) std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

Value body_of(const model::Entry& entry) {
  if (!entry.body) return {};
  auto read = model::parse_json(*entry.body);
  return read.ok() ? std::move(*read) : Value();
}

namespace {
/// What a script says in its own words, foreign text in them, is no fact: where it stands in the body; nullptr: the
/// name is one of a plugin or an action.
const char* words_key(const std::string& kind) {
  if (kind == "note" || kind == "approve") return "text";
  return kind == "wait" || kind == "attach" || kind == "table" ? "name" : nullptr;
}
}  // namespace

void describe(const Row& row, model::Entry& entry, ledger::Ledger& ledger, Value body) {
  Value& facts = entry.facts;
  facts.set("path", row.path).set("kind", row.kind).set("digest", row.digest);
  if (const char* key = words_key(row.kind)) {
    facts.set("name", row.kind);
    body.set(key, row.name);
  } else {
    facts.set("name", row.name);
  }
  facts.set("ok", row.ok);
  if (!row.ok) facts.set("fault", base::fault_name(row.error.fault));
  facts.set("now_us", row.now.us).set("line", row.line);
  if (!row.ok) {
    body.set("error", row.error.text);
  } else if (row.value.size() > kInlineLimit) {
    constexpr size_t kPiece = 2048;
    facts.set("blob", base::hex(ledger.put_blob(row.value)));
    body.set("head", row.value.substr(0, kPiece)).set("tail", row.value.substr(row.value.size() - kPiece));
  } else if (auto value = model::parse_json(row.value); value.ok()) {
    body.set("value", std::move(*value));
  }
  entry.body = model::to_json(body);
}

Row row_of(const model::Entry& entry) {
  Row row;
  const Value& facts = entry.facts;
  row.path = facts["path"].as_string();
  row.kind = facts["kind"].as_string();
  row.name = facts["name"].as_string();
  row.digest = facts["digest"].as_string();
  row.ok = facts["ok"].as_bool();
  row.line = static_cast<int>(facts["line"].as_int());
  row.now.us = facts["now_us"].as_int();
  row.blob = facts["blob"].as_string();
  const Value body = body_of(entry);
  // Older entries have the words themselves as the name; those of a redacted body are gone.
  if (const char* key = words_key(row.kind); key && row.name == row.kind && body.has(key))
    row.name = body[key].as_string();
  if (!row.ok) {
    row.error = {base::fault_of(facts["fault"].as_string()), body["error"].as_string()};
  } else if (row.blob.empty()) {
    row.value = model::to_json(body["value"]);
  }
  return row;
}

model::Entry intent_entry(const Intent& intent, const std::string& preview, const model::Decision& decision) {
  model::Entry entry;
  entry.kind = "step.intent";
  entry.subject = intent.targets.size() == 1 || intent.group.empty() ? intent.targets[0] : intent.group;
  Value& facts = entry.facts;
  facts.set("path", intent.path).set("name", intent.name).set("instance", intent.instance);
  facts.set("action", intent.action).set("class", model::action_class_name(intent.cls));
  facts.set("effect", model::effect_name(intent.effect)).set("targets", list_of(intent.targets));
  facts.set("group", intent.group).set("key", intent.key).set("digest", intent.digest);
  if (intent.settles) facts.set("settles_ms", intent.settles->ms());
  facts.set("causes", list_of(intent.causes));
  Value body = Value::map();
  body.set("args", intent.args).set("baseline", intent.baseline).set("preview", preview);
  body.set("gate", decision.to_value());
  entry.body = model::to_json(body);
  return entry;
}

Intent intent_of(const model::Entry& entry) {
  Intent intent;
  const Value& facts = entry.facts;
  intent.path = facts["path"].as_string();
  intent.name = facts["name"].as_string();
  intent.instance = facts["instance"].as_string();
  intent.action = facts["action"].as_string();
  intent.cls = model::action_class_of(facts["class"].as_string()).value_or(model::ActionClass::kOnce);
  intent.effect = model::effect_of(facts["effect"].as_string()).value_or(model::Effect::kDestroy);
  intent.targets = texts_of(facts["targets"]);
  intent.group = facts["group"].as_string();
  intent.key = facts["key"].as_string();
  intent.digest = facts["digest"].as_string();
  if (facts["settles_ms"].is_number()) intent.settles = base::millis(facts["settles_ms"].as_int());
  intent.causes = texts_of(facts["causes"]);
  const Value body = body_of(entry);
  intent.args = body["args"];
  intent.baseline = body["baseline"].as_string();
  intent.at = entry.at;
  return intent;
}

}  // namespace reeve::runbook
