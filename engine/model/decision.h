/// \file
/// What did the safety gate say, and why?
#pragma once

#include <string>

#include "base/time.h"
#include "model/value.h"

namespace reeve::model {

enum class Verdict { kAllow, kDefer, kAsk, kRefuse };
/// "allow", "defer", "ask", "refuse".
const char* verdict_name(Verdict verdict);

struct Decision {
  Verdict verdict = Verdict::kAllow;
  int rail = 0;                 ///< the number of the rail that bound it (SAFETY); 0: none
  std::string rail_name;        ///< "cool-down"
  std::string reason;           ///< one sentence for people; never empty
  base::Duration defer;         ///< defer: ask again after this
  std::string who;              ///< ask: who may approve
  Value inputs = Value::map();  ///< every input the gate saw, enough to replay it

  /// {verdict, rail, rail_name, reason, inputs}.
  Value to_value() const;
};

}  // namespace reeve::model
