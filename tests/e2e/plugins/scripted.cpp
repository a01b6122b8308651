#include "e2e/plugins/scripted.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <utility>

namespace reeve::e2e {

Scripted::Scripted(const std::string& socket_path) : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  unix_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un path{};
  path.sun_family = AF_UNIX;
  socket_path.copy(path.sun_path, sizeof path.sun_path - 1);
  bind(unix_, reinterpret_cast<sockaddr*>(&path), sizeof path);
  tcp_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(tcp_, reinterpret_cast<sockaddr*>(&local), sizeof local);
  socklen_t size = sizeof local;
  getsockname(tcp_, reinterpret_cast<sockaddr*>(&local), &size);
  port_ = ntohs(local.sin_port);
  for (int listener : {unix_, tcp_}) listen(listener, 16);
  for (int listener : {unix_, tcp_}) accepting_.emplace_back([this, listener] { accept_all(listener); });
}

Scripted::~Scripted() {
  eventfd_write(wake_, 1);
  // The accepting two end first, then nobody adds to the others any more.
  for (std::thread& thread : accepting_) thread.join();
  for (std::thread& thread : serving_) thread.join();
  for (int fd : {unix_, tcp_, wake_}) close(fd);
}

void Scripted::accept_all(int listener) {
  while (true) {
    pollfd watched[2] = {{listener, POLLIN, 0}, {wake_, POLLIN, 0}};
    poll(watched, 2, -1);
    if (watched[1].revents != 0) return;
    int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    std::lock_guard lock(mutex_);
    if (fd >= 0) serving_.emplace_back([this, fd] { serve(fd); });
  }
}

void Scripted::serve(int fd) {
  std::string pending;
  bool open = true;
  while (open) {
    pollfd watched[2] = {{fd, POLLIN, 0}, {wake_, POLLIN, 0}};
    poll(watched, 2, -1);
    char room[8192];
    ssize_t got = watched[1].revents != 0 ? 0 : read(fd, room, sizeof room);
    if (got <= 0) break;
    pending.append(room, static_cast<size_t>(got));
    size_t end = pending.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    size_t length = 0;
    if (size_t at = pending.find("Content-Length: "); at < end) length = std::stoul(pending.substr(at + 16));
    if (pending.size() < end + 4 + length) continue;
    std::string line = pending.substr(0, pending.find(" HTTP/1.1"));
    std::string body = pending.substr(end + 4, length);
    {
      std::lock_guard lock(mutex_);
      asked_.push_back(body.empty() ? line : line + " " + body);
      last_head_ = pending.substr(0, end);
    }
    pending.erase(0, end + 4 + length);
    open = answer(fd, line);
  }
  close(fd);
}

bool Scripted::answer(int fd, const std::string& request) {
  Answer said{"HTTP/1.1 404 Not Found\r\nContent-Length: 32\r\n\r\n{\"message\":\"the script is silent\"}", Then::kKeep,
              0};
  {
    std::lock_guard lock(mutex_);
    auto found = answers_.find(request);
    if (found != answers_.end()) {
      said = found->second.front();
      if (found->second.size() > 1) found->second.erase(found->second.begin());
    }
  }
  size_t piece = said.piece == 0 ? said.bytes.size() : said.piece;
  for (size_t at = 0; at < said.bytes.size(); at += piece) {
    std::string part = said.bytes.substr(at, piece);
    if (send(fd, part.data(), part.size(), MSG_NOSIGNAL) < 0) return false;
    if (said.piece != 0) usleep(200);  // so that the pieces arrive as pieces
  }
  if (said.then == Then::kHang) {
    pollfd wake{wake_, POLLIN, 0};
    poll(&wake, 1, -1);
  }
  return said.then == Then::kKeep;
}

void Scripted::on(const std::string& request, Answer answer) {
  std::lock_guard lock(mutex_);
  answers_[request].push_back(std::move(answer));
}

void Scripted::forget(const std::string& request) {
  std::lock_guard lock(mutex_);
  answers_.erase(request);
}

std::vector<std::string> Scripted::asked() {
  std::lock_guard lock(mutex_);
  return std::exchange(asked_, {});
}

std::string Scripted::last_head() {
  std::lock_guard lock(mutex_);
  return last_head_;
}

}  // namespace reeve::e2e
