#include "plugin/process/lane.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>

#include "model/msgpack.h"

namespace reeve::plugin {

using wire::Kind;

LaneThread::LaneThread(uint64_t id, const reeve_plugin& plugin, Opening opening, Writer& writer)
    : id_(id),
      plugin_(plugin),
      opening_(std::move(opening)),
      writer_(writer),
      cancel_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      durable_(opening_.cursor) {
  engine_ = {sizeof(reeve_engine),
             REEVE_ABI_MAJOR,
             REEVE_ABI_MINOR,
             this,
             on_sample,
             on_event,
             on_durable,
             on_log,
             on_secret,
             on_cancelled,
             on_cancel_fd,
             on_answer,
             on_fail};
}

LaneThread::~LaneThread() {
  ::close(cancel_fd_);
}

void LaneThread::start(std::shared_ptr<LaneThread> lane) {
  std::thread([lane = std::move(lane)] { lane->run(); }).detach();
}

void LaneThread::push(Task task) {
  const std::scoped_lock lock(mutex_);
  tasks_.push_back(std::move(task));
  wake_.notify_all();
}

void LaneThread::raise_cancel() {
  cancelled_ = true;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(cancel_fd_, &one, sizeof one);  // full means readable, too
  wake_.notify_all();
}

void LaneThread::cancel(uint64_t call) {
  const std::scoped_lock lock(mutex_);
  if (running_ == call) return raise_cancel();
  for (Task& task : tasks_)
    if (task.call == call) task.cancelled = true;
}

void LaneThread::cancel_all() {
  const std::scoped_lock lock(mutex_);
  for (Task& task : tasks_) task.cancelled = true;
  if (running_ != 0) raise_cancel();
}

void LaneThread::credit(int64_t count, std::string cursor) {
  const std::scoped_lock lock(mutex_);
  credit_ += count;
  if (!cursor.empty()) durable_ = std::move(cursor);
  wake_.notify_all();
}

bool LaneThread::wait_ended(int milliseconds) {
  std::unique_lock lock(mutex_);
  return wake_.wait_for(lock, std::chrono::milliseconds(milliseconds), [&] { return ended_; });
}

Task LaneThread::next() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] { return !tasks_.empty(); });
  Task task = std::move(tasks_.front());
  tasks_.pop_front();
  return task;
}

void LaneThread::run() {
  for (;;) {
    const Task task = next();
    if (task.kind == Kind::kClose) {
      if (lane_) plugin_.close(lane_);
      lane_ = nullptr;
      reply(task.call, REEVE_OK, {});
      break;
    }
    task.kind == Kind::kOpen ? do_open(task) : do_call(task);
  }
  const std::scoped_lock lock(mutex_);
  ended_ = true;
  wake_.notify_all();
}

void LaneThread::do_open(const Task& task) {
  if (lane_) plugin_.close(lane_);
  lane_ = nullptr;
  char error[2048] = {};
  const reeve_text config{opening_.config.data(), opening_.config.size()};
  const reeve_text cursor{opening_.cursor.data(), opening_.cursor.size()};
  if (opening_.what == wire::Lane::kCollector && plugin_.collector) {
    lane_ = plugin_.collector(&engine_, config, error, sizeof error);
  } else if (opening_.what == wire::Lane::kWatcher && plugin_.watcher) {
    lane_ = plugin_.watcher(&engine_, config, cursor, error, sizeof error);
  } else if (opening_.what == wire::Lane::kActor && plugin_.actor) {
    lane_ = plugin_.actor(&engine_, config, error, sizeof error);
  }
  error[sizeof error - 1] = '\0';
  if (!lane_ && error[0] == '\0') return reply(task.call, REEVE_TRANSIENT, "the plugin did not open the lane");
  reply(task.call, lane_ ? REEVE_OK : REEVE_TRANSIENT, error);
}

void LaneThread::begin(const Task& task) {
  batch_.clear();
  answer_.clear();
  error_.clear();
  retry_after_ms_ = 0;
  const std::scoped_lock lock(mutex_);
  uint64_t drained = 0;
  [[maybe_unused]] const ssize_t n = ::read(cancel_fd_, &drained, sizeof drained);
  running_ = task.call;
  cancelled_ = false;
}

void LaneThread::finish() {
  const std::scoped_lock lock(mutex_);
  running_ = 0;
}

void LaneThread::do_call(const Task& task) {
  if (task.cancelled) return reply(task.call, REEVE_TIMEOUT, "cancelled before it began");
  if (!lane_) return reply(task.call, wire::kUnavailable, "the lane is not open");
  begin(task);
  int fault = invoke_plugin(task);
  finish();
  if (task.kind == Kind::kCollect && !batch_.error().empty()) {
    fault = REEVE_INVALID;
    error_ = batch_.error();
  }
  if (fault < REEVE_OK || fault > REEVE_INTERNAL) fault = REEVE_INTERNAL;
  if (fault == REEVE_OK && task.kind == Kind::kCollect && batch_.count() > 0) {
    std::string head;
    model::Packer out(head);
    out.list(3);
    out.integer(static_cast<int64_t>(Kind::kSamples));
    out.integer(static_cast<int64_t>(task.call));
    out.list(batch_.count() * 4);
    writer_.write(head, batch_.packed());
  }
  if (fault != REEVE_OK && error_.empty()) error_ = "the plugin gave no reason";
  reply(task.call, fault, error_, retry_after_ms_, answer_);
}

int LaneThread::invoke_plugin(const Task& task) {
  const auto text = [](const std::string& s) { return reeve_text{s.data(), s.size()}; };
  const reeve_action action{sizeof(reeve_action), text(task.action),   text(task.args),
                            text(task.key),       text(task.baseline), task.deadline_ms};
  switch (task.kind) {
    case Kind::kCollect:
      return plugin_.collect ? plugin_.collect(lane_, task.call, task.deadline_ms) : REEVE_INVALID;
    case Kind::kWatch:
      return plugin_.watch ? plugin_.watch(lane_, task.call) : REEVE_INVALID;
    case Kind::kPlan:
      return plugin_.plan ? plugin_.plan(lane_, task.call, &action) : REEVE_INVALID;
    case Kind::kInvoke:
      return plugin_.invoke ? plugin_.invoke(lane_, task.call, &action) : REEVE_INVALID;
    case Kind::kProbe:
      return plugin_.probe ? plugin_.probe(lane_, task.call, &action) : REEVE_INVALID;
    default:
      return REEVE_INVALID;
  }
}

void LaneThread::reply(uint64_t call, int fault, std::string_view text, int64_t retry_after_ms,
                       std::string_view answer) {
  std::string frame;
  model::Packer out(frame);
  out.list(6);
  out.integer(static_cast<int64_t>(Kind::kReply));
  out.integer(static_cast<int64_t>(call));
  out.integer(fault);
  out.string(text);
  out.integer(retry_after_ms);
  out.string(answer);
  writer_.write(frame);
}

}  // namespace reeve::plugin
