#include "app/promotion.h"

#include <algorithm>

#include "base/hash.h"
#include "model/json.h"

namespace reeve::app {

using model::Value;
using response::Mode;
using response::Response;

namespace {
std::string counted(int n, const char* one, const char* more) {
  return std::to_string(n) + " " + (n == 1 ? one : more);
}

std::optional<Mode> mode_of(const runbook::Runbook* runbook) {
  if (!runbook || runbook->mode.empty()) return std::nullopt;
  const auto mode = response::mode_of(runbook->mode);
  return mode.ok() ? std::optional(*mode) : std::nullopt;
}

Standing standing_of(const Response& response, const Config& config, const runbook::Library& library) {
  const runbook::Runbook* runbook = library.find(response.runbook);
  Standing out;
  out.key = key_of(response);
  out.id = response.id;
  out.runbook = response.runbook;
  out.mode = mode_in_force(config.mode, response, &library);
  out.place = response.place;
  const auto name = [&out](const char* who, std::optional<Mode> mode) {
    if (mode) out.named.set(who, response::mode_name(*mode));
  };
  name("engine", config.mode);
  name("response", response.mode);
  name("runbook", mode_of(runbook));
  const guard::Settings safety = runbook ? config.safety.under(runbook->safety) : config.safety;
  out.wanted = safety.promotion_evidence.value_or(0);
  return out;
}
}  // namespace

// A rule's own run has no matchers: it answers the alerts of its rule, which its id names.
std::string key_of(const Response& response) {
  std::vector<std::string> answered;
  for (const response::AlertMatcher& matcher : response.match) answered.push_back(matcher.text());
  std::sort(answered.begin(), answered.end());
  if (answered.empty()) answered.push_back(response.id);
  return base::hex(base::sha256(response.runbook + "\n" + base::join(answered, "\n"))).substr(0, 32);
}

Mode mode_in_force(std::optional<Mode> engine, const Response& response, const runbook::Library* library) {
  std::optional<Mode> strictest = engine;
  for (const std::optional<Mode> mode : {response.mode, mode_of(library ? library->find(response.runbook) : nullptr)})
    if (mode && (!strictest || *mode < *strictest)) strictest = mode;
  return strictest.value_or(Mode::kApprove);
}

std::vector<Standing> standings(const Config& config, const rule::RuleSet& rules, const runbook::Library& library) {
  std::vector<Standing> all;
  std::map<std::string, size_t> places;
  const auto add = [&](const Response& response) {
    Standing one = standing_of(response, config, library);
    const auto [found, is_new] = places.emplace(one.key, all.size());
    if (is_new) return all.push_back(std::move(one));
    if (all[found->second].mode < one.mode) all[found->second] = std::move(one);
  };
  for (const Response& response : config.responses) add(response);
  for (const rule::Group& group : rules.groups)
    for (const rule::Rule& rule : group.rules)
      if (rule.run) add(*rule.run);
  return all;
}

Value Evidence::to_value() const {
  Value out = Value::map();
  out.set("succeeded", succeeded).set("failed", failed).set("cancelled", cancelled);
  return out.set("would_act", would_act).set("would_not", would_not);
}

std::string Evidence::text() const {
  return counted(succeeded, "run", "runs") + " under approve succeeded, " + std::to_string(failed) + " failed, " +
         std::to_string(cancelled) + " cancelled; under shadow or suggest it would have acted " +
         counted(would_act, "time", "times") + " and been held " + counted(would_not, "time", "times");
}

Evidence evidence_of(const std::vector<Value>& rows, uint64_t after) {
  Evidence out;
  for (const Value& row : rows) {
    if (static_cast<uint64_t>(row["seq"].as_int()) <= after) continue;
    const std::string& outcome = row["outcome"].as_string();
    int& count = outcome == "succeeded"   ? out.succeeded
                 : outcome == "cancelled" ? out.cancelled
                 : outcome == "would_act" ? out.would_act
                 : outcome == "would_not" ? out.would_not
                                          : out.failed;
    ++count;
  }
  return out;
}

std::vector<ModeChange> mode_changes(const std::vector<Standing>& now, const KnownModes& known,
                                     const std::function<Evidence(const std::string&, uint64_t)>& evidence) {
  std::vector<ModeChange> changes;
  for (const Standing& one : now) {
    const auto found = known.find(one.key);
    const KnownMode before = found == known.end() ? KnownMode{} : found->second;
    if (before.mode == one.mode) continue;
    changes.push_back({one, before.mode, evidence(one.key, before.evidence_after)});
  }
  return changes;
}

std::string shortfall(const ModeChange& change) {
  const Standing& now = change.now;
  if (!change.is_promotion() || change.evidence.good() >= now.wanted) return {};
  return now.runbook + " cannot act by itself here yet (mode auto): " + "safety.promotion_evidence asks for " +
         counted(now.wanted, "good case", "good cases") + ", there " + (change.evidence.good() == 1 ? "is " : "are ") +
         std::to_string(change.evidence.good()) + " (" + change.evidence.text() +
         "). Say `mode: " + response::mode_name(change.from) + "` here until there are enough, or ask for fewer";
}

model::Entry mode_entry(const ModeChange& change, const std::string& actor) {
  const Standing& now = change.now;
  model::Entry entry;
  entry.kind = "mode.changed";
  entry.actor = actor;
  entry.subject = "response/" + now.id;
  entry.facts.set("response", now.id).set("response_key", now.key).set("runbook", now.runbook);
  entry.facts.set("from", response::mode_name(change.from)).set("to", response::mode_name(now.mode));
  entry.facts.set("evidence", change.evidence.to_value()).set("wanted", now.wanted);
  entry.body =
      model::to_json(Value::map().set("place", now.place ? now.place->position().text() : "").set("named", now.named));
  return entry;
}

}  // namespace reeve::app
