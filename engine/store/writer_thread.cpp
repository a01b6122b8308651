#include "store/writer_thread.h"

#include <pthread.h>

#include <chrono>

namespace reeve::store {

WriterThread::WriterThread(std::string name, Pass pass) : name_(std::move(name)), pass_(std::move(pass)) {
  thread_ = std::thread([this] { run(); });
}

WriterThread::~WriterThread() {
  stop();
}

void WriterThread::wake() {
  {
    const std::lock_guard lock(mutex_);
    if (woken_) return;
    woken_ = true;
  }
  changed_.notify_one();
}

void WriterThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void WriterThread::run() {
  pthread_setname_np(pthread_self(), name_.c_str());
  std::optional<base::Duration> wait;
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto ready = [this] { return woken_ || stopping_; };
    if (wait) {
      changed_.wait_for(lock, std::chrono::microseconds(wait->us), ready);
    } else {
      changed_.wait(lock, ready);
    }
    if (stopping_) return;
    woken_ = false;
    lock.unlock();
    wait = pass_();
    lock.lock();
  }
}

}  // namespace reeve::store
