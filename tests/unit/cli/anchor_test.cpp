// Which anchor does `audit verify` compare with when nobody names one?
#include <gmock/gmock.h>

#include <fstream>

#include "unit/cli/fixture.h"

namespace reeve::cli::test {
namespace {
using testing::HasSubstr;

struct Anchored : testing::Test {
  Anchored() { std::ofstream(config) << "state: .\nledger: { anchor: anchors }\n"; }
  Place place{Place::Engine::kLedger};
  std::string config = place.state() + "/reeve.yaml", anchors = place.state() + "/anchors";
};

TEST_F(Anchored, TheConfiguredOneIsComparedWithoutBeingAsked) {
  std::ofstream(anchors) << "no anchor\n";
  const Said said = place.run_bare({"--config", config, "audit", "verify"});
  EXPECT_THAT(said.out, HasSubstr("anchor line 1: not readable"));
}

TEST_F(Anchored, OneThatIsNotThereIsSaid) {
  const Said said = place.run_bare({"--config", config, "audit", "verify"});
  EXPECT_EQ(said.exit, kOk) << said.err;
  EXPECT_THAT(said.err, HasSubstr("anchors is not there (it is written with the first checkpoint)"));
}

TEST_F(Anchored, TheConfigurationOfAnotherFolderSaysNothing) {
  std::ofstream(config) << "state: /\nledger: { anchor: anchors }\n";
  std::ofstream(anchors) << "no anchor\n";
  const Said said = place.run_bare({"--config", config, "--state", place.state(), "audit", "verify"});
  EXPECT_EQ(said.exit, kOk) << said.out << said.err;
  EXPECT_EQ(said.err, "");
}

}  // namespace
}  // namespace reeve::cli::test
