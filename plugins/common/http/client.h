/// \file
/// How does a plugin ask an HTTP server, over a unix or a TCP socket, and read an answer that never ends?
///
/// Blocking, one thread per Connection. No TLS, no redirects, no proxy: those who need the wide world use libcurl.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/http/message.h"
#include "common/net/socket.h"

namespace reeve::common::http {

struct Request {
  std::string method = "GET";
  std::string target = "/";  ///< path and query, already encoded
  Headers headers;           ///< Host, Content-Length and User-Agent are added when absent
  std::string body;
};

struct Response {
  int status = 0;
  Headers headers;
  std::string body;
};

/// A kept-alive connection that opens itself, and again when the server has closed it.
class Connection {
 public:
  explicit Connection(Address address) : address_(std::move(address)) {}

  /// Sends and reads the whole answer. A connection that turns out to be closed before any byte of the answer is opened
  /// anew once, for GET and HEAD only: anything else may have been carried out.
  /// \errors kTransient, kTimeout, kDenied, kNotFound, kInvalid (no HTTP, body larger than `body_room`);
  /// kUnknownOutcome instead of kTransient and kTimeout when the whole request of another method than GET or HEAD had
  /// been sent.
  Try<Response> ask(const Request& request, const Deadline& deadline, size_t body_room = 64 << 20);

  /// Sends, and reads the head only. Then read() gives the body in pieces as they arrive.
  Try<Head> open(const Request& request, const Deadline& deadline);
  /// At least one byte of the body; "" at its end.
  Try<std::string> read(const Deadline& deadline);

  const Address& address() const { return address_; }
  void close() { socket_.close(); }

 private:
  Try<Done> send(const Request& request, const Deadline& deadline);
  Try<Done> receive(const Deadline& deadline);

  Address address_;
  Socket socket_;
  Parser parser_;
  std::string body_;
};

/// One question on a connection of its own.
Try<Response> ask(const Address& address, const Request& request, const Deadline& deadline,
                  size_t body_room = 64 << 20);

/// A parsed http:// or https:// URL.
struct Url {
  bool tls = false;
  Address address;
  std::string host_header;  ///< as it stood: host, and port where it is not the usual one
  std::string target;       ///< path and query, at least "/"
  std::string origin;       ///< what stood before them: "http://host:8080"
};
/// `http://host[:port]/path?query`; also `http+unix://%2Fpath%2Fto.sock/target`. User info is refused. \errors
/// kInvalid.
Try<Url> parse_url(std::string_view text);

/// Percent-encodes everything but unreserved characters: for one path segment or query value.
std::string encode(std::string_view text);

}  // namespace reeve::common::http
