#include "child/running.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace reeve::child {

namespace {
constexpr size_t kReadSize = 64 << 10;

Splitter splitter_of(Channel channel) {
  if (channel == Channel::kFrames) return {Splitter::Kind::kFrames, kMaxFrame};
  return {Splitter::Kind::kLines, kMaxLine};
}
}  // namespace

std::string Exit::text() const {
  if (!reason.empty()) return reason;
  if (signal != 0) return "killed by signal " + std::to_string(signal);
  return "exit " + std::to_string(code);
}

Running::Running(base::Loop& loop, Ends ends, Channel channel, Callbacks callbacks)
    : loop_(loop),
      pid_(ends.pid),
      pidfd_(ends.pidfd),
      output_fd_(ends.output),
      channel_(channel),
      callbacks_(std::move(callbacks)),
      input_(loop, ends.input),
      errors_(loop, ends.errors,
              [this](std::string_view line) {
                if (!abandoned_ && callbacks_.on_error_line) callbacks_.on_error_line(line);
              }),
      splitter_(splitter_of(channel)) {
  pid_watch_ = loop_.watch(pidfd_, base::Interest::kRead, [this] { on_ended(); });
  listen();
}

Running::~Running() {
  if (!ended_) {  // the spawner ends: no loop will tell us
    signal_group(SIGKILL);
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
    }
  }
  if (grace_timer_ != 0) loop_.cancel(grace_timer_);
  if (pid_watch_ != 0) loop_.unwatch(pid_watch_);
  close_output();
  ::close(pidfd_);
}

bool Running::send(std::string_view message) {
  if (ended_) return false;
  std::string bytes = channel_ == Channel::kFrames ? frame_head(message.size()) : std::string();
  bytes += message;
  if (channel_ == Channel::kLines) bytes += '\n';
  return input_.write(std::move(bytes));
}

void Running::signal_group(int number) const {
  if (!ended_) ::kill(-pid_, number);
}

void Running::stop(base::Duration grace) {
  if (ended_ || grace_timer_ != 0) return;
  signal_group(SIGTERM);
  signal_group(SIGCONT);
  grace_timer_ = loop_.after(grace, [this] { on_grace_over(); });
}

void Running::on_grace_over() {
  grace_timer_ = 0;
  signal_group(SIGKILL);
}

void Running::listen() {
  if (output_fd_ < 0 || output_watch_ != 0) return;
  output_watch_ = loop_.watch(output_fd_, base::Interest::kRead, [this] { on_readable(); });
}

void Running::pause(bool paused) {
  if (paused_ == paused || abandoned_) return;
  paused_ = paused;
  if (paused) {
    if (output_watch_ != 0) loop_.unwatch(output_watch_);
    output_watch_ = 0;
  } else if (!delivering_) {
    if (ended_) return finish();
    deliver();  // what was held back
    if (!paused_ && !abandoned_) listen();
  }
}

void Running::on_readable() {
  if (read_once()) deliver();
}

// True: something was read. One piece a turn, so that a chatterer takes no more than its share of the loop.
bool Running::read_once() {
  char buffer[kReadSize];
  const ssize_t n = ::read(output_fd_, buffer, sizeof buffer);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return false;
  if (n <= 0) return close_output(), false;
  const std::string_view piece(buffer, static_cast<size_t>(n));
  if (channel_ == Channel::kBytes) {
    if (!abandoned_ && callbacks_.on_message) callbacks_.on_message(piece);
  } else {
    splitter_.feed(piece);
  }
  return true;
}

void Running::deliver() {
  delivering_ = true;
  std::string_view message;
  while (!paused_ && !abandoned_ && splitter_.next(message))
    if (callbacks_.on_message) callbacks_.on_message(message);
  delivering_ = false;
  if (splitter_.too_long()) {
    break_off(channel_ == Channel::kFrames ? "a frame longer than 64 MiB" : "a line longer than 1 MiB");
  } else if (!paused_ && !abandoned_ && output_watch_ == 0 && !ended_) {
    listen();  // un-paused by what it was handed
  }
}

void Running::break_off(std::string reason) {
  if (exit_.reason.empty()) exit_.reason = std::move(reason);
  close_output();
  signal_group(SIGKILL);
}

// The pidfd is readable: a zombie, which keeps the pid (and so the group's number) ours until it is reaped here.
void Running::on_ended() {
  ::kill(-pid_, SIGKILL);
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0) return;
  ended_ = true;
  if (info.si_code == CLD_EXITED) {
    exit_.code = info.si_status;
  } else {
    exit_.signal = info.si_status;
  }
  loop_.unwatch(pid_watch_);
  pid_watch_ = 0;
  errors_.drain();
  if (!paused_) finish();
}

// It has ended and may be heard: the rest of its output, then its end.
void Running::finish() {
  while (output_fd_ >= 0 && splitter_.held() <= kMaxFrame && read_once()) {
  }
  deliver();
  if (!paused_) report();
}

void Running::report() {
  if (reported_) return;
  reported_ = true;
  close_output();
  input_.close();
  if (!abandoned_ && callbacks_.on_exit) callbacks_.on_exit(exit_);
  if (on_done) on_done();
}

void Running::abandon() {
  abandoned_ = true;
  input_.close();
  signal_group(SIGKILL);
  if (ended_ && !reported_) report();
}

void Running::close_output() {
  if (output_watch_ != 0) loop_.unwatch(output_watch_);
  if (output_fd_ >= 0) ::close(output_fd_);
  output_watch_ = 0;
  output_fd_ = -1;
}

}  // namespace reeve::child
