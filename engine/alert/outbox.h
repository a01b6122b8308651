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
  int refusals = 0;               ///< of this message, by a receiver that may well take others
  uint64_t delivered_before = 0;  ///< of its receiver, when it was refused first
};

/// 1 s doubled by each attempt, at most 5 min, of which between half and all by chance (0 <= chance < 1).
base::Duration retry_delay(int attempts, double chance);

/// Not more than kMost parcels: the oldest gives way and is counted. While the last attempt failed, one parcel at a
/// time is sent, after a pause that grows; else up to kAtOnce. A parcel that is refused pauses alone; when nothing but
/// refusals comes back, one at a time is sent too.
class Outbox {
 public:
  static constexpr size_t kMost = 1000, kAtOnce = 4;
  /// So often a message is refused before it is given up, if its receiver took another meanwhile. One that takes
  /// nothing is set up wrongly, and what is meant for it is kept.
  static constexpr int kMostRefusals = 8;

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

  /// Its own fault, as the receiver says: the others go on. What is given up comes back, and with it all that waited
  /// for its delivery.
  std::vector<Parcel> refused(Parcel parcel, base::Boot now, double chance);
  /// It was not sent at all, by no fault of the receiver.
  void postponed(Parcel parcel, base::Boot now, double chance);

  size_t size() const { return waiting_.size() + in_flight_.size(); }
  int failures() const { return failures_; }  ///< in a row
  /// Nothing arrives: at least two attempts in a row came to nothing, whyever.
  bool in_trouble() const { return in_vain_ > 1; }
  uint64_t dropped() const { return dropped_; }

 private:
  std::vector<Parcel> give_up(Parcel parcel);

  std::deque<Parcel> waiting_;
  std::vector<std::string> in_flight_;  // keys
  int failures_ = 0, refusals_ = 0;     // in a row, of the receiver
  int in_vain_ = 0;                     // attempts in a row
  uint64_t delivered_ = 0;
  base::Boot paused_until_;
  uint64_t dropped_ = 0;
};

}  // namespace reeve::alert
