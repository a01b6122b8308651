/// \file
/// What is `reeve-child`? The thin second program: the launcher, the plugin process, the script worker.

#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>

#include "child/launch.h"
#include "plugin/process/process.h"
#if __has_include("script/worker.h")
#include "script/worker.h"
#endif

namespace {
std::string own_path() {
  char path[4096];
  const ssize_t n = ::readlink("/proc/self/exe", path, sizeof path);
  return n > 0 ? std::string(path, static_cast<size_t>(n)) : std::string();
}

int run(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "plugin" && argc == 3) return reeve::plugin::process_main(argv[2]);
#if __has_include("script/worker.h")
  if (mode == "script") return reeve::script::worker_main(argc, argv);
#endif
  std::fprintf(stderr, "reeve-child is started by reeve. Modes: exec OPTIONS -- PROGRAM..., plugin X.so, script\n");
  return 2;
}
}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || std::string_view(argv[1]) != "exec") return run(argc, argv);
  reeve::child::Launched launched = reeve::child::launch(argc - 2, argv + 2, own_path());
  if (launched.next.empty()) return launched.code;
  return run(static_cast<int>(launched.next.size()) - 1, launched.next.data());
}
