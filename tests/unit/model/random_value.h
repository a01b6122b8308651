/// \file
/// What may a value look like? Random trees of every kind, with odd numbers and odd bytes, for tests of its forms.
#pragma once

#include <bit>
#include <cmath>
#include <random>

#include "base/text.h"
#include "model/value.h"

namespace reeve::model {

inline std::string random_bytes(std::mt19937_64& random) {
  std::string bytes;
  for (size_t n = random() % 8; n > 0; --n) bytes += static_cast<char>(random() % 4 ? 'a' + random() % 26 : random());
  if (random() % 20 == 0) bytes += std::string(random() % 70000, 'x');
  return bytes;
}

/// No NaN: it equals nothing. `depth` levels at most.
inline Value random_value(std::mt19937_64& random, int depth) {
  switch (random() % (depth > 0 ? 8 : 5)) {
    case 0:
      return nullptr;
    case 1:
      return random() % 2 == 0;
    case 2:
      return static_cast<int64_t>(random()) >> (random() % 64);
    case 3: {
      const double d = std::bit_cast<double>(random());
      return std::isfinite(d) ? d : 0.5;
    }
    case 4:
      return random_bytes(random);
    case 5:
    case 6: {
      Value list = Value::list();
      for (size_t n = random() % 6; n > 0; --n) list.push(random_value(random, depth - 1));
      return list;
    }
    default: {
      Value map = Value::map();
      for (size_t n = random() % 6; n > 0; --n) map.set(random_bytes(random), random_value(random, depth - 1));
      return map;
    }
  }
}

}  // namespace reeve::model
