#include <gtest/gtest.h>

#include "base/manual_loop.h"
#include "collect/collect.h"
#include "unit/collect/fake_fleet.h"

namespace reeve::collect {
namespace {

using base::millis;
using base::seconds;

class CollectorTest : public ::testing::Test {
 protected:
  CollectorTest() {
    plugin::Manifest manifest;
    manifest.name = "host";
    manifest.collects = true;
    fleet.manifests["host"] = manifest;
    manifest.collects = false;
    manifest.watches = true;
    fleet.manifests["log"] = manifest;
    Ports ports;
    ports.on_batch = [this](model::Batch batch) { batches.push_back(std::move(batch)); };
    collector = make_collector(fleet, ports, loop);
  }
  model::Batch good(const std::string& instance, std::vector<model::Sample> samples = {}) {
    model::Batch batch;
    batch.instance = instance;
    batch.started = loop.clock().wall();
    batch.took = millis(12);
    batch.samples = std::move(samples);
    return batch;
  }
  double value_of(const model::Batch& batch, const std::string& name) {
    for (const model::Sample& sample : batch.samples)
      if (sample.labels.name() == name) return sample.value;
    ADD_FAILURE() << "no " << name;
    return -1;
  }

  base::ManualLoop loop{base::Time{seconds(1'700'000'000).us}};
  testing::FakeFleet fleet;
  std::vector<model::Batch> batches;
  std::unique_ptr<Collector> collector;
};

TEST_F(CollectorTest, ABatchGetsLabelsUpAndDuration) {
  fleet.add("host", "a");
  fleet.configs[0].labels = {{"role", "db"}};
  fleet.answer = [&](const std::string& i) { return good(i, {{{{"__name__", "load"}, {"job", "x"}}, 3, {}}}); };
  collector->schedule();
  loop.advance(seconds(1));
  ASSERT_EQ(batches.size(), 1U);
  const model::Batch& batch = batches[0];
  EXPECT_TRUE(batch.ok);
  ASSERT_EQ(batch.samples.size(), 3U);
  EXPECT_EQ(batch.samples[0].labels.text(), "load{exported_job=\"x\", instance=\"a\", job=\"host\", role=\"db\"}");
  EXPECT_EQ(batch.samples[1].labels.text(), "up{instance=\"a\", job=\"host\", role=\"db\"}");
  EXPECT_EQ(value_of(batch, "up"), 1);
  EXPECT_DOUBLE_EQ(value_of(batch, "scrape_duration_seconds"), 0.012);
}

TEST_F(CollectorTest, AFailureIsUpZeroAndNothingElse) {
  fleet.add("host", "a");
  fleet.answer = [](const std::string&) { return base::Error{base::Fault::kTimeout, "no answer in 10s"}; };
  collector->schedule();
  loop.advance(seconds(1));
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_FALSE(batches[0].ok);
  EXPECT_EQ(batches[0].error, "no answer in 10s");
  EXPECT_EQ(batches[0].samples.size(), 2U);
  EXPECT_EQ(value_of(batches[0], "up"), 0);
  EXPECT_EQ(collector->counters()["failed"].as_int(), 1);
}

TEST_F(CollectorTest, APluginThatIsJustOpeningIsNotDown) {
  fleet.add("host", "a");
  int tries = 0;
  fleet.answer = [&](const std::string& i) -> base::Result<model::Batch> {
    if (++tries < 5) return base::Error{base::Fault::kUnavailable, "opening"};
    return good(i);
  };
  collector->schedule();
  loop.advance(seconds(2));
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_TRUE(batches[0].ok);

  // One that never opens is down after a while, and later at once.
  fleet.answer = [&](const std::string&) { return base::Error{base::Fault::kUnavailable, "opening"}; };
  fleet.configs.clear();
  fleet.add("host", "b", seconds(60));
  collector->schedule();
  loop.advance(seconds(4));
  EXPECT_EQ(batches.size(), 1U);
  loop.advance(seconds(3));
  ASSERT_EQ(batches.size(), 2U);
  EXPECT_FALSE(batches.back().ok);
}

TEST_F(CollectorTest, OneThatTurnsOutToCollectNothingIsForgotten) {
  fleet.add("late", "a");  // its plugin does not come up: nobody knows yet what it does
  fleet.answer = [&](const std::string&) { return base::Error{base::Fault::kUnavailable, "broken"}; };
  collector->schedule();
  loop.advance(seconds(12));
  ASSERT_FALSE(batches.empty());
  EXPECT_FALSE(batches.back().ok) << "down, as everybody can see";
  plugin::Manifest manifest;
  manifest.name = "late";
  manifest.watches = true;
  fleet.manifests["late"] = manifest;
  const size_t before = batches.size();
  loop.advance(seconds(60));
  EXPECT_EQ(batches.size(), before) << "it was mended, and only watches: that is no failed collect";
  fleet.manifests["late"].collects = true;
  collector->schedule();
  loop.advance(seconds(12));
  EXPECT_GT(batches.size(), before);
}

TEST_F(CollectorTest, OneIsNeverAskedWhileItStillAnswers) {
  fleet.add("host", "a", seconds(10));
  collector->schedule();
  loop.advance(seconds(35));
  ASSERT_EQ(fleet.asked.size(), 1U);
  EXPECT_EQ(fleet.asked[0].deadline, seconds(10)) << "its interval";
  fleet.asked[0].done(good("host/a"));
  loop.advance(seconds(11));
  EXPECT_EQ(fleet.asked.size(), 2U);
}

TEST_F(CollectorTest, TheDeadlineIsTheTimeoutOrTheIntervalUpToHalfAMinute) {
  fleet.add("host", "a", base::minutes(5));
  fleet.add("host", "b", seconds(10));
  fleet.configs[1].timeout = seconds(3);
  collector->schedule();
  loop.advance(seconds(1));
  ASSERT_EQ(fleet.asked.size(), 2U);
  for (const auto& asked : fleet.asked)
    EXPECT_EQ(asked.deadline, asked.instance == "host/a" ? seconds(30) : seconds(3));
}

TEST_F(CollectorTest, EachComesOnceAnInterval) {
  fleet.add("host", "a", seconds(10));
  fleet.add("host", "b", seconds(1));
  fleet.add("log", "c");
  fleet.answer = [&](const std::string& i) { return good(i); };
  collector->schedule();
  loop.advance(seconds(100));
  std::map<std::string, int> count;
  for (const model::Batch& batch : batches) ++count[batch.instance];
  EXPECT_NEAR(count["host/a"], 10, 1);
  EXPECT_NEAR(count["host/b"], 100, 2);
  EXPECT_EQ(count["log/c"], 0) << "it has no collector";
}

TEST_F(CollectorTest, AReloadAddsDropsAndRetimes) {
  fleet.add("host", "a", seconds(10));
  fleet.add("host", "gone", seconds(10));
  fleet.answer = [&](const std::string& i) { return good(i); };
  collector->schedule();
  loop.advance(seconds(30));
  fleet.configs.clear();
  fleet.add("host", "a", seconds(2));
  fleet.add("host", "new", seconds(10));
  collector->schedule();
  batches.clear();
  loop.advance(seconds(20));
  std::map<std::string, int> count;
  for (const model::Batch& batch : batches) ++count[batch.instance];
  EXPECT_NEAR(count["host/a"], 10, 2);
  EXPECT_GE(count["host/new"], 2);
  EXPECT_EQ(count["host/gone"], 0);

  collector->stop();
  batches.clear();
  loop.advance(seconds(60));
  EXPECT_TRUE(batches.empty());
}

TEST_F(CollectorTest, AnAnswerOfOneThatIsGoneIsDropped) {
  fleet.add("host", "a");
  collector->schedule();
  loop.advance(seconds(1));
  fleet.configs.clear();
  collector->schedule();
  fleet.asked.at(0).done(good("host/a"));
  EXPECT_TRUE(batches.empty());
}

TEST_F(CollectorTest, OwnTimesAreHonouredTenMinutesBack) {
  fleet.add("host", "a");
  const int64_t now_ms = loop.clock().wall().ms() + 500;
  fleet.answer = [&](const std::string& i) {
    return good(i, {{{{"__name__", "fresh"}}, 1, now_ms - 9 * 60'000},
                    {{{"__name__", "old"}}, 1, now_ms - 11 * 60'000},
                    {{{"__name__", "future"}}, 1, now_ms + 11 * 60'000}});
  };
  collector->schedule();
  loop.advance(seconds(1));
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(batches[0].samples[0].labels.name(), "fresh");
  EXPECT_EQ(batches[0].samples.size(), 3U) << "with up and the duration";
  EXPECT_EQ(collector->counters()["samples_dropped"].as_int(), 2);
}

TEST_F(CollectorTest, ASourceThatGivesNothingIsNotWell) {
  fleet.add("host", "a");
  EXPECT_FALSE(collector->health("host/a").failing);
  const auto collect = [&](std::function<base::Result<model::Batch>(const std::string&)> answer) {
    fleet.answer = std::move(answer);
    loop.advance(seconds(10));
    return collector->health("host/a");
  };
  collector->schedule();
  Health health = collect([](const std::string&) { return base::invalid("no metric name: \"1bad name\""); });
  EXPECT_TRUE(health.failing);
  EXPECT_EQ(health.why, "no metric name: \"1bad name\"");
  const model::Sample now{{{"__name__", "load"}}, 3, {}};
  model::Sample later = now;
  later.at_ms = loop.clock().wall().ms() + 3'600'000;
  health = collect([&](const std::string& i) { return good(i, {later, later}); });
  EXPECT_TRUE(health.failing) << "nothing of it is kept";
  EXPECT_NE(health.why.find("2 of 2 samples dropped: their time is more than 10 minutes from now (first: load, at_ms "),
            std::string::npos)
      << health.why;
  health = collect([&](const std::string& i) { return good(i, {now, later}); });
  EXPECT_FALSE(health.failing);
  EXPECT_NE(health.why.find("1 of 2 samples dropped"), std::string::npos) << health.why;
  health = collect([&](const std::string& i) { return good(i, {now}); });
  EXPECT_FALSE(health.failing);
  EXPECT_EQ(health.why, "");
}

}  // namespace
}  // namespace reeve::collect
