/// \file
/// How does a plugin talk over a unix or TCP socket without ever waiting longer than its deadline?
#pragma once

#include <string>
#include <string_view>

#include "common/net/deadline.h"
#include "common/net/fault.h"

namespace reeve::common {

/// Where a server listens.
struct Address {
  std::string unix_path;  ///< set: a unix socket, and nothing else counts
  std::string host;
  int port = 0;
  std::string text() const;
};

/// A descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { reset(); }
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  int release();
  void reset();

 private:
  int fd_ = -1;
};

/// A connected stream socket. Blocking calls for one thread.
class Socket {
 public:
  Socket() = default;
  /// \errors kTransient (refused, unreachable, no such socket), kDenied (no right to the socket), kTimeout, kNotFound
  /// (no such host).
  static Try<Socket> connect(const Address& address, const Deadline& deadline);

  bool open() const { return fd_.open(); }
  void close() { fd_.reset(); }
  /// Writes all. \errors kTransient, kTimeout.
  Try<Done> send(std::string_view bytes, const Deadline& deadline);
  /// At least one byte into `room`; 0: the peer closed. \errors kTransient, kTimeout.
  Try<size_t> receive(char* room, size_t size, const Deadline& deadline);
  /// True when the peer has closed or sent something unasked: a kept-alive connection that must not be used again.
  bool stale() const;

 private:
  Descriptor fd_;
  std::string peer_;
};

}  // namespace reeve::common
