// Any bytes from a client: a request, a refusal or a wait, the same however they were cut; and no way around the
// rights.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "api/checks.h"
#include "api/message.h"
#include "api/routes.h"
#include "api/target.h"

namespace {
using namespace reeve::api;
using Next = MessageReader::Next;

void must(bool claim) {
  if (!claim) std::abort();
}

struct Read {
  Next next = Next::kMore;
  int status = 0;
  Message message;
};

/// Feeds the bytes in pieces of `step`, until the first request is whole or refused.
Read read(const std::string& bytes, size_t step) {
  MessageReader reader{Limits{}};
  Read out;
  std::string pending;
  for (size_t at = 0; at < bytes.size() && out.next == Next::kMore; at += step) {
    pending += bytes.substr(at, step);
    out.next = reader.read(pending);
    if (out.next == Next::kContinue) out.next = reader.read(pending);
  }
  if (out.next == Next::kDone) out.message = reader.take();
  if (out.next == Next::kBad) out.status = reader.status();
  return out;
}

const Routes& routes() {
  static const Routes table = [] {
    Routes routes;
    const Handler nothing = [](const Request&, const Respond&) {};
    for (const char* method : {"GET", "POST"}) {
      routes.add(method, "/read", Right::kRead, nothing);
      routes.add(method, "/private/{id}", Right::kPrivate, nothing);
      routes.add(method, "/change/{id}/x", Right::kChange, nothing);
      routes.add(method, "/{any}", Right::kRead, nothing);
    }
    return routes;
  }();
  return table;
}

void judge(const Message& message) {
  must(message.method.find_first_of(" \r\n") == std::string::npos);
  must(message.target.find_first_of(" \r\n") == std::string::npos);
  (void)check_host(message.host, {"reeve.example"}, Peer::Transport::kTcp).ok();
  must(message.origin.empty() || !check_origin(message.origin, message.host, Peer::Transport::kUnix).ok());
  const auto target = parse_target(message.target);
  if (!target.ok()) return;
  for (const std::string& segment : target->segments) must(segment != ".." && segment.find('\0') == std::string::npos);
  const auto outside = routes().find(message.method, target->segments, Peer::Transport::kTcp);
  if (outside.handler) must(outside.right == Right::kRead && (message.method == "GET" || message.method == "HEAD"));
  const auto inside = routes().find(message.method, target->segments, Peer::Transport::kUnix);
  must(!outside.handler || inside.handler);
  must((inside.handler != nullptr) == (inside.status == 200));
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const Read whole = read(bytes, bytes.size() + 1);
  const Read cut = read(bytes, 1);
  // Cut bytes may be refused later (what follows a wrong line is not yet there), but never be read as another request.
  if (whole.next == Next::kDone) {
    must(cut.next == Next::kDone);
    must(cut.message.method == whole.message.method && cut.message.target == whole.message.target);
    must(cut.message.host == whole.message.host && cut.message.body == whole.message.body);
    must(cut.message.keep_alive == whole.message.keep_alive);
    judge(whole.message);
  } else {
    must(cut.next != Next::kDone);
  }
  if (const auto form = parse_form(bytes); form.ok())
    for (const auto& [name, value] : *form) must(parse_form(escape(name) + "=" + escape(value)).ok());
  return 0;
}
