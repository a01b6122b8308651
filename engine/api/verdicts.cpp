#include "api/verdicts.h"

#include <algorithm>

namespace reeve::api {

namespace {
// nullptr: the rule does not look at events of this type.
const char* verdict_of(const rule::Rule& rule, const model::Event& event) {
  if (rule.kind != rule::Rule::Kind::kEvent || !rule.on) return nullptr;
  const bool begins = rule.on->type() == event.type;
  const auto of_type = [&event](const rule::EventSelector& one) { return one.type() == event.type; };
  const auto matches = [&event](const rule::EventSelector& one) { return one.matches(event); };
  if (begins && rule.on->matches(event))
    return event.caused_by.empty() || rule.caused ? "begins or counts" : "caused by a step: begins nothing";
  if (std::any_of(rule.until.begin(), rule.until.end(), matches)) return "ends";
  return begins || std::any_of(rule.until.begin(), rule.until.end(), of_type) ? "no match: its labels or fields differ"
                                                                              : nullptr;
}
}  // namespace

model::Value verdicts_of(const rule::RuleSet& rules, const model::Event& event) {
  model::Value list = model::Value::list();
  for (const rule::Group& group : rules.groups)
    for (const rule::Rule& rule : group.rules)
      if (const char* verdict = verdict_of(rule, event))
        list.push(model::Value::map().set("rule", rule.id).set("verdict", verdict));
  return list;
}

}  // namespace reeve::api
