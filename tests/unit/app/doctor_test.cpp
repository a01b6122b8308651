// `reeve doctor` about the state folder, and as data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/serve.h"
#include "model/json.h"
#include "unit/app/config_fixture.h"

namespace reeve::app {
namespace {

using testing::HasSubstr;
using testing::Not;

struct DoctorTest : test::ConfigFile {
  cli::Globals globals;
  std::ostringstream out, err;

  int doctor() {
    out.str("");
    globals.config = folder + "/reeve.yaml";
    return app::doctor(globals, out, err);
  }
};

TEST_F(DoctorTest, BeforeTheFirstServeTheFolderIsNotThereYet) {
  write("reeve.yaml", "plugins: []\n");
  doctor();
  EXPECT_THAT(out.str(), HasSubstr("ok    state folder is not there yet, reeve serve makes it in "));
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder);
  globals.state = "relative";
  doctor();
  std::filesystem::current_path(before);
  EXPECT_THAT(out.str(), HasSubstr("ok    state folder is not there yet"));
}

TEST_F(DoctorTest, AFileIsNoStateFolder) {
  write("reeve.yaml", "state: reeve.yaml\n");
  EXPECT_EQ(doctor(), cli::kFailure);
  EXPECT_THAT(out.str(), HasSubstr("BAD   state folder "));
  EXPECT_THAT(out.str(), HasSubstr("is no folder"));
  EXPECT_THAT(out.str(), Not(HasSubstr("can be written")));
}

TEST_F(DoctorTest, GivesData) {
  write("reeve.yaml", "state: reeve.yaml\n");
  globals.output = "json";
  EXPECT_EQ(doctor(), cli::kFailure);
  const auto list = model::parse_json(out.str());
  ASSERT_TRUE(list.ok()) << out.str();
  EXPECT_EQ(list->as_list().back()["verdict"].as_string(), "bad");
  globals.output = "jsonl";
  doctor();
  EXPECT_TRUE(model::parse_json(out.str().substr(0, out.str().find('\n'))).ok());
}

}  // namespace
}  // namespace reeve::app
