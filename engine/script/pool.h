/// \file
/// Which worker runs which script, and is it still well? The engine's side of the worker's frames.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "script/script.h"

namespace reeve::script {

/// Core thread. One worker at a time. Frames wait in `held_` while it is not there yet (back-off, spawning fails).
class WorkerPool : public Pool {
 public:
  WorkerPool(Settings settings, child::Spawner& spawner, base::Loop& loop, base::Random& random, Listener* listener);
  ~WorkerPool() override;

  void declare(const std::string& bundle, OnDeclared done) override;
  void start(Start start) override;
  bool has(const std::string& run) const override { return runs_.contains(run); }
  void answer(const std::string& run, const std::string& path, base::Result<model::Value> value,
              base::Time now) override;
  void check(const std::string& run, const std::string& path, base::Time now) override;
  void clean_up(const std::string& run, base::Time now) override;
  void drop(const std::string& run) override;
  size_t runs() const override { return runs_.size(); }
  pid_t pid() const override { return process_ ? process_->pid() : 0; }

 private:
  /// A frame that the worker answers with exactly one frame.
  struct Asked {
    std::string run;  ///< or
    uint64_t id = 0;  ///< of a declare
  };
  struct Declaring {
    std::string bundle;
    OnDeclared done;
    int tries = 0;
  };

  void send(const model::Value& frame, Asked asked);
  void ensure_worker();
  void spawn();
  void on_message(std::string_view message);
  void on_turn(const model::Value::List& frame);
  void on_item(const std::string& run, const model::Value::List& item);
  void on_declared(const model::Value::List& frame);
  void answered();
  void watch_head();
  void on_late();
  void on_exit(const std::string& how);
  void lose_all(const std::string& why);
  void declare_again(Declaring declaring);
  void retry_declares(uint64_t blamed, const std::string& why);
  void rest_when_idle();

  Settings settings_;
  child::Spawner& spawner_;
  base::Loop& loop_;
  base::Random& random_;
  Listener* listener_;
  std::unique_ptr<child::Process> process_;
  bool greeted_ = false;
  std::set<std::string> runs_;
  std::map<uint64_t, Declaring> declaring_;
  uint64_t next_id_ = 1;
  std::deque<Asked> asked_;                         ///< in the order in which the worker takes them
  std::deque<std::pair<std::string, Asked>> held_;  ///< frames not sent yet
  base::Loop::Id late_ = 0, idle_ = 0, again_ = 0;
  int failures_ = 0;
  base::Boot born_{};
  std::string killed_for_;
};

}  // namespace reeve::script
