/// \file
/// What has been told to whom? A bounded memory of deliveries, as fingerprints that nobody can make collide.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <string>
#include <unordered_set>

#include "base/hash.h"

namespace reeve::alert {

/// Of each delivery 16 bytes of its SHA-256; the oldest beyond kMost are forgotten.
class Told {
 public:
  static constexpr size_t kMost = 50'000;

  void add(const std::string& key, const std::string& receiver) {
    const Print print = print_of(key, receiver);
    if (!prints_.insert(print).second) return;
    order_.push_back(print);
    if (order_.size() <= kMost) return;
    prints_.erase(order_.front());
    order_.pop_front();
  }
  bool has(const std::string& key, const std::string& receiver) const {
    return prints_.contains(print_of(key, receiver));
  }

 private:
  using Print = std::array<uint8_t, 16>;
  struct Spread {
    size_t operator()(const Print& print) const {
      size_t out = 0;
      std::memcpy(&out, print.data(), sizeof out);
      return out;
    }
  };
  static Print print_of(const std::string& key, const std::string& receiver) {
    const base::Hash whole = base::sha256(receiver + '\0' + key);
    Print out;
    std::copy_n(whole.begin(), out.size(), out.begin());
    return out;
  }

  std::unordered_set<Print, Spread> prints_;
  std::deque<Print> order_;
};

}  // namespace reeve::alert
