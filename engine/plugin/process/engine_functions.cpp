// What a plugin can call: the functions behind reeve_engine, for one lane.
#include <chrono>
#include <cstring>

#include "model/msgpack.h"
#include "plugin/process/lane.h"

namespace reeve::plugin {

using wire::Kind;

namespace {
std::string_view view(reeve_text t) {
  return {t.at ? t.at : "", t.at ? t.size : 0};
}

size_t copy(std::string_view from, char* to, size_t room) {
  if (to && room > 0) std::memcpy(to, from.data(), from.size() < room ? from.size() : room);
  return from.size();
}

constexpr int64_t kLogLinesASecond = 100;
constexpr size_t kLogLine = 4096;
}  // namespace

int LaneThread::on_sample(const reeve_engine* engine, reeve_call call, const reeve_sample* sample) {
  LaneThread& lane = of(engine);
  if (call == 0 || call != lane.running_) return REEVE_INVALID;
  return lane.batch_.add(*sample) ? REEVE_OK : REEVE_INVALID;
}

bool LaneThread::wait_for_credit(uint64_t call) {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] { return credit_ > 0 || cancelled_ || running_ != call; });
  if (credit_ <= 0 || running_ != call) return false;
  --credit_;
  return true;
}

int LaneThread::on_event(const reeve_engine* engine, reeve_call call, const reeve_event* event) {
  LaneThread& lane = of(engine);
  std::string frame;
  model::Packer out(frame);
  out.list(8);
  out.integer(static_cast<int64_t>(Kind::kEvent));
  out.integer(static_cast<int64_t>(lane.id_));
  out.string(view(event->type));
  if (event->size < sizeof(reeve_event) || event->label_count > kMaxLabels) return REEVE_INVALID;
  out.list(event->label_count * 2);
  for (size_t i = 0; i < event->label_count; ++i) {
    out.string(view(event->labels[i].name));
    out.string(view(event->labels[i].value));
  }
  out.string(view(event->fields));
  out.integer(event->at_us);
  out.string(view(event->target));
  out.string(view(event->cursor));
  std::string wrong = wrong_event(view(event->type), view(event->target), view(event->cursor), frame.size());
  for (size_t i = 0; i < event->label_count && wrong.empty(); ++i)
    wrong = wrong_label(view(event->type), view(event->labels[i].name), view(event->labels[i].value));
  if (!wrong.empty()) return on_log(engine, REEVE_LOG_ERROR, {wrong.data(), wrong.size()}), REEVE_INVALID;
  if (!lane.wait_for_credit(call)) return REEVE_TIMEOUT;
  lane.writer_.write(frame);
  return REEVE_OK;
}

size_t LaneThread::on_durable(const reeve_engine* engine, char* cursor, size_t room) {
  LaneThread& lane = of(engine);
  const std::scoped_lock lock(lane.mutex_);
  return copy(lane.durable_, cursor, room);
}

bool LaneThread::may_log() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  const int64_t second = std::chrono::duration_cast<std::chrono::seconds>(since).count();
  const std::scoped_lock lock(mutex_);
  if (second != log_second_) logged_ = 0;
  log_second_ = second;
  return logged_++ < kLogLinesASecond;
}

void LaneThread::on_log(const reeve_engine* engine, int level, reeve_text line) {
  LaneThread& lane = of(engine);
  if (!lane.may_log()) return;
  std::string frame;
  model::Packer out(frame);
  out.list(4);
  out.integer(static_cast<int64_t>(Kind::kLog));
  out.integer(static_cast<int64_t>(lane.id_));
  out.integer(level);
  out.string(view(line).substr(0, kLogLine));
  lane.writer_.write(frame);
}

size_t LaneThread::on_secret(const reeve_engine* engine, reeve_text name, char* value, size_t room) {
  const auto& secrets = of(engine).opening_.secrets;
  const auto found = secrets.find(std::string(view(name)));
  return found == secrets.end() ? 0 : copy(found->second, value, room);
}

int LaneThread::on_cancelled(const reeve_engine* engine, reeve_call call) {
  LaneThread& lane = of(engine);
  const std::scoped_lock lock(lane.mutex_);
  return lane.cancelled_ || lane.running_ != call || lane.writer_.gone() ? 1 : 0;
}

int LaneThread::on_cancel_fd(const reeve_engine* engine) {
  return of(engine).cancel_fd_;
}

void LaneThread::on_answer(const reeve_engine* engine, reeve_call call, reeve_text json) {
  LaneThread& lane = of(engine);
  if (call == lane.running_) lane.answer_ = view(json);
}

void LaneThread::on_fail(const reeve_engine* engine, reeve_call call, int, reeve_text text, int64_t retry_after_ms) {
  LaneThread& lane = of(engine);
  if (call != lane.running_) return;
  lane.error_ = view(text).substr(0, kLogLine);
  lane.retry_after_ms_ = retry_after_ms;
}

}  // namespace reeve::plugin
