// Of what people write: nothing that was asked is left out silently.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "unit/cli/fixture.h"

namespace reeve::cli {
namespace {

namespace fs = std::filesystem;
using test::Place;
using test::Said;
using testing::HasSubstr;

using Refusals = test::InFolder;

TEST_F(Refusals, WhatPrintsTextOnlySaysSo) {
  write("rules/a.yaml", "groups: []\n");
  for (const std::vector<std::string>& typed :
       {std::vector<std::string>{"check"}, {"check", "rules"}, {"test"}, {"test", "rules"}}) {
    std::vector<std::string> arguments = typed;
    arguments.insert(arguments.end(), {"-o", "json"});
    const Said said = place.run(arguments);
    EXPECT_EQ(said.exit, kUsage);
    EXPECT_EQ(said.err, "reeve: " + base::join(typed, " ") + " prints text only: leave -o json out\n");
  }
}

TEST_F(Refusals, NothingToCheckIsSaid) {
  fs::create_directories("empty");
  const Said said = place.run({"check", "empty"});
  EXPECT_EQ(said.exit, kNotFound);
  EXPECT_EQ(said.err, "reeve: nothing to check in empty: no configuration, rules or runbooks\n");
  fs::create_directories("reeve.yaml");
  const Said config = place.run({"check"});
  EXPECT_EQ(config.exit, kUsage);
  EXPECT_EQ(config.err, "reeve: reeve.yaml is a folder, not a configuration\n");
}

TEST_F(Refusals, WhatConfigNamesIsAConfiguration) {
  write("odd.yaml", "evaluation_intervall: 3s\n");
  std::string judged;
  place.commands.check_config = [&](const std::string& path, bool, std::ostream&, std::ostream&) {
    judged = path;
    return int{kFailure};
  };
  EXPECT_EQ(place.run({"check", "--config", "odd.yaml"}).exit, kFailure);
  EXPECT_EQ(judged, "odd.yaml");
  EXPECT_THAT(place.run({"check", "odd.yaml"}).err, HasSubstr("neither configuration nor rules"));
}

TEST_F(Refusals, OptionsOfRuleTestsAreNotIgnoredByOthers) {
  write("runbooks/a_test.lua", "");
  int judged = 0;
  place.commands.test_runbooks = [&](const std::vector<std::string>&, std::ostream&, std::ostream&) {
    ++judged;
    return 0;
  };
  for (const std::vector<std::string>& option :
       {std::vector<std::string>{"--run", "nosuch"}, {"--run", "["}, {"--junit", "out.xml"}, {"--diff"}}) {
    std::vector<std::string> arguments{"test"};
    arguments.insert(arguments.end(), option.begin(), option.end());
    const Said said = place.run(arguments);
    EXPECT_EQ(said.exit, kUsage);
    EXPECT_THAT(said.err, HasSubstr("test: " + option[0] + " is of the tests of rules"));
  }
  EXPECT_EQ(judged, 0);
  EXPECT_EQ(place.run({"test"}).exit, kOk);
}

TEST_F(Refusals, ANewPluginIsNoConfigurationThatFails) {
  ASSERT_EQ(place.run({"new", "plugin", "first"}).exit, kOk);
  place.commands.check_config = [](const std::string&, bool, std::ostream&, std::ostream&) { return int{kFailure}; };
  const Said alone = place.run({"check"});
  EXPECT_EQ(alone.exit, kUsage);
  EXPECT_THAT(alone.err, HasSubstr("nothing to check"));
  ASSERT_EQ(place.run({"new", "rule", "down"}).exit, kOk);
  EXPECT_EQ(place.run({"check"}).exit, kOk);
  EXPECT_EQ(place.run({"check", "."}).exit, kOk);
  EXPECT_EQ(place.run({"check", "plugins/first/sample.yaml"}).exit, kFailure);  // who names it means it
}

TEST_F(Refusals, ANewPluginHidesNoOther) {
  place.commands.describe_plugins = [](const Globals&, const std::string& name) -> base::Result<model::Value> {
    if (name == "proc") return model::Value::list().push(model::Value::map().set("plugin", name));
    return base::Error{base::Fault::kNotFound, "none"};
  };
  const Said said = place.run({"new", "plugin", "proc"});
  EXPECT_EQ(said.exit, kFailure);
  EXPECT_THAT(said.err, HasSubstr("there is a plugin \"proc\" already"));
  EXPECT_FALSE(fs::exists("plugins"));
  EXPECT_EQ(place.run({"new", "plugin", "first"}).exit, kOk);
}

}  // namespace
}  // namespace reeve::cli
