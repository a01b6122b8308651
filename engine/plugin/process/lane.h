/// \file
/// What does one lane of one instance do? A thread that runs the plugin's code, one call at a time.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "plugin/process/batch.h"
#include "plugin/process/wire.h"
#include "plugin/process/writer.h"
#include "reeve/plugin.h"

namespace reeve::plugin {

/// One thing for the lane to do, as the engine asked for it.
struct Task {
  wire::Kind kind = wire::Kind::kOpen;
  uint64_t call = 0;
  std::string action, args, key, baseline;
  int64_t deadline_ms = 0;
  bool cancelled = false;  ///< while it waited
};

/// How a lane is opened.
struct Opening {
  wire::Lane what = wire::Lane::kCollector;
  std::string config;  ///< JSON without the secret keys
  std::map<std::string, std::string> secrets;
  std::string cursor;
};

/// push(), cancel(), credit(): the process' main thread. The rest happens on the lane's own thread, which is detached
/// (a plugin that never returns from a call must not keep the process from ending) and so owns the lane together with
/// it.
class LaneThread {
 public:
  LaneThread(uint64_t id, const reeve_plugin& plugin, Opening opening, Writer& writer);
  ~LaneThread();
  LaneThread(const LaneThread&) = delete;
  LaneThread& operator=(const LaneThread&) = delete;

  static void start(std::shared_ptr<LaneThread> lane);
  void push(Task task);
  void cancel(uint64_t call);
  /// `cursor` empty: unchanged.
  void credit(int64_t count, std::string cursor);
  void cancel_all();
  /// Waits until its thread has ended, at most so long. Only after a close was pushed.
  bool wait_ended(int milliseconds);

 private:
  static LaneThread& of(const reeve_engine* engine) { return *static_cast<LaneThread*>(engine->context); }
  static int on_sample(const reeve_engine*, reeve_call, const reeve_sample*);
  static int on_event(const reeve_engine*, reeve_call, const reeve_event*);
  static size_t on_durable(const reeve_engine*, char*, size_t);
  static void on_log(const reeve_engine*, int, reeve_text);
  static size_t on_secret(const reeve_engine*, reeve_text, char*, size_t);
  static int on_cancelled(const reeve_engine*, reeve_call);
  static int on_cancel_fd(const reeve_engine*);
  static void on_answer(const reeve_engine*, reeve_call, reeve_text);
  static void on_fail(const reeve_engine*, reeve_call, int, reeve_text, int64_t);

  void run();
  Task next();
  void do_open(const Task& task);
  void do_call(const Task& task);
  int invoke_plugin(const Task& task);
  void begin(const Task& task);
  void finish();
  void reply(uint64_t call, int fault, std::string_view text, int64_t retry_after_ms = 0, std::string_view answer = {});
  bool wait_for_credit(uint64_t call);
  bool may_log();
  void raise_cancel();

  const uint64_t id_;
  const reeve_plugin& plugin_;
  Opening opening_;
  Writer& writer_;
  reeve_engine engine_{};
  int cancel_fd_;

  std::mutex mutex_;
  std::condition_variable wake_;  ///< a task, credit, a cancel, the end
  std::deque<Task> tasks_;
  uint64_t running_ = 0;  ///< the call inside the plugin; 0: none
  bool cancelled_ = false, ended_ = false;
  int64_t credit_ = kCredit;
  std::string durable_;
  int64_t log_second_ = 0, logged_ = 0;  ///< log lines of this second

  void* lane_ = nullptr;
  Batch batch_;
  std::string answer_, error_;  ///< of the running call
  int64_t retry_after_ms_ = 0;
};

}  // namespace reeve::plugin
