/// \file
/// Does a source give what it should, and who is told when it does not? Core thread.
#pragma once

#include <string>

#include "collect/collect.h"

namespace reeve::collect {

/// Takes out of `batch` the samples whose time is more than 10 minutes from its own, and says so in `health`.
/// \return how many.
size_t drop_far_samples(model::Batch& batch, Health& health);

/// The health of one source, and what the log was told of it.
class HealthLog {
 public:
  const Health& get() const { return health_; }
  /// Logged once when it begins and once when it is over: a source is asked every few seconds.
  void set(Health health, const std::string& instance, base::Boot now);

 private:
  Health health_;
  std::string logged_;  ///< the last reason that was logged, until all is well again
  base::Boot logged_at_;
};

}  // namespace reeve::collect
