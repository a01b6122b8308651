#include "docker/watcher.h"

namespace reeve::docker {

namespace {

/// dockerd drops events, silently, for a listener that does not read for long: better look at the present again.
constexpr int64_t kTooSlowMs = 5'000;

std::string events_path(int64_t since_ns, int64_t until_ns) {
  std::string path = "/events?filters=" + common::http::encode(event_filter()) + "&since=" + engine_time(since_ns);
  return until_ns > 0 ? path + "&until=" + engine_time(until_ns) : path;
}

}  // namespace

void DockerWatcher::watch(Events& out) {
  common::Deadline deadline = common::Deadline::never().stopped_by([&out] { return out.cancelled(); }, out.cancel_fd());
  EngineApi api(socket_);
  common::Deadline soon = deadline.at_most_ms(60'000);
  std::vector<Container> containers = present(api, soon);
  int64_t now_ns = api.now_ns(soon);
  bool first = told_.empty();
  if (first) {
    told_.begin(now_ns);
  } else {
    replay(now_ns, out, soon);
  }
  state(containers, now_ns, first, out);
  stream(out, deadline);
}

std::vector<Container> DockerWatcher::present(EngineApi& api, const common::Deadline& deadline) const {
  std::vector<Container> containers;
  Json list = api.get("/containers/json?all=1", deadline);
  for (const Json& row : list.items()) {
    try {
      containers.push_back(parse_inspect(api.get("/containers/" + row["Id"].text() + "/json", deadline)));
    } catch (const Error& error) {
      if (error.fault() != Fault::kNotFound) throw;  // else it was removed meanwhile
    }
  }
  return containers;
}

void DockerWatcher::replay(int64_t until_ns, Events& out, const common::Deadline& deadline) {
  EngineApi api(socket_);
  api.open(events_path(told_.since_ns(), until_ns), deadline);
  tell_all(api, out, deadline);
}

void DockerWatcher::state(const std::vector<Container>& containers, int64_t at_ns, bool first, Events& out) {
  for (const Container& container : containers) {
    Event event = state_event(container, instance_, at_ns);
    // A source seen for the first time has a past from here on, even when nothing happens before the next start.
    if (first) {
      told_.step();
      event.cursor = told_.cursor();
    }
    out.emit(event);
  }
}

void DockerWatcher::stream(Events& out, const common::Deadline& deadline) {
  EngineApi api(socket_);
  api.open(events_path(told_.since_ns(), 0), deadline);
  tell_all(api, out, deadline);
  if (!out.cancelled()) throw Error(Fault::kTransient, "Docker Engine: it ended the stream of events");
}

void DockerWatcher::tell_all(EngineApi& api, Events& out, const common::Deadline& deadline) {
  constexpr size_t kLongestLine = 1 << 20;
  std::string pending;
  while (!out.cancelled()) {
    std::string piece;
    try {
      piece = api.read(deadline);
    } catch (const Error&) {
      if (out.cancelled()) return;
      throw;
    }
    if (piece.empty()) return;
    pending += piece;
    size_t from = 0;
    for (size_t end = 0; (end = pending.find('\n', from)) != std::string::npos; from = end + 1) {
      tell(std::string_view(pending).substr(from, end - from), out);
    }
    pending.erase(0, from);
    if (pending.size() > kLongestLine) throw Error(Fault::kTransient, "Docker Engine: an event without an end");
  }
}

void DockerWatcher::tell(std::string_view line, Events& out) {
  auto found = parse_event(line, instance_);
  if (!found || told_.knows(found->time_ns, line)) return;
  told_.add(found->time_ns, line);
  found->event.cursor = told_.cursor();
  int64_t from = common::boot_ms();
  out.emit(found->event);
  if (common::boot_ms() - from > kTooSlowMs && !out.cancelled()) {
    throw Error(Fault::kTransient, "the engine took an event only after a while: looking at the present again");
  }
}

}  // namespace reeve::docker
