/// \file
/// How does a plugin's process stay there? One process at a time, restarted for ever with growing delays.
///
/// A shared object has one host for all its instances; an exec plugin one for each lane of each instance.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/base.h"
#include "child/child.h"
#include "plugin/conversation.h"

namespace reeve::plugin {

/// What hosts share.
struct Surroundings {
  child::Spawner& spawner;
  const Search& search;
  base::Loop& loop;
  base::Random& random;
};

/// After this many failures in a row it counts as quarantined: tried on, but told to people.
inline constexpr int kQuarantineAfter = 5;

/// Core thread.
class Host {
 public:
  enum class At { kDown, kStarting, kUp, kStopping, kStopped };
  struct Listener {
    std::function<void()> on_up;
    std::function<void()> on_down;  ///< every call of it has been answered
    std::function<void(StateChange::What, const std::string& detail, int consecutive)> on_state;
    std::function<void(uint64_t lane, Told event)> on_event;
    std::function<void()> on_stopped;  ///< once, after stop()
  };
  Host(Program program, bool free, const Surroundings& around);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  /// Once, before start().
  void begin(Listener listener) { listener_ = std::move(listener); }
  void start();
  void stop();

  const Program& program() const { return program_; }
  /// nullptr: it is not up.
  Conversation* up() { return at_ == At::kUp && conversation_->alive() ? conversation_.get() : nullptr; }
  At at() const { return at_; }
  /// Never started yet.
  bool fresh() const { return !conversation_ && !old_ && timer_ == 0; }
  bool quarantined() const { return consecutive_ >= kQuarantineAfter; }
  /// A call was answered: it does not only live, it works.
  void worked() { worked_ = true; }
  model::Value status() const;

 private:
  void on_hello(base::Result<model::Value> manifest);
  void on_end(const Failure& failure);
  void on_stable();
  void failed(const Failure& failure);
  void log(base::Level level, std::string_view text) const;

  Program program_;
  bool free_;  ///< it starts programs of others: no limits that these would inherit
  Surroundings around_;
  Listener listener_;
  std::unique_ptr<Conversation> conversation_, old_;
  At at_ = At::kDown;
  base::Loop::Id timer_ = 0;
  int consecutive_ = 0;
  int64_t restarts_ = 0;
  bool worked_ = false;
  std::string last_error_;
};
const char* host_state_name(Host::At at);

}  // namespace reeve::plugin
