#include "collect/schedule.h"

#include <gtest/gtest.h>

#include <string>

#include "collect/labels.h"

namespace reeve::collect {
namespace {

using base::Boot;
using base::millis;
using base::seconds;

TEST(Schedule, TheFirstCollectComesWithinASecond) {
  for (int i = 0; i < 100; ++i) {
    const std::string id = "ssh/" + std::to_string(i);
    EXPECT_LT(first_wait(id, seconds(60)), seconds(1));
    EXPECT_LT(first_wait(id, millis(200)), millis(200));
    EXPECT_GE(first_wait(id, seconds(60)).us, 0);
  }
}

TEST(Schedule, InstancesSpreadOverTheInterval) {
  int buckets[10] = {};
  for (int i = 0; i < 1000; ++i) {
    const auto wait = next_wait("ssh/host-" + std::to_string(i), seconds(10), Boot{seconds(1000000).us});
    EXPECT_GT(wait, seconds(1));
    EXPECT_LE(wait, seconds(11));
    ++buckets[wait.us % seconds(10).us / seconds(1).us];
  }
  for (const int count : buckets) EXPECT_NEAR(count, 100, 50);
}

TEST(Schedule, EachKeepsItsPhase) {
  Boot now{123456789};
  const auto first = next_wait("docker/local", seconds(10), now);
  now = now + first;
  for (int i = 0; i < 5; ++i) {
    // The collect takes some milliseconds, and the next is still an interval after the last.
    const auto wait = next_wait("docker/local", seconds(10), now + millis(37));
    EXPECT_EQ((wait + millis(37)).us, seconds(10).us);
    now = now + seconds(10);
  }
  // One that took 25 s leaves out what it missed.
  const auto wait = next_wait("docker/local", seconds(10), now + seconds(25));
  EXPECT_EQ(wait, seconds(5));
}

TEST(Labels, AreAddedAndClashesAreKept) {
  plugin::InstanceConfig config;
  config.plugin = "ssh";
  config.name = "edge-2";
  config.labels = {{"role", "worker"}, {"zone", "a"}};
  const model::Labels added = added_labels(config);
  EXPECT_EQ(added.text(), "{instance=\"edge-2\", job=\"ssh\", role=\"worker\", zone=\"a\"}");
  EXPECT_EQ(labelled({{"__name__", "x"}, {"disk", "sda"}}, added).text(),
            "x{disk=\"sda\", instance=\"edge-2\", job=\"ssh\", role=\"worker\", zone=\"a\"}");
  EXPECT_EQ(labelled({{"__name__", "x"}, {"job", "theirs"}, {"zone", "b"}, {"exported_zone", "c"}}, added).text(),
            "x{exported_exported_zone=\"b\", exported_job=\"theirs\", exported_zone=\"c\", instance=\"edge-2\", "
            "job=\"ssh\", role=\"worker\", zone=\"a\"}");
}

}  // namespace
}  // namespace reeve::collect
