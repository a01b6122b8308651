#include <gtest/gtest.h>

#include "model/json.h"
#include "unit/yaml/cases.h"
#include "yaml/yaml.h"

namespace reeve::yaml {
namespace {

void check(const std::string& file) {
  const auto cases = read_cases(std::string(REEVE_TEST_DIR) + "/unit/yaml/testdata/" + file);
  ASSERT_GT(cases.size(), 5u);
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    const auto node = parse(one.input, "values.yaml");
    if (one.kind == "error") {
      ASSERT_FALSE(node.ok());
      EXPECT_EQ(node.error().fault, base::Fault::kInvalid);
      EXPECT_EQ(node.error().text.substr(0, one.expected.size()), one.expected);
      if (one.expected.find('\n') != std::string::npos) {
        EXPECT_EQ(node.error().text, one.expected);
      }
      continue;
    }
    ASSERT_TRUE(node.ok()) << node.error().text;
    EXPECT_EQ(model::to_json(*node->value()), one.expected);
  }
}

TEST(YamlData, PlainDataMeansWhatTheCoreSchemaSays) {
  check("values.txt");
}
TEST(YamlData, WhatIsNotPlainDataIsRefusedWithItsPlace) {
  check("errors.txt");
}

}  // namespace
}  // namespace reeve::yaml
