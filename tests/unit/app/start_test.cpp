// The small parts of start and stop: lock, halt file, clock marks, targets.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "app/clock_marks.h"
#include "app/halt_file.h"
#include "app/records.h"
#include "app/state_folder.h"
#include "model/json.h"

namespace reeve::app {
namespace {

namespace fs = std::filesystem;

std::string fresh_folder() {
  return testing::TempDir() + "/reeve_start_" + base::uuid_text(base::new_uuid(base::Time{0}, base::system_random()));
}

TEST(StateFolder, IsForOneEngine) {
  const std::string folder = fresh_folder();
  {
    auto held = StateFolder::take(folder);
    ASSERT_TRUE(held.ok()) << held.error().text;
    const auto second = StateFolder::take(folder);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().fault, base::Fault::kConflict);
    EXPECT_NE(second.error().text.find("pid " + std::to_string(getpid())), std::string::npos) << second.error().text;
  }
  EXPECT_TRUE(StateFolder::take(folder).ok()) << "free again";
  EXPECT_EQ(fs::status(folder).permissions() & fs::perms::all, fs::perms::owner_all);
  fs::remove_all(folder);
}

TEST(StateFolder, StaysHeldWhateverIsDeletedInIt) {
  const std::string folder = fresh_folder();
  const auto held = StateFolder::take(folder);
  ASSERT_TRUE(held.ok()) << held.error().text;
  fs::remove(folder + "/lock");
  const auto second = StateFolder::take(folder);
  ASSERT_FALSE(second.ok()) << "without the file too";
  EXPECT_NE(second.error().text.find("another engine (pid unknown)"), std::string::npos) << second.error().text;
  EXPECT_FALSE(hold_state(folder).ok()) << "a command that rebuilds tables neither";
  EXPECT_TRUE(held->look().ok());
  EXPECT_TRUE(fs::exists(folder + "/lock")) << "the pid is there again";
  for (const auto& file : fs::directory_iterator(folder)) fs::remove_all(file);
  std::ofstream(folder + "/lock") << "1\n";
  EXPECT_FALSE(StateFolder::take(folder).ok()) << "a lock file of somebody else frees nothing";
  fs::remove_all(folder);
}

TEST(StateFolder, KnowsWhenItWasTakenAwayOrReplaced) {
  const std::string folder = fresh_folder();
  {
    const auto held = StateFolder::take(folder);
    ASSERT_TRUE(held.ok()) << held.error().text;
    fs::rename(folder, folder + ".away");
    EXPECT_EQ(
        held->look().error().text,
        "the state folder " + folder + " is gone while this engine ran on it: nothing that it writes would be seen");
    const auto other = StateFolder::take(folder);
    ASSERT_TRUE(other.ok()) << "another folder, another record";
    EXPECT_NE(held->look().error().text.find("was replaced by another"), std::string::npos);
    EXPECT_TRUE(other->look().ok());
    fs::remove_all(folder);
    fs::rename(folder + ".away", folder);
    EXPECT_TRUE(held->look().ok());
  }
  fs::remove_all(folder);
  EXPECT_TRUE(hold_state(folder).ok());
  EXPECT_FALSE(fs::exists(folder)) << "a command makes no state folder";
}

TEST(StateFolder, SaysWhatKeepsItFromBeingTaken) {
  const std::string folder = fresh_folder();
  std::ofstream(folder) << "a file";
  const auto of_a_file = StateFolder::take(folder);
  ASSERT_FALSE(of_a_file.ok());
  EXPECT_EQ(of_a_file.error().fault, base::Fault::kUnavailable);
  EXPECT_NE(of_a_file.error().text.find("cannot open the state folder " + folder + ": Not a directory"),
            std::string::npos)
      << of_a_file.error().text;
  fs::remove(folder);
  fs::create_directories(folder + "/lock");
  EXPECT_FALSE(StateFolder::take(folder).ok()) << "the lock is a folder";
  fs::remove_all(folder);
}

TEST(StateFolder, KeepsTheRightsThatItsOwnerGaveAndForgetsAPidThatIsGone) {
  const std::string folder = fresh_folder();
  fs::create_directories(folder);
  fs::permissions(folder, fs::perms::owner_all | fs::perms::group_read);
  std::ofstream(folder + "/lock") << "4194304123\nmore than a pid, from an engine that was killed";
  {
    const auto held = StateFolder::take(folder);
    ASSERT_TRUE(held.ok()) << held.error().text;
    std::ifstream lock(folder + "/lock");
    std::string text((std::istreambuf_iterator<char>(lock)), {});
    EXPECT_EQ(text, std::to_string(getpid()) + "\n");
  }
  EXPECT_EQ(fs::status(folder).permissions() & fs::perms::all, fs::perms::owner_all | fs::perms::group_read);
  fs::remove_all(folder);
}

TEST(HaltFile, HaltsEverythingWhenItSaysNothingOrCannotBeRead) {
  const std::string folder = fresh_folder();
  fs::create_directories(folder);
  HaltFile file(folder);
  for (const char* text : {"", "\n\n", "  \t\n"}) {
    std::ofstream(folder + "/HALT") << text;
    file.look();
    ASSERT_EQ(file.switches().size(), 1U) << text;
    EXPECT_EQ(file.switches()[0].scope, "") << "everything";
    fs::remove(folder + "/HALT");
    EXPECT_TRUE(file.look());
  }
  fs::create_directories(folder + "/HALT");
  EXPECT_TRUE(file.look()) << "a folder of that name halts too";
  EXPECT_EQ(file.switches().size(), 1U);
  fs::remove_all(folder);
}

TEST(HaltFile, IsSeenWhenItIsReplacedByOneOfTheSameLength) {
  const std::string folder = fresh_folder();
  fs::create_directories(folder);
  HaltFile file(folder);
  std::ofstream(folder + "/HALT") << "docker/* a\n";
  EXPECT_TRUE(file.look());
  std::ofstream(folder + "/HALT.new") << "kernel/* a\n";
  fs::rename(folder + "/HALT.new", folder + "/HALT");
  EXPECT_TRUE(file.look());
  EXPECT_EQ(file.switches()[0].scope, "kernel/*");
  fs::remove_all(folder);
}

TEST(HaltFile, IsSeenWhenItComesChangesAndGoes) {
  const std::string folder = fresh_folder();
  fs::create_directories(folder);
  HaltFile file(folder);
  EXPECT_FALSE(file.look());
  std::ofstream(folder + "/HALT") << "docker/* storage move\n";
  EXPECT_TRUE(file.look());
  ASSERT_EQ(file.switches().size(), 1U);
  EXPECT_EQ(file.switches()[0].scope, "docker/*");
  EXPECT_FALSE(file.look());
  std::ofstream(folder + "/HALT") << "docker/* storage move\nproc/* too\n";
  EXPECT_TRUE(file.look());
  EXPECT_EQ(file.switches().size(), 2U);
  fs::remove(folder + "/HALT");
  EXPECT_TRUE(file.look());
  EXPECT_TRUE(file.switches().empty());
  fs::remove_all(folder);
}

TEST(ClockMarks, ConvertExactlyWithinOneBoot) {
  base::ManualClock clock(base::Time{base::hours(1000).us});
  const std::vector<ClockMark> marks{{1, clock.wall(), clock.boot(), "manual"}};
  const base::Boot begin = clock.boot();
  const base::Time written = clock.wall() + base::seconds(10);
  clock.advance(base::minutes(1));
  EXPECT_EQ(boot_of(marks, 2, written, clock), begin + base::seconds(10));
}

TEST(ClockMarks, FollowAStepOfTheWallClock) {
  base::ManualClock clock(base::Time{base::hours(1000).us});
  std::vector<ClockMark> marks{{1, clock.wall(), clock.boot(), "manual"}};
  const base::Boot begin = clock.boot();
  const base::Time before = clock.wall() + base::seconds(5);
  clock.advance(base::seconds(10));
  clock.step_wall(clock.wall() - base::hours(24));
  marks.push_back({5, clock.wall(), clock.boot(), "manual"});
  const base::Time after = clock.wall() + base::seconds(3);
  clock.advance(base::seconds(10));
  EXPECT_EQ(boot_of(marks, 3, before, clock), begin + base::seconds(5)) << "by the mark before it";
  EXPECT_EQ(boot_of(marks, 6, after, clock), begin + base::seconds(13));
}

TEST(ClockMarks, ConvertByWallTimeAcrossBootsAndStartAnewWhenTheWallWentBack) {
  base::ManualClock clock(base::Time{base::hours(1000).us});
  const std::vector<ClockMark> marks{{1, clock.wall() - base::minutes(30), base::Boot{5}, "another boot"}};
  EXPECT_EQ(boot_of(marks, 2, clock.wall() - base::minutes(10), clock), clock.boot() - base::minutes(10));
  EXPECT_EQ(boot_of(marks, 2, clock.wall() + base::hours(1), clock), clock.boot()) << "never in the future";
}

TEST(Records, SwitchesAndDeliveriesBecomeRows) {
  model::Entry pulled = switch_entry(true, "", "moving", "uid:0");
  pulled.seq = 9;
  const auto rows = project(pulled);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].table, "switches");
  EXPECT_TRUE(rows[0].set["pulled"].as_bool());
  EXPECT_FALSE(project(switch_entry(false, "", "", "uid:0"))[0].set["pulled"].as_bool());
  EXPECT_EQ(project(delivered_entry({"k", "r", "", "", {}}))[0].table, "deliveries");
  EXPECT_TRUE(project(plugin_entry("plugin.crashed", "docker/local", "x", 1)).empty());
}

