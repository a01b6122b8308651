/// \file
/// A real server on a loop of its own thread, and a client that sends any bytes.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <string>
#include <thread>

#include "api/server.h"
#include "api/sockets.h"
#include "base/asio_loop.h"

namespace reeve::api::test {

/// A fresh folder that goes with the test.
class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "reeve-api-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The server, its loop and its core thread. Routes are added in `prepare`, on the core thread.
class Running {
 public:
  explicit Running(const std::function<void(Server&)>& prepare, Settings settings = {})
      : loop_(base::system_clock()), thread_([this] { loop_.run(); }) {
    on_core([&] {
      server_ = std::make_unique<Server>(loop_, std::move(settings));
      prepare(*server_);
      ASSERT_TRUE(server_->listen_unix(socket()).ok());
      ASSERT_TRUE(server_->listen_tcp("127.0.0.1:0").ok());
      port_ = server_->tcp_port();
    });
  }
  ~Running() {
    on_core([this] { server_.reset(); });
    loop_.stop();
    thread_.join();
  }

  /// Runs `task` on the core thread and waits for it.
  void on_core(const std::function<void()>& task) {
    std::promise<void> done;
    loop_.post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }
  ServerCounters counters() {
    ServerCounters counters;
    on_core([&] { counters = server_->counters(); });
    return counters;
  }
  base::AsioLoop& loop() { return loop_; }
  Server& server() { return *server_; }
  std::string socket() const { return folder_.path() + "/reeve.sock"; }
  int port() const { return port_; }

 private:
  TempFolder folder_;
  base::AsioLoop loop_;
  std::thread thread_;
  std::unique_ptr<Server> server_;
  int port_ = 0;
};

/// A client's end. Reads give up after 10 s, so that a fault is a failure and no hang.
class Client {
 public:
  explicit Client(Running& running, Peer::Transport transport = Peer::Transport::kUnix)
      : fd_(transport == Peer::Transport::kUnix
                ? std::move(connect_to_file(running.socket())).value()
                : std::move(connect_to_tcp("127.0.0.1", std::to_string(running.port()))).value()) {}

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;  // the server closed: what it said is still to be read
      bytes.remove_prefix(static_cast<size_t>(count));
    }
  }
  void end_sending() { ::shutdown(fd_.get(), SHUT_WR); }

  /// False: the end, or nothing for 10 s.
  bool more() {
    pollfd wait{fd_.get(), POLLIN, 0};
    if (poll(&wait, 1, 10000) != 1) return false;
    char chunk[4096];
    const ssize_t count = recv(fd_.get(), chunk, sizeof chunk, 0);
    if (count > 0) received_.append(chunk, static_cast<size_t>(count));
    return count > 0;
  }
  /// Everything until the server closes.
  std::string rest() {
    while (more()) {
    }
    return std::exchange(received_, "");
  }
  /// Everything up to and with `end`; what comes after stays.
  std::string until(const std::string& end) {
    size_t at = 0;
    while ((at = received_.find(end)) == std::string::npos)
      if (!more()) return std::exchange(received_, "");
    std::string out = received_.substr(0, at + end.size());
    received_.erase(0, at + end.size());
    return out;
  }
  /// One answer with a Content-Length.
  std::string answer() {
    const std::string head = until("\r\n\r\n");
    const size_t at = head.find("Content-Length: ");
    if (at == std::string::npos) return head;
    const size_t length = std::stoul(head.substr(at + 16));
    while (received_.size() < length && more()) {
    }
    const std::string body = received_.substr(0, length);
    received_.erase(0, length);
    return head + body;
  }
  int fd() const { return fd_.get(); }

 private:
  Fd fd_;
  std::string received_;
};

inline std::string request(const std::string& method, const std::string& target, const std::string& headers = "",
                           const std::string& body = "") {
  std::string out = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers;
  if (!body.empty()) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return out + "\r\n" + body;
}

inline int status_in(const std::string& answer) {
  return answer.size() > 12 && answer.rfind("HTTP/1.1 ", 0) == 0 ? std::stoi(answer.substr(9, 3)) : 0;
}
inline std::string body_in(const std::string& answer) {
  const size_t at = answer.find("\r\n\r\n");
  return at == std::string::npos ? "" : answer.substr(at + 4);
}

}  // namespace reeve::api::test
