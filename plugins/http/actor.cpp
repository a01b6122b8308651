#include "http/actor.h"

#include <algorithm>
#include <charconv>

namespace reeve::http {

namespace {

Fault fault_of_status(int status, bool changing) {
  switch (status) {
    case 401:
    case 403:
    case 407:
      return Fault::kDenied;
    case 404:
    case 410:
      return Fault::kNotFound;
    case 409:
    case 412:
    case 423:
      return Fault::kConflict;
    case 408:
      return Fault::kTimeout;
    case 429:
    case 503:
      return Fault::kThrottled;
    // A gateway that lost the one behind it does not know what that one did.
    case 502:
    case 504:
      return changing ? Fault::kUnknownOutcome : Fault::kTransient;
    default:
      return status >= 500 ? Fault::kTransient : Fault::kInvalid;
  }
}

Milliseconds retry_after(const Got& got) {
  constexpr int64_t kLongestS = 3600;
  std::string_view text = common::http::header(got.headers, "retry-after");
  int64_t seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return Milliseconds(std::clamp<int64_t>(seconds, 0, kLongestS) * 1000);
}

bool token(const std::string& method) {
  return !method.empty() && method.size() <= 20 &&
         std::all_of(method.begin(), method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

Headers headers_of(const Json& json) {
  Headers headers;
  for (const auto& [name, value] : json.pairs())
    headers.emplace_back(name, value.is_text() ? value.text() : value.dump());
  return headers;
}

}  // namespace

Error error_of(const Got& got, const std::string& what, bool changing) {
  std::string body = got.body.substr(0, 200);
  for (char& c : body) c = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return Error(fault_of_status(got.status, changing),
               what + ": status " + std::to_string(got.status) + (body.empty() ? "" : ": " + body), retry_after(got));
}

Json report(const Got& got) {
  Json headers = Json::map();
  for (const auto& [name, value] : got.headers) headers.set(name, value);
  Json out = Json::map().set("status", got.status).set("headers", std::move(headers)).set("body", got.body);
  Json parsed;
  bool json = common::http::header(got.headers, "content-type").find("json") != std::string_view::npos;
  if (json && Json::parse(got.body, parsed)) out.set("json", std::move(parsed));
  return out.set("seconds", got.seconds);
}

std::string HttpActor::url_of(const Args& args) const {
  std::string url = args.text("url", settings_.url);
  if (args.has("path")) {
    std::string path = args.text("path");
    auto base = common::http::parse_url(settings_.url);
    if (settings_.url.empty() || !base) throw Error(Fault::kInvalid, "path needs an instance with a url");
    if (args.has("url") || !path.starts_with('/')) {
      throw Error(Fault::kInvalid, "path begins with / and takes the place of url");
    }
    url = base->origin + path;
  }
  if (url.empty()) throw Error(Fault::kInvalid, "which url?");
  if (!settings_.allows(url)) throw Error(Fault::kDenied, url + " is not below one of allow:");
  return url;
}

Json HttpActor::invoke(const Action& action) {
  bool changing = action.name == "request";
  Ask ask = settings_.ask(url_of(action.args));
  for (auto& header : headers_of(action.args["headers"])) ask.headers.push_back(std::move(header));
  ask.method = changing ? action.args.text("method", "POST") : "GET";
  if (!token(ask.method)) throw Error(Fault::kInvalid, "\"" + ask.method + "\" is no HTTP method");
  const Json& body = action.args["body"];
  ask.body = body.is_text() || body.is_null() ? body.text() : body.dump();
  Got got = fetch(ask, deadline_of(action, action.args.duration("timeout", Milliseconds(60'000))));
  auto expect = statuses_of(action.args["expect"]);
  bool well = expect.empty() ? got.status < 400 : is_one_of(got.status, expect);
  if (!well) throw error_of(got, ask.method + " " + ask.url, changing);
  return report(got);
}

}  // namespace reeve::http
