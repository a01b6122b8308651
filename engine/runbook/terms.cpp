#include "runbook/terms.h"

#include "script/script.h"

#include <algorithm>

namespace reeve::runbook {

using base::Result;
using model::Value;

std::vector<std::string> texts_of(const Value& list) {
  std::vector<std::string> out;
  for (const Value& item : list.as_list()) out.push_back(item.text());
  return out;
}

Value list_of(const std::vector<std::string>& texts) {
  Value out = Value::list();
  for (const std::string& text : texts) out.push(text);
  return out;
}

std::vector<std::string> Terms::named() const {
  std::vector<std::string> all = targets;
  for (const std::string& lock : locks)
    if (std::find(all.begin(), all.end(), lock) == all.end()) all.push_back(lock);
  return all;
}

std::string Terms::subject() const {
  return alert ? alert->subject() : "runbook/" + runbook;
}

Value Terms::to_facts() const {
  Value facts = Value::map();
  facts.set("runbook", runbook).set("bundle", bundle).set("level", level).set("mode", mode).set("dedup", dedup);
  facts.set("response", response);
  if (!response_key.empty()) facts.set("response_key", response_key);
  if (alert) facts.set("rule_id", alert->rule_id).set("key", alert->key).set("episode", alert->episode);
  facts.set("targets", list_of(targets));
  if (!group.empty()) facts.set("group", group);
  if (!requested_by.empty()) facts.set("requested_by", requested_by);
  return facts;
}

Value Terms::to_body() const {
  Value terms = Value::map();
  terms.set("run", run).set("runbook", runbook).set("correlation", base::uuid_text(correlation)).set("title", title);
  terms.set("bundle", bundle).set("level", level).set("dedup", dedup).set("locks", list_of(locks));
  terms.set("targets", list_of(targets)).set("deadline_us", deadline.us).set("changes", changes);
  if (!group.empty()) terms.set("group", group);
  terms.set("safety", safety.to_value()).set("mode", mode).set("response", response);
  terms.set("response_key", response_key);
  terms.set("requested_by", requested_by).set("verify", verify).set("verify_within_us", verify_within.us);
  if (verify_hold) terms.set("verify_hold_us", verify_hold->us);
  if (stale_after) terms.set("stale_after_us", stale_after->us);
  terms.set("approved", approved);
  Value body = Value::map();
  body.set("params", params).set("alert", alert ? alert->to_value() : Value()).set("terms", std::move(terms));
  return body;
}

Result<Terms> Terms::from_body(const Value& body) {
  const Value& read = body["terms"];
  Terms terms;
  terms.run = read["run"].as_string();
  if (terms.run.empty()) return base::invalid("the entry that starts this run does not hold its terms any more");
  REEVE_TRY(terms.correlation, base::parse_uuid(read["correlation"].as_string()));
  REEVE_TRY(terms.safety, guard::settings_of(read["safety"], read["runbook"].as_string()));
  terms.runbook = read["runbook"].as_string();
  terms.title = read["title"].as_string();
  terms.bundle = read["bundle"].as_string();
  terms.level = static_cast<int>(read["level"].as_int(1));
  terms.params = body["params"];
  if (body["alert"].is_map()) terms.alert = model::Alert::from_value(body["alert"]);
  terms.dedup = read["dedup"].as_string();
  terms.locks = texts_of(read["locks"]);
  terms.targets = texts_of(read["targets"]);
  terms.group = read["group"].as_string();
  terms.deadline = base::micros(read["deadline_us"].as_int());
  terms.changes = static_cast<int>(read["changes"].as_int());
  terms.mode = read["mode"].as_string();
  terms.response = read["response"].as_string();
  terms.response_key = read["response_key"].as_string();
  terms.requested_by = read["requested_by"].as_string();
  terms.verify = read["verify"].as_bool();
  terms.verify_within = base::micros(read["verify_within_us"].as_int());
  if (read.has("verify_hold_us")) terms.verify_hold = base::micros(read["verify_hold_us"].as_int());
  if (read.has("stale_after_us")) terms.stale_after = base::micros(read["stale_after_us"].as_int());
  terms.approved = read["approved"].as_bool();
  return terms;
}

std::string stricter_mode(const std::string& a, const std::string& b) {
  const auto looseness = [](const std::string& mode) {
    constexpr const char* kModes[] = {"shadow", "suggest", "approve", "auto"};
    return std::find(std::begin(kModes), std::end(kModes), mode) - std::begin(kModes);
  };
  return looseness(b) < looseness(a) ? b : a;
}

Result<std::string> fill(const std::string& text, const Value& params) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t open = text.find("${", at);
    out += text.substr(at, open - at);
    if (open == std::string::npos) break;
    const size_t close = text.find('}', open);
    if (close == std::string::npos) return base::invalid("\"" + text + "\": \"${\" without \"}\"");
    const std::string name = text.substr(open + 2, close - open - 2);
    if (!params.has(name)) return base::invalid("\"" + text + "\": there is no parameter \"" + name + "\"");
    out += params[name].text();
    at = close + 1;
  }
  return out;
}

Result<Terms> make_terms(const Runbook& runbook, const Candidate& candidate, std::string run, base::Uuid correlation) {
  Terms terms;
  terms.run = std::move(run);
  terms.runbook = runbook.name;
  terms.correlation = correlation;
  terms.title = runbook.title;
  terms.bundle = base::hex(runbook.hash);
  terms.level = script::kApiLevel;
  REEVE_TRY(terms.params, bind_params(runbook, candidate.params, candidate.alert));
  terms.alert = candidate.alert;
  REEVE_TRY(terms.dedup, fill(runbook.dedup, terms.params));
  if (terms.dedup.empty() && candidate.alert) terms.dedup = candidate.alert->rule_id + "/" + candidate.alert->key;
  for (const std::string& lock : runbook.locks) {
    REEVE_TRY(std::string key, fill(lock, terms.params));
    terms.locks.push_back(std::move(key));
  }
  std::sort(terms.locks.begin(), terms.locks.end());
  terms.locks.erase(std::unique(terms.locks.begin(), terms.locks.end()), terms.locks.end());
  // Judged at the start: what the alert names, else what the runbook locks, else the runbook itself; what its steps'
  // plans name later is judged by all rails then.
  terms.targets = terms.locks;
  if (candidate.alert && !candidate.alert->target.empty()) terms.targets = {candidate.alert->target};
  if (candidate.alert) terms.group = std::string(candidate.alert->labels.get("group"));
  if (terms.targets.empty()) terms.targets = {"runbook/" + runbook.name};
  terms.deadline = runbook.deadline;
  terms.changes = runbook.changes;
  terms.safety = runbook.safety;
  terms.mode = runbook.mode.empty() ? candidate.mode : stricter_mode(candidate.mode, runbook.mode);
  terms.response = candidate.response_id;
  terms.response_key = candidate.response_key;
  terms.requested_by = candidate.requested_by;
  terms.verify = candidate.verify;
  terms.verify_within = candidate.verify_within;
  terms.verify_hold = candidate.verify_hold;
  terms.stale_after = candidate.stale_after;
  return terms;
}

}  // namespace reeve::runbook
