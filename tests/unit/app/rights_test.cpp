// Who else could change what the engine runs? Named with what to type, by doctor and in the log of serve.
#include "app/rights.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "app/serve.h"
#include "app/state_folder.h"
#include "unit/app/config_fixture.h"

namespace reeve::app {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
namespace fs = std::filesystem;

class Rights : public test::ConfigFile {
 protected:
  Rights() {
    for (const char* below : {"", "/rules", "/runbooks", "/plugins", "/state", "/rules/deep"}) {
      fs::create_directories(folder + below);
      mode(below, 0755);
    }
    for (const char* file : {"rules/a.yaml", "rules/deep/b.yaml", "runbooks/c.lua", "plugins/d.so", "reeve.yaml"}) {
      write(file, "");
      mode(file, 0644);
    }
    config.file = folder + "/reeve.yaml";
    config.rules = {folder + "/rules"};
    config.runbooks = {folder + "/runbooks"};
    config.plugin_dirs = {folder + "/plugins"};
    places.shares.clear();
  }
  void mode(const std::string& below, mode_t bits) { ASSERT_EQ(chmod((folder + "/" + below).c_str(), bits), 0); }
  std::vector<std::string> open() const { return open_to_others(trusted_paths(config, places)); }

  Config config;
};

TEST_F(Rights, NameEachThingThatEverybodyMayWriteTo) {
  EXPECT_THAT(open(), IsEmpty());
  for (const char* below : {"rules", "rules/deep", "rules/deep/b.yaml", "runbooks", "runbooks/c.lua", "plugins",
                            "plugins/d.so", "conf.d", "reeve.yaml"}) {
    const std::string path = folder + "/" + below;
    mode(below, fs::is_directory(path) ? 0777 : 0646);
    EXPECT_THAT(open(), ElementsAre(path +
                                    " can be changed by everybody, who so gets the rights of this engine; do: "
                                    "chmod o-w " +
                                    path));
    mode(below, fs::is_directory(path) ? 0755 : 0644);
  }
}

TEST_F(Rights, AStickyFolderIsSafeAboveButNotAsAFolderOfRules) {
  mode("rules", 01777);
  EXPECT_THAT(open(), SizeIs(1)) << "anybody may add a file";
  mode("rules", 0755);
  mode("", 01777);
  EXPECT_THAT(open(), IsEmpty()) << "nobody else may put another folder in its place";
  mode("", 0777);
  EXPECT_THAT(open(), ElementsAre(HasSubstr(folder + " can be changed by everybody")));
}

TEST_F(Rights, AGroupMayWriteForAUserButNotForRoot) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  mode("rules", 0775);
  EXPECT_THAT(open(), IsEmpty()) << "root's own group";
  ASSERT_EQ(chown((folder + "/rules").c_str(), 0, 54321), 0);
  EXPECT_THAT(open(), ElementsAre(AllOf(HasSubstr("the group 54321"), HasSubstr("chmod g-w "))));
  mode("rules", 0755);
  EXPECT_THAT(open(), IsEmpty());
  ASSERT_EQ(chown((folder + "/plugins/d.so").c_str(), 54321, 0), 0);
  EXPECT_THAT(open(), ElementsAre(AllOf(HasSubstr("d.so can be changed by the user 54321"), HasSubstr("chown root "))));
}

TEST_F(Rights, WhatALinkNamesIsLookedAtAndItsOwnPlaceToo) {
  const std::string real = folder + "/real", place = folder + "/place";
  fs::create_directories(real);
  fs::create_directories(place);
  mode("real", 0755);
  mode("place", 0755);
  fs::create_directory_symlink(real, place + "/rules");
  config.rules = {place + "/rules"};
  EXPECT_THAT(open(), IsEmpty());
  mode("real", 0757);
  EXPECT_THAT(open(), ElementsAre(HasSubstr(real + " can")));
  mode("real", 0755);
  mode("place", 0757);
  EXPECT_THAT(open(), ElementsAre(HasSubstr(place + " can")));
}

TEST_F(Rights, ManyAreCounted) {
  for (int i = 0; i < 30; ++i) {
    write("rules/many" + std::to_string(i), "");
    mode("rules/many" + std::to_string(i), 0666);
  }
  const std::vector<std::string> found = open();
  ASSERT_THAT(found, SizeIs(21));
  EXPECT_EQ(found.back(), "10 more files and folders can be changed by others");
}

TEST_F(Rights, NothingThereIsNothing) {
  EXPECT_THAT(open_to_others({"", folder + "/none", folder + "/none/deeper"}), IsEmpty());
}

TEST_F(Rights, DoctorNamesThemWithWhatToDo) {
  write("reeve.yaml", "state: state\nrunbooks: [runbooks]\nplugin_dirs: [plugins]\n");
  fs::remove(folder + "/runbooks/c.lua");
  fs::remove(folder + "/plugins/d.so");
  cli::Globals globals;
  globals.config = folder + "/reeve.yaml";
  std::ostringstream out, err;
  mode("state", 0700);
  doctor(globals, out, err);
  EXPECT_THAT(out.str(), Not(HasSubstr(folder + "/state can be changed")));
  for (const char* below : {"state", "runbooks", "plugins"}) mode(below, 0777);
  out.str("");
  EXPECT_EQ(doctor(globals, out, err), cli::kFailure);
  for (const char* below : {"state", "runbooks", "plugins"})
    EXPECT_THAT(out.str(), HasSubstr("BAD   " + folder + "/" + below + " can be changed by everybody"));
}

TEST_F(Rights, ServeWarnsOfAnOpenStateFolder) {
  testing::internal::CaptureStderr();
  {
    EXPECT_TRUE(StateFolder::take(folder + "/state").ok());
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), Not(HasSubstr("the state folder is open")));
  mode("state", 0777);
  testing::internal::CaptureStderr();
  {
    EXPECT_TRUE(StateFolder::take(folder + "/state").ok());
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("the state folder is open"), HasSubstr("chmod o-w " + folder + "/state")));
}

}  // namespace
}  // namespace reeve::app
