#include "api/http.h"

#include "model/json.h"

namespace reeve::api {

namespace {
std::string_view first(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs)
    if (key == name) return value;
  return {};
}
}  // namespace

const char* right_name(Right right) {
  switch (right) {
    case Right::kRead:
      return "read";
    case Right::kPrivate:
      return "private";
    case Right::kChange:
      return "change";
  }
  return "";
}

std::string_view Request::path_param(std::string_view name) const {
  return first(path_params, name);
}
std::string_view Request::param(std::string_view name) const {
  return first(params, name);
}

bool Request::has_param(std::string_view name) const {
  for (const auto& [key, value] : params)
    if (key == name) return true;
  return false;
}

std::vector<std::string> Request::all_params(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : params)
    if (key == name) values.push_back(value);
  return values;
}

Reply json(const model::Value& value, int status) {
  return {status, "application/json", model::to_json(value) + "\n", {}};
}

Reply text(std::string body, int status) {
  return {status, "text/plain; charset=utf-8", std::move(body), {}};
}

int status_of(base::Fault fault) {
  switch (fault) {
    case base::Fault::kNotFound:
      return 404;
    case base::Fault::kDenied:
      return 403;
    case base::Fault::kInvalid:
      return 400;
    case base::Fault::kConflict:
    case base::Fault::kRefused:
      return 409;
    case base::Fault::kTimeout:
      return 504;
    case base::Fault::kThrottled:
      return 429;
    case base::Fault::kTransient:
    case base::Fault::kUnavailable:
      return 503;
    case base::Fault::kUnknownOutcome:
    case base::Fault::kInternal:
      return 500;
  }
  return 500;
}

Reply failure(const base::Error& error) {
  model::Value inner = model::Value::map();
  inner.set("fault", base::fault_name(error.fault)).set("text", error.text);
  Reply reply = json(model::Value::map().set("error", std::move(inner)), status_of(error.fault));
  if (error.retry_after_ms > 0)
    reply.headers.emplace_back("Retry-After", std::to_string((error.retry_after_ms + 999) / 1000));
  return reply;
}

bool Stream::send(const model::Value& line) {
  return port_->send(model::to_json(line) + "\n");
}
void Stream::close() {
  port_->close();
}
bool Stream::open() const {
  return port_->open();
}

void Respond::operator()(Reply reply) const {
  port_->reply(std::move(reply));
}

void Respond::operator()(const base::Result<model::Value>& result) const {
  port_->reply(result.ok() ? json(*result) : failure(result.error()));
}

void Respond::operator()(const base::Status& status) const {
  port_->reply(status.ok() ? json(model::Value::map().set("ok", true)) : failure(status.error()));
}

Stream Respond::stream(const std::string& type) const {
  return port_->stream(type);
}

}  // namespace reeve::api
