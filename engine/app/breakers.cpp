#include "app/breakers.h"

#include "app/records.h"

namespace reeve::app {

using model::Value;
using Open = guard::State::OpenBreaker;

namespace {
std::string words(const Open& open) {
  return open.runbook + " for " + (open.target.empty() ? "the group " + open.group : open.target);
}

base::Error none_open(const std::string& asked, const std::vector<Open>& open) {
  std::string text = "no breaker of " + asked + " is open; ";
  if (open.empty()) return {base::Fault::kNotFound, text + "none is"};
  std::vector<std::string> all;
  for (const Open& one : open) all.push_back(words(one));
  return {base::Fault::kNotFound, text + "open: " + base::join(all, ", ")};
}

Value value_of(const Open& open) {
  Value out = Value::map();
  out.set("runbook", open.runbook).set("target", open.target).set("group", open.group).set("failures", open.failures);
  return out.set("command", guard::reset_command(open.runbook, open.target));
}

bool is_meant(const Parts& parts, const Open& open, const std::string& runbook, const std::string& target) {
  if (open.runbook != runbook) return false;
  if (target.empty() || open.target == target) return true;
  return open.target.empty() && parts.memory.failed_in(runbook, open.group, target);
}
}  // namespace

std::vector<Open> open_breakers(const Parts& parts) {
  const auto limits = [&parts](const std::string& name) {
    const runbook::Runbook* runbook = parts.library ? parts.library->find(name) : nullptr;
    const guard::Settings all = guard::defaults().under(parts.config.safety);
    return *(runbook ? all.under(runbook->safety) : all).breaker;
  };
  return parts.memory.open_breakers(limits, parts.clock.boot());
}

base::Result<Value> reset_breakers(Parts& parts, const std::string& runbook, const std::string& target,
                                   const std::string& reason, const std::string& actor) {
  const std::vector<Open> before = open_breakers(parts);
  Value reset = Value::list(), still = Value::list();
  for (const Open& one : before)
    if (is_meant(parts, one, runbook, target)) reset.push(value_of(one));
  if (reset.as_list().empty()) return none_open(runbook + (target.empty() ? "" : " for " + target), before);
  parts.ledger->append(breaker_entry(runbook, target, reason, actor));
  if (parts.runner) parts.runner->on_switch();  // a step that a breaker refused may go on
  for (const Open& one : open_breakers(parts))
    if (one.runbook == runbook) still.push(value_of(one));
  return Value::map().set("reset", std::move(reset)).set("open", std::move(still));
}

}  // namespace reeve::app
