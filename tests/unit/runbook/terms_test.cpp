// On what terms a run runs: what is filled in, which mode holds, and that all of it stands in the first entry.
#include "runbook/terms.h"

#include <gmock/gmock.h>

namespace reeve::runbook {
namespace {
using model::Value;
using testing::ElementsAre;
using testing::IsEmpty;

ParamSpec param(const std::string& name, const std::string& type, const std::string& from = "") {
  ParamSpec spec;
  spec.name = name;
  spec.type = type;
  spec.from = from;
  return spec;
}

Runbook runbook() {
  Runbook made;
  made.name = "docker/restart";
  made.title = "Restart";
  made.bundle = "the bytes";
  made.hash = base::sha256(made.bundle);
  made.params = {param("box", "string", "alert.labels.name"), param("n", "int")};
  made.params[1].fallback = 3;
  made.params[1].required = false;
  made.dedup = "docker:${box}";
  made.locks = {"docker/${box}", "all", "docker/${box}"};
  made.deadline = base::minutes(7);
  made.changes = 2;
  return made;
}

Candidate candidate() {
  Candidate made;
  made.runbook = "docker/restart";
  made.alert.emplace();
  made.alert->rule_id = "rules/d/1";
  made.alert->labels = model::Labels({{"alertname", "Died"}, {"name", "web"}});
  made.alert->key = made.alert->labels.key();
  made.alert->episode = 4;
  made.response_id = "reeve.yaml:responses[2]";
  made.mode = "auto";
  return made;
}

Terms terms_for(const Runbook& of, const Candidate& wanted) {
  auto made = make_terms(of, wanted, "run-1", base::Uuid{7});
  EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().text);
  return made.ok() ? *made : Terms{};
}

TEST(Fill, PutsParametersIn) {
  const Value params = Value::map().set("a", "x").set("n", 7).set("list", Value::list().push(1).push("y"));
  const struct {
    const char *text, *wanted;
  } cases[] = {{"", ""},
               {"plain", "plain"},
               {"${a}", "x"},
               {"${a}${a}/${n}", "xx/7"},
               {"$a {a}", "$a {a}"},
               {"${list}", R"([1,"y"])"},
               {"a$", "a$"},
               {"}${a}{", "}x{"}};
  for (const auto& [text, wanted] : cases) EXPECT_EQ(fill(text, params).value_or("?"), wanted) << text;
  EXPECT_EQ(fill("x ${b}", params).error().text, R"("x ${b}": there is no parameter "b")");
  EXPECT_EQ(fill("x ${a", params).error().text, R"("x ${a": "${" without "}")");
  EXPECT_EQ(fill("${}", params).error().text, R"("${}": there is no parameter "")");
}

TEST(Fill, WhatIsPutInIsNotLookedAtAgain) {
  EXPECT_EQ(fill("${a}", Value::map().set("a", "${a}")).value_or("?"), "${a}");
}

TEST(Mode, TheStricterHolds) {
  const std::vector<std::string> modes{"shadow", "suggest", "approve", "auto"};
  for (size_t i = 0; i < modes.size(); ++i)
    for (size_t j = 0; j < modes.size(); ++j)
      EXPECT_EQ(stricter_mode(modes[i], modes[j]), modes[std::min(i, j)]) << modes[i] << " " << modes[j];
}

TEST(MakeTerms, TakesFromRunbookAlertAndCandidate) {
  const Terms terms = terms_for(runbook(), candidate());
  EXPECT_EQ(terms.params, Value::map().set("box", "web").set("n", 3));
  EXPECT_EQ(terms.dedup, "docker:web");
  EXPECT_THAT(terms.locks, ElementsAre("all", "docker/web"));  // sorted, each once: no two runs wait for each other
  EXPECT_EQ(terms.deadline, base::minutes(7));
  EXPECT_EQ(terms.changes, 2);
  EXPECT_EQ(terms.mode, "auto");
  EXPECT_EQ(terms.bundle, base::hex(base::sha256("the bytes")));
  EXPECT_EQ(terms.subject(), candidate().alert->subject());
}

TEST(MakeTerms, TheStartIsJudgedOnWhatTheAlertNamesElseOnTheLocksElseOnTheRunbook) {
  Candidate wanted = candidate();
  EXPECT_THAT(terms_for(runbook(), wanted).targets, ElementsAre("all", "docker/web"));
  wanted.alert->target = "docker/local/3f2a";
  EXPECT_THAT(terms_for(runbook(), wanted).targets, ElementsAre("docker/local/3f2a"));
  Runbook bare = runbook();
  bare.locks.clear();
  wanted.alert->target.clear();
  EXPECT_THAT(terms_for(bare, wanted).targets, ElementsAre("runbook/docker/restart"));
}

TEST(MakeTerms, WithoutADedupKeyOneRunPerAlert) {
  Runbook bare = runbook();
  bare.dedup.clear();
  EXPECT_EQ(terms_for(bare, candidate()).dedup, "rules/d/1/" + candidate().alert->key);
  Candidate person = candidate();
  person.alert.reset();
  person.params = Value::map().set("box", "web");
  person.requested_by = "uid:0";
  const Terms terms = terms_for(bare, person);
  EXPECT_EQ(terms.dedup, "");  // each of a person's runs is one of its own
  EXPECT_EQ(terms.subject(), "runbook/docker/restart");
  EXPECT_EQ(terms.requested_by, "uid:0");
}

TEST(MakeTerms, ARunbookIsNeverLooserThanItsResponseNorTheOtherWayRound) {
  Runbook strict = runbook();
  strict.mode = "suggest";
  EXPECT_EQ(terms_for(strict, candidate()).mode, "suggest");
  strict.mode = "auto";
  Candidate wanted = candidate();
  wanted.mode = "approve";
  EXPECT_EQ(terms_for(strict, wanted).mode, "approve");
}

TEST(MakeTerms, AWrongParameterIsSaid) {
  Candidate wanted = candidate();
  wanted.params = Value::map().set("bx", "web");
  EXPECT_EQ(make_terms(runbook(), wanted, "r", {}).error().text,
            "runbook docker/restart has no parameter \"bx\" (did you mean \"box\"?)");
  // The misspelt name is what is wrong, not the value that is missing for it.
  wanted.alert->labels = model::Labels({{"alertname", "Died"}});
  EXPECT_EQ(make_terms(runbook(), wanted, "r", {}).error().text,
            "runbook docker/restart has no parameter \"bx\" (did you mean \"box\"?)");
  wanted.params = Value::map().set("else", "web");
  EXPECT_THAT(make_terms(runbook(), wanted, "r", {}).error().text,
              testing::StartsWith("runbook docker/restart has no parameter \"else\" (it has box"));
  Runbook none = runbook();
  none.params.clear();
  EXPECT_EQ(make_terms(none, wanted, "r", {}).error().text,
            "runbook docker/restart has no parameter \"else\" (it has none)");
  Runbook one = runbook();
  one.params.resize(1);
  one.params[0].name = "n";
  wanted.params = Value::map().set("nn", "3");
  EXPECT_EQ(make_terms(one, wanted, "r", {}).error().text,
            "runbook docker/restart has no parameter \"nn\" (did you mean \"n\"?)");
  wanted.params = Value::map();
  EXPECT_EQ(make_terms(runbook(), wanted, "r", {}).error().text,
            "parameter box: there is no value (it comes from alert.labels.name)");
}

TEST(TermsEntry, HoldsEverythingThatARestartNeeds) {
  Runbook of = runbook();
  of.safety.reason = "tested";
  of.safety.cool_down = base::seconds(10);
  of.safety.budget = 0.5;
  of.safety.floor = 0.0;
  of.safety.flap = false;
  of.safety.storm = false;
  of.safety.breaker.emplace();
  of.safety.breaker->failures_target = 9;
  of.safety.max_age = base::hours(1);
  of.safety.hold = base::seconds(3);
  of.safety.settles = base::seconds(4);
  of.safety.rate = 70;
  of.safety.protect = {"box/*"};
  Candidate wanted = candidate();
  wanted.verify = false;
  wanted.verify_within = base::minutes(2);
  wanted.verify_hold = base::seconds(90);
  wanted.stale_after = base::seconds(45);
  wanted.requested_by = "uid:7";
  Terms terms = terms_for(of, wanted);
  terms.approved = true;
  const auto back = Terms::from_body(terms.to_body());
  ASSERT_TRUE(back.ok()) << back.error().text;
  EXPECT_EQ(back->to_body(), terms.to_body());
  EXPECT_EQ(back->safety.to_value(), terms.safety.to_value());
  EXPECT_EQ(back->correlation, terms.correlation);
  EXPECT_EQ(back->verify_hold, terms.verify_hold);
  EXPECT_EQ(back->stale_after, terms.stale_after);
  EXPECT_TRUE(back->approved);
  EXPECT_EQ(back->alert->episode, 4u);
}

TEST(TermsEntry, FactsHoldNoForeignText) {
  Candidate wanted = candidate();
  wanted.alert->labels = model::Labels({{"alertname", "Died"}, {"name", "web"}, {"note", "the secret of a stranger"}});
  Runbook of = runbook();
  const Value facts = terms_for(of, wanted).to_facts();
  EXPECT_EQ(facts["runbook"].text(), "docker/restart");
  EXPECT_EQ(facts["episode"].as_int(), 4);
  EXPECT_FALSE(facts.has("params"));
  EXPECT_FALSE(facts.has("title"));
}

TEST(TermsEntry, ABodyThatIsNoneIsSaid) {
  for (const Value& body : {Value(), Value::map(), Value::map().set("terms", Value::map())})
    EXPECT_EQ(Terms::from_body(body).error().text, "the entry that starts this run does not hold its terms any more");
  const Value bad = Value::map().set("terms", Value::map().set("run", "r").set("correlation", "no id"));
  EXPECT_FALSE(Terms::from_body(bad).ok());
}

TEST(Texts, AListAndBack) {
  EXPECT_THAT(texts_of(list_of({"a", "", "b"})), ElementsAre("a", "", "b"));
  EXPECT_THAT(texts_of(Value("no list")), IsEmpty());
  EXPECT_THAT(texts_of(Value()), IsEmpty());
}

}  // namespace
}  // namespace reeve::runbook
