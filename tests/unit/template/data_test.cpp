#include <gtest/gtest.h>

#include <fstream>

#include "model/json.h"
#include "unit/template/fixture.h"

namespace reeve::tmpl {
namespace {

/// A line as it is, or a JSON string.
std::string plain(const std::string& line) {
  if (!line.starts_with('"')) return line;
  const auto value = model::parse_json(line);
  return value.ok() ? value->as_string() : line;
}

/// Behind the place: "1:4: unexpected ..." without "1:4: ".
std::string without_place(const std::string& error) {
  return error.substr(error.find(": ") + 2);
}

class TemplateData : public testing::TestWithParam<const char*> {};

TEST_P(TemplateData, IsWhatPrometheusGives) {
  std::ifstream file(std::string(REEVE_TEST_DIR) + "/unit/template/testdata/" + GetParam() + ".test");
  const Data data = fixture();
  std::string text, expected;
  int cases = 0;
  while (std::getline(file, text)) {
    if (text.starts_with('#')) continue;
    ASSERT_TRUE(std::getline(file, expected));
    SCOPED_TRACE(text);
    ++cases;
    const auto parsed = Template::parse(plain(text));
    const auto out = parsed.ok() ? parsed->render(data) : base::Result<std::string>(parsed.error());
    const std::string wanted = plain(expected.substr(std::min<size_t>(5, expected.size())));
    if (expected.starts_with("  => ")) {
      ASSERT_TRUE(out.ok()) << out.error().text;
      EXPECT_EQ(*out, wanted);
      continue;
    }
    ASSERT_TRUE(expected.starts_with("  !! ")) << expected;
    ASSERT_FALSE(out.ok()) << *out;
    const bool with_place = std::string_view(GetParam()) == "places";
    const std::string said = with_place ? out.error().text : without_place(out.error().text);
    EXPECT_EQ(said.substr(0, said.find(" (did you mean")), wanted);
  }
  EXPECT_GT(cases, 30);
}

INSTANTIATE_TEST_SUITE_P(All, TemplateData,
                         testing::Values("language", "functions", "prometheus", "humanize", "printf", "format",
                                         "recipes", "places", "times", "truth"),
                         [](const auto& param) { return std::string(param.param); });

}  // namespace
}  // namespace reeve::tmpl
