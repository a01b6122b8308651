#include "proc/starts.h"

#include <sys/eventfd.h>

#include <mutex>
#include <set>
#include <utility>

namespace reeve::proc {

namespace {
std::mutex mutex;
std::set<Starts*>& listeners() {
  static std::set<Starts*> all;
  return all;
}
}  // namespace

Starts::Starts(std::string instance) : instance_(std::move(instance)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  std::lock_guard lock(mutex);
  listeners().insert(this);
}

Starts::~Starts() {
  std::lock_guard lock(mutex);
  listeners().erase(this);
}

std::vector<pid_t> Starts::take() {
  std::lock_guard lock(mutex);
  eventfd_t ignored = 0;
  eventfd_read(wake_.get(), &ignored);
  return std::exchange(told_, {});
}

int Starts::acts() const {
  std::lock_guard lock(mutex);
  return acts_;
}

void Starts::begin(const std::string& instance) {
  std::lock_guard lock(mutex);
  for (Starts* each : listeners()) {
    if (each->instance_ == instance) ++each->acts_;
  }
}

void Starts::tell(const std::string& instance, pid_t pid) {
  std::lock_guard lock(mutex);
  for (Starts* each : listeners()) {
    if (each->instance_ != instance) continue;
    each->told_.push_back(pid);
    eventfd_write(each->wake_.get(), 1);
  }
}

}  // namespace reeve::proc
