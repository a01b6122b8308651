/// \file
/// What is one process asked, and what does it answer? Requests with deadlines, over one life of a plugin process.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/base.h"
#include "child/child.h"
#include "plugin/message.h"
#include "plugin/plugin.h"

namespace reeve::plugin {

/// So long may a call outlast its deadline before it costs the process.
inline constexpr base::Duration kPatience = base::seconds(5);

/// The answer to a request: a value, and for a collect its samples.
struct Answer {
  model::Value value;
  std::vector<model::Sample> samples;
};
using OnAnswer = std::function<void(base::Result<Answer>)>;

/// Why a process ended.
struct Failure {
  StateChange::What what = StateChange::What::kCrashed;
  std::string detail;
};

/// Core thread. Every request is answered once, at the latest when the process has ended: then with kUnknownOutcome for
/// an invoke, else kUnavailable. Its listener may not destroy it before the next turn of the loop.
class Conversation {
 public:
  struct Listener {
    std::function<void(base::Result<model::Value> manifest)> on_hello;
    std::function<void(uint64_t lane, Told event)> on_event;  ///< exec: lane is 0
    std::function<void(base::Level, std::string_view text)> on_log;
    std::function<void(Failure)> on_end;  ///< once, the last call, after all answers
  };
  Conversation(const Program& program, base::Loop& loop, Listener listener);
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  /// \errors kNotFound, kUnavailable: nothing was started and nothing will be told.
  base::Status start(child::Spawner& spawner, const Search& search, const child::Limits& limits);
  /// Gives the request its id. A deadline of zero: none.
  uint64_t ask(Request request, OnAnswer done);
  /// The call is asked to end; if it has not 5 s later, the process is killed. A call that is over is no error.
  void cancel(uint64_t call);
  void credit(uint64_t lane, int64_t count, const std::string& cursor);
  /// Exec: reads on or not (its events have no credit of their own).
  void hold(bool held);
  /// Closes its input; SIGTERM after `grace`, SIGKILL 2 s later.
  void stop(base::Duration grace);
  pid_t pid() const { return process_ ? process_->pid() : 0; }
  bool exec() const { return program_.exec; }
  /// False: it has ended or was told to die. A request would not be sent.
  bool alive() const { return process_ && !ended_ && !failure_ && !stopping_; }
  /// A number for a lane, never used before in this process.
  uint64_t new_lane() { return next_lane_++; }

 private:
  struct Pending {
    Request request;  ///< without what is only for the plugin
    OnAnswer done;
    std::vector<model::Sample> samples;
    base::Status fault;  ///< a wrong sample
    base::Loop::Id timer = 0;
    bool sent = false, cancelled = false;
  };
  void greet();
  void on_stderr(std::string_view line);
  void on_message(std::string_view message);
  void on_told(Told told);
  void on_reply(Told told);
  void on_samples(Told told);
  void on_hello(Told told);
  void on_garbage(const base::Error& error, std::string_view message);
  void on_late(uint64_t call);
  void on_exit(const child::Exit& exit);
  void on_stop_late();
  void kill(Failure failure);
  void finish(uint64_t call, base::Result<Answer> answer);
  bool within_budget(size_t bytes);
  void on_budget();
  void update_pause();
  void cancel_timer(base::Loop::Id& timer);

  Program program_;
  base::Loop& loop_;
  Listener listener_;
  std::unique_ptr<Dialect> dialect_;
  std::unique_ptr<child::Process> process_;
  std::map<uint64_t, Pending> pending_;
  uint64_t next_call_ = 1, next_lane_ = 1;
  base::Loop::Id hello_timer_ = 0, stop_timer_ = 0, budget_timer_ = 0;
  base::Boot second_;                ///< when the present budget began
  size_t messages_ = 0, bytes_ = 0;  ///< of this second
  int garbage_ = 0;
  bool greeted_ = false, ended_ = false, held_ = false, stopping_ = false;
  std::optional<Failure> failure_;  ///< why we killed it
  std::string last_words_;          ///< on standard error, before its hello
};

}  // namespace reeve::plugin
