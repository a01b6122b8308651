/// \file
/// How does the CLI ask the engine? A blocking HTTP client over the unix socket, or http:// to a TCP address.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/base.h"
#include "model/value.h"

namespace reeve::cli {

struct HttpAnswer {
  int status = 0;
  std::string type;
  std::string body;
};

/// One thread. Each call is a connection of its own.
class Client {
 public:
  /// `server`: path of a socket file, `unix:PATH`, or `http://HOST:PORT`. \errors kInvalid.
  static base::Result<Client> to(const std::string& server);

  /// Is somebody there? \errors kUnavailable, kDenied.
  base::Status reach() const;
  /// \errors kUnavailable: nobody answers there; kDenied: not ours; kTimeout; kTransient: it closed in the middle.
  base::Result<HttpAnswer> call(const std::string& method, const std::string& target, const std::string& body,
                                base::Duration timeout) const;
  /// The JSON of a 200; of any other status the error that its body tells.
  base::Result<model::Value> ask(const std::string& method, const std::string& target, const model::Value& body,
                                 base::Duration timeout) const;
  /// Calls `line` for every line as it comes, until it returns false or the server ends the stream.
  base::Status follow(const std::string& target, const std::function<bool(std::string_view)>& line) const;

 private:
  Client() = default;
  std::string path_;  // of the socket file; empty: TCP
  std::string host_, port_;
};

}  // namespace reeve::cli
