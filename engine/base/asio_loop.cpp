#include "base/asio_loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <unordered_map>

namespace reeve::base {

namespace asio = boost::asio;

namespace {
using Timer = asio::steady_timer;

struct Watch {
  asio::posix::stream_descriptor descriptor;
  Interest interest;
  Task task;
};
}  // namespace

// Timers run on steady time: the machine's sleep is noticed by the clock.stepped check of the engine, which compares
// boot and wall time, and deadlines are compared in Boot when their timer fires.
struct AsioLoop::State {
  explicit State(const Clock& c) : clock(c), work(asio::make_work_guard(io)) {}
  const Clock& clock;
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work;
  Id next_id = 1;
  std::unordered_map<Id, std::unique_ptr<Timer>> timers;
  std::unordered_map<Id, std::shared_ptr<Watch>> watches;

  void arm(Id id, const std::shared_ptr<Watch>& watch) {
    const auto kind = watch->interest == Interest::kRead ? asio::posix::descriptor_base::wait_read
                                                         : asio::posix::descriptor_base::wait_write;
    watch->descriptor.async_wait(kind, [this, id, watch](const boost::system::error_code& error) {
      if (error || !watches.contains(id)) return;
      watch->task();
      if (watches.contains(id)) arm(id, watch);
    });
  }
};

AsioLoop::AsioLoop(const Clock& clock) : state_(std::make_unique<State>(clock)) {}

AsioLoop::~AsioLoop() {
  for (auto& [id, watch] : state_->watches) watch->descriptor.release();
}

void AsioLoop::post(Task task) {
  asio::post(state_->io, std::move(task));
}

Loop::Id AsioLoop::after(Duration delay, Task task) {
  const Id id = state_->next_id++;
  auto timer = std::make_unique<Timer>(state_->io, std::chrono::microseconds(delay.us));
  timer->async_wait([this, id, task = std::move(task)](const boost::system::error_code& error) {
    if (error || state_->timers.erase(id) == 0) return;
    task();
  });
  state_->timers.emplace(id, std::move(timer));
  return id;
}

void AsioLoop::cancel(Id timer) {
  state_->timers.erase(timer);
}

Loop::Id AsioLoop::watch(int fd, Interest interest, Task task) {
  const Id id = state_->next_id++;
  auto watch =
      std::make_shared<Watch>(Watch{asio::posix::stream_descriptor(state_->io, fd), interest, std::move(task)});
  state_->watches.emplace(id, watch);
  state_->arm(id, watch);
  return id;
}

void AsioLoop::unwatch(Id id) {
  auto found = state_->watches.find(id);
  if (found == state_->watches.end()) return;
  found->second->descriptor.release();  // the fd is the caller's
  state_->watches.erase(found);
}

void AsioLoop::run() {
  declare_core_thread(true);
  state_->io.run();
  declare_core_thread(false);
}

void AsioLoop::stop() {
  state_->io.stop();
}
const Clock& AsioLoop::clock() const {
  return state_->clock;
}
asio::io_context& AsioLoop::context() {
  return state_->io;
}

}  // namespace reeve::base
