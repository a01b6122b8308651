// From the arguments of a process to its exit code.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <thread>

#include "cli/commands.h"
#include "cli/parse.h"

namespace reeve::cli {

namespace {
// Options win over the environment, which wins over the configuration.
void take_environment(Globals& globals, const Io& io) {
  const auto take = [&io](std::string& field, const char* name) {
    const char* value = field.empty() && io.environment ? io.environment(name) : nullptr;
    if (value) field = value;
  };
  take(globals.config, "REEVE_CONFIG");
  take(globals.state, "REEVE_STATE");
  take(globals.server, "REEVE_SERVER");
}

bool wants_colours(const Io& io) {
  const char* no = io.environment ? io.environment("NO_COLOR") : nullptr;
  return io.terminal && (!no || *no == '\0');
}

/// What was printed is part of what was asked: where it did not arrive, the command failed.
int delivered(const Io& io, int exit) {
  if (io.out) errno = 0;  // else what stopped it is the last that went wrong
  io.out.flush();
  const int error = errno;
  if (io.out) return exit;
  if (error != EPIPE)  // there, who read it had enough
    io.err << "reeve: cannot write the output" << (error != 0 ? std::string(": ") + std::strerror(error) : "") << '\n';
  return exit == kOk ? kFailure : exit;
}

/// A closed standard stream gets a file that refuses it, so that no socket and no ledger takes its number.
void fill_closed_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
      (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // without one it stays closed, as it was
}
}  // namespace

int run(const std::vector<std::string>& arguments, const Commands& commands, Io& io) {
  Parsed parsed = parse(arguments, commands.version);
  if (!parsed.command) {
    (parsed.exit == kOk ? io.out : io.err) << parsed.text;
    return delivered(io, parsed.exit);
  }
  take_environment(parsed.globals, io);
  Context context{io, commands, parsed.globals, Style{wants_colours(io), io.terminal}, parsed.command->path};
  const int exit = parsed.command->run(parsed.arguments, context);
  return delivered(io, exit);
}

int main(int argc, char** argv, const Commands& commands) {
  fill_closed_streams();
  Io io{std::cout,
        std::cerr,
        std::cin,
        isatty(STDOUT_FILENO) == 1,
        [](const char* name) -> const char* { return std::getenv(name); },
        base::system_clock(),
        [](base::Duration d) { std::this_thread::sleep_for(std::chrono::microseconds(d.us)); }};
  try {
    return run(std::vector<std::string>(argv + std::min(argc, 1), argv + argc), commands, io);
  } catch (const std::exception& error) {
    std::cerr << "reeve: " << error.what() << '\n';
    return kFailure;
  }
}

}  // namespace reeve::cli
