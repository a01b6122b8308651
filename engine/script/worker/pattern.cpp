#include "script/worker/pattern.h"

#include <array>
#include <cstring>

namespace reeve::script {

namespace {
constexpr int kMaxDepth = 200;
constexpr char kEscape = '%';

enum ClassBit : uint8_t { kAlpha = 1, kDigit = 2, kLower = 4, kUpper = 8, kSpace = 16, kControl = 32, kPunct = 64 };

// The C locale's classes, whatever locale the process has.
constexpr std::array<uint8_t, 256> make_classes() {
  std::array<uint8_t, 256> table{};
  for (int c = 0; c < 128; ++c) {
    uint8_t bits = 0;
    if (c >= 'a' && c <= 'z') bits |= kAlpha | kLower;
    if (c >= 'A' && c <= 'Z') bits |= kAlpha | kUpper;
    if (c >= '0' && c <= '9') bits |= kDigit;
    if (c == ' ' || (c >= 9 && c <= 13)) bits |= kSpace;
    if (c < 32 || c == 127) bits |= kControl;
    if (c > 32 && c < 127 && !(bits & (kAlpha | kDigit))) bits |= kPunct;
    table[static_cast<size_t>(c)] = bits;
  }
  return table;
}
constexpr std::array<uint8_t, 256> kClasses = make_classes();

bool is_hex(unsigned char c) {
  return (kClasses[c] & kDigit) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

constexpr const char* kBadIndex[] = {"invalid capture index %0", "invalid capture index %1", "invalid capture index %2",
                                     "invalid capture index %3", "invalid capture index %4", "invalid capture index %5",
                                     "invalid capture index %6", "invalid capture index %7", "invalid capture index %8",
                                     "invalid capture index %9"};

unsigned char byte(const char* p) {
  return static_cast<unsigned char>(*p);
}

// What it costs to ask whether one character is in a class: a set is walked through.
int64_t cost(const char* p, const char* end) {
  return 1 + (end - p) / 8;
}
}  // namespace

Matcher::Matcher(std::string_view text, std::string_view pattern, int64_t& steps)
    : text_(text.data()),
      text_end_(text.data() + text.size()),
      pattern_(pattern.data()),
      pattern_end_(pattern.data() + pattern.size()),
      steps_(steps) {
  anchored_ = !pattern.empty() && pattern[0] == '^';
  if (anchored_) ++pattern_;
}

bool Matcher::spend(int64_t steps) {
  steps_ -= steps;
  if (steps_ >= 0) return true;
  stopped_ = Outcome::kOutOfSteps;
  return false;
}

Matcher::Place Matcher::malformed(const char* problem) {
  stopped_ = Outcome::kMalformed;
  problem_ = problem;
  return nullptr;
}

Matcher::Outcome Matcher::run(Place s, Match& match) {
  captures_ = 0;
  depth_ = kMaxDepth;
  stopped_ = Outcome::kNoMatch;
  const Place end = this->match(s, pattern_);
  if (!end) return stopped_;
  for (int i = 0; i < captures_; ++i) {
    if (capture_[i].length == Capture::kOpen) return malformed("unfinished capture"), stopped_;
    match.capture[i] = capture_[i];
  }
  match.begin = static_cast<size_t>(s - text_);
  match.end = static_cast<size_t>(end - text_);
  match.captures = captures_;
  return Outcome::kMatch;
}

Matcher::Outcome Matcher::match_at(size_t from, Match& match) {
  return run(text_ + from, match);
}

// True when a match must begin with the pattern's first character as it is.
bool Matcher::plain_start(Place p, Place end) {
  if (p == end || std::strchr("%.[($^*+?-)", *p)) return false;
  return p + 1 == end || !std::strchr("*?-", p[1]);
}

Matcher::Outcome Matcher::search(size_t from, Match& match) {
  Place s = text_ + from;
  if (anchored_) return run(s, match);
  const bool plain = plain_start(pattern_, pattern_end_);
  for (;; ++s) {
    if (plain) {
      const auto* found = s == text_end_ ? nullptr : std::memchr(s, *pattern_, static_cast<size_t>(text_end_ - s));
      if (!found) return Outcome::kNoMatch;
      s = static_cast<Place>(found);
    }
    const Outcome outcome = run(s, match);
    if (outcome != Outcome::kNoMatch) return outcome;
    if (s == text_end_) return Outcome::kNoMatch;
    if (!spend(1)) return stopped_;
  }
}

Matcher::Place Matcher::match(Place s, Place p) {
  if (depth_-- == 0) return malformed("pattern too complex");
  Place result = nullptr;
  for (;;) {
    if (p == pattern_end_) {
      result = s;
      break;
    }
    if (*p == '(') {
      result = p + 1 < pattern_end_ && p[1] == ')' ? open_capture(s, p + 2, Capture::kPosition)
                                                   : open_capture(s, p + 1, Capture::kOpen);
      break;
    }
    if (*p == ')') {
      result = close_capture(s, p + 1);
      break;
    }
    if (*p == '$' && p + 1 == pattern_end_) {
      result = s == text_end_ ? s : nullptr;
      break;
    }
    bool again = false;
    Place next_p = nullptr;
    result = match_default(s, p, again, next_p);
    if (!again) break;
    s = result;
    p = next_p;
  }
  ++depth_;
  return result;
}

// One item that is no capture: \return where the text stands after it (with `again` and the rest of the pattern in
// `next_p`), or the end of the whole match, or nullptr.
Matcher::Place Matcher::match_default(Place s, Place p, bool& again, Place& next_p) {
  if (!spend(1)) return nullptr;
  if (*p == kEscape && p + 1 < pattern_end_) {
    if (p[1] == 'b') {
      const Place after = balanced(s, p + 2);
      again = after != nullptr;
      next_p = p + 4;
      return after;
    }
    if (p[1] == 'f') {
      p += 2;
      if (p >= pattern_end_ || *p != '[') return malformed("missing '[' after '%f' in pattern");
      const Place end = class_end(p);
      if (!end || !spend(2 * cost(p, end)) || !frontier(s, p, end - 1)) return nullptr;
      again = true;
      next_p = end;
      return s;
    }
    if (kClasses[byte(p + 1)] & kDigit) {
      const Place after = back_reference(s, byte(p + 1));
      again = after != nullptr;
      next_p = p + 2;
      return after;
    }
  }
  const Place end = class_end(p);
  if (!end || !spend(cost(p, end) - 1)) return nullptr;
  const char suffix = end < pattern_end_ ? *end : 0;
  if (suffix == '*') return repeat_most(s, p, end);
  if (suffix == '-') return repeat_least(s, p, end);
  const bool here = single(s, p, end);
  if (suffix == '+') return here ? repeat_most(s + 1, p, end) : nullptr;
  if (suffix == '?') {
    if (here) {
      const Place result = match(s + 1, end + 1);
      if (result || stopped_ != Outcome::kNoMatch) return result;
    }
    again = true;
    next_p = end + 1;
    return s;
  }
  if (!here) return nullptr;
  again = true;
  next_p = end;
  return s + 1;
}

Matcher::Place Matcher::repeat_most(Place s, Place p, Place end) {
  ptrdiff_t count = 0;
  if (*p == '.') {
    count = text_end_ - s;
  } else {
    while (single(s + count, p, end)) ++count;
  }
  if (!spend(*p == '.' ? 1 : count * cost(p, end))) return nullptr;
  for (; count >= 0; --count) {
    const Place result = match(s + count, end + 1);
    if (result || stopped_ != Outcome::kNoMatch) return result;
    if (!spend(1)) return nullptr;
  }
  return nullptr;
}

Matcher::Place Matcher::repeat_least(Place s, Place p, Place end) {
  for (;;) {
    const Place result = match(s, end + 1);
    if (result || stopped_ != Outcome::kNoMatch) return result;
    if (!single(s, p, end) || !spend(cost(p, end))) return nullptr;
    ++s;
  }
}

Matcher::Place Matcher::open_capture(Place s, Place p, ptrdiff_t what) {
  if (captures_ >= kMaxCaptures) return malformed("too many captures");
  capture_[captures_] = {static_cast<size_t>(s - text_), what};
  ++captures_;
  const Place result = match(s, p);
  if (!result) --captures_;
  return result;
}

int Matcher::capture_to_close() {
  for (int level = captures_ - 1; level >= 0; --level)
    if (capture_[level].length == Capture::kOpen) return level;
  malformed("invalid pattern capture");
  return -1;
}

Matcher::Place Matcher::close_capture(Place s, Place p) {
  const int level = capture_to_close();
  if (level < 0) return nullptr;
  capture_[level].length = (s - text_) - static_cast<ptrdiff_t>(capture_[level].at);
  const Place result = match(s, p);
  if (!result) capture_[level].length = Capture::kOpen;
  return result;
}

Matcher::Place Matcher::balanced(Place s, Place p) {
  if (p + 1 >= pattern_end_) return malformed("malformed pattern (missing arguments to '%b')");
  if (s == text_end_ || *s != *p) return nullptr;
  const char open = p[0], close = p[1];
  int level = 1;
  for (Place at = s + 1; at < text_end_; ++at) {
    if (!spend(1)) return nullptr;
    if (*at == close) {
      if (--level == 0) return at + 1;
    } else if (*at == open) {
      ++level;
    }
  }
  return nullptr;
}

Matcher::Place Matcher::back_reference(Place s, unsigned char digit) {
  const int level = digit - '1';
  if (level < 0 || level >= captures_ || capture_[level].length == Capture::kOpen)
    return malformed(kBadIndex[digit - '0']);
  // A position capture has no text: stock Lua compares with a huge length and never matches.
  if (capture_[level].length < 0) return nullptr;
  const auto length = static_cast<size_t>(capture_[level].length);
  if (!spend(static_cast<int64_t>(length))) return nullptr;
  if (static_cast<size_t>(text_end_ - s) < length) return nullptr;
  return std::memcmp(text_ + capture_[level].at, s, length) == 0 ? s + length : nullptr;
}

bool Matcher::frontier(Place s, Place set, Place set_last) const {
  const unsigned char before = s == text_ ? 0 : byte(s - 1);
  const unsigned char here = s == text_end_ ? 0 : byte(s);
  return !in_set(before, set, set_last) && in_set(here, set, set_last);
}

Matcher::Place Matcher::class_end(Place p) {
  const char first = *p++;
  if (first == kEscape) {
    if (p == pattern_end_) return malformed("malformed pattern (ends with '%')");
    return p + 1;
  }
  if (first != '[') return p;
  if (p < pattern_end_ && *p == '^') ++p;
  do {
    if (p == pattern_end_) return malformed("malformed pattern (missing ']')");
    const char c = *p++;
    if (c == kEscape) {
      if (p == pattern_end_) return malformed("malformed pattern (missing ']')");
      ++p;
    }
  } while (p == pattern_end_ || *p != ']');
  return p + 1;
}

bool Matcher::single(Place s, Place p, Place end) const {
  if (s >= text_end_) return false;
  const unsigned char c = byte(s);
  switch (*p) {
    case '.':
      return true;
    case kEscape:
      return in_class(c, byte(p + 1));
    case '[':
      return in_set(c, p, end - 1);
    default:
      return byte(p) == c;
  }
}

bool Matcher::in_class(unsigned char c, unsigned char cls) {
  const unsigned char lower = kClasses[cls] & kUpper ? static_cast<unsigned char>(cls | 0x20) : cls;
  bool is = false;
  switch (lower) {
    case 'a':
      is = kClasses[c] & kAlpha;
      break;
    case 'c':
      is = kClasses[c] & kControl;
      break;
    case 'd':
      is = kClasses[c] & kDigit;
      break;
    case 'g':
      is = kClasses[c] & (kAlpha | kDigit | kPunct);
      break;
    case 'l':
      is = kClasses[c] & kLower;
      break;
    case 'p':
      is = kClasses[c] & kPunct;
      break;
    case 's':
      is = kClasses[c] & kSpace;
      break;
    case 'u':
      is = kClasses[c] & kUpper;
      break;
    case 'w':
      is = kClasses[c] & (kAlpha | kDigit);
      break;
    case 'x':
      is = is_hex(c);
      break;
    default:
      return cls == c;
  }
  return kClasses[cls] & kUpper ? !is : is;
}

// `p` at '[', `last` at the closing ']'.
bool Matcher::in_set(unsigned char c, Place p, Place last) {
  bool wanted = true;
  if (p[1] == '^') {
    wanted = false;
    ++p;
  }
  while (++p < last) {
    if (*p == kEscape) {
      ++p;
      if (in_class(c, byte(p))) return wanted;
    } else if (p[1] == '-' && p + 2 < last) {
      p += 2;
      if (byte(p - 2) <= c && c <= byte(p)) return wanted;
    } else if (byte(p) == c) {
      return wanted;
    }
  }
  return !wanted;
}

}  // namespace reeve::script
