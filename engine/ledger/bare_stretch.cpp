#include "ledger/bare_stretch.h"

#include <algorithm>

namespace reeve::ledger {

namespace {
constexpr uint64_t kNearUs = 60'000'000;
constexpr uint64_t kMostGapUs = 60'000'000;  // what is longer may be a pause: a machine sleeps
constexpr uint64_t kMostAwakeUs = 300'000'000;

// Of any two times, however far apart.
uint64_t between(int64_t earlier, int64_t later) {
  return static_cast<uint64_t>(later) - static_cast<uint64_t>(earlier);
}

bool starts_anew(std::string_view kind) {
  return kind == "engine.start" || kind == "clock.stepped";
}
}  // namespace

bool BareStretch::counts(int64_t signed_us, int64_t written_us) {
  return between(std::min(signed_us, written_us), std::max(signed_us, written_us)) <= kNearUs;
}

void BareStretch::add(uint64_t seq) {
  if (count_++ == 0) first_ = seq;
  last_ = seq;
}

void BareStretch::add(uint64_t seq, std::string_view kind, int64_t at_us) {
  add(seq);
  if (starts_anew(kind)) {
    awake_us_ = 0;
  } else if (before_us_ && at_us > *before_us_) {
    awake_us_ += std::min(between(*before_us_, at_us), kMostGapUs);
  }
  before_us_ = at_us;
  most_us_ = std::max(most_us_, awake_us_);
}

BareStretch::Finding BareStretch::end() {
  Finding finding;
  const std::string bare =
      "entries " + std::to_string(first_) + " to " + std::to_string(last_) + ": no checkpoint among them, ";
  if (count_ > kMost) {
    finding.fault = bare + "one is due every 1000 entries";
  } else if (most_us_ > kMostAwakeUs && !said_) {
    finding.notice =
        bare + "though they were written over " + std::to_string(most_us_ / 1'000'000) + " s and one is due every 60 s";
    said_ = true;
  }
  count_ = 0;
  before_us_.reset();
  awake_us_ = most_us_ = 0;
  return finding;
}

}  // namespace reeve::ledger
