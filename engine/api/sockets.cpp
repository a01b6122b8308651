#include "api/sockets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace reeve::api {

namespace {
base::Error failed(const std::string& what, int error = errno) {
  const base::Fault fault = error == EACCES || error == EPERM ? base::Fault::kDenied : base::Fault::kUnavailable;
  return {fault, what + ": " + std::strerror(error)};
}

// The address of a socket file by way of its folder's descriptor, which must stay open as long as the address is used.
struct FileAddress {
  Fd folder;
  sockaddr_un address{};
};

base::Result<FileAddress> file_address(const std::string& path) {
  const std::filesystem::path whole(path);
  const std::string folder = whole.has_parent_path() ? whole.parent_path().string() : ".";
  FileAddress out;
  out.folder = Fd(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (out.folder.get() < 0) return failed("cannot open the folder " + folder);
  out.address.sun_family = AF_UNIX;
  const std::string text = "/proc/self/fd/" + std::to_string(out.folder.get()) + "/" + whole.filename().string();
  if (text.size() >= sizeof out.address.sun_path) return base::invalid("the name of the socket is too long: " + path);
  std::memcpy(out.address.sun_path, text.c_str(), text.size() + 1);
  return out;
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

using Addresses = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;
base::Result<Addresses> look_up(const std::string& host, const std::string& port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &hints, &list);
  if (error == 0) return Addresses(list, freeaddrinfo);
  const base::Fault fault = (flags & AI_NUMERICHOST) != 0 ? base::Fault::kInvalid : base::Fault::kUnavailable;
  return base::Error{fault, "\"" + host + ":" + port + "\": " + gai_strerror(error)};
}
base::Error no_address(const std::string& text, const std::string& why) {
  return base::invalid("\"" + text + "\" is no address to listen on: " + why +
                       "; write IP:PORT, like 127.0.0.1:9911 or [::1]:9911, or none");
}

bool is_port(const std::string& text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), digit) && std::stoi(text) <= 65535;
}

struct Address {
  std::string host, port;  // no host: all addresses of this machine
};
base::Result<Address> address_of(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return no_address(text, "it has no port");
  Address out{text.substr(0, colon), text.substr(colon + 1)};
  if (!is_port(out.port)) return no_address(text, "the port is a number from 0 (any free one) to 65535");
  if (out.host == "localhost") out.host = "127.0.0.1";  // never wait for a name server
  if (out.host.empty()) return out;
  in_addr four{};
  if (inet_pton(AF_INET, out.host.c_str(), &four) == 1) return out;
  const bool six = out.host.size() > 2 && out.host.front() == '[' && out.host.back() == ']';
  if (six) out.host = out.host.substr(1, out.host.size() - 2);
  if (six && out.host.find(':') != std::string::npos && look_up(out.host, out.port, AI_NUMERICHOST).ok()) return out;
  return no_address(text, "\"" + text.substr(0, colon) + "\" is no IP address");
}
}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) close(fd_);
    fd_ = other.release();
  }
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

int Fd::release() {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

base::Result<Fd> listen_on_file(const std::string& path) {
  const std::string fresh = path + ".new";
  REEVE_TRY(const FileAddress at, file_address(fresh));
  unlink(fresh.c_str());
  Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return failed("cannot make a socket");
  // Nobody can connect before listen(), so the mode is right before the first client can be there.
  if (bind(fd.get(), generic(at.address), sizeof at.address) != 0) return failed("cannot make the socket " + fresh);
  if (chmod(fresh.c_str(), 0600) != 0) return failed("cannot set the mode of " + fresh);
  if (listen(fd.get(), SOMAXCONN) != 0) return failed("cannot listen on " + fresh);
  if (rename(fresh.c_str(), path.c_str()) != 0) return failed("cannot put the socket in place at " + path);
  return fd;
}

base::Result<Fd> connect_to_file(const std::string& path) {
  REEVE_TRY(const FileAddress at, file_address(path));
  Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return failed("cannot make a socket");
  if (connect(fd.get(), generic(at.address), sizeof at.address) != 0) return failed("no engine answers at " + path);
  return fd;
}

base::Status check_address(const std::string& address) {
  if (address == kNoTcp) return {};
  REEVE_CHECK(address_of(address));
  return {};
}

base::Result<Fd> listen_on_tcp(const std::string& address) {
  REEVE_TRY(const Address read, address_of(address));
  const auto found = look_up(read.host, read.port, AI_PASSIVE | AI_NUMERICHOST);
  if (!found.ok()) return no_address(address, found.error().text);
  const addrinfo& info = **found;
  Fd fd(socket(info.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return failed("cannot make a socket");
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd.get(), info.ai_addr, info.ai_addrlen) != 0 || listen(fd.get(), SOMAXCONN) != 0)
    return failed("cannot listen on " + address);
  return fd;
}

base::Result<Fd> connect_to_tcp(const std::string& host, const std::string& port) {
  REEVE_TRY(const Addresses found, look_up(host, port, 0));
  int error = ECONNREFUSED;
  for (const addrinfo* info = found.get(); info; info = info->ai_next) {
    Fd fd(socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (fd.get() >= 0 && connect(fd.get(), info->ai_addr, info->ai_addrlen) == 0) return fd;
    error = errno;
  }
  return base::Error{base::Fault::kUnavailable,
                     "no engine answers at " + host + ":" + port + ": " + std::strerror(error)};
}

std::string file_identity(const std::string& path) {
  struct stat info{};
  if (lstat(path.c_str(), &info) != 0) return {};
  return std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
}

int port_of(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return 0;
  return ntohs(storage.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(storage).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(storage).sin_port);
}

std::string peer_user(int fd) {
  ucred who{};
  socklen_t size = sizeof who;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return "uid:unknown";
  return "uid:" + std::to_string(who.uid);
}

std::string peer_address(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  char host[NI_MAXHOST] = "unknown";
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &size) == 0)
    getnameinfo(reinterpret_cast<sockaddr*>(&storage), size, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
  return std::string("tcp:") + host;
}

}  // namespace reeve::api
