#include "common/http/client.h"

#include <array>

namespace reeve::common::http {

namespace {

constexpr size_t kPiece = 16 * 1024;

bool repeatable(const Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

std::string wire_form(const Request& request, const Address& address) {
  std::string out = request.method + " " + request.target + " HTTP/1.1\r\n";
  if (header(request.headers, "host").empty()) {
    out += "Host: " + (address.unix_path.empty() ? address.text() : std::string("localhost")) + "\r\n";
  }
  if (header(request.headers, "user-agent").empty()) out += "User-Agent: reeve\r\n";
  if (!request.body.empty() || !repeatable(request)) {
    out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  for (const auto& [name, value] : request.headers) out += name + ": " + value + "\r\n";
  return out + "\r\n" + request.body;
}

bool clean(std::string_view text) {
  for (char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return true;
}

/// Header injection and request splitting end here: what a caller hands in may be anybody's text.
bool clean(const Request& request) {
  for (const auto& [name, value] : request.headers) {
    if (!clean(name) || name.empty() || name.find_first_of(": ") != std::string::npos || !clean(value)) return false;
    if (equal_ignoring_case(name, "content-length") || equal_ignoring_case(name, "transfer-encoding")) return false;
  }
  return clean(request.method) && clean(request.target) && !request.target.empty() && !request.method.empty() &&
         request.method.find(' ') == std::string::npos && request.target.find(' ') == std::string::npos;
}

}  // namespace

Try<Done> Connection::send(const Request& request, const Deadline& deadline) {
  if (!clean(request)) return Fault{Kind::kInvalid, "a method, target or header with characters that HTTP forbids"};
  bool reused = socket_.open() && !socket_.stale();
  if (!reused) {
    socket_.close();
    auto socket = Socket::connect(address_, deadline);
    if (!socket) return socket.fault();
    socket_ = std::move(*socket);
  }
  parser_ = Parser(request.method == "HEAD");
  body_.clear();
  return socket_.send(wire_form(request, address_), deadline);
}

Try<Done> Connection::receive(const Deadline& deadline) {
  std::array<char, kPiece> room;
  auto got = socket_.receive(room.data(), room.size(), deadline);
  if (!got) return got.fault();
  if (*got == 0) {
    parser_.feed_end();
  } else {
    parser_.feed({room.data(), *got}, body_);
  }
  if (parser_.state() != Parser::State::kBroken) return Done{};
  Kind kind = *got == 0 ? Kind::kTransient : Kind::kInvalid;
  return Fault{kind, address_.text() + ": " + parser_.problem()};
}

Try<Head> Connection::open(const Request& request, const Deadline& deadline) {
  bool fresh = !socket_.open();
  auto sent = send(request, deadline);
  while (sent && parser_.state() == Parser::State::kHead) {
    auto received = receive(deadline);
    if (received) continue;
    bool untouched = parser_.untouched();
    close();
    // The server closed a kept-alive connection in the moment in which it was used again.
    if (untouched && !fresh && repeatable(request) && received.fault().kind == Kind::kTransient) {
      return open(request, deadline);
    }
    bool in_doubt = !repeatable(request) && received.fault().kind != Kind::kInvalid;
    return Fault{in_doubt ? Kind::kUnknownOutcome : received.fault().kind, received.fault().text};
  }
  if (sent) return parser_.head();
  bool opened = socket_.open();
  close();
  // Half a request may have been enough for the server, unless the connection never came about.
  bool in_doubt = opened && !repeatable(request) && sent.fault().kind != Kind::kInvalid;
  return Fault{in_doubt ? Kind::kUnknownOutcome : sent.fault().kind, sent.fault().text};
}

Try<std::string> Connection::read(const Deadline& deadline) {
  while (body_.empty() && parser_.state() == Parser::State::kBody) {
    auto received = receive(deadline);
    if (received) continue;
    if (received.fault().kind != Kind::kTimeout) close();
    return received.fault();
  }
  if (body_.empty() && !parser_.head().keeps_open()) close();
  return std::exchange(body_, {});
}

Try<Response> Connection::ask(const Request& request, const Deadline& deadline, size_t body_room) {
  auto head = open(request, deadline);
  if (!head) return head.fault();
  Response response{head->status, head->headers, {}};
  while (true) {
    auto piece = read(deadline);
    if (!piece) {
      close();
      Kind kind = repeatable(request) ? piece.fault().kind : Kind::kUnknownOutcome;
      return Fault{kind, piece.fault().text};
    }
    if (piece->empty()) return response;
    response.body += *piece;
    if (response.body.size() > body_room) {
      close();
      return Fault{Kind::kInvalid, address_.text() + ": an answer larger than " + std::to_string(body_room) + " bytes"};
    }
  }
}

Try<Response> ask(const Address& address, const Request& request, const Deadline& deadline, size_t body_room) {
  Connection connection(address);
  return connection.ask(request, deadline, body_room);
}

}  // namespace reeve::common::http
