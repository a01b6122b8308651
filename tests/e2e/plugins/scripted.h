/// \file
/// What does a server say that no real one can be made to say? One that answers HTTP as a test scripts it.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace reeve::e2e {

/// Listens on a unix socket and on a TCP port of loopback, a thread for each connection.
class Scripted {
 public:
  /// What follows the bytes of an answer.
  enum class Then { kKeep, kClose, kHang };
  struct Answer {
    std::string bytes;
    Then then = Then::kKeep;
    size_t piece = 0;  ///< written in pieces of so many bytes; 0: at once
  };

  explicit Scripted(const std::string& socket_path);
  ~Scripted();
  Scripted(const Scripted&) = delete;

  /// To "GET /path?query", exactly. Several for one request are given in turn, the last one again and again.
  void on(const std::string& request, Answer answer);
  void forget(const std::string& request);
  /// The request lines since the last time ("GET /path", and for those with a body, " BODY" after it).
  std::vector<std::string> asked();
  /// The headers of the last request.
  std::string last_head();
  int port() const { return port_; }

 private:
  void accept_all(int listener);
  void serve(int fd);
  /// False: the connection is over.
  bool answer(int fd, const std::string& request);

  int unix_ = -1, tcp_ = -1, wake_ = -1, port_ = 0;
  std::mutex mutex_;
  std::map<std::string, std::vector<Answer>> answers_;
  std::vector<std::string> asked_;
  std::string last_head_;
  std::vector<std::thread> accepting_, serving_;
};

}  // namespace reeve::e2e
