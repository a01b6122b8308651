/// \file
/// What happened? An event of a source, as it is matched by rules and kept in the ledger.
#pragma once

#include <string>

#include "base/time.h"
#include "model/labels.h"
#include "model/value.h"

namespace reeve::model {

struct Event {
  std::string id;               ///< `<ledger seq>.<index>`; empty until accepted
  std::string type;             ///< `<plugin>.<name>`: docker.die
  std::string instance;         ///< `<plugin>/<name>`: docker/local
  Labels labels;                ///< bounded: job, instance, configured ones, and the target's as on its samples
  Value fields = Value::map();  ///< anything
  base::Time at;                ///< the source's time
  std::string target;           ///< canonical key, as `plan` would name it; may be empty
  std::string cursor;           ///< where the source stands after this event; opaque, at most 1 KiB
  bool recovered = false;       ///< reconstructed after a gap, not seen as it happened
  bool ends_target = false;     ///< after it its target exists no more; not kept: the manifest says so of its type
  std::string caused_by;        ///< `<run>/<path>` of the step whose effect it is; empty: news

  Value to_value() const;
  static Event from_value(const Value& value);
};

}  // namespace reeve::model
