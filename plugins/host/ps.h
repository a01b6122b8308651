/// \file
/// Which processes run here, and what do they use? The read action `ps`.
#pragma once

#include "host/source.h"
#include "reeve/json.hpp"

namespace reeve::host {

enum class Order { kPid, kCpu, kMemory };

struct Question {
  Order order = Order::kCpu;
  size_t limit = 20;
  std::string match;  ///< part of the command line or name; empty: all
};

/// {processes: [{pid, parent, name, command, state, user_id, threads, cpu_seconds, resident_bytes, started_at}], total}
Json ps(const Source& source, const Question& question);

}  // namespace reeve::host
