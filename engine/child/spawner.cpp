#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "child/launch.h"
#include "child/running.h"

namespace reeve::child {

namespace {
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

struct Pipe {
  Descriptor read, write;
};

// Above 2, so that dup2 onto the standard ones cannot hit another end (an engine started with descriptor 0 closed).
Descriptor above_standard(int fd) {
  Descriptor low(fd);
  if (fd > 2) return low;
  return Descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
}

base::Error failed(const char* what, const Command& command) {
  return {base::Fault::kUnavailable,
          std::string("cannot ") + what + " for " + command.name + ": " + std::strerror(errno)};
}

base::Result<Pipe> make_pipe(const Command& command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return failed("make a pipe", command);
  Pipe made{above_standard(ends[0]), above_standard(ends[1])};
  if (made.read.get() < 0 || made.write.get() < 0) return failed("make a pipe", command);
  return made;
}

void own_end(const Descriptor& end) {
  ::fcntl(end.get(), F_SETFL, ::fcntl(end.get(), F_GETFL) | O_NONBLOCK);
}

// Arrays as C wants them; the texts must outlive the call.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

struct Attributes {
  Attributes() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&how, &all);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~Attributes() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
  }
  posix_spawn_file_actions_t files;
  posix_spawnattr_t how;
};

base::Status runnable(const Command& command) {
  struct stat info{};
  const std::string program = command.argv.empty() ? "" : command.argv[0];
  if (::stat(program.c_str(), &info) != 0 || S_ISDIR(info.st_mode))
    return base::Error{base::Fault::kNotFound, "no such program: " + program};
  if (::access(program.c_str(), X_OK) != 0)
    return base::Error{base::Fault::kNotFound, "not executable: " + program + " (chmod +x)"};
  return {};
}

/// What the caller holds: a handle into the spawner's table.
class Handle : public Process {
 public:
  Handle(base::Live<Running>& live, base::Handle handle, pid_t pid) : live_(live), handle_(handle), pid_(pid) {}
  ~Handle() override {
    if (Running* running = live_.find(handle_)) running->abandon();
  }
  pid_t pid() const override { return pid_; }
  bool send(std::string_view message) override {
    Running* running = live_.find(handle_);
    return running && running->send(message);
  }
  void close_input() override {
    if (Running* running = live_.find(handle_)) running->close_input();
  }
  void signal(int number) override {
    if (Running* running = live_.find(handle_)) running->signal_group(number);
  }
  void stop(base::Duration grace) override {
    if (Running* running = live_.find(handle_)) running->stop(grace);
  }
  void pause(bool paused) override {
    if (Running* running = live_.find(handle_)) running->pause(paused);
  }

 private:
  base::Live<Running>& live_;
  base::Handle handle_;
  pid_t pid_;
};

class PosixSpawner : public Spawner {
 public:
  PosixSpawner(std::string child_program, base::Loop& loop) : program_(std::move(child_program)), loop_(loop) {
    ::signal(SIGPIPE, SIG_IGN);
  }
  const std::string& child_program() const override { return program_; }

  base::Result<std::unique_ptr<Process>> spawn(Command command, Callbacks callbacks) override {
    REEVE_ASSERT(base::on_core());
    REEVE_CHECK(runnable(command));
    REEVE_TRY(Pipe input, make_pipe(command));
    REEVE_TRY(Pipe output, make_pipe(command));
    REEVE_TRY(Pipe errors, make_pipe(command));
    REEVE_TRY(const pid_t pid, start(command, input, output, errors));
    Ends ends;
    ends.pid = pid;
    ends.pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, O_NONBLOCK));
    REEVE_ASSERT(ends.pidfd >= 0);  // the child is not reaped, so its pid is taken
    own_end(input.write);
    own_end(output.read);
    own_end(errors.read);
    ends.input = input.write.release();
    ends.output = output.read.release();
    ends.errors = errors.read.release();
    return adopt(ends, command.channel, std::move(callbacks));
  }

 private:
  base::Result<pid_t> start(const Command& command, const Pipe& input, const Pipe& output, const Pipe& errors) const {
    std::vector<std::string> arguments = launcher_arguments(command, ::getpid());
    arguments.insert(arguments.begin(), program_);
    std::vector<std::string> environment;
    for (const auto& [name, value] : command.environment) environment.push_back(name + "=" + value);
    Attributes attributes;
    posix_spawn_file_actions_adddup2(&attributes.files, input.read.get(), 0);
    posix_spawn_file_actions_adddup2(&attributes.files, output.write.get(), 1);
    posix_spawn_file_actions_adddup2(&attributes.files, errors.write.get(), 2);
    pid_t pid = 0;
    errno = ::posix_spawn(&pid, program_.c_str(), &attributes.files, &attributes.how, pointers(arguments).data(),
                          pointers(environment).data());
    if (errno != 0) return failed(("start " + program_).c_str(), command);
    return pid;
  }

  std::unique_ptr<Process> adopt(const Ends& ends, Channel channel, Callbacks callbacks) {
    const base::Handle handle = live_.add(std::make_unique<Running>(loop_, ends, channel, std::move(callbacks)));
    // In the next turn, because the call may come out of the running process' own members.
    live_.find(handle)->on_done = [this, handle] { loop_.post([this, handle] { live_.erase(handle); }); };
    return std::make_unique<Handle>(live_, handle, ends.pid);
  }

  std::string program_;
  base::Loop& loop_;
  base::Live<Running> live_;
};
}  // namespace

std::unique_ptr<Spawner> make_spawner(std::string child_program, base::Loop& loop) {
  return std::make_unique<PosixSpawner>(std::move(child_program), loop);
}

}  // namespace reeve::child
