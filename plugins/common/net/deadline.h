/// \file
/// How long may a call still wait, and has somebody asked it to stop?
#pragma once

#include <cstdint>
#include <functional>

namespace reeve::common {

/// Milliseconds of a clock that goes on during suspend and is never set (CLOCK_BOOTTIME).
int64_t boot_ms();

/// The end of a wait, and the stop signal of who waits. A value, copied freely.
class Deadline {
 public:
  static Deadline never() { return Deadline(INT64_MAX); }
  static Deadline after_ms(int64_t ms) { return Deadline(boot_ms() + ms); }
  /// The earlier one.
  Deadline at_most_ms(int64_t ms) const;
  /// Waits also end when `asked` is true; it is asked at least every 200 ms, or as soon as `fd` is readable (-1: none).
  Deadline stopped_by(std::function<bool()> asked, int fd = -1) const;

  int64_t left_ms() const;  ///< 0: passed
  bool passed() const { return left_ms() == 0; }
  bool stopped() const { return asked_ && asked_(); }
  bool over() const { return stopped() || passed(); }
  int stop_fd() const { return fd_; }

  enum class Wake { kReady, kTimeout, kStopped, kError };
  /// Waits until `fd` has one of poll's `events`.
  Wake wait(int fd, short events) const;
  /// Sleeps at most `ms`; false when the deadline passed or somebody asked to stop.
  bool sleep_ms(int64_t ms) const;

 private:
  explicit Deadline(int64_t end_ms) : end_ms_(end_ms) {}
  int64_t end_ms_;
  std::function<bool()> asked_;
  int fd_ = -1;
};

}  // namespace reeve::common
