// What stands at a path, in the words that people read.
#include "base/file_kind.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace reeve::base {
namespace {

namespace fs = std::filesystem;

TEST(WhyNoFile, SaysWhatIsThereInstead) {
  const fs::path folder = fs::path(testing::TempDir()) / ("reeve_kind_" + std::to_string(getpid()));
  fs::create_directories(folder / "folder");
  std::ofstream(folder / "file") << "x";
  fs::create_symlink("file", folder / "link");
  fs::create_symlink("../away", folder / "dangling");
  fs::create_symlink("round", folder / "round");
  fs::create_symlink("folder", folder / "to_folder");
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  const struct {
    const char *name, *want;
  } cases[] = {{"file", ""},
               {"link", ""},
               {"nothing", "is not there"},
               {"file/below", "is not there"},
               {"folder", "is a folder, not a file"},
               {"to_folder", "is a folder, not a file"},
               {"pipe", "is not a regular file"},
               {"dangling", "is a link to ../away, which is not there"},
               {"round", "cannot be looked at: Too many levels of symbolic links"}};
  for (const auto& [name, want] : cases) EXPECT_EQ(why_no_file((folder / name).string()), want) << name;
  fs::remove_all(folder);
}

}  // namespace
}  // namespace reeve::base
