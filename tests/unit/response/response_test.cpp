#include "response/response.h"

#include <gtest/gtest.h>

#include <random>

#include "model/json.h"
#include "unit/yaml/cases.h"

namespace reeve::response {
namespace {

std::string data(const char* file) {
  return std::string(REEVE_TEST_DIR) + "/unit/response/testdata/" + file;
}

base::Result<Response> read_text(const std::string& text, bool is_rule_run = false) {
  const auto node = yaml::parse(text, "r.yaml");
  if (!node) return node.error();
  return read(*node, "r.yaml:responses[0]", is_rule_run);
}

Response parsed(const std::string& text, bool is_rule_run = false) {
  auto out = read_text(text, is_rule_run);
  EXPECT_TRUE(out.ok()) << out.error().text;
  return std::move(out).value();
}

TEST(Matchers, AreReadAsAlertmanagerReadsThem) {
  const auto cases = yaml::read_cases(data("matchers.txt"));
  ASSERT_GT(cases.size(), 10u);
  for (const yaml::Case& one : cases) {
    SCOPED_TRACE(one.name);
    const auto out = parse_matchers(one.input.substr(0, one.input.size() - 1));
    std::string seen;
    if (out.ok())
      for (const AlertMatcher& matcher : *out) seen += (seen.empty() ? "" : "\n") + matcher.text();
    EXPECT_EQ(one.kind, out.ok() ? "matchers" : "error");
    EXPECT_EQ(out.ok() ? seen : out.error().text, one.expected);
  }
}

TEST(Matchers, WhatTheyPrintReadsBackAsTheSame) {
  for (const yaml::Case& one : yaml::read_cases(data("matchers.txt"))) {
    if (one.kind != "matchers") continue;
    const auto matchers = parse_matchers(one.input);
    for (const AlertMatcher& matcher : *matchers) {
      const auto again = parse_matchers(matcher.text());
      ASSERT_TRUE(again.ok()) << matcher.text();
      EXPECT_EQ((*again)[0].name, matcher.name);
      EXPECT_EQ((*again)[0].value, matcher.value);
      EXPECT_EQ((*again)[0].kind, matcher.kind);
    }
  }
}

struct Matching {
  const char* matchers;
  bool matches;
};

TEST(Matchers, MatchLikeAlertmanager) {
  const model::Labels alert{{"alertname", "Down"}, {"severity", "page"}, {"text", "a\nb"}};
  const Matching cases[] = {
      {"severity=page", true},
      {"severity=pag", false},
      {"severity!=page", false},
      {"severity!=x", true},
      {"severity=~p.*", true},
      {"severity=~ag", false},
      {"severity!~ag", true},
      {"severity!~p.*", false},
      {"severity=~\"x|page\"", true},
      {"none=\"\"", true},
      {"none!=\"\"", false},
      {"none=~\".*\"", true},
      {"none=~\".+\"", false},
      {"none!~\".+\"", true},
      {"text=~a.b", false},
      {"text=~\"(?s)a.b\"", true},
      {"severity=page,alertname=Down", true},
      {"severity=page,alertname=Up", false},
  };
  for (const Matching& one : cases)
    EXPECT_EQ(all_match(*parse_matchers(one.matchers), alert), one.matches) << one.matchers;
}

TEST(Responses, AreReadStrictly) {
  const auto cases = yaml::read_cases(data("responses.txt"));
  ASSERT_GT(cases.size(), 20u);
  for (const yaml::Case& one : cases) {
    SCOPED_TRACE(one.name);
    const auto out = read_text(one.input);
    if (one.kind == "ok") {
      EXPECT_TRUE(out.ok()) << out.error().text;
      continue;
    }
    ASSERT_FALSE(out.ok());
    EXPECT_EQ(out.error().text.substr(0, out.error().text.find('\n')), one.expected);
  }
}

TEST(Responses, EveryKeyArrives) {
  const Response all = parsed(yaml::read_cases(data("responses.txt"))[0].input);
  EXPECT_EQ(all.id, "r.yaml:responses[0]");
  EXPECT_EQ(all.runbook, "docker/restart_container");
  ASSERT_EQ(all.match.size(), 4u);
  EXPECT_EQ(all.match[2].text(), "team=~\"web|api\"");
  EXPECT_EQ(all.mode, Mode::kAuto);
  EXPECT_EQ(all.verify.within, base::minutes(5));
  EXPECT_EQ(all.verify.hold, base::minutes(1));
  EXPECT_TRUE(all.continues);
  const Response least = parsed("match: {a: b}\nrunbook: a/b\n");
  EXPECT_FALSE(least.mode);
  EXPECT_FALSE(least.verify.hold);
  EXPECT_FALSE(least.continues);
}

TEST(Responses, ARuleMayNameOnlyItsRunbook) {
  EXPECT_EQ(parsed("docker/restart", true).runbook, "docker/restart");
  EXPECT_EQ(parsed("{runbook: docker/restart, mode: approve}", true).mode, Mode::kApprove);
  for (const char* key : {"match: {a: b}", "matchers: [a=b]", "continue: true"}) {
    const auto out = read_text(std::string("runbook: a/b\n") + key + "\n", true);
    ASSERT_FALSE(out.ok());
    EXPECT_NE(out.error().text.find("has no meaning in a rule's run"), std::string::npos) << out.error().text;
  }
}

TEST(Responses, TheFirstThatMatchesIsChosenAndContinueAddsTheNext) {
  std::vector<Response> responses;
  responses.push_back(parsed("{match: {job: web}, runbook: one, continue: true}"));
  responses.push_back(parsed("{match: {job: db}, runbook: two}"));
  responses.push_back(parsed("{matchers: ['severity=~\"p.*\"'], runbook: three}"));
  responses.push_back(parsed("{match: {job: web}, runbook: four}"));
  const auto chosen = [&](const model::Labels& alert) {
    std::string out;
    for (const Response* one : choose(nullptr, responses, alert)) out += one->runbook + " ";
    return out;
  };
  EXPECT_EQ(chosen({{"job", "web"}, {"severity", "page"}}), "one three ");
  EXPECT_EQ(chosen({{"job", "web"}, {"severity", "info"}}), "one four ");
  EXPECT_EQ(chosen({{"job", "db"}, {"severity", "page"}}), "two ");
  EXPECT_EQ(chosen({{"job", "x"}}), "");
  const Response own = parsed("own", true);
  EXPECT_EQ(choose(&own, responses, {{"job", "web"}}), std::vector<const Response*>{&own});
}

// Any list against any alert: the rule's own run wins; else those that match from the top down to the first that does
// not say `continue`.
TEST(Responses, AreChosenAsTheirOrderSays) {
  std::mt19937 chance{5};
  const auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(chance); };
  const char* matches[] = {"a=1", "a=2", "b=~\"x|y\"", "b!=x", "c=\"\"", "a=1,b=x"};
  for (int round = 0; round < 300; ++round) {
    std::vector<Response> responses(below(6));
    for (size_t i = 0; i < responses.size(); ++i) {
      responses[i].id = std::to_string(i);
      responses[i].match = *parse_matchers(matches[below(std::size(matches))]);
      responses[i].continues = below(2) == 0;
    }
    model::Labels alert;
    for (const char* name : {"a", "b", "c"}) alert.set(name, below(2) ? (below(2) ? "1" : "x") : "");
    std::vector<std::string> wanted, got;
    bool open = true;
    for (const Response& one : responses) {
      if (!open || !all_match(one.match, alert)) continue;
      wanted.push_back(one.id);
      open = one.continues;
    }
    for (const Response* one : choose(nullptr, responses, alert)) got.push_back(one->id);
    EXPECT_EQ(got, wanted);
    Response own;
    own.continues = true;
    EXPECT_EQ(choose(&own, responses, alert), std::vector<const Response*>{&own});
  }
}

TEST(Responses, ParametersAreFilledInFromTheAlert) {
  const Response response = parsed(
      "match: {a: b}\nrunbook: r\nwith:\n"
      "  container: '{{ $labels.container }}'\n"
      "  code: '{{ $event.fields.exit_code }}'\n"
      "  from: '{{ $event.type }} {{ $event.labels.name }}{{ $event.labels.none }} {{ $event.target }}'\n"
      "  value: '{{ $value }}'\n"
      "  plain: 12\n"
      "  choice: '{{ if $labels.none }}x{{ else }}{{ .Labels.container }}{{ end }}'\n");
  model::Alert alert;
  alert.labels = {{"container", "web{{ 1 }}"}};
  alert.value = 2.5;
  alert.event = model::Value::map()
                    .set("type", "docker.die")
                    .set("target", "docker/local/aa")
                    .set("labels", model::Value::map().set("name", "web"))
                    .set("fields", model::Value::map().set("exit_code", 137));
  const auto out = parameters(response, alert);
  ASSERT_TRUE(out.ok()) << out.error().text;
  EXPECT_EQ(model::to_json(*out),
            R"({"container":"web{{ 1 }}","code":"137","from":"docker.die web docker/local/aa","value":"2.5",)"
            R"("plain":"12","choice":"web{{ 1 }}"})");
}

TEST(Responses, AParameterThatCannotBeFilledInIsNamed) {
  const Response response = parsed("match: {a: b}\nrunbook: r\nwith: {x: 'a {{ $value.y }}'}\n");
  const auto out = parameters(response, {});
  ASSERT_FALSE(out.ok());
  EXPECT_EQ(
      out.error().text,
      "r.yaml:responses[0]: parameter \"x\": 1:6: executing at <$value.y>: can't evaluate field y in type float64");
}

TEST(Modes, TheStricterIsTheSmaller) {
  EXPECT_LT(Mode::kShadow, Mode::kSuggest);
  EXPECT_LT(Mode::kSuggest, Mode::kApprove);
  EXPECT_LT(Mode::kApprove, Mode::kAuto);
  for (const Mode mode : {Mode::kShadow, Mode::kSuggest, Mode::kApprove, Mode::kAuto})
    EXPECT_EQ(*mode_of(mode_name(mode)), mode);
}

}  // namespace
}  // namespace reeve::response
