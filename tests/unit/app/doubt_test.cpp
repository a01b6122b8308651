// A ledger whose tail is gone: the engine goes on watching, does nothing, and says so everywhere.
#include <filesystem>

#include "model/json.h"
#include "unit/app/running.h"

namespace reeve::app {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

using Doubt = test::RunningEngine;

TEST_F(Doubt, AnOlderLedgerHaltsTheEngineUntilAPersonLooked) {
  ASSERT_TRUE(start().ok());
  stop();
  fs::copy_file(state() + "/ledger-1.db", folder + "/backup");
  ASSERT_TRUE(start().ok());
  EXPECT_EQ(reeve({"run", "do/note", "--param", "what=before"}).exit, 0);
  stop();
  EXPECT_FALSE(fs::exists(state() + "/HALT"));
  fs::copy_file(folder + "/backup", state() + "/ledger-1.db", fs::copy_options::overwrite_existing);

  ASSERT_TRUE(start().ok());
  EXPECT_THAT(reeve({"status"}).out, AllOf(HasSubstr("the ledger is not as the engine left it"),
                                           HasSubstr("an older copy was put back"), HasSubstr("reeve halt --lift")));
  EXPECT_NE(reeve({"run", "do/note", "--param", "what=halted"}).exit, 0);
  EXPECT_EQ(reeve({"halt", "--lift"}).exit, 0);
  EXPECT_EQ(reeve({"run", "do/note", "--param", "what=after"}).exit, 0);
  stop();
  EXPECT_THAT(kinds(), AllOf(Contains("switch.pulled"), Contains("switch.lifted")));

  ASSERT_TRUE(start().ok());
  EXPECT_THAT(reeve({"status"}).out, Not(HasSubstr("the ledger is not")));
}

}  // namespace
}  // namespace reeve::app
