#include "docker/engine_api.h"

#include <charconv>

#include "docker/container.h"

namespace reeve::docker {

namespace {

using common::Deadline;
using common::Kind;
using common::http::Request;
using common::http::Response;

/// What this plugin was written against; an engine that knows only older ones is spoken to in its own.
constexpr int kNewestMinor = 44;

Fault fault_of(Kind kind) {
  switch (kind) {
    case Kind::kTransient:
      return Fault::kTransient;
    case Kind::kThrottled:
      return Fault::kThrottled;
    case Kind::kDenied:
      return Fault::kDenied;
    case Kind::kNotFound:
      return Fault::kNotFound;
    case Kind::kInvalid:
      return Fault::kInvalid;
    case Kind::kConflict:
      return Fault::kConflict;
    case Kind::kTimeout:
      return Fault::kTimeout;
    case Kind::kUnknownOutcome:
      return Fault::kUnknownOutcome;
  }
  return Fault::kInternal;
}

Error error_of(const common::Fault& fault) {
  std::string hint = fault.kind == Kind::kDenied ? " (is the user in the group docker?)" : "";
  return Error(fault_of(fault.kind), "Docker Engine: " + fault.text + hint);
}

/// The engine explains itself in {"message": "..."}.
[[noreturn]] void refused(const std::string& path, int status, const std::string& body) {
  Json json;
  Json::parse(body, json);
  std::string why = json["message"].text();
  if (why.empty()) why = "HTTP status " + std::to_string(status);
  Fault fault = Fault::kTransient;
  if (status == 404) fault = Fault::kNotFound;
  if (status == 409) fault = Fault::kConflict;
  if (status == 400) fault = Fault::kInvalid;
  if (status == 401 || status == 403) fault = Fault::kDenied;
  throw Error(fault, "Docker Engine: " + path.substr(0, path.find('?')) + ": " + why);
}

}  // namespace

Deadline deadline_of(const Call& call) {
  return Deadline::after_ms(call.left().count()).stopped_by([&call] { return call.cancelled(); }, call.cancel_fd());
}

std::string EngineApi::versioned(const std::string& path, const Deadline& deadline) {
  if (version_.empty()) {
    Request request;
    request.target = "/_ping";
    auto answer = connection_.ask(request, deadline);
    if (!answer) throw error_of(answer.fault());
    std::string_view told = common::http::header(answer->headers, "api-version");
    int minor = 0;
    if (told.starts_with("1.")) std::from_chars(told.data() + 2, told.data() + told.size(), minor);
    if (answer->status != 200 || minor == 0) refused("/_ping", answer->status, answer->body);
    version_ = "/v1." + std::to_string(std::min(minor, kNewestMinor));
  }
  return version_ + path;
}

Response EngineApi::get_raw(const std::string& path, const Deadline& deadline, size_t room) {
  Request request;
  request.target = versioned(path, deadline);
  auto answer = connection_.ask(request, deadline, room);
  if (!answer) throw error_of(answer.fault());
  if (answer->status != 200) refused(path, answer->status, answer->body);
  return std::move(*answer);
}

Json EngineApi::get(const std::string& path, const Deadline& deadline) {
  constexpr size_t kRoom = 64 << 20;
  Response answer = get_raw(path, deadline, kRoom);
  Json json;
  if (!Json::parse(answer.body, json)) throw Error(Fault::kTransient, "Docker Engine: " + path + ": no JSON came back");
  return json;
}

int EngineApi::post(const std::string& path, const Deadline& deadline) {
  Request request;
  request.method = "POST";
  request.target = versioned(path, deadline);
  auto answer = connection_.ask(request, deadline);
  if (!answer) throw error_of(answer.fault());
  if (answer->status != 204 && answer->status != 304 && answer->status != 200) {
    refused(path, answer->status, answer->body);
  }
  return answer->status;
}

void EngineApi::open(const std::string& path, const Deadline& deadline) {
  Request request;
  request.target = versioned(path, deadline.at_most_ms(10'000));
  auto head = connection_.open(request, deadline.at_most_ms(10'000));
  if (!head) throw error_of(head.fault());
  if (head->status != 200) {
    auto body = connection_.read(deadline.at_most_ms(1000));
    connection_.close();
    refused(path, head->status, body ? *body : "");
  }
}

std::string EngineApi::read(const Deadline& deadline) {
  auto piece = connection_.read(deadline);
  if (!piece) throw error_of(piece.fault());
  return std::move(*piece);
}

int64_t EngineApi::now_ns(const Deadline& deadline) {
  auto now = parse_time_ns(get("/info", deadline)["SystemTime"].text_ref());
  if (!now) throw Error(Fault::kTransient, "Docker Engine: /info tells no time");
  return *now;
}

}  // namespace reeve::docker
