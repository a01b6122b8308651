#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace reeve::base {

namespace {
std::string& crash_folder() {
  static std::string folder;
  return folder;
}
}  // namespace

void set_crash_folder(const std::string& folder) {
  crash_folder() = folder;
}

void broken_promise(const char* what, const char* file, int line) {
  std::fprintf(stderr, "reeve: broken promise: %s (%s:%d)\n", what, file, line);
  if (!crash_folder().empty()) {
    if (std::FILE* record = std::fopen((crash_folder() + "/crash.txt").c_str(), "a")) {
      std::fprintf(record, "broken promise: %s (%s:%d)\n", what, file, line);
      std::fclose(record);
    }
  }
  std::abort();
}

}  // namespace reeve::base
