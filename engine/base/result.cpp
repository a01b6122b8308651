#include "base/result.h"

#include <array>

namespace reeve::base {

namespace {
constexpr std::array kNames{"transient", "throttled",       "denied",  "not_found",   "invalid", "conflict",
                            "timeout",   "unknown_outcome", "refused", "unavailable", "internal"};
}

const char* fault_name(Fault fault) {
  return kNames[static_cast<size_t>(fault)];
}

Fault fault_of(const std::string& name) {
  for (size_t i = 0; i < kNames.size(); ++i)
    if (name == kNames[i]) return static_cast<Fault>(i);
  return Fault::kInternal;
}

}  // namespace reeve::base
