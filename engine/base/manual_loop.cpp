#include "base/manual_loop.h"

namespace reeve::base {

Loop::Id ManualLoop::after(Duration delay, Task task) {
  const Id id = next_id_++;
  timers_.emplace(std::pair{clock_.boot() + delay, id}, std::move(task));
  return id;
}

void ManualLoop::cancel(Id timer) {
  std::erase_if(timers_, [&](const auto& item) { return item.first.second == timer; });
}

Loop::Id ManualLoop::watch(int fd, Interest interest, Task task) {
  const Id id = next_id_++;
  watches_.emplace(id, Watched{fd, interest, std::move(task)});
  return id;
}

void ManualLoop::unwatch(Id watch) {
  watches_.erase(watch);
}

void ManualLoop::run() {
  for (;;) {
    if (!tasks_.empty()) {
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    } else if (!timers_.empty() && timers_.begin()->first.first <= clock_.boot()) {
      Task task = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      task();
    } else {
      return;
    }
  }
}

void ManualLoop::advance(Duration by) {
  const Boot end = clock_.boot() + by;
  run();
  while (!timers_.empty() && timers_.begin()->first.first <= end) {
    clock_.advance(timers_.begin()->first.first - clock_.boot());
    run();
  }
  clock_.advance(end - clock_.boot());
  run();
}

void ManualLoop::ready(int fd, Interest interest) {
  for (auto& [id, watched] : watches_) {
    if (watched.fd != fd || watched.interest != interest) continue;
    post(watched.task);
  }
  run();
}

}  // namespace reeve::base
