#include "app/telling.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace reeve::app {

using base::Fault;
using model::Value;

namespace {
constexpr const char* kNotifyInstance = "reeve-notify";
constexpr size_t kMostOfAnswer = 200;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

Value headers_of(const alert::Receiver& to, const std::string& version) {
  Value out = Value::map();
  const auto names = [&to](const char* name) {
    return std::any_of(to.headers.begin(), to.headers.end(), [&](const auto& h) { return lower(h.first) == name; });
  };
  if (!names("content-type")) out.set("Content-Type", "application/json");
  if (!names("user-agent")) out.set("User-Agent", "reeve/" + version);
  for (const auto& [name, value] : to.headers) out.set(name, value);
  return out;
}

long long retry_after_ms(const Value& reply) {
  constexpr int64_t kLongestS = 3600;
  int64_t seconds = 0;
  if (!reply["headers"].is_map()) return 0;
  for (const auto& [name, value] : reply["headers"].as_map()) {
    const std::string text = value.is_string() ? value.as_string() : "";
    if (lower(name) == "retry-after") std::from_chars(text.data(), text.data() + text.size(), seconds);
  }
  return std::clamp<int64_t>(seconds, 0, kLongestS) * 1000;
}

/// As Alertmanager has it, but for what says "later": asked again with the same words it would say the same.
bool is_refusal(int64_t status) {
  return status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
}

base::Error error_of(int64_t status, const Value& reply) {
  std::string said = reply["body"].is_string() ? reply["body"].as_string().substr(0, kMostOfAnswer) : "";
  for (char& c : said) c = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  said.erase(said.find_last_not_of(' ') + 1);
  const std::string text = "the receiver answered " + std::to_string(status) + (said.empty() ? "" : ": " + said);
  if (is_refusal(status)) return {Fault::kInvalid, text};
  return {status == 429 || status == 503 ? Fault::kThrottled : Fault::kTransient, text, retry_after_ms(reply)};
}
}  // namespace

plugin::InstanceConfig notify_instance(size_t number_of_receiver) {
  plugin::InstanceConfig out;
  out.plugin = "http";
  out.name = kNotifyInstance;
  if (number_of_receiver > 0) out.name += "-" + std::to_string(number_of_receiver + 1);
  return out;
}

plugin::Fleet::Call telling_call(const alert::Receiver& to, size_t number_of_receiver, const std::string& body,
                                 const std::string& version) {
  plugin::Fleet::Call call{notify_instance(number_of_receiver).id(), "request", Value::map(),
                           to.timeout + alert::kMostWait};
  call.args.set("method", "POST").set("url", to.webhook).set("headers", headers_of(to, version)).set("body", body);
  // Every answer is told as it is: what a status means for a message is decided here.
  Value any = Value::list();
  for (const char* status : {"2xx", "3xx", "4xx", "5xx"}) any.push(status);
  call.args.set("expect", std::move(any)).set("timeout", std::to_string(to.timeout.us / 1000) + "ms");
  return call;
}

base::Status answer_of(const plugin::Fleet::Call& call, const base::Result<plugin::InvokeReply>& reply) {
  if (!reply.ok()) {
    base::Error error = reply.error();
    // What the engine says of the call itself, not the plugin of the receiver.
    if (error.fault == Fault::kUnavailable || error.text.starts_with(call.instance))
      return base::Error{Fault::kUnavailable, "not sent yet: " + error.text, error.retry_after_ms};
    const std::string address = "POST " + call.args["url"].as_string() + ": ";
    if (error.text.starts_with(address)) error.text.erase(0, address.size());
    error.fault = error.fault == Fault::kTimeout ? Fault::kTimeout : Fault::kTransient;
    return error;
  }
  const int64_t status = reply->value["status"].as_int();
  if (status >= 200 && status < 300) return {};
  return error_of(status, reply->value);
}

}  // namespace reeve::app
