// Beast 1.81 asserts that a last chunk is seen with at least five bytes; a stream that ends at once may break that.
#define BOOST_DISABLE_ASSERTS
#include "cli/client.h"

#include <poll.h>
#include <sys/socket.h>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <cstring>

#include "api/sockets.h"
#include "base/clock.h"
#include "model/json.h"

namespace reeve::cli {

namespace http = boost::beast::http;

namespace {
using Parser = http::response_parser<http::string_body>;
using base::Error;
using base::Fault;

constexpr base::Duration kForEver = base::hours(24 * 365);

/// Waits until the socket can be read or written. \errors kTimeout.
base::Status wait_for(int fd, short events, base::Boot until) {
  for (;;) {
    const base::Duration left = until - base::system_clock().boot();
    if (left.us <= 0) return Error{Fault::kTimeout, "the engine did not answer in time"};
    pollfd wait{fd, events, 0};
    const int ready = poll(&wait, 1, static_cast<int>(std::min<int64_t>(left.ms() + 1, 60000)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return Error{Fault::kTransient, std::string("poll: ") + std::strerror(errno)};
  }
}

base::Status send_all(int fd, std::string_view bytes, base::Boot until) {
  while (!bytes.empty()) {
    REEVE_CHECK(wait_for(fd, POLLOUT, until));
    const ssize_t count = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return {};  // it may have answered before it had read all: the answer tells
    } else if (errno != EAGAIN && errno != EINTR) {
      return Error{Fault::kTransient, std::string("cannot send to the engine: ") + std::strerror(errno)};
    }
  }
  return {};
}

/// Feeds what comes to the parser, calling `seen` after each piece until it returns false or the answer is whole.
base::Status read_answer(int fd, Parser& parser, base::Boot until, const std::function<bool()>& seen) {
  std::string pending;
  while (!parser.is_done()) {
    REEVE_CHECK(wait_for(fd, POLLIN, until));
    char chunk[16384];
    const ssize_t count = recv(fd, chunk, sizeof chunk, 0);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    boost::beast::error_code error;
    if (count <= 0) {
      if (parser.got_some()) parser.put_eof(error);
      if (error || !parser.is_done()) return Error{Fault::kTransient, "the engine closed in the middle of its answer"};
      break;
    }
    pending.append(chunk, static_cast<size_t>(count));
    const size_t taken = parser.put(boost::asio::const_buffer(pending.data(), pending.size()), error);
    pending.erase(0, taken);
    if (error && error != http::error::need_more)
      return Error{Fault::kTransient, "the answer is no HTTP: " + error.message()};
    if (!seen()) return {};
  }
  return {};
}

std::string head_of(const std::string& method, const std::string& target, const std::string& host,
                    const std::string& body) {
  std::string out = method + ' ' + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n";
  if (!body.empty()) out += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  return out + "\r\n";
}

Error error_of(const HttpAnswer& answer) {
  const auto body = model::parse_json(answer.body);
  if (body.ok() && (*body)["error"].is_map()) {
    const model::Value& error = (*body)["error"];
    return {base::fault_of(error["fault"].as_string()), error["text"].as_string()};
  }
  if (body.ok() && (*body)["error"].is_string()) {  // the shape of Prometheus
    const bool input = (*body)["errorType"].as_string() == "bad_data";
    const bool late = (*body)["errorType"].as_string() == "timeout";
    return {input ? Fault::kInvalid : late ? Fault::kTimeout : Fault::kConflict, (*body)["error"].as_string()};
  }
  return {answer.status == 404   ? Fault::kNotFound
          : answer.status == 403 ? Fault::kDenied
                                 : Fault::kConflict,
          "the engine answered " + std::to_string(answer.status) + ": " + std::string(base::trim(answer.body))};
}
}  // namespace

base::Result<Client> Client::to(const std::string& server) {
  Client client;
  static constexpr std::string_view kHttp = "http://", kUnix = "unix:";
  if (base::starts_with(server, kHttp)) {
    std::string rest = server.substr(kHttp.size());
    if (!rest.empty() && rest.back() == '/') rest.pop_back();
    const size_t colon = rest.rfind(':');
    const bool has_port = colon != std::string::npos && rest.find(']', colon) == std::string::npos;
    client.host_ = rest.substr(0, has_port ? colon : rest.size());
    client.port_ = has_port ? rest.substr(colon + 1) : "9911";
    if (client.host_.empty() || client.port_.empty() || rest.find('/') != std::string::npos)
      return base::invalid("--server \"" + server + "\" is not http://HOST:PORT");
    return client;
  }
  if (server.find("://") != std::string::npos)
    return base::invalid("--server \"" + server + "\" is neither a socket's path nor http://HOST:PORT");
  client.path_ = base::starts_with(server, kUnix) ? server.substr(kUnix.size()) : server;
  return client;
}

namespace {
base::Result<api::Fd> open_socket(const std::string& path, std::string host, const std::string& port) {
  if (!path.empty()) {
    auto fd = api::connect_to_file(path);
    if (!fd.ok() && fd.error().fault == Fault::kDenied)
      return Error{Fault::kDenied, fd.error().text + " (only the user who runs the engine may use its socket)"};
    return fd;
  }
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return api::connect_to_tcp(host, port);
}
}  // namespace

base::Status Client::reach() const {
  const auto fd = open_socket(path_, host_, port_);
  return fd.ok() ? base::Status{} : base::Status(fd.error());
}

base::Result<HttpAnswer> Client::call(const std::string& method, const std::string& target, const std::string& body,
                                      base::Duration timeout) const {
  const base::Boot until = base::system_clock().boot() + timeout;
  REEVE_TRY(const api::Fd fd, open_socket(path_, host_, port_));
  const std::string host = path_.empty() ? host_ + ":" + port_ : "localhost";
  REEVE_CHECK(send_all(fd.get(), head_of(method, target, host, body) + body, until));
  Parser parser;
  parser.body_limit(boost::none);
  parser.eager(true);
  REEVE_CHECK(read_answer(fd.get(), parser, until, [] { return true; }));
  HttpAnswer answer;
  answer.status = static_cast<int>(parser.get().result_int());
  answer.type = std::string(parser.get()[http::field::content_type]);
  answer.body = std::move(parser.get().body());
  return answer;
}

base::Result<model::Value> Client::ask(const std::string& method, const std::string& target, const model::Value& body,
                                       base::Duration timeout) const {
  REEVE_TRY(const HttpAnswer answer, call(method, target, body.is_null() ? "" : model::to_json(body), timeout));
  if (answer.status != 200) return error_of(answer);
  return model::parse_json(answer.body);
}

base::Status Client::follow(const std::string& target, const std::function<bool(std::string_view)>& line) const {
  const base::Boot until = base::system_clock().boot() + kForEver;
  REEVE_TRY(const api::Fd fd, open_socket(path_, host_, port_));
  const std::string host = path_.empty() ? host_ + ":" + port_ : "localhost";
  REEVE_CHECK(send_all(fd.get(), head_of("GET", target, host, ""), until));
  Parser parser;
  parser.body_limit(boost::none);
  parser.eager(true);
  REEVE_CHECK(read_answer(fd.get(), parser, until, [&parser, &line] {
    if (!parser.is_header_done() || parser.get().result_int() != 200) return true;
    std::string& body = parser.get().body();
    size_t end = 0;
    while ((end = body.find('\n')) != std::string::npos) {
      const std::string one = body.substr(0, end);
      body.erase(0, end + 1);
      if (!line(one)) return false;
    }
    return true;
  }));
  if (parser.get().result_int() == 200) return {};
  return error_of({static_cast<int>(parser.get().result_int()), "", parser.get().body()});
}

}  // namespace reeve::cli
