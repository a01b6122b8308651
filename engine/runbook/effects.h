/// \file
/// Is this event the engine's own doing? Open effects of steps, by target and the events they cause (SAFETY,
/// "Engine-caused effects").
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/base.h"

namespace reeve::runbook {

/// Core thread. An effect lasts from its intent until the last event of `causes`, at most until `settles` after its
/// outcome.
class Effects {
 public:
  /// `step` is `<run>/<path>`; `causes` are event types in their order ("docker.die", or "die" alone).
  void open(std::string step, std::vector<std::string> targets, std::vector<std::string> causes, base::Time intent);
  /// The step has its outcome: the effect ends by `until` at the latest.
  void outcome(const std::string& step, base::Boot until);
  void close(const std::string& step);

  /// The step whose effect an event of this type about this target is, or empty; what comes before the intent, after
  /// the last event, or out of order is news.
  std::string cause_of(const std::string& type, const std::string& target, base::Time at, base::Boot now);
  /// After a restart: an event that the ledger holds as this step's effect.
  void replay(const std::string& step, const std::string& type);
  bool disturbs(const std::string& target, base::Boot now) const;
  size_t size() const { return effects_.size(); }

 private:
  struct Effect {
    std::string step;
    std::vector<std::string> targets, causes;
    base::Time intent;
    size_t at = 0;  ///< the next event is this one or a later one
    bool over = false;
    std::optional<base::Boot> until;
  };
  static bool covers(const Effect& effect, const std::string& target, base::Boot now);
  void prune(base::Boot now);

  std::vector<Effect> effects_;  ///< oldest first
};

}  // namespace reeve::runbook
