/// \file
/// How are the listening and calling ends of our sockets made? File descriptors, non-blocking and close-on-exec.
#pragma once

#include <string>

#include "base/result.h"

namespace reeve::api {

/// An open file descriptor that closes itself.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();
  int get() const { return fd_; }
  int release();

 private:
  int fd_;
};

/// Listens on a socket file of mode 0600; it appears at `path` when it is ready, in place of a stale one. Paths longer
/// than the 107 bytes of a socket address work. \errors kUnavailable.
base::Result<Fd> listen_on_file(const std::string& path);
/// Blocking socket, connected. \errors kUnavailable, kDenied (not the owner).
base::Result<Fd> connect_to_file(const std::string& path);
/// What stands for an address where no TCP is wanted: `listen: none`.
inline constexpr const char* kNoTcp = "none";
/// Is it kNoTcp, or an address that listen_on_tcp() takes? \errors kInvalid: why not, and what to write.
base::Status check_address(const std::string& address);
/// "127.0.0.1:9911", "[::1]:0" (0: a free port), ":9911" (all addresses), "localhost:9911". \errors kInvalid,
/// kUnavailable (in use), kDenied.
base::Result<Fd> listen_on_tcp(const std::string& address);
/// Blocking socket; `host` is an IP literal or a name. \errors kUnavailable.
base::Result<Fd> connect_to_tcp(const std::string& host, const std::string& port);

/// Which file stands at this path, as text that no other file has while it is open or listened on; empty: none.
std::string file_identity(const std::string& path);
int port_of(int fd);
/// `uid:N` of the process at the other end of a unix socket.
std::string peer_user(int fd);
/// `tcp:ADDRESS` of the other end.
std::string peer_address(int fd);

}  // namespace reeve::api
