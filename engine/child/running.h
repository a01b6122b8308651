/// \file
/// What does the engine know of one running child? Its pid and pidfd, its three pipes, and how it is ended.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/base.h"
#include "child/child.h"
#include "child/error_lines.h"
#include "child/frame.h"
#include "child/outlet.h"

namespace reeve::child {

/// The engine's ends of a new process.
struct Ends {
  pid_t pid = 0;
  int pidfd = -1;
  int input = -1, output = -1, errors = -1;  ///< non-blocking
};

/// Core thread. Lives in the spawner's table until the process is reaped, also when nobody wants it any more.
class Running {
 public:
  Running(base::Loop& loop, Ends ends, Channel channel, Callbacks callbacks);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  pid_t pid() const { return pid_; }
  bool ended() const { return ended_; }
  bool send(std::string_view message);
  void close_input() { input_.finish(); }
  void signal_group(int number) const;
  void stop(base::Duration grace);
  void pause(bool paused);
  /// Nobody listens any more: kills the group; no callback from now on.
  void abandon();

  /// Called when it has been reaped and nothing of it is needed any more. Must not destroy it before the next turn.
  std::function<void()> on_done;

 private:
  void listen();
  void on_readable();
  bool read_once();
  void deliver();
  void on_ended();
  void finish();
  void on_grace_over();
  void close_output();
  void break_off(std::string reason);
  void report();

  base::Loop& loop_;
  pid_t pid_;
  int pidfd_, output_fd_;
  Channel channel_;
  Callbacks callbacks_;
  Outlet input_;
  ErrorLines errors_;
  Splitter splitter_;
  base::Loop::Id output_watch_ = 0, pid_watch_ = 0, grace_timer_ = 0;
  bool paused_ = false, abandoned_ = false, ended_ = false, delivering_ = false, reported_ = false;
  Exit exit_;
};

}  // namespace reeve::child
