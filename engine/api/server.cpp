#include "api/server.h"

#include <sys/socket.h>

#include "api/checks.h"
#include "api/connection.h"
#include "api/server_state.h"
#include "api/target.h"
#include "model/json.h"

namespace reeve::api {

namespace {
base::Status read_body(const Message& message, Right right, Request& request) {
  if (message.body.empty()) return {};
  // A page of another site can send a form unasked, but no JSON: so a form never changes anything.
  if (message.content_type == "application/x-www-form-urlencoded" && right != Right::kChange) {
    REEVE_TRY(Pairs pairs, parse_form(message.body));
    for (auto& pair : pairs) request.params.push_back(std::move(pair));
    return {};
  }
  if (message.content_type != "application/json")
    return base::invalid("the body must be application/json, but is \"" + message.content_type + "\"");
  REEVE_TRY(request.body, model::parse_json(message.body));
  return {};
}

Reply denied(int status, const std::string& allow) {
  const char* why = status == 404   ? "no such path"
                    : status == 405 ? "this path does not know the method"
                                    : "this address only reads: use the engine's unix socket";
  const base::Fault fault = status == 404 ? base::Fault::kNotFound : base::Fault::kDenied;
  Reply reply = failure({fault, why});
  reply.status = status;
  if (status == 405) reply.headers.emplace_back("Allow", allow);
  return reply;
}
}  // namespace

Server::State::State(base::Loop& l, Settings s) : loop(l), settings(std::move(s)) {}
Server::State::~State() {
  loop.cancel(stop_timer);
}

void Server::State::end(base::Handle connection) {
  connections.erase(connection);
  if (stopping && connections.size() == 0) stopped();
}

bool Server::State::make_room(Peer::Transport transport) {
  size_t open = 0;
  base::Handle idlest;
  base::Boot since{INT64_MAX};
  connections.each([&](base::Handle handle, const Connection& connection) {
    if (connection.transport() != transport) return;
    ++open;
    if (!connection.idle() || connection.since() >= since) return;
    idlest = handle;
    since = connection.since();
  });
  if (open < settings.limits.connections) return true;
  if (!idlest) return false;
  connections.erase(idlest);
  return true;
}

void Server::State::accept(Fd fd, Peer::Transport transport) {
  if (!make_room(transport)) {
    static constexpr std::string_view kFull =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    ++counters.refused_full;
    (void)send(fd.get(), kFull.data(), kFull.size(), MSG_NOSIGNAL);  // best effort: it is turned away either way
    return;
  }
  ++counters.accepted;
  const bool local = transport == Peer::Transport::kUnix;
  Peer peer{transport, local ? peer_user(fd.get()) : peer_address(fd.get())};
  const base::Handle handle = connections.add(std::make_unique<Connection>(*this, std::move(fd), std::move(peer)));
  connections.find(handle)->begin(handle);
}

void Server::State::dispatch(const Message& message, const Peer& peer, const Respond& respond) {
  const auto refuse = [this, &respond](Reply reply) {
    ++counters.denied;
    respond(std::move(reply));
  };
  if (auto ok = check_host(message.host, settings.hosts, peer.transport); !ok.ok()) return refuse(failure(ok.error()));
  if (auto ok = check_origin(message.origin, message.host, peer.transport); !ok.ok())
    return refuse(failure(ok.error()));
  auto target = parse_target(message.target);
  if (!target.ok()) return refuse(failure(target.error()));
  Routes::Found found = routes.find(message.method, target->segments, peer.transport);
  if (!found.handler) return refuse(denied(found.status, found.allow));

  Request request;
  request.method = message.method == "HEAD" ? "GET" : message.method;
  request.path = std::move(target->path);
  request.peer = peer;
  request.path_params = std::move(found.path_params);
  request.params = std::move(target->params);
  if (auto ok = read_body(message, found.right, request); !ok.ok()) return refuse(failure(ok.error()));
  (*found.handler)(request, respond);
}

void Server::State::stopped() {
  loop.cancel(stop_timer);
  stop_timer = 0;
  if (on_stopped) loop.post(std::exchange(on_stopped, nullptr));
}

void Server::State::on_stop_late() {
  stop_timer = 0;
  std::vector<base::Handle> open;
  connections.each([&open](base::Handle handle, const Connection&) { open.push_back(handle); });
  for (const base::Handle handle : open) connections.erase(handle);
  stopped();
}

Server::Server(base::Loop& loop, Settings settings) : state_(std::make_shared<State>(loop, std::move(settings))) {
  state_->self = state_;
}
Server::~Server() = default;

void Server::handle(const std::string& method, const std::string& pattern, Right right, Handler handler) {
  state_->routes.add(method, pattern, right, std::move(handler));
}

base::Status Server::listen_unix(const std::string& path) {
  REEVE_TRY(Fd fd, listen_on_file(path));
  const base::Handle handle =
      state_->listeners.add(std::make_unique<Listener>(*state_, std::move(fd), Peer::Transport::kUnix, path));
  state_->listeners.find(handle)->begin(handle);
  return {};
}

base::Result<int> Server::restore_unix() {
  std::vector<base::Handle> lost;
  state_->listeners.each([&lost](base::Handle handle, const Listener& listener) {
    if (!listener.in_place()) lost.push_back(handle);
  });
  for (const base::Handle handle : lost) {
    REEVE_CHECK(listen_unix(state_->listeners.find(handle)->path()));
    state_->listeners.erase(handle);
  }
  return static_cast<int>(lost.size());
}

base::Status Server::listen_tcp(const std::string& address) {
  if (address == kNoTcp) return {};
  REEVE_TRY(Fd fd, listen_on_tcp(address));
  const base::Handle handle =
      state_->listeners.add(std::make_unique<Listener>(*state_, std::move(fd), Peer::Transport::kTcp, ""));
  state_->listeners.find(handle)->begin(handle);
  return {};
}

int Server::tcp_port() const {
  int port = 0;
  state_->listeners.each([&port](base::Handle, const Listener& listener) {
    if (listener.transport() == Peer::Transport::kTcp) port = port_of(listener.fd());
  });
  return port;
}

void Server::stop(base::Duration within, std::function<void()> done) {
  State& state = *state_;
  state.stopping = true;
  state.on_stopped = std::move(done);
  std::vector<base::Handle> handles;
  state.listeners.each([&handles](base::Handle handle, const Listener&) { handles.push_back(handle); });
  for (const base::Handle handle : handles) state.listeners.erase(handle);
  handles.clear();
  state.connections.each([&handles](base::Handle handle, const Connection&) { handles.push_back(handle); });
  for (const base::Handle handle : handles)
    if (Connection* connection = state.connections.find(handle)) connection->finish();
  if (state.connections.size() == 0) return state.stopped();
  if (!state.on_stopped) return;
  state.stop_timer = state.loop.after(within, [weak = state.self] {
    if (const auto alive = weak.lock()) alive->on_stop_late();
  });
}

ServerCounters Server::counters() const {
  ServerCounters counters = state_->counters;
  counters.open = state_->connections.size();
  return counters;
}

std::vector<std::string> Server::routes() const {
  return state_->routes.list();
}

}  // namespace reeve::api
