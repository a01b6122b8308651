/// \file
/// What does a handler see of a request, and how does it answer, at once, later, or line by line?
///
/// Core thread. Respond and Stream are copied freely and may outlive the connection and the server: an answer to a
/// client that has gone is dropped and counted.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/base.h"
#include "model/value.h"

namespace reeve::api {

/// What a route asks of its caller. The unix socket has all three; TCP only kRead, and only by GET and HEAD.
enum class Right {
  kRead,     ///< state, metrics, queries
  kPrivate,  ///< reads what only the owner should see: ledger entries, plugin configuration
  kChange,   ///< changes something
};
const char* right_name(Right right);  ///< "read", "private", "change"

/// The side from which a request came.
struct Peer {
  enum class Transport { kUnix, kTcp };
  Transport transport = Transport::kUnix;
  std::string actor;  ///< `uid:0` (SO_PEERCRED), `tcp:127.0.0.1`
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// One request whose rights have been checked.
struct Request {
  std::string method;  ///< "GET" (also for HEAD), "POST", ...
  std::string path;    ///< decoded
  Peer peer;
  Pairs path_params;  ///< of the pattern: {"id", "..."}
  Pairs params;       ///< of the query, then of a form body; in order, a name may repeat
  model::Value body;  ///< the JSON body; null when there is none

  /// The first of that name; empty when there is none.
  std::string_view path_param(std::string_view name) const;
  std::string_view param(std::string_view name) const;
  bool has_param(std::string_view name) const;
  std::vector<std::string> all_params(std::string_view name) const;
};

/// One whole answer.
struct Reply {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  Pairs headers;
};
Reply json(const model::Value& value, int status = 200);
Reply text(std::string body, int status = 200);
/// `{"error": {"fault": "not_found", "text": "..."}}` with the status of the fault.
Reply failure(const base::Error& error);
/// not_found 404, denied 403, invalid 400, conflict and refused 409, timeout 504, throttled 429, unavailable 503, else
/// 500.
int status_of(base::Fault fault);

/// A chunked answer: one JSON value a line.
class Stream {
 public:
  struct Port {
    virtual ~Port() = default;
    virtual bool send(std::string line) = 0;
    virtual void close() = 0;
    virtual bool open() const = 0;
  };
  explicit Stream(std::shared_ptr<Port> port) : port_(std::move(port)) {}
  /// False: the client has gone, or was too slow (1 MiB unread) and is dropped.
  bool send(const model::Value& line);
  /// Ends the answer well.
  void close();
  bool open() const;

 private:
  std::shared_ptr<Port> port_;
};

/// Answers once; whatever comes second is dropped.
class Respond {
 public:
  struct Port {
    virtual ~Port() = default;
    virtual void reply(Reply reply) = 0;
    virtual Stream stream(const std::string& type) = 0;
  };
  explicit Respond(std::shared_ptr<Port> port) : port_(std::move(port)) {}
  void operator()(Reply reply) const;
  /// The value as 200, or failure().
  void operator()(const base::Result<model::Value>& result) const;
  /// `{"ok": true}`, or failure().
  void operator()(const base::Status& status) const;
  /// Begins a 200 whose lines follow.
  Stream stream(const std::string& type = "application/jsonl") const;

 private:
  std::shared_ptr<Port> port_;
};

using Handler = std::function<void(const Request&, Respond)>;

}  // namespace reeve::api
