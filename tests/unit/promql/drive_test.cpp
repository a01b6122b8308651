// The drive protocol: conversations in drive/*.cases, `>` what is asked, `<` what must be answered (as JSON, so the
// order of keys does not matter). Each file is one conversation.
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "model/json.h"
#include "promql/promql.h"

namespace reeve::promql {
namespace {
namespace fs = std::filesystem;

std::string canonical(const std::string& json) {
  const auto value = model::parse_json(json);
  return value.ok() ? model::to_json(*value) : "no JSON: " + json;
}

// How many answers were as they should be; the others are reported.
int converse(std::istream& in, const std::string& name) {
  Drive drive;
  std::string line, answer;
  int number = 0, right = 0;
  while (std::getline(in, line)) {
    ++number;
    if (line.rfind("> ", 0) == 0) answer = drive.answer(line.substr(2));
    if (line.rfind("< ", 0) != 0) continue;
    const std::string want = canonical(line.substr(2)), got = canonical(answer);
    EXPECT_EQ(want, got) << name << ":" << number;
    right += want == got ? 1 : 0;
  }
  return right;
}

TEST(Drive, ConversationsGoAsWritten) {
  int answers = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(REEVE_TEST_DIR) / "unit/promql/drive")) {
    std::ifstream in(entry.path(), std::ios::binary);
    answers += converse(in, entry.path().filename().string());
  }
  EXPECT_GT(answers, 500);
}

TEST(Drive, AWrongAnswerIsNoticed) {
  std::istringstream in("> {\"op\":\"format\",\"expr\":\"1\"}\n< {\"status\":\"success\",\"data\":\"2\"}\n");
  testing::TestPartResultArray failures;
  testing::ScopedFakeTestPartResultReporter reporter(
      testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
  EXPECT_EQ(converse(in, "wrong"), 0);
  EXPECT_EQ(failures.size(), 1);
}

}  // namespace
}  // namespace reeve::promql
