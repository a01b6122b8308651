/// \file
/// What is the XXH64 hash (seed 0) of some bytes? Only to choose the series that Prometheus would choose.
///
/// Source: the xxHash specification by Yann Collet, version 0.1.1.
#pragma once

#include <cstdint>
#include <string_view>

namespace reeve::promql {

uint64_t xxhash64(std::string_view bytes);

}  // namespace reeve::promql
