// Does what was printed arrive, and does a ledger's command say what it found?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>

#include "unit/cli/fixture.h"

namespace reeve::cli {
namespace {

using test::Place;
using test::Said;
using testing::HasSubstr;
using testing::Not;

/// Takes nothing.
class Full : public std::streambuf {
 public:
  explicit Full(int error) : error_(error) {}

 protected:
  int overflow(int) override { return errno = error_, traits_type::eof(); }
  int sync() override { return errno = error_, -1; }

 private:
  int error_;
};

Said run_into(int error, const std::vector<std::string>& arguments) {
  Place place(Place::Engine::kNone);
  Full full(error);
  std::ostream out(&full);
  std::ostringstream err;
  std::istringstream in;
  Io io{out, err, in, false, nullptr, place.clock(), [](base::Duration) {}};
  const int exit = run(arguments, place.commands, io);
  return {exit, "", err.str()};
}

TEST(Delivery, AFullOutputIsAFailure) {
  for (const std::vector<std::string>& typed : {std::vector<std::string>{"--help"}, {"completion", "bash"}}) {
    const Said said = run_into(ENOSPC, typed);
    EXPECT_EQ(said.exit, kFailure);
    EXPECT_EQ(said.err, "reeve: cannot write the output: No space left on device\n");
  }
}

TEST(Delivery, WhoClosesThePipeHadEnough) {
  const Said said = run_into(EPIPE, {"completion", "bash"});
  EXPECT_EQ(said.exit, kFailure);
  EXPECT_EQ(said.err, "");
}

TEST(Delivery, AFailureKeepsItsExitCode) {
  EXPECT_EQ(run_into(ENOSPC, {"nosuch"}).exit, kUsage);
}

struct Ledgers : testing::Test {
  Place place{Place::Engine::kLedger};
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(place.state() + "/" + name) << text;
    return place.state() + "/" + name;
  }
};

TEST_F(Ledgers, AFileThatIsNoneIsToldInPlainWords) {
  const std::string path = file("notes.txt", std::string(5000, 'x'));
  for (const char* command : {"list", "verify", "tail"}) {
    const Said said = place.run({"audit", command, "--db", path});
    EXPECT_EQ(said.exit, kFailure);
    EXPECT_THAT(said.out + said.err, HasSubstr("STATE/notes.txt: this is not a reeve ledger"));
    EXPECT_THAT(said.out + said.err, Not(HasSubstr("PRAGMA")));
  }
}

TEST_F(Ledgers, NothingFoundIsSaid) {
  const Said said = place.run({"audit", "list", "--run", "zzz"});
  EXPECT_EQ(said.exit, kOk);
  EXPECT_EQ(said.err, "reeve: no entry matches\n");
  EXPECT_EQ(place.run({"audit", "list", "--kind", "zzz"}).err,
            "reeve: no entry matches in the last 24h (--all looks further)\n");
}

TEST_F(Ledgers, ALimitOfNothingIsRefused) {
  for (const std::vector<std::string>& typed :
       {std::vector<std::string>{"audit", "list"}, {"audit", "tail"}, {"runs"}, {"events"}}) {
    std::vector<std::string> arguments = typed;
    arguments.insert(arguments.end(), {"--limit", "0"});
    EXPECT_EQ(place.run(arguments).exit, kUsage);
    EXPECT_EQ(place.run(arguments).err, "reeve: --limit: at least 1\n");
  }
}

TEST_F(Ledgers, ExportAndRebuildGiveDataToo) {
  const Said copied = place.run({"audit", "export", "--to", place.state() + "/copy.db", "-o", "jsonl"});
  EXPECT_EQ(copied.exit, kOk) << copied.err;
  const auto value = model::parse_json(copied.out);
  ASSERT_TRUE(value.ok()) << copied.out;
  EXPECT_EQ((*value)["file"].as_string(), "STATE/copy.db");
  EXPECT_TRUE((*value)["ok"].as_bool());
  place.commands.ledger_settings = [] {
    ledger::Settings settings;
    settings.tables = api::test::fake_tables();
    settings.projects = api::test::fake_projects();
    return settings;
  };
  EXPECT_EQ(place.run({"audit", "rebuild", "-o", "jsonl"}).out, "{\"differ\":[],\"replaced\":false}\n");
}

}  // namespace
}  // namespace reeve::cli