TEST(Records, WhatStandsUntilItsEndIsToldHasARowThatGoesWithIt) {
  alert::Delivery told{"message/ended/1", "pager", "r1", "t/boom failed", {}};
  EXPECT_EQ(project(delivered_entry(told)).size(), 2U) << "nothing stands; it is owed no more";
  told.standing.set("kind", "ended");
  const model::Entry begin = delivered_entry(told);
  EXPECT_FALSE(begin.facts.has("standing")) << "labels are foreign text";
  EXPECT_EQ((*model::parse_json(*begin.body))["standing"]["kind"].as_string(), "ended");
  const auto begun = project(begin);
  ASSERT_EQ(begun.size(), 3U);
  EXPECT_EQ(begun[1].table, "standing");
  EXPECT_FALSE(begun[1].erase);
  alert::Delivery over{"message/ended/1/over", "pager", "r1", "", {}};
  over.ends = told.key;
  const auto ended = project(delivered_entry(over));
  ASSERT_EQ(ended.size(), 3U);
  EXPECT_TRUE(ended[1].erase);
  EXPECT_EQ(ended[1].key, begun[1].key);
}

// "" pulls the switch of everything and lifts all; their rows must not hide each other.
TEST(Records, TheSwitchOfEverythingAndTheLiftOfEverySwitchHaveRowsOfTheirOwn) {
  const auto scope_of = [](bool pulled, const char* scope) {
    return project(switch_entry(pulled, scope, "x", "uid:0")).at(0).key["scope"].as_string();
  };
  EXPECT_EQ(scope_of(true, ""), "*");
  EXPECT_EQ(scope_of(false, "*"), "*");
  EXPECT_EQ(scope_of(false, ""), "");
  EXPECT_EQ(scope_of(true, "docker/*"), scope_of(false, "docker/*"));
}

