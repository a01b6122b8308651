/// \file
/// Which entries does a filter mean? Pure; shared by the reader of files and the ledger in memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.h"

namespace reeve::ledger {

/// `pattern` is exact, or a prefix that ends in `*`; empty matches everything.
bool matches_pattern(std::string_view pattern, std::string_view text);

/// Everything in the filter but correlation, limit and order.
bool matches(const Filter& filter, const model::Entry& entry);

/// The seqs of the entries that this one names as its causes: texts "seq.index" in `causes` of its facts, else of its
/// body. Ascending, each once.
std::vector<uint64_t> cause_seqs(const model::Entry& entry);

}  // namespace reeve::ledger
