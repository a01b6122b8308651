/// \file
/// How far is one client's conversation? Reads a request, waits for its answer, writes it, begins again.
///
/// Core thread. Lives in Server::State's table; each member may end its own object as its last act.
#pragma once

#include <string>

#include "api/message.h"
#include "api/server_state.h"
#include "api/sockets.h"
#include "base/live.h"

namespace reeve::api {

class Connection {
 public:
  enum class At {
    kReading,    ///< idle or within a request
    kAnswering,  ///< a handler has it
    kWriting,    ///< one whole answer is going out
    kStreaming,  ///< lines go out until the handler or the client ends it
    kDraining,   ///< our side is closed; the rest of the client's bytes is thrown away so that it sees our answer
  };

  Connection(Server::State& server, Fd fd, Peer peer);
  ~Connection();
  void begin(base::Handle self);

  void on_readable();
  void on_writable();
  void on_late();
  void on_next();

  /// `number` names the request; an answer to an earlier one is dropped.
  void reply(uint64_t number, Reply reply);
  void begin_stream(uint64_t number, const std::string& type);
  bool send_line(uint64_t number, const std::string& line);
  void end_stream(uint64_t number);
  bool streams(uint64_t number) const { return at_ == At::kStreaming && number == number_; }

  /// The server stops: what is idle ends, what is open may finish.
  void finish();
  bool idle() const { return at_ == At::kReading && reader_.idle() && in_.empty(); }
  base::Boot since() const { return since_; }
  Peer::Transport transport() const { return peer_.transport; }

 private:
  void parse();
  void dispatch();
  void write_head(const Reply& reply, bool chunked);
  void flush();
  void written();
  void drain();
  void end();
  void want(int interest);  // -1: nothing
  void set_deadline(base::Duration in);

  Server::State& server_;
  Fd fd_;
  Peer peer_;
  base::Handle self_;
  At at_ = At::kReading;
  base::Boot since_;  // of the last change of state
  MessageReader reader_;
  std::string in_, out_;
  size_t sent_ = 0, drained_ = 0;
  uint64_t number_ = 0;
  bool keep_alive_ = true, head_only_ = false, is_http10_ = false;
  int wanted_ = -1;
  base::Loop::Id watch_ = 0, deadline_ = 0, next_ = 0;
};

}  // namespace reeve::api
