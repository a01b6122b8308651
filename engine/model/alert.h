/// \file
/// What is wrong, since when, and about what? An alert and one change of its state.
#pragma once

#include <string>

#include "base/hash.h"
#include "base/time.h"
#include "model/labels.h"
#include "model/value.h"

namespace reeve::model {

enum class AlertState { kInactive, kPending, kFiring, kResolved };
/// "inactive", "pending", "firing", "resolved".
const char* alert_state_name(AlertState state);

struct Alert {
  std::string rule_id;  ///< `<file below the rules folder>/<group>/<alert name>/<n-th of that name>`
  std::string key;      ///< Labels::key() of labels: identity within the rule
  Labels labels;        ///< with alertname, without external labels
  Labels annotations;   ///< rendered
  AlertState state = AlertState::kInactive;
  uint64_t episode = 0;  ///< numbered per (rule_id, key), from 1
  base::Uuid correlation{};
  double value = 0;
  base::Time active_at;          ///< the episode's begin
  base::Time fired_at;           ///< zero until it fires
  base::Time resolved_at;        ///< zero while it is active
  uint64_t count = 1;            ///< matching events in this episode
  Value causes = Value::list();  ///< event ids, and for samples {series, at_ms, value}
  std::string target;            ///< canonical key, when the labels or the event name one
  Value event;                   ///< event rules: the first event of the episode (for `with:`); else null
  bool warming = false;          ///< restored, its windows not yet covered: it may not act
  std::string meaning{};         ///< restored: of the rule that decided (Rule::meaning); empty: not known
  /// Restored without its body, which was redacted: the fingerprint that its labels had. `labels` are a stand-in then.
  std::string lost_print{};

  bool nameless() const { return !lost_print.empty(); }
  std::string fingerprint_text() const { return nameless() ? lost_print : labels.fingerprint_text(); }
  /// The subject of its ledger entries: `alert/<fingerprint>`.
  std::string subject() const { return "alert/" + fingerprint_text(); }
  Value to_value() const;
  static Alert from_value(const Value& value);
};

/// One transition, as the rule stage hands it on. `alert.state` is the new state.
struct AlertChange {
  AlertState from = AlertState::kInactive;
  Alert alert;
};

}  // namespace reeve::model
