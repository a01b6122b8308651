/// \file
/// What does a receiver get to read? Alerts and messages in Alertmanager's webhook form. Pure.
#pragma once

#include "alert/alert.h"

namespace reeve::alert {

/// A message as the alert that tells it: the original's labels with `reeve_escalation="<kind>"`, the text as `summary`;
/// without an original also `reeve_run`, of a question also `reeve_run` and `reeve_approval`.
model::Alert alert_of(const Message& message, base::Time now);

/// What makes a delivery one and the same: `alert/<rule id>/<key>/<episode>/<state>`.
std::string delivery_key(const model::Alert& alert, model::AlertState state);
std::string delivery_key(const Message& message);
/// Does it say that a question was answered?
bool is_answer(const Message& message);
/// A delivery key of a ledger of any age, as it is made today: older ones of messages held their text.
std::string today_key(const std::string& key);
/// Of an answer: the delivery key of its question.
std::string asking_key(const Message& message);

}  // namespace reeve::alert
