/// \file
/// When does the process end, and when is there a new one? Seen at once, by pidfd and inotify. The plugin's Watcher.
///
/// Its cursor is the life it told last, so what happened while nobody watched is told when watching begins again.
#pragma once

#include "common/process/pidfd.h"
#include "proc/identity.h"
#include "proc/starts.h"
#include "reeve/plugin.hpp"

namespace reeve::proc {

class ProcWatcher : public Watcher {
 public:
  ProcWatcher(const Config& config, const std::string& cursor)
      : settings_(Settings::of(config)),
        starts_(settings_.name),
        seen_before_(!cursor.empty()),
        last_(life_of(cursor)) {}
  void watch(Events& out) override;

 private:
  enum class Seen { kNow, kLate };
  /// Compares the life told last with the present.
  void catch_up(Events& out);
  void wait(Events& out);
  void look(Events& out);
  void on_started_by_us(const std::vector<pid_t>& started, Events& out);
  void on_end(bool restarted, Events& out);
  /// How long to wait for a daemon to show itself after its starter, a child of ours, ended well.
  Milliseconds patience(const common::ProcessStat& ended, std::optional<common::Death> death) const;
  /// Did another one take its place, that was there before it ended (or shows itself within `patience`)?
  bool handed_over(const common::ProcessStat& ended, Milliseconds patience, Events& out);

  /// Holds on to it. False: it is gone already.
  bool hold(const common::ProcessStat& process);
  void tell_start(Seen seen, Events& out);
  void tell_exit(const Life& life, std::optional<common::Death> death, Seen seen, Events& out);
  void tell_state(Events& out);
  Event event(const char* type) const;
  /// A cursor is "is " and the text of a life: it begins with no digit, so it has no order.
  static Life life_of(const std::string& cursor) {
    return Life::parse(cursor.substr(std::min<size_t>(3, cursor.size())));
  }
  int timeout_ms() const;
  void watch_folder();
  void reap();

  Settings settings_;
  Starts starts_;
  bool seen_before_;
  Life last_;  ///< as told
  std::optional<common::ProcessStat> process_;
  common::Pidfd handle_;
  bool ours_ = false;  ///< started by our Actor
  int acts_when_held_ = 0;
  common::Descriptor folder_;
  /// Dead children, kept a while for the Actor that waits for them, then reaped.
  std::vector<std::pair<common::Pidfd, common::Deadline>> dead_;
};

}  // namespace reeve::proc
