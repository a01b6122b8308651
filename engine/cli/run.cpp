// From the arguments of a process to its exit code.
#include <unistd.h>

#include <cstdlib>
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
}  // namespace

int run(const std::vector<std::string>& arguments, const Commands& commands, Io& io) {
  Parsed parsed = parse(arguments, commands.version);
  if (!parsed.command) {
    (parsed.exit == kOk ? io.out : io.err) << parsed.text;
    return parsed.exit;
  }
  take_environment(parsed.globals, io);
  Context context{io, commands, parsed.globals, Style{wants_colours(io)}, parsed.command->path};
  const int exit = parsed.command->run(parsed.arguments, context);
  io.out.flush();
  return exit;
}

int main(int argc, char** argv, const Commands& commands) {
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
