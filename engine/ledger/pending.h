/// \file
/// What goes from the core thread to the writer? An entry with its seq, what it projects, and who waits for it.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ledger/bytes.h"
#include "model/entry.h"

namespace reeve::ledger {

struct Pending {
  enum class Act { kAppend, kRedact, kRotate };

  uint64_t seq = 0;
  uint64_t count = 1;  ///< more than 1: a run of dropped entries, seq .. seq + count - 1
  int64_t at_us = 0;
  std::string kind, actor, subject, run;
  base::Uuid correlation{};
  std::string facts;
  std::optional<std::string> body;
  Salt salt{};
  std::vector<model::RowChange> rows;
  std::vector<std::pair<base::Hash, std::string>> blobs;
  Act act = Act::kAppend;
  uint64_t redacts = 0;      ///< kRedact: the seq whose body goes
  bool waited = false;       ///< somebody is told whether it is durable
  bool observation = false;  ///< may be dropped when the queue is full
  std::set<std::string> dropped_kinds;
};

/// The first entry of a file: `ledger.created` or `ledger.rotated`.
Pending first_entry(const char* kind, const std::string& actor, const std::string& ledger_id, const std::string& key,
                    uint64_t seq, base::Time at);

/// Its place is taken by a `ledger.refused` entry that nobody waits for; run and correlation stay.
void refuse(Pending& item);
/// Its place is taken by a `ledger.dropped` entry.
void drop(Pending& item);
/// Joins `next`, dropped too and following directly, to `item`. False when they cannot be joined.
bool merge_dropped(Pending& item, const Pending& next);

}  // namespace reeve::ledger
