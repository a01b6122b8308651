/// \file
/// Does a Lua pattern match a text, without ever running away? Lua 5.4's patterns with a budget of steps.
///
/// Stock Lua matches in C, where no hook reaches it: a 26-character pattern blocks for 34 s. Here every character
/// looked at costs a step, and a match that has used up its steps says so. No Lua in this file: it is fuzzed alone.
/// Source of the meaning: Lua 5.4 manual, 6.4.1; the messages are those of lstrlib.c.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace reeve::script {

inline constexpr int kMaxCaptures = 32;

/// A piece of the text; a position capture `()` has no length.
struct Capture {
  static constexpr ptrdiff_t kOpen = -1, kPosition = -2;
  size_t at = 0;
  ptrdiff_t length = kOpen;
};

struct Match {
  size_t begin = 0, end = 0;
  int captures = 0;
  Capture capture[kMaxCaptures];
};

class Matcher {
 public:
  enum class Outcome { kMatch, kNoMatch, kOutOfSteps, kMalformed };

  /// `steps` is counted down and must outlive the matcher, as must the texts.
  Matcher(std::string_view text, std::string_view pattern, int64_t& steps);

  /// The first match that begins at or after `from` (at `from` only, if the pattern begins with `^`).
  Outcome search(size_t from, Match& match);
  /// A match that begins at `from`.
  Outcome match_at(size_t from, Match& match);
  bool anchored() const { return anchored_; }
  /// What is wrong, after kMalformed.
  const char* problem() const { return problem_; }

 private:
  using Place = const char*;
  Place match(Place s, Place p);
  Place match_default(Place s, Place p, bool& again, Place& next_p);
  Place repeat_most(Place s, Place p, Place end);
  Place repeat_least(Place s, Place p, Place end);
  Place open_capture(Place s, Place p, ptrdiff_t what);
  Place close_capture(Place s, Place p);
  Place balanced(Place s, Place p);
  Place back_reference(Place s, unsigned char digit);
  bool frontier(Place s, Place set, Place set_end) const;
  Place class_end(Place p);
  bool single(Place s, Place p, Place end) const;
  static bool in_set(unsigned char c, Place p, Place last);
  static bool in_class(unsigned char c, unsigned char cls);
  int capture_to_close();
  bool spend(int64_t steps);
  Place malformed(const char* problem);
  Outcome run(Place s, Match& match);
  static bool plain_start(Place p, Place end);

  Place text_, text_end_, pattern_, pattern_end_;
  int64_t& steps_;
  bool anchored_ = false;
  int depth_ = 0;
  int captures_ = 0;
  Capture capture_[kMaxCaptures];
  Outcome stopped_ = Outcome::kNoMatch;  ///< why match() gave up for good
  const char* problem_ = "";
};

}  // namespace reeve::script
