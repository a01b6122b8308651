/// \file
/// Who is watching live? Followers of `events --follow` and `audit tail`, to whom app publishes as things happen.
///
/// Core thread. With nobody following, wanted() is false and publishing costs one comparison.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "api/http.h"

namespace reeve::api {

enum class Topic {
  kEvents,   ///< an accepted event: Event::to_value() plus `verdicts` (verdicts.h)
  kAlerts,   ///< AlertChange: {from, alert}
  kEntries,  ///< a ledger entry as records.h prints it
};

class Bus {
 public:
  bool wanted(Topic topic) const { return !followers_[static_cast<size_t>(topic)].empty(); }
  /// Sends to every follower of the topic; those who have gone or are too slow are left out from then on.
  void publish(Topic topic, const model::Value& value);
  void follow(Topic topic, Stream stream);
  /// Ends every stream (before the server stops).
  void close();

 private:
  std::array<std::vector<Stream>, 3> followers_;
};

}  // namespace reeve::api
