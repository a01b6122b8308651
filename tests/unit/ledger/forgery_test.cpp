// What is found when somebody knew the format: scenarios of testdata/forgeries.txt, asked of both verifiers.
#include <fstream>
#include <sstream>

#include "unit/ledger/forger.h"
#include "unit/ledger/verify_fixture.h"

namespace reeve::ledger {
namespace {

struct Scenario {
  std::string name, sql, how;
  std::vector<std::string> faults, notices, anchored;  ///< in order; anchored: what the anchors say on top
};

std::vector<Scenario> scenarios() {
  std::ifstream file(REEVE_TEST_DIR "/unit/ledger/testdata/forgeries.txt");
  std::vector<Scenario> out;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("== ")) {
      out.push_back({.name = line.substr(3), .sql = {}, .how = {}, .faults = {}, .notices = {}, .anchored = {}});
    } else if (line.starts_with("-- ")) {
      out.back().how = line.substr(3);
    } else if (out.back().how.empty()) {
      out.back().sql += line + "\n";
    } else if (line.starts_with("notice: ")) {
      out.back().notices.push_back(line.substr(8));
    } else if (line.starts_with("anchored: ")) {
      out.back().anchored.push_back(line.substr(10));
    } else {
      out.back().faults.push_back(line);
    }
  }
  return out;
}

struct Forgeries : VerifyTest {
  Forging how(const std::string& word) {
    if (word == "edit") return Forging::kEdit;
    if (word == "rehash") return Forging::kRehash;
    EXPECT_TRUE(word == "resign" || word == "stranger") << word;
    return word == "resign" ? Forging::kResign : Forging::kStranger;
  }
  std::string forged(const Scenario& one) {
    const std::string file = folder / "forged.db";
    std::filesystem::copy_file(small, file, std::filesystem::copy_options::overwrite_existing);
    EXPECT_EQ(forge(file, one.sql, how(one.how), folder / "ledger.key", folder / "stranger.key"), "");
    return file;
  }
};

TEST_F(Forgeries, AreFoundInTheWordsOfTheFormatByBothVerifiers) {
  const std::vector<Scenario> all = scenarios();
  ASSERT_GT(all.size(), 40u);
  for (const Scenario& one : all) {
    SCOPED_TRACE(one.name);
    const std::string file = forged(one);
    const auto checked = verify(file);
    ASSERT_TRUE(checked.ok());
    EXPECT_EQ(checked->faults, one.faults);
    EXPECT_EQ(checked->ok, one.faults.empty());
    std::vector<std::string> notices = one.notices;
    notices.emplace_back("no anchor was given: a tail that was cut off cannot be seen");
    EXPECT_EQ(checked->notices, notices);
    EXPECT_EQ(disagreement(*checked, python.verify(file)), "");
    if (one.anchored.empty()) continue;
    const auto anchored = verify(file, anchors);
    EXPECT_EQ(disagreement(*anchored, python.verify(file, anchors)), "");
    std::vector<std::string> more = one.faults;
    more.insert(more.end(), one.anchored.begin(), one.anchored.end());
    EXPECT_EQ(anchored->faults, more);
  }
}

TEST_F(Forgeries, ManyFaultsEndAfterAHundred) {
  const std::string file = folder / "many.db";
  std::filesystem::copy_file(small, file);
  std::string sql;
  for (int i = 0; i < 120; ++i)
    sql += "INSERT INTO bodies VALUES(" + std::to_string(1000 + i) + ", zeroblob(16), x'00');";
  EXPECT_EQ(forge(file, sql, Forging::kEdit), "");
  const auto checked = verify(file);
  EXPECT_EQ(checked->faults.size(), 100u);
  EXPECT_EQ(checked->faults.back(), "body 1099 belongs to no entry");
  EXPECT_EQ(disagreement(*checked, python.verify(file)), "");
}

// What a JSON reader may take or refuse: both verifiers take and refuse the same.
TEST_F(Forgeries, OddFactsAreReadAlike) {
  const std::string odd[] = {
      R"({"seq":2,"seq":3})",
      R"({"seq":3,"seq":2})",
      R"({"seq":2.0})",
      R"({"seq":2e0})",
      R"({"seq":-0})",
      R"({"seq":18446744073709551615})",
      R"({"seq":9223372036854775808})",
      R"({"seq":1e400})",
      R"({"seq":null})",
      R"({"seq":true})",
      R"({"seq":"2"})",
      R"({"seq":02})",
      R"({"seq":+2})",
      R"({"seq":2,})",
      R"({"seq":2} x)",
      R"( {"seq" : 2} )",
      R"({'seq':2})",
      R"({"seq":2,"x":NaN})",
      R"({"seq":2,"x":Infinity})",
      R"({"seq":2,"x":"\ud800"})",
      R"({"seq":2,"x":"\udc00\ud800"})",
      R"({"seq":2,"x":"\ud83d\ude00"})",
      R"({"seq":2,"x":"\x41"})",
      "{\"seq\":2,\"x\":\"tab\tinside\"}",
      R"({"\u0073eq":2})",
      R"([{"seq":2}])",
      R"("seq")",
      "",
      " ",
      "{}",
      "{",
      "\xef\xbb\xbf{\"seq\":2}",
      R"({"seq":2,"x":)" + std::string(63, '[') + std::string(63, ']') + "}",
      R"({"seq":2,"x":)" + std::string(64, '[') + std::string(64, ']') + "}",
      R"({"seq":2,"\ud800":1})",
      R"({"seq":2,"x":)" + std::string(200, '[') + std::string(200, ']') + "}",
      R"({"seq":2,"blobs":{"0":"00"}})",
      R"({"seq":2,"blobs":"185ada6cb4c2994be0ab008d37304d9d9d9b33fd789e1703d5d7ecb0657d9385"})",
      R"({"seq":2,"blobs":["185ADA6CB4C2994BE0AB008D37304D9D9D9B33FD789E1703D5D7ECB0657D9385"]})",
      R"({"seq":2,"blobs":["18 5a"]})",
      R"({"seq":2,"blobs":[" 00"]})",
      R"({"seq":2,"blobs":["0x00"]})",
  };
  const std::string file = folder / "odd.db";
  for (const std::string& facts : odd) {
    SCOPED_TRACE(facts);
    std::filesystem::copy_file(small, file, std::filesystem::copy_options::overwrite_existing);
    std::string text = facts;
    for (size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 2) text.insert(at, 1, '\'');
    EXPECT_EQ(forge(file, "UPDATE entries SET facts = '" + text + "' WHERE seq = 18", Forging::kRehash), "");
    EXPECT_EQ(disagreement(*verify(file), python.verify(file)), "");
  }
}

}  // namespace
}  // namespace reeve::ledger
