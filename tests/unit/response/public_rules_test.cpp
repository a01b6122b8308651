// The templates of public rules; here, because this module may read YAML and templates both.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "unit/template/fixture.h"
#include "yaml/yaml.h"

namespace reeve::tmpl {
namespace {

TEST(PublicRules, AllTheirTemplatesParseAndRender) {
  const char* named = std::getenv("REEVE_CONFORMANCE");
  const std::filesystem::path folder =
      std::filesystem::path(named ? named : REEVE_SOURCE_DIR "/../shared/conformance") / "awesome-prometheus-alerts";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the public rules are not here: set REEVE_CONFORMANCE";
  int texts = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto file = yaml::load(entry.path().string());
    ASSERT_TRUE(file.ok()) << file.error().text;
    for (const yaml::Node& group : file->find("groups")->items())
      for (const yaml::Node& rule : group.find("rules")->items())
        for (const char* part : {"labels", "annotations"}) {
          const yaml::Node* map = rule.find(part);
          if (!map) continue;
          for (const auto& pair : map->pairs()) {
            const std::string& text = pair.second.scalar();
            const auto parsed = Template::parse(text);
            ASSERT_TRUE(parsed.ok()) << pair.second.error(parsed.error().text).text;
            const auto out = parsed->render(fixture());
            ASSERT_TRUE(out.ok()) << pair.second.error(out.error().text).text;
            EXPECT_EQ(out->find("<no value>"), std::string::npos) << text;
            if (text.find("{{") != std::string::npos) ++texts;
          }
        }
  }
  EXPECT_GT(texts, 500);
}

}  // namespace
}  // namespace reeve::tmpl
