#include "base/worker.h"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace reeve::base {

struct Worker::State {
  State(Loop& l, size_t most) : loop(l), capacity(most) {}

  Loop& loop;
  const size_t capacity;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> jobs;  // below: guarded by mutex
  uint64_t refused = 0;
  bool ending = false;
  std::thread thread;

  bool next(Job& job) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return ending || !jobs.empty(); });
    if (ending) return false;
    job = std::move(jobs.front());
    jobs.pop_front();
    return true;
  }

  void run() {
    for (Job job; next(job); job = nullptr)
      if (Task answer = job()) loop.post(std::move(answer));
  }
};

Worker::Worker(std::string name, Loop& loop, size_t capacity) : state_(std::make_unique<State>(loop, capacity)) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
  pthread_setname_np(state_->thread.native_handle(), name.substr(0, 15).c_str());
}

Worker::~Worker() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
  }
  state_->changed.notify_one();
  state_->thread.join();
}

bool Worker::submit(Job job) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->jobs.size() >= state_->capacity) {
      ++state_->refused;
      return false;
    }
    state_->jobs.push_back(std::move(job));
  }
  state_->changed.notify_one();
  return true;
}

size_t Worker::waiting() const {
  const std::lock_guard lock(state_->mutex);
  return state_->jobs.size();
}

uint64_t Worker::refused() const {
  const std::lock_guard lock(state_->mutex);
  return state_->refused;
}

}  // namespace reeve::base
