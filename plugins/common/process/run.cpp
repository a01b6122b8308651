#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>

#include <array>

#include "common/process/pidfd.h"
#include "common/process/spawn_setup.h"

namespace reeve::common {

namespace {

struct Pipe {
  Descriptor from, to;
  bool make() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    from = Descriptor(ends[0]);
    to = Descriptor(ends[1]);
    return true;
  }
};

/// One running program with its three pipes.
class Running {
 public:
  Running(pid_t pid, std::string_view input, Descriptor in, Descriptor out, Descriptor err, size_t room)
      : pid_(pid),
        handle_(Pidfd::of(pid)),
        input_(input),
        in_(std::move(in)),
        out_(std::move(out)),
        err_(std::move(err)),
        room_(room) {
    for (const Descriptor* each : {&in_, &out_, &err_}) fcntl(each->get(), F_SETFL, O_NONBLOCK);
  }

  Ended to_the_end(const Deadline& deadline) {
    if (input_.empty()) in_.reset();
    while (!handle_.ended()) {
      if (deadline.over()) {
        ended_.late = true;
        kill(-pid_, SIGKILL);
      }
      step(deadline);
    }
    // It is gone, but its children may hold the pipes: what is in them is read, then the group goes too.
    drain(out_, ended_.out);
    drain(err_, ended_.err);
    kill(-pid_, SIGKILL);
    reap();
    return std::move(ended_);
  }

 private:
  /// Waits for one of: its end, output, room for input, the deadline, a stop.
  void step(const Deadline& deadline) {
    std::array<pollfd, 5> watched = {{{handle_.fd(), POLLIN, 0},
                                      {out_.get(), POLLIN, 0},
                                      {err_.get(), POLLIN, 0},
                                      {in_.get(), POLLOUT, 0},
                                      {ended_.late ? -1 : deadline.stop_fd(), POLLIN, 0}}};
    int64_t wait_ms = ended_.late ? 1000 : std::min<int64_t>(deadline.left_ms(), 200);
    if (poll(watched.data(), watched.size(), static_cast<int>(wait_ms)) <= 0) return;
    if (watched[1].revents != 0) drain(out_, ended_.out);
    if (watched[2].revents != 0) drain(err_, ended_.err);
    if (watched[3].revents != 0) feed();
  }

  void drain(Descriptor& from, std::string& text) {
    std::array<char, 8192> piece;
    while (from.open()) {
      ssize_t got = read(from.get(), piece.data(), piece.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return;
      if (got == 0) from.reset();
      size_t kept = std::min(static_cast<size_t>(got), room_ - text.size());
      text.append(piece.data(), kept);
      ended_.cut = ended_.cut || kept < static_cast<size_t>(got);
    }
  }

  void feed() {
    ssize_t sent = write(in_.get(), input_.data(), input_.size());
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
    input_.remove_prefix(sent < 0 ? input_.size() : static_cast<size_t>(sent));
    if (input_.empty()) in_.reset();
  }

  void reap() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) {
      ended_.signal = WTERMSIG(status);
    } else {
      ended_.code = WEXITSTATUS(status);
    }
  }

  pid_t pid_;
  Pidfd handle_;
  std::string_view input_;
  Descriptor in_, out_, err_;
  size_t room_;
  Ended ended_;
};

}  // namespace

std::string Ended::text() const {
  if (late) return "not done in time, killed";
  return signal != 0 ? "killed by signal " + std::to_string(signal) : "exit " + std::to_string(code);
}

Try<Ended> run(const Command& command, std::string_view input, const Deadline& deadline, size_t output_room) {
  // A program that does not read its input must not end us: the write then fails with EPIPE.
  sigset_t pipe_signal;
  sigset_t before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  Pipe in;
  Pipe out;
  Pipe err;
  if (!in.make() || !out.make() || !err.make()) return Fault{Kind::kTransient, "no more descriptors for pipes"};
  auto pid = spawn_with(command, in.from.get(), out.to.get(), err.to.get());
  if (!pid) return pid.fault();
  in.from.reset();
  out.to.reset();
  err.to.reset();
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  Running running(*pid, input, std::move(in.to), std::move(out.from), std::move(err.from), output_room);
  Ended ended = running.to_the_end(deadline);
  timespec at_once{};
  while (sigtimedwait(&pipe_signal, nullptr, &at_once) > 0) {  // a SIGPIPE of ours must not wait for the unblocking
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return ended;
}

}  // namespace reeve::common
