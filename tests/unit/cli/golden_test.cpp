// What people see: every case of cases/*.test, word by word.
//
// A file begins with `engine: running|ledger|none`. `$ reeve ...` is typed; then come the lines of standard output,
// those of standard error after `! `, and the exit code after `= `. REEVE_GOLDEN=write in the environment writes them
// anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>

#include "unit/cli/fixture.h"

namespace reeve::cli {
namespace {

using test::Place;
using test::Said;

struct Case {
  std::string typed;
  std::string answer;
};

struct CaseFile {
  std::string head;  // up to the first command
  Place::Engine engine = Place::Engine::kNone;
  std::vector<Case> cases;
};

CaseFile read(const std::filesystem::path& path) {
  CaseFile file;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("$ reeve", 0) == 0) {
      file.cases.push_back({line, ""});
    } else if (file.cases.empty()) {
      file.head += line + "\n";
      if (line == "engine: running") file.engine = Place::Engine::kRunning;
      if (line == "engine: ledger") file.engine = Place::Engine::kLedger;
    } else {
      file.cases.back().answer += line + "\n";
    }
  }
  return file;
}

std::vector<std::string> words(const std::string& typed) {
  std::vector<std::string> out;
  std::string word;
  bool inside = false, quoted = false;
  for (const char c : typed.substr(std::string("$ reeve").size()) + " ") {
    if (c == '\'') {
      quoted = !quoted;
      inside = true;
    } else if (c == ' ' && !quoted) {
      if (inside) out.push_back(std::exchange(word, ""));
      inside = false;
    } else {
      word += c;
      inside = true;
    }
  }
  return out;
}

std::string answer(const Said& said, bool with_ledger) {
  // A ledger has a random id and key, and with them its hashes differ.
  static const std::regex random(R"((hash|ledger|key|signature)("?:? *"?)[0-9a-f]{16,})");
  std::string text = with_ledger ? std::regex_replace(said.out, random, "$1$2HASH") : said.out;
  if (!text.empty() && text.back() != '\n') text += "(no newline)\n";
  for (const std::string& line : base::split(said.err, '\n'))
    if (!line.empty()) text += "! " + line + "\n";
  return text + "= " + std::to_string(said.exit) + "\n";
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, SaysWhatIsWrittenDown) {
  const std::filesystem::path path = std::filesystem::path(REEVE_TEST_DIR) / "unit/cli/cases" / GetParam();
  const CaseFile file = read(path);
  ASSERT_FALSE(file.cases.empty()) << path;
  Place place(file.engine);
  std::string fresh = file.head;
  for (const Case& one : file.cases) {
    const std::string said = answer(place.run(words(one.typed)), file.engine == Place::Engine::kLedger);
    fresh += one.typed + "\n" + said;
    EXPECT_EQ(said, one.answer) << path << ": " << one.typed;
  }
  if (const char* mode = std::getenv("REEVE_GOLDEN"); mode && std::string(mode) == "write")
    std::ofstream(path) << fresh;
}

std::vector<std::string> case_files() {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(REEVE_TEST_DIR) / "unit/cli/cases"))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, testing::ValuesIn(case_files()), [](const auto& info) {
  std::string name = info.param.substr(0, info.param.find('.'));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace reeve::cli
