/// \file
/// Which alerts are kept quiet for now, by whom and why? Silences as Alertmanager has them. Pure: time is handed in.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/base.h"
#include "model/labels.h"
#include "model/value.h"
#include "response/response.h"

namespace reeve::alert {

/// Wall time: a silence is an appointment of people.
struct Silence {
  std::string id;  ///< UUID text
  std::vector<response::AlertMatcher> matchers;
  base::Time starts, ends;
  std::string created_by, comment;
  base::Time updated;
};

enum class SilenceState { kPending, kActive, kExpired };
const char* silence_state_name(SilenceState state);  ///< "pending", "active", "expired"
SilenceState state_of(const Silence& silence, base::Time now);

/// May it be set? \errors kInvalid: no matcher, matchers that match every alert, an end before the start or in the
/// past, nobody who did it, no reason.
base::Status check(const Silence& silence, base::Time now);

/// The shape of Alertmanager's API v2; `status` is as of `now`.
model::Value to_value(const Silence& silence, base::Time now);
/// \errors kInvalid naming the field.
base::Result<Silence> silence_of(const model::Value& value);

/// All silences that are known, by id. Core thread.
class Silences {
 public:
  /// A new one, or another end, start or reason for one that is known. What has begun cannot begin otherwise, and
  /// other matchers are another silence. \errors kInvalid as check(), kConflict.
  base::Status put(Silence silence, base::Time now);
  /// Ends it now. \errors kNotFound, kConflict when it has ended.
  base::Status expire(const std::string& id, base::Time now);
  /// From the ledger; nothing is checked.
  void restore(Silence silence) { by_id_[silence.id] = std::move(silence); }
  /// Drops what ended before.
  void forget(base::Time ended_before);

  const Silence* find(const std::string& id) const;
  /// The active ones that match, oldest id first.
  std::vector<const Silence*> matching(const model::Labels& labels, base::Time now) const;
  bool silenced(const model::Labels& labels, base::Time now) const { return !matching(labels, now).empty(); }
  std::vector<const Silence*> all() const;

 private:
  std::map<std::string, Silence> by_id_;
};

}  // namespace reeve::alert
