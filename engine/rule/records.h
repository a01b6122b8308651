/// \file
/// How does an alert's transition stand in the ledger, and what is the table of alerts?
///
/// Pure. Kinds owned: alert.pending, alert.firing, alert.resolved.
#pragma once

#include <vector>

#include "model/alert.h"
#include "model/entry.h"
#include "rule/rule.h"

namespace reeve::rule {

/// `alert.<state>`: facts {rule_id, rule_hash, meaning, key, fingerprint, episode, state, count, target}, body the
/// whole alert. A pending alert that ends without having fired is `alert.resolved` too (facts.fired false). `rule_hash`
/// is the SHA-256 of the file in which the rule stood, `meaning` the hash of what it decides: without a rule, neither.
model::Entry entry_of(const model::AlertChange& change, const Rule& rule);
/// The alert of such an entry. Without its body (redacted) it is what the facts know, and nameless: the same identity
/// and episode, labels that stand in for those that it had.
model::Alert alert_of(const model::Entry& entry);
/// What such an entry says of whether its alert fired, before it and since; of its facts alone.
PastChange past_change_of(const model::Entry& entry);

/// Rows of `alerts`, one per (rule, key), the last episode's.
std::vector<model::RowChange> project(const model::Entry& entry);
std::vector<model::Table> tables();

}  // namespace reeve::rule
