/// \file
/// How does an alert's transition stand in the ledger, and what is the table of alerts?
///
/// Pure. Kinds owned: alert.pending, alert.firing, alert.resolved.
#pragma once

#include <vector>

#include "model/alert.h"
#include "model/entry.h"

namespace reeve::rule {

/// `alert.<state>`: facts {rule_id, key, fingerprint, episode, state, count, target}, body the whole alert.
/// A pending alert that ends without having fired is `alert.resolved` too (facts.fired false).
model::Entry entry_of(const model::AlertChange& change);

/// Rows of `alerts`, one per (rule, key), the last episode's.
std::vector<model::RowChange> project(const model::Entry& entry);
std::vector<model::Table> tables();

}  // namespace reeve::rule
