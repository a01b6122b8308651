/// \file
/// What waits to be written, in which order, and what is given up when there is too much? Between core and writer.
///
/// Any thread. Whatever is pushed together is taken together.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include "ledger/pending.h"

namespace reeve::ledger {

class Queue {
 public:
  /// Beyond `limit` items the oldest observations are dropped, runs of them counting as one item.
  explicit Queue(size_t limit) : limit_(limit) {}

  void push(std::vector<Pending> batch);
  /// Everything there is.
  std::deque<Pending> take();
  /// To the front again, in order.
  void put_back(std::deque<Pending> items);

  size_t size() const;
  /// Entries dropped since start.
  uint64_t dropped() const;

 private:
  void drop_some();

  const size_t limit_;
  mutable std::mutex mutex_;
  std::deque<Pending> items_;
  size_t observations_ = 0;  ///< among items_
  uint64_t dropped_ = 0;
};

}  // namespace reeve::ledger
