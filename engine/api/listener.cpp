// How do clients come in? accept() in small turns, a pause when the process has no descriptor left.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "api/server_state.h"

namespace reeve::api {

namespace {
constexpr int kAcceptsATurn = 16;
constexpr base::Duration kPause = base::millis(100);
}  // namespace

Listener::Listener(Server::State& server, Fd fd, Peer::Transport transport, std::string path)
    : server_(server), fd_(std::move(fd)), transport_(transport), path_(std::move(path)), file_(file_identity(path_)) {}

Listener::~Listener() {
  if (watch_) server_.loop.unwatch(watch_);
  server_.loop.cancel(timer_);
  if (!path_.empty() && in_place()) unlink(path_.c_str());
}

bool Listener::in_place() const {
  return path_.empty() || file_identity(path_) == file_;
}

void Listener::begin(base::Handle self) {
  self_ = self;
  on_resume();
}

void Listener::on_resume() {
  timer_ = 0;
  watch_ = server_.loop.watch(fd_.get(), base::Interest::kRead, server_.listeners.on(self_, &Listener::on_acceptable));
}

void Listener::pause() {
  server_.loop.unwatch(watch_);
  watch_ = 0;
  timer_ = server_.loop.after(kPause, server_.listeners.on(self_, &Listener::on_resume));
}

void Listener::on_acceptable() {
  for (int i = 0; i < kAcceptsATurn; ++i) {
    Fd client(accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (client.get() >= 0) {
      server_.accept(std::move(client), transport_);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      base::log_warn("api: no descriptor left for a client; waiting", {{"open", server_.connections.size()}});
      return pause();
    } else if (errno != EINTR && errno != ECONNABORTED) {
      return;
    }
  }
}

}  // namespace reeve::api