TEST(Records, WhatTheFileHaltSaysHasRowsBesideThoseOfPeople) {
  const auto of_file = [](bool pulled, const char* scope) {
    return file_switch_entry({pulled, {scope, "x", "file:uid:7"}});
  };
  EXPECT_EQ(of_file(true, "").kind + " " + of_file(true, "").actor, "switch.pulled file:uid:7");
  EXPECT_EQ(of_file(false, "").kind + " " + of_file(false, "").actor, "switch.lifted file");
  EXPECT_EQ(of_file(false, "").facts["scope"].as_string(), "*") << "never every switch";
  for (const bool pulled : {true, false}) {
    EXPECT_EQ(of_file(pulled, "docker/*").facts["source"].as_string(), "file");
    EXPECT_EQ(project(of_file(pulled, "docker/*")).at(0).key["scope"].as_string(), "file docker/*");
    EXPECT_EQ(project(of_file(pulled, "")).at(0).key["scope"].as_string(), "file *");
  }
}

TEST(Records, NoForeignTextStandsInFacts) {
  EXPECT_FALSE(file_switch_entry({true, {"", "their words", "file:uid:7"}}).facts.has("reason"));
  EXPECT_FALSE(switch_entry(true, "docker/*", "their words", "uid:0").facts.has("reason"));
  EXPECT_FALSE(plugin_entry("plugin.crashed", "docker/local", "their words", 1).facts.has("detail"));
}

TEST(PlainAnswer, IsWhatScriptsExpect) {
  const auto vector = model::parse_json(R"({"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,"2.5"]}]})");
  EXPECT_EQ(model::to_json(plain_answer(*vector)), R"([{"labels":{"a":"b"},"value":2.5}])");
  EXPECT_EQ(plain_answer(*model::parse_json(R"({"resultType":"scalar","result":[1,"3"]})")).as_double(), 3.0);
}

}  // namespace
}  // namespace reeve::app
