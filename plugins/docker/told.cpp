#include "docker/told.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace reeve::docker {

namespace {

/// As many as dockerd itself remembers, twice.
constexpr size_t kInMemory = 512;
/// A cursor has 1 KiB; a mark takes 9 signs.
constexpr size_t kInCursor = 64;
/// How far out of order events may come.
constexpr int64_t kBackNs = 1'000'000'000;

/// FNV-1a, folded: it need only tell apart the events of one second.
uint32_t hash_of(int64_t time_ns, std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  auto mix = [&hash](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3ULL; };
  for (int shift = 0; shift < 64; shift += 8) mix(static_cast<unsigned char>(time_ns >> shift));
  for (char c : text) mix(static_cast<unsigned char>(c));
  return static_cast<uint32_t>(hash ^ (hash >> 32));
}

template <class Number>
bool take(std::string_view& text, Number& number, char end, int base = 10) {
  auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(at - text.data()));
  if (text.empty()) return true;
  if (text.front() != end) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

Told::Told(std::string_view cursor) {
  if (!take(cursor, highest_ns_, '.') || !take(cursor, count_, '|') || !take(cursor, floor_ns_, '|')) {
    highest_ns_ = 0;
    count_ = 0;
    floor_ns_ = 0;
    return;
  }
  // The times of the marks are not kept: as the latest possible ones they stay as long as they may be needed.
  uint32_t hash = 0;
  while (!cursor.empty() && take(cursor, hash, ',', 16)) recent_.push_front({highest_ns_, hash});
}

int64_t Told::since_ns() const {
  return std::max(floor_ns_, highest_ns_ - kBackNs);
}

bool Told::knows(int64_t time_ns, std::string_view text) const {
  uint32_t hash = hash_of(time_ns, text);
  return std::any_of(recent_.begin(), recent_.end(), [&](const Mark& mark) { return mark.hash == hash; });
}

void Told::add(int64_t time_ns, std::string_view text) {
  if (time_ns > highest_ns_) {
    highest_ns_ = time_ns;
    count_ = 0;
  } else {
    ++count_;
  }
  recent_.push_back({time_ns, hash_of(time_ns, text)});
  if (recent_.size() <= kInMemory) return;
  floor_ns_ = std::max(floor_ns_, recent_.front().time_ns + 1);
  recent_.pop_front();
}

void Told::begin(int64_t time_ns) {
  highest_ns_ = floor_ns_ = time_ns;
  count_ = 0;
}

std::string Told::cursor() const {
  // Newest first, until the room or the window ends; what is dropped moves the moment to ask from past it.
  int64_t since = since_ns();
  std::string marks;
  size_t kept = 0;
  for (auto mark = recent_.rbegin(); mark != recent_.rend(); ++mark) {
    if (mark->time_ns < since) continue;
    if (kept == kInCursor) {
      since = mark->time_ns + 1;
      break;
    }
    char hex[16];
    std::snprintf(hex, sizeof hex, "%s%08x", kept == 0 ? "" : ",", mark->hash);
    marks += hex;
    ++kept;
  }
  return std::to_string(highest_ns_) + "." + std::to_string(count_) + "|" + std::to_string(since) + "|" + marks;
}

std::string engine_time(int64_t time_ns) {
  char text[40];
  std::snprintf(text, sizeof text, "%lld.%09lld", static_cast<long long>(time_ns / 1'000'000'000),
                static_cast<long long>(time_ns % 1'000'000'000));
  return text;
}

}  // namespace reeve::docker
