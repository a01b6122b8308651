// Which event selectors are read, what they match, and where their errors point.
#include <gtest/gtest.h>

#include "rule/rule.h"

namespace reeve::rule {
namespace {

model::Event die(const std::string& exit_code) {
  model::Event event;
  event.type = "docker.die";
  event.labels = {{"job", "docker"}, {"instance", "local"}, {"name", "web"}};
  event.fields.set("exit_code", exit_code).set("pid", 7).set("name", "of the field").set("oom", false);
  return event;
}

struct Match {
  const char* selector;
  bool matches;
};

class Matching : public testing::TestWithParam<Match> {};

TEST_P(Matching, SaysWhetherAnEventIsMeant) {
  const auto selector = EventSelector::parse(GetParam().selector);
  ASSERT_TRUE(selector.ok()) << selector.error().text;
  EXPECT_EQ(selector->matches(die("137")), GetParam().matches) << GetParam().selector;
}

INSTANTIATE_TEST_SUITE_P(
    Selectors, Matching,
    testing::Values(Match{"docker.die", true}, Match{"docker.die{}", true}, Match{" docker.die { } ", true},
                    Match{"docker.dies", false}, Match{"docker.die.hard", false},
                    Match{R"(docker.die{exit_code="137"})", true}, Match{R"(docker.die{exit_code!="0"})", true},
                    Match{R"(docker.die{exit_code!="137"})", false}, Match{R"(docker.die{exit_code=~"13[79]"})", true},
                    Match{R"(docker.die{exit_code=~"3"})", false},  // anchored
                    Match{R"(docker.die{exit_code!~"3"})", true},
                    Match{R"(docker.die{exit_code=~"13[79]", instance="local",})", true},
                    Match{R"(docker.die{exit_code="137", instance="edge"})", false},
                    Match{R"(docker.die{name="web"})", true},  // the label, not the field
                    Match{R"(docker.die{missing=""})", true}, Match{R"(docker.die{missing!="0"})", true},
                    Match{R"(docker.die{missing=~".+"})", false}, Match{R"(docker.die{pid="7"})", true},
                    Match{R"(docker.die{oom="false"})", true}, Match{R"(docker.die{"exit_code"='137'})", true},
                    Match{"docker.die{exit_code=`137`}", true},
                    Match{R"(docker.die{exit_code="\x31\u0033\067"})", true}));

struct Bad {
  const char* selector;
  const char* error;
};

class Refusing : public testing::TestWithParam<Bad> {};

TEST_P(Refusing, PointsAtTheFault) {
  const auto selector = EventSelector::parse(GetParam().selector);
  ASSERT_FALSE(selector.ok()) << GetParam().selector;
  EXPECT_EQ(selector.error().text, GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Selectors, Refusing,
    testing::Values(Bad{"", "1:1: an event type is <plugin>.<name>, as in docker.die"},
                    Bad{"docker", "1:1: an event type is <plugin>.<name>, as in docker.die"},
                    Bad{"{a=\"b\"}", "1:1: an event type is <plugin>.<name>, as in docker.die"},
                    Bad{"docker.die[5m]", "1:11: unexpected text after the selector"},
                    Bad{"docker.die{} or x.y", "1:14: unexpected text after the selector"},
                    Bad{"docker.die{exit_code}", "1:21: expected one of =, !=, =~, !~ after \"exit_code\""},
                    Bad{"docker.die{exit_code==\"1\"}", "1:22: expected a quoted value after exit_code="},
                    Bad{"docker.die{exit_code=1}", "1:22: expected a quoted value after exit_code="},
                    Bad{"docker.die{9=\"1\"}", "1:12: expected a label name"},
                    Bad{"docker.die{\"\"=\"1\"}", "1:12: a label name may not be empty"},
                    Bad{"docker.die{a=\"1\" b=\"2\"}", "1:18: expected \",\" or \"}\""},
                    Bad{"docker.die{a=\"1\"", "1:17: expected \",\" or \"}\""},
                    Bad{"docker.die{a=\"1", "1:16: unterminated quoted string"},
                    Bad{"docker.die{a=\"\\q\"}", "1:16: unknown escape sequence"},
                    Bad{"docker.die{a=\"\\", "1:16: unterminated quoted string"},
                    Bad{"docker.die{a=\"\\x1\"}", "1:18: a digit of the escape sequence is missing"},
                    Bad{"docker.die{a=\"\\400\"}", "1:19: the escape sequence is no byte"},
                    Bad{"docker.die{\n  a=~\"(\"}", "2:6: error parsing regexp: missing closing ): `(`"}));

TEST(EventSelector, PrintsEqualTextForEqualMeaning) {
  const auto a = EventSelector::parse("docker.die{ b='2', a=\"1\", b=\"2\" }");
  const auto b = EventSelector::parse("docker.die{a=`1`,b=\"2\"}");
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->text(), "docker.die{a=\"1\",b=\"2\"}");
  EXPECT_EQ(a->text(), b->text());
  EXPECT_EQ(EventSelector::parse(a->text())->text(), a->text());
  EXPECT_EQ(EventSelector::parse("docker.die{}")->text(), "docker.die");
  EXPECT_EQ(EventSelector::parse(R"(x.y{"a.b"="q\"\n"})")->text(), R"(x.y{"a.b"="q\"\n"})");
}

TEST(EventSelector, MatchesAcrossLineEndsAsPromQlDoes) {
  model::Event event = die("1");
  event.fields.set("text", "one\ntwo");
  EXPECT_TRUE(EventSelector::parse(R"(docker.die{text=~"one.*"})")->matches(event));
}

}  // namespace
}  // namespace reeve::rule
