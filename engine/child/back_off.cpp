#include <algorithm>
#include <array>

#include "child/child.h"

namespace reeve::child {

base::Duration back_off(int n, base::Random& random) {
  constexpr int64_t kFirstUs = 100'000, kMostUs = 30'000'000;
  const int64_t delay = std::min(kMostUs, kFirstUs << std::min(std::max(n, 0), 16));
  std::array<uint8_t, 2> chance{};
  random.fill(chance.data(), chance.size());
  const int64_t share = chance[0] * 256 + chance[1];  // of 65536
  return base::micros(delay + delay / 5 * share / 65536);
}

}  // namespace reeve::child
