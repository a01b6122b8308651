#include "docker/told.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

namespace reeve::docker {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kStart = 1'732'455'551 * kSecond;

/// The order with which a cursor begins.
std::pair<int64_t, int64_t> order_of(const std::string& cursor) {
  size_t dot = cursor.find('.');
  return {std::stoll(cursor.substr(0, dot)), std::stoll(cursor.substr(dot + 1))};
}

TEST(Told, BeginsWithNothing) {
  EXPECT_TRUE(Told().empty());
  for (const char* bad : {"", "x", "12", "12.", "12.1", "12.1|", "12.1|x|", "{\"0\":1}"}) {
    EXPECT_TRUE(Told(bad).empty()) << bad;
  }
}

TEST(Told, KnowsWhatItToldAcrossACursor) {
  Told told;
  told.begin(kStart);
  EXPECT_FALSE(told.knows(kStart + 1, "a"));
  told.add(kStart + 1, "a");
  told.add(kStart + 5, "b");
  told.add(kStart + 3, "late");
  Told again(told.cursor());
  EXPECT_TRUE(again.knows(kStart + 1, "a"));
  EXPECT_TRUE(again.knows(kStart + 3, "late"));
  EXPECT_FALSE(again.knows(kStart + 1, "b")) << "another time is another event";
  EXPECT_FALSE(again.knows(kStart + 5, "c")) << "two events in one nanosecond";
  EXPECT_LE(again.since_ns(), kStart + 1);
  EXPECT_EQ(again.cursor(), told.cursor());
}

TEST(Told, AsksForNothingBeforeItsBegin) {
  Told told;
  told.begin(kStart);
  EXPECT_EQ(told.since_ns(), kStart);
  told.add(kStart + 10, "a");
  EXPECT_EQ(Told(told.cursor()).since_ns(), kStart);
  told.add(kStart + 9 * kSecond, "b");
  EXPECT_EQ(Told(told.cursor()).since_ns(), kStart + 8 * kSecond);
}

TEST(Told, KeepsItsCursorSmallInAStorm) {
  Told told;
  told.begin(kStart);
  for (int i = 0; i < 5000; ++i) told.add(kStart + i, "event " + std::to_string(i));
  EXPECT_LE(told.cursor().size(), 1024U);
  Told again(told.cursor());
  for (int i = 0; i < 5000; ++i) {
    bool asked_again = kStart + i >= again.since_ns();
    EXPECT_TRUE(!asked_again || again.knows(kStart + i, "event " + std::to_string(i))) << i;
  }
}

/// A source as dockerd: events stamped a little before they stand in line, replayed by time, some twice.
struct Source {
  std::vector<std::pair<int64_t, std::string>> line;
  std::vector<size_t> since(int64_t time) const {
    std::vector<size_t> found;
    for (size_t i = 0; i < line.size(); ++i) {
      if (line[i].first >= time) found.push_back(i);
    }
    return found;
  }
};

TEST(Told, TellsEachEventOnceWhereverItIsCutOff) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    Source source;
    int64_t now = kStart;
    for (int i = 0; i < 200; ++i) {
      now += static_cast<int64_t>(random() % (random() % 20 == 0 ? 2 * kSecond : 3'000'000));
      int64_t early = random() % 5 == 0 ? static_cast<int64_t>(random() % 20'000'000) : 0;
      source.line.emplace_back(std::max(now - early, kStart), "event" + std::to_string(i));
    }
    std::multiset<std::string> told_texts;
    std::string cursor;
    std::pair<int64_t, int64_t> last{0, 0};
    size_t live = 0;
    Told first;
    first.begin(kStart);
    cursor = first.cursor();
    while (live < source.line.size()) {
      Told told(cursor);
      size_t until = std::min(source.line.size(), live + 1 + random() % 40);
      auto replay = source.since(told.since_ns());
      auto tell = [&](size_t i) {
        const auto& [time, text] = source.line[i];
        if (told.knows(time, text)) return;
        told.add(time, text);
        told_texts.insert(text);
        cursor = told.cursor();
        ASSERT_GT(order_of(cursor), last);
        last = order_of(cursor);
      };
      for (size_t i : replay) {
        if (i < until) tell(i);
      }
      // What came between replay and stream is heard twice.
      for (size_t i = live; i < until; ++i) tell(i);
      live = until;
    }
    EXPECT_EQ(told_texts.size(), 200U);
    EXPECT_EQ(std::set<std::string>(told_texts.begin(), told_texts.end()).size(), 200U);
  }
}

TEST(EngineTime, IsSecondsWithNineDigits) {
  EXPECT_EQ(engine_time(1'732'455'551'000'000'007), "1732455551.000000007");
}

}  // namespace
}  // namespace reeve::docker
