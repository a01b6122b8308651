// The kill switch as a file: what the CLI writes is what the guard reads.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "cli/cli.h"
#include "guard/guard.h"
#include "unit/api/fixture.h"

namespace reeve::cli {
namespace {

struct HaltFile : testing::Test {
  api::test::TempFolder folder;
  std::string path = folder.path() + "/HALT";

  std::string text() const {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
  }
  bool is_there() const { return std::filesystem::exists(path); }
  /// "scope reason" of each switch as the gate sees it; everything is "*".
  std::vector<std::string> seen() const {
    std::vector<std::string> out;
    for (const auto& one : guard::read_halt_file(text()))
      out.push_back((one.scope.empty() ? "*" : one.scope) + " " + one.reason);
    return out;
  }
  using Lines = std::vector<std::string>;
};

TEST_F(HaltFile, HoldsALineForEachScope) {
  ASSERT_TRUE(add_halt(folder.path(), "*", "deploy freeze").ok());
  ASSERT_TRUE(add_halt(folder.path(), "docker/*", "web only").ok());
  EXPECT_EQ(seen(), (Lines{"* deploy freeze", "docker/* web only"}));
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST_F(HaltFile, IsWrittenWhileAnEngineHoldsTheFolder) {
  const int engine = open(folder.path().c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(flock(engine, LOCK_EX | LOCK_NB), 0);
  std::ofstream(path + ".new") << "left by a hand that died";
  EXPECT_TRUE(add_halt(folder.path(), "*", "deploy freeze").ok());
  EXPECT_EQ(text(), "* deploy freeze\n");
  EXPECT_TRUE(lift_halt(folder.path(), "").ok());
  close(engine);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(HaltFile, SayingItTwiceIsNoError) {
  ASSERT_TRUE(add_halt(folder.path(), "", "x").ok());
  ASSERT_TRUE(add_halt(folder.path(), "*", "x").ok());
  EXPECT_EQ(text(), "* x\n");
}

TEST_F(HaltFile, AnEmptyFileGoesOnHaltingEverything) {
  std::ofstream(path).close();
  ASSERT_TRUE(add_halt(folder.path(), "docker/*", "x").ok());
  EXPECT_EQ(seen().size(), 2U);
  EXPECT_EQ(seen()[0].substr(0, 2), "* ");
}

TEST_F(HaltFile, AReasonCannotForgeALine) {
  ASSERT_TRUE(add_halt(folder.path(), "docker/*", "x\nproc/* y\r\x01").ok());
  EXPECT_EQ(seen().size(), 1U);
}

TEST_F(HaltFile, LiftsOneScopeAndRemovesTheFileWithTheLast) {
  ASSERT_TRUE(add_halt(folder.path(), "docker/*", "a").ok());
  ASSERT_TRUE(add_halt(folder.path(), "proc/*", "b").ok());
  ASSERT_TRUE(lift_halt(folder.path(), "docker/*").ok());
  EXPECT_EQ(seen(), (Lines{"proc/* b"}));
  EXPECT_EQ(lift_halt(folder.path(), "docker/*").error().fault, base::Fault::kNotFound);
  ASSERT_TRUE(lift_halt(folder.path(), "proc/*").ok());
  EXPECT_FALSE(is_there());  // an empty file would halt everything
}

TEST_F(HaltFile, LiftsEverythingAtOnce) {
  ASSERT_TRUE(add_halt(folder.path(), "docker/*", "a").ok());
  ASSERT_TRUE(add_halt(folder.path(), "*", "b").ok());
  ASSERT_TRUE(lift_halt(folder.path(), "").ok());
  EXPECT_FALSE(is_there());
  EXPECT_EQ(lift_halt(folder.path(), "").error().fault, base::Fault::kNotFound);
}

TEST_F(HaltFile, LiftsAnEmptyFile) {
  std::ofstream(path).close();
  EXPECT_EQ(lift_halt(folder.path(), "docker/*").error().fault, base::Fault::kNotFound);
  ASSERT_TRUE(is_there());
  ASSERT_TRUE(lift_halt(folder.path(), "*").ok());
  EXPECT_FALSE(is_there());
}

TEST_F(HaltFile, TwoHandsLoseNoLine) {
  const auto pull = [this](int hand) {
    for (int i = 0; i < 50; ++i)
      ASSERT_TRUE(add_halt(folder.path(), "t/" + std::to_string(hand) + "/" + std::to_string(i), "x").ok());
  };
  std::thread other([&] { pull(1); });
  pull(2);
  other.join();
  EXPECT_EQ(seen().size(), 100U);
}

/// A disk with room for files, but not for what is written into them.
class FullDisk {
 public:
  FullDisk() {
    before_ = signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit none{0, limit_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &none);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &limit_);
    signal(SIGXFSZ, before_);
  }

 private:
  rlimit limit_{};
  void (*before_)(int) = nullptr;
};

TEST_F(HaltFile, HaltsEverythingOnAFullDisk) {
  ASSERT_TRUE(add_halt(folder.path(), "docker/*", "web only").ok());
  base::Result<std::string> said = std::string();
  {
    const FullDisk full;
    said = add_halt(folder.path(), "*", "bad day");
  }
  ASSERT_TRUE(said.ok()) << said.error().text;
  EXPECT_NE(said->find("the reason could not be written"), std::string::npos);
  EXPECT_NE(said->find("HALT is empty, which halts everything until all is lifted"), std::string::npos);
  EXPECT_EQ(seen(), (Lines{"* the file HALT is there"}));
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
  EXPECT_TRUE(lift_halt(folder.path(), "").ok());
}

TEST_F(HaltFile, OnAFullDiskHaltsNoMoreThanWasAsked) {
  ASSERT_TRUE(add_halt(folder.path(), "docker/*", "web only").ok());
  base::Result<std::string> said = std::string();
  {
    const FullDisk full;
    said = add_halt(folder.path(), "proc/*", "bad day");
  }
  ASSERT_FALSE(said.ok());
  EXPECT_NE(said.error().text.find("reeve halt without --scope"), std::string::npos);
  EXPECT_EQ(seen(), (Lines{"docker/* web only"}));
}

TEST_F(HaltFile, SaysWhenThereIsNoStateFolder) {
  const auto status = add_halt(folder.path() + "/none", "*", "x");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().fault, base::Fault::kUnavailable);
  EXPECT_NE(status.error().text.find("/none"), std::string::npos);
}

}  // namespace
}  // namespace reeve::cli
