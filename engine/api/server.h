/// \file
/// Who may ask what over HTTP? The server: a route table, a unix socket that may change things, a TCP address that
/// reads.
///
/// Core thread; never blocks. Limits: header 16 KiB, body 1 MiB, 64 connections a listener (the longest idle one makes
/// room), a request within 10 s of its first byte, an answer within Settings::answer_within, idle 60 s. Rights: http.h;
/// what the table does not name is denied (404, 405). Host and Origin are checked on TCP also on loopback; no CORS.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/http.h"
#include "base/loop.h"

namespace reeve::api {

struct Limits {
  size_t header_bytes = 16 << 10;
  size_t body_bytes = 1 << 20;
  size_t connections = 64;
  size_t unsent_bytes = 1 << 20;  ///< of a stream, before the client counts as too slow
  base::Duration request_within = base::seconds(10);
  base::Duration answer_within = base::seconds(120);
  base::Duration write_within = base::seconds(30);
  base::Duration idle = base::seconds(60);
};

struct Settings {
  Limits limits;
  /// Host names under which TCP may be addressed, beside IP literals and localhost.
  std::vector<std::string> hosts;
};

/// For /metrics and tests.
struct ServerCounters {
  uint64_t accepted = 0, refused_full = 0, requests = 0, denied = 0, malformed = 0, late = 0, dropped_answers = 0,
           slow_streams = 0;
  size_t open = 0;
};

class Server {
 public:
  explicit Server(base::Loop& loop, Settings settings = {});
  /// Closes everything at once; open requests get no answer.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Adds a route. `pattern` is a path whose segments are words or `{name}`, which takes exactly one segment:
  /// "/api/reeve/runs/{id}". Method "GET" serves HEAD too. A second handler for the same is a broken promise.
  void handle(const std::string& method, const std::string& pattern, Right right, Handler handler);

  /// A socket file of mode 0600, put in place at once (a stale one is replaced). \errors kUnavailable.
  base::Status listen_unix(const std::string& path);
  /// Puts the socket files back that were removed or replaced; what is connected stays. \return how many.
  /// \errors kUnavailable.
  base::Result<int> restore_unix();
  /// "127.0.0.1:9911", "[::1]:9911", ":9911"; port 0 takes a free one; "none": no listener. \errors kInvalid,
  /// kUnavailable (in use, denied).
  base::Status listen_tcp(const std::string& address);
  /// The port of the TCP listener; 0 without one.
  int tcp_port() const;

  /// Takes no new connection or request, ends streams, waits for open answers at most `within`; then `done`.
  void stop(base::Duration within, std::function<void()> done);

  ServerCounters counters() const;
  /// `METHOD PATTERN RIGHT` of each route, sorted: for the docs and the rights matrix.
  std::vector<std::string> routes() const;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace reeve::api
