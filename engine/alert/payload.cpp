#include "alert/payload.h"

#include "base/hash.h"

namespace reeve::alert {

namespace {
/// Go's zero time: Alertmanager's "not ended".
constexpr const char* kNever = "0001-01-01T00:00:00Z";
constexpr size_t kHashDigits = 32;

/// The alert in the pages of this engine; empty without an address of its own.
std::string alert_address(const model::Alert& alert, const std::string& external_url) {
  if (external_url.empty()) return {};
  return external_url + (external_url.ends_with('/') ? "" : "/") + "alerts/" + alert.fingerprint_text();
}

/// "Escalation" of "escalation".
std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

/// A message's own key holds its text, which belongs in no fact of the ledger.
std::string hashed_key(const std::string& kind, const std::string& key) {
  return "message/" + kind + "/" + base::hex(base::sha256(key)).substr(0, kHashDigits);
}

bool is_hash(const std::string& text) {
  return text.size() == kHashDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}
}  // namespace

model::Value webhook_payload(const Receiver& receiver, const model::Alert& alert, const std::string& external_url) {
  const bool resolved = alert.state == model::AlertState::kResolved;
  const char* status = resolved ? "resolved" : "firing";
  model::Value labels = alert.labels.to_value(), annotations = alert.annotations.to_value();
  model::Value one = model::Value::map();
  one.set("status", status)
      .set("labels", labels)
      .set("annotations", annotations)
      .set("startsAt", base::format_time(alert.fired_at))
      .set("endsAt", resolved ? base::format_time(alert.resolved_at) : std::string(kNever))
      .set("generatorURL", alert_address(alert, external_url))
      .set("fingerprint", alert.fingerprint_text());
  model::Value out = model::Value::map();
  out.set("receiver", receiver.name)
      .set("status", status)
      .set("alerts", model::Value::list().push(std::move(one)))
      .set("groupLabels", labels)
      .set("commonLabels", labels)
      .set("commonAnnotations", std::move(annotations))
      .set("externalURL", external_url)
      .set("version", "4")
      .set("groupKey", "{}:" + alert.labels.text())
      .set("truncatedAlerts", 0);
  return out;
}

model::Alert alert_of(const Message& message, base::Time now) {
  model::Alert out = message.alert.value_or(model::Alert{});
  if (!message.alert) out.labels.set(model::kAlertNameLabel, "Reeve" + capitalised(message.kind));
  out.labels.set("reeve_escalation", message.kind);
  // What has no alert is told apart by its run; a question by its id too, since its answer ends just this one.
  if (!message.alert || !message.approval.empty()) out.labels.set("reeve_run", message.run);
  out.labels.set("reeve_approval", message.approval);
  out.annotations.set("summary", message.text);
  out.annotations.set("reeve_run", message.run);
  out.annotations.set("reeve_runbook", message.runbook);
  // Good news are told as something that is over, so that they wake nobody.
  out.state = message.over ? model::AlertState::kResolved : model::AlertState::kFiring;
  if (message.since != base::Time{}) {
    out.fired_at = message.since;
  } else if (!message.over || !message.alert) {
    out.fired_at = now;
  }
  if (message.over) out.resolved_at = now;
  return out;
}

std::string delivery_key(const model::Alert& alert, model::AlertState state) {
  return "alert/" + alert.rule_id + "/" + alert.key + "/" + std::to_string(alert.episode) + "/" +
         model::alert_state_name(state);
}

std::string delivery_key(const Message& message) {
  return asking_key(message) + (is_answer(message) ? "/answered" : "");
}

bool is_answer(const Message& message) {
  return message.over && !message.approval.empty();
}

std::string asking_key(const Message& message) {
  return hashed_key(message.kind, message.key);
}

std::string today_key(const std::string& key) {
  constexpr std::string_view kMessage = "message/";
  const size_t kind_end = key.find('/', kMessage.size());
  if (!base::starts_with(key, kMessage) || kind_end == std::string::npos) return key;
  const std::string kind = key.substr(kMessage.size(), kind_end - kMessage.size()), rest = key.substr(kind_end + 1);
  if (is_hash(rest.substr(0, rest.find('/')))) return key;
  return hashed_key(kind, rest);
}

}  // namespace reeve::alert
