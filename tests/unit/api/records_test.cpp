// What the ledger alone tells of the present, where no engine runs.
#include "api/records.h"

#include <gtest/gtest.h>

#include "unit/api/fake_engine.h"

namespace reeve::api {
namespace {

using model::Value;

/// The story's ledger, in which a run waits for a yes; then what came after it.
struct Left : testing::Test {
  test::FakeEngine engine;

  void SetUp() override { base::declare_core_thread(true); }
  void TearDown() override { base::declare_core_thread(false); }
  void then(const char* kind, Value facts) {
    engine.ledger.append(test::entry_of_run(kind, test::run_parked(), test::kNow, std::move(facts)));
  }
  std::vector<std::string> asked() {
    engine.loop.run();
    const auto report = offline_status(*engine.ledger.reader(), "/nowhere");
    EXPECT_TRUE(report.ok()) << report.error().text;
    std::vector<std::string> ids;
    for (const Value& one : report->approvals.as_list()) ids.push_back(one["id"].text() + " " + one["text"].text());
    return ids;
  }
};

using Texts = std::vector<std::string>;

TEST_F(Left, AQuestionWaitsAsLongAsItsRunDoes) {
  EXPECT_EQ(asked(), Texts{"ap-7 Restart web-1"});
  then("run.started", Value::map().set("runbook", "docker/restart_container"));  // of a branch beside it
  EXPECT_EQ(asked(), Texts{"ap-7 Restart web-1"});
}

TEST_F(Left, AQuestionOfARunThatEndedIsNoQuestionAnyMore) {
  then("operator.cancelled", Value::map());
  then("run.cleaning", Value::map().set("result", "cancelled"));
  EXPECT_EQ(asked(), Texts{});
  then("run.ended", Value::map().set("result", "cancelled").set("steps", 1));
  EXPECT_EQ(asked(), Texts{});
}

TEST_F(Left, AnAnsweredQuestionIsNone) {
  then("approval.denied", Value::map().set("id", "ap-7").set("path", "1"));
  EXPECT_EQ(asked(), Texts{});
}

}  // namespace
}  // namespace reeve::api
