#include "base/loop.h"

namespace reeve::base {

namespace {
thread_local bool is_core_thread = false;
}

bool on_core() {
  return is_core_thread;
}
void declare_core_thread(bool is_core) {
  is_core_thread = is_core;
}

}  // namespace reeve::base
