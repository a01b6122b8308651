#include "common/net/socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <resolv.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include <algorithm>
#include <memory>

namespace reeve::common {

namespace {

Fault io_fault(const char* what, const std::string& peer, int error) {
  Kind kind = error == EACCES || error == EPERM ? Kind::kDenied : Kind::kTransient;
  return {kind, std::string(what) + " " + peer + ": " + std::strerror(error)};
}

Fault wait_fault(const char* what, const std::string& peer, Deadline::Wake wake) {
  if (wake == Deadline::Wake::kTimeout) return {Kind::kTimeout, std::string(what) + " " + peer + ": no answer in time"};
  return {Kind::kTransient, std::string(what) + " " + peer + ": stopped"};
}

Try<Descriptor> connect_to(int family, const sockaddr* where, socklen_t size, const std::string& peer,
                           const Deadline& deadline) {
  Descriptor fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.open()) return io_fault("connect to", peer, errno);
  if (connect(fd.get(), where, size) == 0) return fd;
  // A full backlog of a unix socket gives EAGAIN and nothing to wait for: try again until the deadline.
  while (errno == EAGAIN) {
    if (!deadline.sleep_ms(20)) return wait_fault("connect to", peer, Deadline::Wake::kTimeout);
    if (connect(fd.get(), where, size) == 0) return fd;
  }
  if (errno != EINPROGRESS) return io_fault("connect to", peer, errno);
  auto wake = deadline.wait(fd.get(), POLLOUT);
  if (wake != Deadline::Wake::kReady) return wait_fault("connect to", peer, wake);
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) return io_fault("connect to", peer, error);
  return fd;
}

Try<Descriptor> connect_unix(const Address& address, const Deadline& deadline) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (address.unix_path.size() >= sizeof where.sun_path) {
    return Fault{Kind::kInvalid, "the path of the socket is too long: " + address.unix_path};
  }
  std::memcpy(where.sun_path, address.unix_path.c_str(), address.unix_path.size() + 1);
  return connect_to(AF_UNIX, reinterpret_cast<sockaddr*>(&where), sizeof where, address.text(), deadline);
}

/// The resolver knows no deadline: it gets as many seconds a try as there are left, and one try.
void bound_resolver(const Deadline& deadline) {
  if ((_res.options & RES_INIT) == 0) res_init();
  _res.retrans = static_cast<int>(std::clamp<int64_t>(deadline.left_ms() / 2000, 1, 5));
  _res.retry = 1;
}

Try<Descriptor> connect_tcp(const Address& address, const Deadline& deadline) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV;
  bound_resolver(deadline);
  addrinfo* found = nullptr;
  int failed = getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &wanted, &found);
  if (failed != 0) {
    Kind kind = failed == EAI_AGAIN ? Kind::kTransient : Kind::kNotFound;
    return Fault{kind, "look up " + address.host + ": " + gai_strerror(failed)};
  }
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, &freeaddrinfo);
  Fault last{Kind::kNotFound, "no address for " + address.host};
  for (const addrinfo* each = list.get(); each != nullptr; each = each->ai_next) {
    auto fd = connect_to(each->ai_family, each->ai_addr, each->ai_addrlen, address.text(), deadline);
    if (!fd) {
      last = fd.fault();
      continue;
    }
    int on = 1;
    setsockopt(fd->get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
  }
  return last;
}

}  // namespace

std::string Address::text() const {
  return unix_path.empty() ? host + ":" + std::to_string(port) : unix_path;
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

int Descriptor::release() {
  int fd = fd_;
  fd_ = -1;
  return fd;
}

void Descriptor::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Try<Socket> Socket::connect(const Address& address, const Deadline& deadline) {
  auto fd = address.unix_path.empty() ? connect_tcp(address, deadline) : connect_unix(address, deadline);
  if (!fd) return fd.fault();
  Socket socket;
  socket.fd_ = std::move(*fd);
  socket.peer_ = address.text();
  return socket;
}

Try<Done> Socket::send(std::string_view bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return io_fault("send to", peer_, errno);
    auto wake = deadline.wait(fd_.get(), POLLOUT);
    if (wake != Deadline::Wake::kReady) return wait_fault("send to", peer_, wake);
  }
  return Done{};
}

Try<size_t> Socket::receive(char* room, size_t size, const Deadline& deadline) {
  while (true) {
    ssize_t got = ::recv(fd_.get(), room, size, 0);
    if (got >= 0) return static_cast<size_t>(got);
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return io_fault("receive from", peer_, errno);
    auto wake = deadline.wait(fd_.get(), POLLIN);
    if (wake != Deadline::Wake::kReady) return wait_fault("receive from", peer_, wake);
  }
}

bool Socket::stale() const {
  pollfd watched{fd_.get(), POLLIN, 0};
  return !fd_.open() || poll(&watched, 1, 0) != 0;
}

}  // namespace reeve::common
