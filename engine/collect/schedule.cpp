#include "collect/schedule.h"

#include <algorithm>

#include "base/hash.h"

namespace reeve::collect {

namespace {
// The same for an instance over restarts.
int64_t phase(std::string_view instance, base::Duration within) {
  return static_cast<int64_t>(base::fnv1a(instance) % static_cast<uint64_t>(std::max<int64_t>(within.us, 1)));
}
}  // namespace

base::Duration first_wait(std::string_view instance, base::Duration every) {
  return base::micros(phase(instance, std::min(every, base::seconds(1))));
}

base::Duration next_wait(std::string_view instance, base::Duration every, base::Boot now) {
  const int64_t since = (now.us - phase(instance, every)) % every.us;
  const int64_t into = since < 0 ? since + every.us : since;
  const int64_t left = every.us - into;
  return base::micros(left > every.us / 10 ? left : left + every.us);
}

}  // namespace reeve::collect
