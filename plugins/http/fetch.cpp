#include "http/fetch.h"

#include <algorithm>
#include <chrono>

#include "http/curl.h"

namespace reeve::http {

namespace {

Fault fault_of(common::Kind kind) {
  switch (kind) {
    case common::Kind::kDenied:
      return Fault::kDenied;
    case common::Kind::kNotFound:
      return Fault::kNotFound;
    case common::Kind::kInvalid:
      return Fault::kInvalid;
    case common::Kind::kTimeout:
      return Fault::kTimeout;
    case common::Kind::kUnknownOutcome:
      return Fault::kUnknownOutcome;
    default:
      return Fault::kTransient;
  }
}

Got fetch_plain(const Ask& ask, const common::http::Url& url, const common::Deadline& deadline) {
  common::http::Request request{ask.method, url.target, ask.headers, ask.body};
  if (common::http::header(ask.headers, "host").empty()) request.headers.emplace_back("Host", url.host_header);
  auto answer = common::http::ask(url.address, request, deadline, ask.room);
  if (!answer) throw Error(fault_of(answer.fault().kind), ask.method + " " + ask.url + ": " + answer.fault().text);
  Got got;
  got.status = answer->status;
  got.headers = std::move(answer->headers);
  got.body = std::move(answer->body);
  return got;
}

}  // namespace

Got fetch(const Ask& ask, const common::Deadline& deadline) {
  auto url = common::http::parse_url(ask.url);
  if (!url) throw Error(Fault::kInvalid, url.fault().text);
  auto from = std::chrono::steady_clock::now();
  Got got = url->tls ? fetch_by_curl(ask, deadline) : fetch_plain(ask, *url, deadline);
  got.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
  return got;
}

common::Deadline deadline_of(const Call& call, Milliseconds at_most) {
  return common::Deadline::after_ms(std::min(call.left(), at_most).count())
      .stopped_by([&call] { return call.cancelled(); }, call.cancel_fd());
}

}  // namespace reeve::http
