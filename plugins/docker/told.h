/// \file
/// Which events has the engine already been given? The cursor of the docker watcher.
///
/// dockerd replays events from a moment on, inclusively; it stamps an event a little before it puts it in line, so two
/// may come in the wrong order, or once in the replay and once live. So the cursor holds the highest time told so far,
/// a count within it (both together are its order, which only grows), the moment from which to ask again, and short
/// hashes of what was told since that moment: `1732455551250000000.3|1732455551240000000|9f3c21aa,04b1c99e`.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace reeve::docker {

class Told {
 public:
  /// From a cursor of an earlier watcher; anything else begins anew.
  explicit Told(std::string_view cursor = {});

  /// True when nothing was ever told: there is no past to ask for.
  bool empty() const { return highest_ns_ == 0; }
  /// Nanoseconds of Unix time from which the source must be asked again so that nothing is missed.
  int64_t since_ns() const;
  /// Was this event (its time and its whole text) told before?
  bool knows(int64_t time_ns, std::string_view text) const;
  /// Takes note of it. Then cursor() is the one that goes with it.
  void add(int64_t time_ns, std::string_view text);
  /// Begins at this moment: what was before is not asked for.
  void begin(int64_t time_ns);
  /// Moves the cursor on without an event of the source.
  void step() { ++count_; }
  std::string cursor() const;

 private:
  struct Mark {
    int64_t time_ns;
    uint32_t hash;
  };
  int64_t highest_ns_ = 0;
  uint64_t count_ = 0;    ///< events told since highest_ns_ became what it is
  int64_t floor_ns_ = 0;  ///< everything before it was told, or is not asked for
  std::deque<Mark> recent_;
};

/// "1732455551250000000" -> "1732455551.250000000", as the engine's since= takes it.
std::string engine_time(int64_t time_ns);

}  // namespace reeve::docker
