/// \file
/// How does the engine see one lane? Open it, give it one call at a time, open it anew when it broke, close it.
#pragma once

#include <functional>
#include <string>

#include "base/base.h"
#include "plugin/host.h"
#include "plugin/message.h"

namespace reeve::plugin {

/// What a lane is made of.
struct LaneSetup {
  LaneKind kind = LaneKind::kCollector;
  std::string instance;
  model::Value config;
  std::vector<std::pair<std::string, std::string>> secrets;
};

/// Core thread. Lives in the fleet's table of lanes; ends itself never.
class Lane {
 public:
  enum class At { kDown, kOpening, kRetrying, kIdle, kBusy, kClosing, kClosed };
  struct Listener {
    std::function<std::string()> cursor;  ///< watcher: where to begin
    std::function<void()> on_idle;        ///< ready for a call
    std::function<void(Told event, uint64_t lane)> on_event;
    std::function<void()> on_closed;  ///< once, after close()
  };
  Lane(LaneSetup setup, base::Live<Lane>& live, base::Live<Host>& hosts, base::Handle host, const Surroundings& around);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  /// Once, right after it was added to its table.
  void begin(base::Handle self, Listener listener);

  void host_up();
  void host_down();
  /// Ready for a call. Not when its process has just ended and it has not been told yet.
  bool idle() const { return at_ == At::kIdle && talk() != nullptr; }
  At at() const { return at_; }
  LaneKind kind() const { return setup_.kind; }
  base::Handle host() const { return host_; }
  /// Its number in the process; 0: not open.
  uint64_t number() const { return number_; }
  /// Only when idle. `done` is called once; the lane is idle again by then.
  void call(Request request, OnAnswer done);
  /// After its running call; a watch is cancelled.
  void close();
  /// `taken`: events handed over; `settled`: of them, made durable. Holds back an exec watcher that has no credit.
  void settle(uint64_t number, int64_t count, const std::string& cursor);
  void take(Told event);
  model::Value status() const;

 private:
  void open();
  void on_opened(base::Result<Answer> answer);
  void watch();
  void on_watched(base::Result<Answer> answer);
  void on_called(base::Result<Answer> answer);
  void close_now();
  void on_closed(base::Result<Answer> answer);
  void reopen_later(const std::string& why);
  void on_retry();
  void closed();
  Conversation* talk() const;

  LaneSetup setup_;
  base::Live<Lane>& live_;
  base::Live<Host>& hosts_;
  base::Handle host_, self_;
  Surroundings around_;
  Listener listener_;
  At at_ = At::kDown;
  bool leaving_ = false, reopening_ = false;
  uint64_t number_ = 0, call_ = 0;
  int64_t unsettled_ = 0;  ///< events taken and not yet durable
  int fails_ = 0;
  base::Boot opened_;
  base::Loop::Id timer_ = 0;
  OnAnswer done_;
  std::string last_error_;
};
const char* lane_state_name(Lane::At at);

}  // namespace reeve::plugin
