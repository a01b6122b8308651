/// \file
/// What does one see in `reeve demo`? A service is broken twice; each entry of the ledger is told as it is written.
///
/// Core thread.
#pragma once

#include <sys/types.h>

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "base/base.h"
#include "model/entry.h"

namespace reeve::app {

class DemoStory {
 public:
  struct Stage {
    std::function<pid_t()> patient;  ///< pid of the service; 0: it has none
    std::function<void()> end;       ///< ends the engine
    bool stay = false;               ///< goes on watching after the second heal
  };
  DemoStory(Stage stage, std::ostream& out) : stage_(std::move(stage)), out_(out) {}

  void on_started(const base::Status& status, base::Loop& loop, int port);
  void on_entry(const model::Entry& entry);
  bool healed_twice() const { return healed_ >= 2; }

 private:
  enum class At { kWatching, kHung, kBetween, kCrashed, kOver };
  void tick();
  void hang();
  void crash();
  void say(const std::string& who, const std::string& text);
  void on_run_ended(const std::string& result);
  void progress();

  Stage stage_;
  std::ostream& out_;
  base::Loop* loop_ = nullptr;
  At at_ = At::kWatching;
  int ticks_ = 0, since_ = 0, healed_ = 0;
  base::Boot broken_at_;
  bool told_down_ = false;
};

/// Starts a program in a session of its own; it outlives this process.
bool spawn_detached(const std::vector<const char*>& argv);
/// Verifies the ledger and prints what that showed; an exit code.
int prove(const std::string& state, std::ostream& out);

}  // namespace reeve::app
