#include "ledger/memory_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/manual_loop.h"

namespace reeve::ledger {
namespace {

using testing::ElementsAre;

model::Entry entry(const std::string& kind, const std::string& run = "") {
  model::Entry made;
  made.kind = kind;
  made.actor = "engine";
  made.subject = "docker/local/web";
  made.run = run;
  return made;
}

struct MemoryLedgerTest : testing::Test {
  base::ManualLoop loop{base::Time{1000000}};
  MemoryLedger ledger{loop};
  std::vector<std::string> answers;
  OnDurable answer(const std::string& name) {
    return [this, name](base::Status status) {
      answers.push_back(name + (status.ok() ? " durable" : std::string(" ") + base::fault_name(status.error().fault)));
    };
  }
};

TEST_F(MemoryLedgerTest, AnswersAfterTheTurnThatAppended) {
  EXPECT_EQ(ledger.append(entry("decision")), 1U);
  EXPECT_EQ(ledger.append(entry("step.intent"), answer("intent")), 2U);
  EXPECT_EQ(ledger.head().seq, 0U);
  EXPECT_TRUE(answers.empty());
  loop.run();
  EXPECT_EQ(ledger.head().seq, 2U);
  EXPECT_THAT(answers, ElementsAre("intent durable"));
}

TEST_F(MemoryLedgerTest, HoldsUntilToldAndCommitsInOrder) {
  ledger.hold();
  ledger.append(entry("a"), answer("a"));
  ledger.append(entry("b"), answer("b"));
  loop.run();
  EXPECT_TRUE(answers.empty());
  ledger.release_up_to(1);
  loop.run();
  EXPECT_THAT(answers, ElementsAre("a durable"));
  ledger.release();
  loop.run();
  EXPECT_THAT(answers, ElementsAre("a durable", "b durable"));
}

TEST_F(MemoryLedgerTest, RefusesWaitersAndKeepsLazyOnesWhileCommitsFail) {
  ledger.append(entry("step.intent"), answer("early"));
  ledger.set_writable(false);
  ledger.append(entry("step.outcome"));
  ledger.append(entry("step.intent"), answer("late"));
  ledger.flush(answer("flush"));
  loop.run();
  EXPECT_THAT(answers, ElementsAre("early unavailable", "late unavailable", "flush unavailable"));
  ledger.set_writable(true);
  loop.run();
  EXPECT_THAT(ledger.kinds(), ElementsAre("ledger.refused", "step.outcome", "ledger.refused"));
  EXPECT_EQ(ledger.head().seq, 3U);
}

TEST_F(MemoryLedgerTest, ACrashForgetsWhatWasNotDurable) {
  ledger.append(entry("a"));
  loop.run();
  ledger.append(entry("b"), answer("b"));
  ledger.crash();
  loop.run();
  EXPECT_TRUE(answers.empty());
  EXPECT_THAT(ledger.kinds(), ElementsAre("a"));
  EXPECT_EQ(ledger.append(entry("c")), 2U);
}

TEST_F(MemoryLedgerTest, NamesBlobsInTheFactsOfTheNextEntry) {
  const base::Hash hash = ledger.put_blob("bundle");
  ledger.append(entry("run.started"));
  ledger.append(entry("step.read"));
  loop.run();
  EXPECT_EQ(ledger.entries()[0].facts["blobs"].as_list().at(0).as_string(), base::hex(hash));
  EXPECT_FALSE(ledger.entries()[1].facts.has("blobs"));
  EXPECT_EQ(ledger.reader()->blob(hash).value(), "bundle");
  EXPECT_EQ(ledger.reader()->blob(base::Hash{}).error().fault, base::Fault::kNotFound);
}

TEST(MemoryLedgerRows, ProjectsWhatIsDurable) {
  base::ManualLoop loop;
  Settings settings;
  settings.tables.push_back({"runs", {"run TEXT"}, {"state TEXT", "steps INTEGER"}});
  settings.projects.push_back([](const model::Entry& e) {
    model::RowChange change{"runs", model::Value::map().set("run", e.run), model::Value::map().set("state", e.kind)};
    if (e.kind == "run.started") change.set.set("steps", 0);
    change.erase = e.kind == "run.forgotten";
    return std::vector<model::RowChange>{change};
  });
  MemoryLedger ledger(loop, settings);
  ledger.append(entry("run.started", "r1"));
  ledger.append(entry("run.started", "r2"));
  ledger.append(entry("run.ended", "r1"));
  ledger.append(entry("run.forgotten", "r2"));
  EXPECT_TRUE(ledger.reader()->rows("runs").value().empty());
  loop.run();
  const auto rows = ledger.reader()->rows("runs", model::Value::map().set("run", "r1")).value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0]["state"].as_string(), "run.ended");
  EXPECT_EQ(rows[0]["steps"], model::Value(0));
  EXPECT_EQ(ledger.reader()->rows("runs").value().size(), 1U);
}

TEST_F(MemoryLedgerTest, FollowsCausesAndJoinsIntoOneStory) {
  const base::Uuid first{1}, second{2}, other{3};
  const auto add = [&](const std::string& kind, const base::Uuid& correlation, const std::string& run = "") {
    model::Entry made = entry(kind, run);
    made.correlation = correlation;
    if (kind == "alert.firing" && correlation == first) made.facts.set("causes", model::Value::list().push("1.0"));
    ledger.append(made);
  };
  add("events.accepted", {});
  add("events.accepted", {});
  add("alert.firing", first);
  add("run.started", first, "r1");
  add("alert.firing", second);
  add("run.joined", second, "r1");
  add("alert.firing", other);
  add("run.ended", first, "r1");
  loop.run();
  for (const base::Uuid& asked : {first, second}) {
    std::vector<uint64_t> seqs;
    Filter filter;
    filter.correlation = asked;
    const std::vector<Stored> story = ledger.reader()->list(filter).value();
    for (const Stored& found : story) seqs.push_back(found.seq);
    EXPECT_THAT(seqs, ElementsAre(1, 3, 4, 5, 6, 8));
  }
}

