/// \file
/// What do the server's parts share? Private to api; nobody outside includes it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/message.h"
#include "api/routes.h"
#include "api/server.h"
#include "api/sockets.h"
#include "base/live.h"

namespace reeve::api {

class Connection;

/// One listening socket.
class Listener {
 public:
  Listener(Server::State& server, Fd fd, Peer::Transport transport, std::string path);
  ~Listener();
  void begin(base::Handle self);
  void on_acceptable();
  /// After a pause because the process had no descriptor left.
  void on_resume();
  int fd() const { return fd_.get(); }
  Peer::Transport transport() const { return transport_; }
  const std::string& path() const { return path_; }
  /// Its socket file still stands in its place; a listener without one is never lost.
  bool in_place() const;

 private:
  void pause();
  Server::State& server_;
  Fd fd_;
  Peer::Transport transport_;
  std::string path_, file_;  // of the socket file: where, and which
  base::Handle self_;
  base::Loop::Id watch_ = 0, timer_ = 0;
};

struct Server::State {
  State(base::Loop& l, Settings s);
  ~State();

  /// Takes a new client in, or answers 503 and closes.
  void accept(Fd fd, Peer::Transport transport);
  /// Judges a request and calls its handler; the answer goes to `respond`.
  void dispatch(const Message& message, const Peer& peer, const Respond& respond);
  void end(base::Handle connection);
  void on_stop_late();

  base::Loop& loop;
  Settings settings;
  Routes routes;
  ServerCounters counters;
  std::weak_ptr<State> self;
  bool stopping = false;
  std::function<void()> on_stopped;
  base::Loop::Id stop_timer = 0;
  base::Live<Connection> connections;
  base::Live<Listener> listeners;

 private:
  bool make_room(Peer::Transport transport);
  void stopped();
  friend class Server;
};

/// The answer port of one request.
std::shared_ptr<Respond::Port> make_answer(const std::shared_ptr<Server::State>& server, base::Handle connection,
                                           uint64_t number);

}  // namespace reeve::api
