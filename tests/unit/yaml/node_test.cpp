#include <gtest/gtest.h>

#include "yaml/yaml.h"

namespace reeve::yaml {
namespace {

Node parsed(const std::string& text) {
  auto out = parse(text, "rules/api.yaml");
  EXPECT_TRUE(out.ok()) << out.error().text;
  return std::move(out).value();
}

std::string first_line(const base::Error& error) {
  return error.text.substr(0, error.text.find('\n'));
}

TEST(YamlNode, AnUnknownFieldIsShownWithItsLinesAndAGuess) {
  const Node node = parsed(
      "groups:\n"
      "  - name: api\n"
      "    rules:\n"
      "      - alert: Down\n"
      "        expr: up == 0\n"
      "        fro: 5m\n"
      "        labels:\n"
      "          severity: page\n");
  const Node rule = node.find("groups")->items()[0].find("rules")->items()[0];
  const auto status = rule.only({"alert", "expr", "for", "labels"});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().fault, base::Fault::kInvalid);
  EXPECT_EQ(status.error().text,
            "rules/api.yaml:6:9: unknown field \"fro\" (did you mean \"for\"?)\n"
            "  4 |       - alert: Down\n"
            "  5 |         expr: up == 0\n"
            "  6 |         fro: 5m\n"
            "    |         ^\n"
            "  7 |         labels:\n"
            "  8 |           severity: page");
  EXPECT_TRUE(rule.only({"alert", "expr", "fro", "labels"}).ok());
  EXPECT_EQ(first_line(rule.only({"alert"}).error()), "rules/api.yaml:5:9: unknown field \"expr\"");
}

TEST(YamlNode, LineNumbersOfDifferentWidthLineUp) {
  std::string text;
  for (int i = 1; i <= 10; ++i) text += "key" + std::to_string(i) + ": " + std::to_string(i) + "\n";
  EXPECT_EQ(parsed(text).find("key9")->error("here").text,
            "rules/api.yaml:9:7: here\n"
            "   7 | key7: 7\n"
            "   8 | key8: 8\n"
            "   9 | key9: 9\n"
            "     |       ^\n"
            "  10 | key10: 10");
}

TEST(YamlNode, ALongLineIsShownAroundTheCaret) {
  const Node node = parsed("[" + std::string(200, ' ') + "x, " + std::string(300, 'y') + "]");
  const std::string text = node.items()[0].error("here").text;
  EXPECT_EQ(text.substr(0, text.find('\n')), "rules/api.yaml:1:202: here");
  const size_t caret_line = text.rfind('\n'), source_line = text.find('\n');
  const size_t caret = text.size() - 1 - caret_line;
  EXPECT_EQ(text[source_line + caret], 'x');
  EXPECT_LT(text.size(), 400u);
}

TEST(YamlNode, ColumnsCountCharactersAndTheCaretStandsUnderThem) {
  EXPECT_EQ(parsed("{größe: ok, b: x}").find("b")->error("here").text,
            "rules/api.yaml:1:16: here\n"
            "  1 | {größe: ok, b: x}\n"
            "    |                ^");
}

TEST(YamlNode, PositionsAreOfTheTextNotOfTheBarAnchorOrTag) {
  const Node node = parsed("a: |\n\n   text\nb: &x !!str  12\nc: >2-   # why\n   text\nd: *x\ne: 'q'\n");
  EXPECT_EQ(node.find("a")->position().text(), "rules/api.yaml:3:4");
  EXPECT_EQ(node.find("b")->position().text(), "rules/api.yaml:4:14");
  EXPECT_EQ(node.find("c")->position().text(), "rules/api.yaml:6:4");
  EXPECT_EQ(node.find("d")->position().text(), "rules/api.yaml:4:14");
  EXPECT_EQ(node.find("e")->position().text(), "rules/api.yaml:8:4");
  EXPECT_EQ(node.position().text(), "rules/api.yaml:1:1");
}

struct Inside {
  const char *yaml, *find;
  int line, column;
  const char* place;
};

TEST(YamlNode, AnErrorInsideAScalarPointsIntoTheFile) {
  const Inside cases[] = {
      {"e: sum(x) + y", "plain", 1, 10, "1:13"},
      {"e: 'sum(x) + y'", "single quotes", 1, 10, "1:14"},
      {"e: 'it''s + y'", "an escaped quote", 1, 8, "1:13"},
      {"e: \"a{b=\\\"c\\\"} + y\"", "escapes", 1, 11, "1:17"},
      {"e: |\n  sum(x)\n    + y\n", "literal", 2, 5, "3:7"},
      {"e: |\n\n  sum(x)\n  + y\n", "literal after an empty line", 3, 3, "4:5"},
      {"e: >-\n  sum(x)\n  + y\n", "folded", 1, 10, "3:5"},
      {"e: sum(x)\n  + y\n", "plain over two lines", 1, 10, "2:5"},
      {"e: sum(x) + ", "the end", 1, 9, "1:12"},
      {"e: 'x' ", "the end of quotes", 1, 2, "1:6"},
      {"e: \"\\u0041b + y\"", "an escape that is not followed: the scalar's own place", 1, 6, "1:4"},
      {"e: x", "a line that is not there", 5, 1, "1:4"},
      {"e: x", "a column beyond the end", 1, 99, "1:5"},
  };
  for (const Inside& one : cases) {
    SCOPED_TRACE(one.find);
    const Node node = parsed(one.yaml);
    EXPECT_EQ(first_line(node.find("e")->error_at(one.line, one.column, "here")),
              std::string("rules/api.yaml:") + one.place + ": here");
  }
}

TEST(YamlNode, TypedReadingSaysWhatItExpected) {
  const Node n = parsed(
      "t: true\nq: 'true'\ni: 12\no: 012\nf: 1.5\nd: 1h30m\nl: [1]\nm: {a: 1}\nz:\nbad: 5 minutes\nb: |\n  two\n  "
      "lines\n");
  const auto at = [&](const char* key) { return *n.find(key); };
  EXPECT_EQ(*at("t").boolean(), true);
  EXPECT_EQ(*at("i").integer(), 12);
  EXPECT_EQ(*at("i").number(), 12.0);
  EXPECT_EQ(*at("f").number(), 1.5);
  EXPECT_EQ(at("d").duration()->us, base::minutes(90).us);
  EXPECT_EQ(*at("o").text(), "012");
  EXPECT_EQ(*at("z").text_or_empty(), "");
  EXPECT_EQ(*at("i").text_or_empty(), "12");
  EXPECT_EQ(first_line(at("q").boolean().error()),
            "rules/api.yaml:2:4: expected true or false, but this is the text \"true\"");
  EXPECT_EQ(first_line(at("o").integer().error()),
            "rules/api.yaml:4:4: \"012\" is ambiguous: write it without the leading zero, or 0o for octal");
  EXPECT_FALSE(at("o").number().ok());
  EXPECT_EQ(first_line(at("f").integer().error()), "rules/api.yaml:5:4: expected a whole number, but this is \"1.5\"");
  EXPECT_EQ(first_line(at("l").text().error()), "rules/api.yaml:7:4: expected text, but this is a list");
  EXPECT_EQ(first_line(at("z").text().error()), "rules/api.yaml:9:3: expected text, but this is nothing");
  EXPECT_EQ(first_line(at("m").number().error()), "rules/api.yaml:8:4: expected a number, but this is a map");
  EXPECT_EQ(first_line(at("b").number().error()),
            "rules/api.yaml:12:3: expected a number, but this is the text \"two\"");
  EXPECT_EQ(first_line(at("bad").duration().error()),
            "rules/api.yaml:10:6: not a valid duration: \"5 minutes\" (write it like 30s, 5m, 1h30m or 500ms)");
  EXPECT_FALSE(at("m").duration().ok());
  EXPECT_EQ(first_line(at("m").must_be(Node::Kind::kList, "plugins").error()),
            "rules/api.yaml:8:4: plugins must be a list, but is a map");
  EXPECT_TRUE(at("m").must_be(Node::Kind::kMap, "plugins").ok());
  EXPECT_FALSE(at("l").only({"a"}).ok());
}

TEST(YamlNode, AMissingOrEmptyFieldIsNamedAtItsMap) {
  const Node n = parsed("- alert: x\n  expr:\n");
  const Node rule = n.items()[0];
  EXPECT_EQ(first_line(rule.need("for").error()), "rules/api.yaml:1:3: missing field \"for\"");
  EXPECT_EQ(first_line(rule.need("expr").error()), "rules/api.yaml:2:8: the field \"expr\" is empty");
  EXPECT_EQ(rule.need("alert")->scalar(), "x");
  EXPECT_EQ(rule.find("nothing"), nullptr);
}

}  // namespace
}  // namespace reeve::yaml