TEST_F(MemoryLedgerTest, OnlyAlertsNameCauses) {
  for (const char* kind : {"events.accepted", "events.accepted", "operator.note", "alert.resolved"}) {
    model::Entry made = entry(kind);
    made.correlation = base::Uuid{made.kind.starts_with("events") ? uint8_t{0} : uint8_t{1}};
    if (made.kind == "operator.note") made.facts.set("causes", model::Value::list().push("1.0"));
    if (made.kind == "alert.resolved") made.facts.set("causes", model::Value::list().push("2.0"));
    ledger.append(made);
  }
  loop.run();
  Filter filter;
  filter.correlation = base::Uuid{1};
  std::vector<uint64_t> seqs;
  const std::vector<Stored> story = ledger.reader()->list(filter).value();
  for (const Stored& found : story) seqs.push_back(found.seq);
  EXPECT_THAT(seqs, ElementsAre(2, 3, 4));
}

TEST_F(MemoryLedgerTest, TakesBodiesAwayAsTheFileDoes) {
  model::Entry made = entry("alert.firing");
  made.body = "secret";
  ledger.append(made);
  ledger.append(entry("bare"));
  EXPECT_EQ(ledger.redact(1, "uid:0", "asked", answer("first")), 3U);
  ledger.redact(1, "uid:0", "again", answer("again"));
  ledger.redact(2, "uid:0", "nothing there", answer("bare"));
  ledger.redact(99, "uid:0", "nowhere", answer("nowhere"));
  loop.run();
  std::sort(answers.begin(), answers.end());
  EXPECT_THAT(answers, ElementsAre("again conflict", "bare conflict", "first durable", "nowhere conflict"));
  EXPECT_TRUE(ledger.entries()[0].redacted);
  EXPECT_FALSE(ledger.entries()[0].body.has_value());
  EXPECT_THAT(ledger.kinds(), ElementsAre("alert.firing", "bare", "ledger.redacted", "ledger.refused", "ledger.refused",
                                          "ledger.refused"));
  EXPECT_EQ(ledger.entries()[2].subject, "entry/1");
  EXPECT_EQ(ledger.entries()[2].body, "asked");
}

TEST_F(MemoryLedgerTest, RotatesWithoutLosingAnything) {
  ledger.append(entry("a"));
  ledger.rotate("uid:0", answer("rotated"));
  ledger.append(entry("b"));
  loop.run();
  EXPECT_THAT(answers, ElementsAre("rotated durable"));
  EXPECT_THAT(ledger.kinds(), ElementsAre("a", "ledger.rotated", "b"));
}

TEST_F(MemoryLedgerTest, ReadsOnlyWhatIsDurable) {
  ledger.hold();
  ledger.append(entry("a"));
  ledger.append(entry("b"));
  ledger.release_up_to(1);
  EXPECT_TRUE(ledger.reader()->entry(1).value().has_value());
  EXPECT_FALSE(ledger.reader()->entry(2).value().has_value());
  EXPECT_FALSE(ledger.reader()->entry(0).value().has_value());
  EXPECT_EQ(ledger.reader()->list({}).value().size(), 1U);
  EXPECT_EQ(ledger.durable().size(), 1U);
  EXPECT_EQ(ledger.counters().queued, 1U);
  EXPECT_EQ(ledger.reader()->rows("nothing").error().fault, base::Fault::kNotFound);
}

TEST_F(MemoryLedgerTest, AFlushIsAnsweredAfterWhatWasBeforeIt) {
  ledger.append(entry("a"), answer("a"));
  ledger.flush(answer("flush"));
  ledger.append(entry("b"), answer("b"));
  loop.run();
  EXPECT_THAT(answers, ElementsAre("a durable", "flush durable", "b durable"));
  answers.clear();
  ledger.set_writable(false);
  ledger.flush(answer("flush"));
  loop.run();
  EXPECT_THAT(answers, ElementsAre("flush unavailable"));
}

TEST_F(MemoryLedgerTest, RefusesAsManyAsItIsToldAndNoMore) {
  ledger.refuse_next(2);
  for (const char* kind : {"a", "b", "c"}) ledger.append(entry(kind), answer(kind));
  ledger.append(entry("lazy"));
  loop.run();
  std::sort(answers.begin(), answers.end());
  EXPECT_THAT(answers, ElementsAre("a refused", "b refused", "c durable"));
  EXPECT_THAT(ledger.kinds(), ElementsAre("ledger.refused", "ledger.refused", "c", "lazy"));
  EXPECT_EQ(ledger.entries()[0].facts["kind"].as_string(), "a");
  EXPECT_EQ(ledger.counters().refused, 2U);
}

TEST_F(MemoryLedgerTest, ACrashBetweenPostAndCommitIsVoid) {
  ledger.append(entry("a"), answer("a"));
  ledger.crash();  // its commit was posted already
  ledger.append(entry("b"), answer("b"));
  loop.run();
  EXPECT_THAT(ledger.kinds(), ElementsAre("b"));
  EXPECT_THAT(answers, ElementsAre("b durable"));
  EXPECT_EQ(ledger.head().seq, 1U);
}

}  // namespace
}  // namespace reeve::ledger
