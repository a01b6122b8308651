/// \file
/// What is to be sent to one receiver next, and when? Pure: the queue, its order and its back-off.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/base.h"
#include "model/value.h"

namespace reeve::alert {

/// One delivery that has not succeeded yet.
struct Parcel {
  std::string key;
  std::string after;  ///< is not sent while the parcel of this key is not delivered; empty: at once
  std::string body;
  int attempts = 0;
  base::Boot not_before{};
  /// Whose story it is, for who keeps what was told: see Delivery.
  std::string run{}, text{};
  base::Uuid correlation{};
  model::Value standing{};
  std::string ends{};
};

/// 1 s doubled by each attempt, at most 5 min, of which between half and all by chance (0 <= chance < 1).
base::Duration retry_delay(int attempts, double chance);

/// Not more than kMost parcels: the oldest gives way and is counted. While the last attempt failed, one parcel at a
/// time is sent, after a pause that grows; else up to kAtOnce.
class Outbox {
 public:
  static constexpr size_t kMost = 1000, kAtOnce = 4;

  void add(Parcel parcel);
  bool has(const std::string& key) const;

  struct Next {
    std::optional<Parcel> send;          ///< now in flight, until settled
    std::optional<base::Duration> wait;  ///< look again then; neither: nothing to do until something is settled
  };
  Next next(base::Boot now);

  void delivered(const std::string& key);
  /// Goes back to the end of the queue. `at_least`: as the receiver asked.
  void failed(Parcel parcel, base::Boot now, double chance, base::Duration at_least);

  size_t size() const { return waiting_.size() + in_flight_.size(); }
  int failures() const { return failures_; }  ///< in a row
  uint64_t dropped() const { return dropped_; }

 private:
  std::deque<Parcel> waiting_;
  std::vector<std::string> in_flight_;  // keys
  int failures_ = 0;
  base::Boot paused_until_;
  uint64_t dropped_ = 0;
};

}  // namespace reeve::alert
