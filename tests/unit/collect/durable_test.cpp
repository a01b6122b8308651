// When does a source hear that its events are durable? In their order, however late the ledger's answers come.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/json.h"
#include "unit/collect/world.h"

namespace reeve::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Durable : public ::testing::Test {
 protected:
  Durable() {
    fleet_.add("box", "local");
    fleet_.manifests["box"] = container_manifest();
    collect::Ports ports;
    ports.on_events = [this](const std::string& instance, const std::vector<model::Event>& events,
                             std::function<void()> accepted) {
      (void)collector_->entry_of(instance, events);
      durable.push_back(std::move(accepted));
    };
    collector_ = collect::make_collector(fleet_, ports, loop_);
  }
  void take(const std::string& cursor) {
    model::Event event;
    event.type = "box.note";
    event.target = "box/a";
    event.cursor = cursor;
    collector_->take_events("box/local", {event}, [this, cursor] { heard.push_back(cursor); });
  }

  std::vector<std::function<void()>> durable;  ///< of each intake, in order
  std::vector<std::string> heard;              ///< by the source

 private:
  base::ManualLoop loop_;
  FakeFleet fleet_;
  std::unique_ptr<collect::Collector> collector_;
};

// A commit failed: the first two are asked about again a second later each, the third came when all was well again.
TEST_F(Durable, ACursorNeverGoesBackWhenALaterIntakeIsHeardOfFirst) {
  for (const char* cursor : {"1", "2", "3", "4"}) take(cursor);
  durable[2]();
  EXPECT_THAT(heard, ElementsAre("1", "2", "3")) << "what is durable has all before it durable";
  durable[0](), durable[1]();
  EXPECT_THAT(heard, ElementsAre("1", "2", "3")) << "nothing is told twice";
  durable[3]();
  EXPECT_THAT(heard, ElementsAre("1", "2", "3", "4"));
}

TEST_F(Durable, WhatIsKnownAlreadyWaitsForWhatIsUnderWay) {
  take("1"), take("2"), take("1");
  ASSERT_EQ(durable.size(), 2U);
  EXPECT_THAT(heard, IsEmpty());
  durable[0]();
  EXPECT_THAT(heard, ElementsAre("1"));
  durable[1]();
  EXPECT_THAT(heard, ElementsAre("1", "2", "1")) << "a source that repeats itself hears its own number";
}

}  // namespace
}  // namespace reeve::testing
