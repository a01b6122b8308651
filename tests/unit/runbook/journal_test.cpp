// What a run remembers of its answers, and how that stands in entries.
#include "runbook/journal.h"

#include <gmock/gmock.h>

#include "base/manual_loop.h"
#include "ledger/memory_ledger.h"
#include "model/json.h"

namespace reeve::runbook {
namespace {
using base::Fault;
using model::Value;
using testing::ElementsAre;

Row row(const std::string& path, const std::string& value = "1") {
  Row made;
  made.path = path;
  made.kind = "action";
  made.name = "box.look";
  made.value = value;
  return made;
}

std::vector<std::string> given(Journal& journal) {
  std::vector<std::string> paths;
  while (const Row* next = journal.next_ready()) paths.push_back(next->path);
  return paths;
}

TEST(Journal, GivesRowsInTheOrderOfTheirEntriesAndOnlyWhereTheScriptWaits) {
  Journal journal;
  for (const char* path : {"1", "2/b/1", "2/a/1", "3"}) journal.add(row(path));
  EXPECT_TRUE(given(journal).empty());
  journal.ask("1");
  EXPECT_THAT(given(journal), ElementsAre("1"));
  journal.ask("2/a/1");  // it came later: the other branch is resumed first, as it was
  EXPECT_TRUE(given(journal).empty());
  EXPECT_EQ(journal.awaited()->path, "2/b/1");
  journal.ask("2/b/1");
  EXPECT_THAT(given(journal), ElementsAre("2/b/1", "2/a/1"));
  EXPECT_FALSE(journal.caught_up());
  journal.ask("3");
  EXPECT_THAT(given(journal), ElementsAre("3"));
  EXPECT_TRUE(journal.caught_up());
  EXPECT_EQ(journal.awaited(), nullptr);
}

TEST(Journal, AnAnswerIsGivenOnce) {
  Journal journal;
  journal.add(row("1"));
  journal.ask("1");
  EXPECT_THAT(given(journal), ElementsAre("1"));
  journal.ask("1");
  EXPECT_TRUE(given(journal).empty());
}

TEST(Journal, AReplayBeginsAtTheTop) {
  Journal journal;
  journal.add(row("1"));
  journal.ask("1");
  given(journal);
  journal.add(row("2"));
  journal.ask("2");
  given(journal);
  journal.replay();
  EXPECT_FALSE(journal.caught_up());
  journal.ask("2");
  EXPECT_TRUE(given(journal).empty());
  journal.ask("1");
  EXPECT_THAT(given(journal), ElementsAre("1", "2"));
}

TEST(Journal, FindsARowByItsPath) {
  Journal journal;
  journal.add(row("1", "one"));
  journal.add(row("1/a/1", "inner"));
  EXPECT_EQ(journal.find("1/a/1")->value, "inner");
  EXPECT_EQ(journal.find("1/a"), nullptr);
  EXPECT_EQ(journal.rows().size(), 2u);
}

TEST(Journal, LetsGoOfWhatLiesInBlobs) {
  Journal journal;
  Row big = row("1", std::string(kInlineLimit + 1, 'x'));
  big.blob = "00ff";
  journal.add(big);
  journal.add(row("2", "small"));
  journal.let_go_of_blobs();
  EXPECT_EQ(journal.find("1")->value, "");
  EXPECT_EQ(journal.find("2")->value, "small");
}

// Facts are never redacted: no foreign text stands in them.
TEST(Journal, TheWordsOfAScriptStandInTheBodyAndComeBack) {
  base::ManualLoop loop;
  ledger::MemoryLedger ledger(loop);
  for (const char* kind : {"note", "approve", "wait", "attach", "table"}) {
    Row said = row("1", "null");
    said.kind = kind;
    said.name = "the foreign words";
    model::Entry entry;
    describe(said, entry, ledger);
    EXPECT_EQ(entry.facts["name"], Value(kind));
    EXPECT_EQ(model::to_json(entry.facts).find("foreign"), std::string::npos) << kind;
    EXPECT_EQ(row_of(entry).name, said.name) << kind;
    entry.facts.set("name", "as it was written before");
    EXPECT_EQ(row_of(entry).name, "as it was written before") << kind;
    entry.facts.set("name", kind);
    entry.body.reset();
    EXPECT_EQ(row_of(entry).name, kind) << "redacted";
  }
}

TEST(Digest, IsOfKindNameAndArguments) {
  const Value args = Value::map().set("id", "a").set("n", 1);
  const std::string digest = digest_of("action", "box.stop", args);
  EXPECT_EQ(digest, digest_of("action", "box.stop", Value::map().set("id", "a").set("n", 1)));
  for (const auto& other : {digest_of("note", "box.stop", args), digest_of("action", "box.start", args),
                            digest_of("action", "box.stop", Value::map().set("id", "b").set("n", 1)),
                            digest_of("action", "box.stop", Value::map().set("id", "a").set("n", "1")),
                            digest_of("action", "box.stop", Value::map()), digest_of("actionbox", ".stop", args)})
    EXPECT_NE(digest, other);
}

TEST(StepKey, IsTheSameOnEveryAttemptAndOfOnePlaceOnly) {
  EXPECT_EQ(step_key("run", "7"), step_key("run", "7"));
  EXPECT_EQ(step_key("run", "7").size(), 64u);
  EXPECT_NE(step_key("run", "7"), step_key("run", "8"));
  EXPECT_NE(step_key("run", "7"), step_key("other", "7"));
  EXPECT_NE(step_key("run1", "1"), step_key("run", "11"));
}

struct Entries : testing::Test {
  base::ManualLoop loop;
  ledger::MemoryLedger ledger{loop};

  Row through_an_entry(const Row& made, model::Entry* kept = nullptr) {
    model::Entry entry;
    entry.kind = "step.read";
    describe(made, entry, ledger, Value::map().set("args", 1));
    if (kept) *kept = entry;
    return row_of(entry);
  }
};

TEST_F(Entries, ARowComesBackFromItsEntry) {
  Row made = row("3/a/1", R"({"n":1,"bytes":"\udcff","list":[1,null,2.5]})");
  made.digest = "d1";
  made.line = 12;
  made.now = base::Time{1'700'000'000'123'456};
  const Row back = through_an_entry(made);
  EXPECT_EQ(back.path, made.path);
  EXPECT_EQ(back.kind, made.kind);
  EXPECT_EQ(back.name, made.name);
  EXPECT_EQ(back.digest, made.digest);
  EXPECT_EQ(back.line, made.line);
  EXPECT_EQ(back.now, made.now);
  EXPECT_TRUE(back.ok);
  EXPECT_EQ(back.value, made.value);
}

TEST_F(Entries, AFailureComesBackWithItsKind) {
  for (const Fault fault : {Fault::kTransient, Fault::kDenied, Fault::kTimeout, Fault::kUnknownOutcome}) {
    Row made = row("1", "");
    made.ok = false;
    made.error = {fault, "what \"happened\"\nhere"};
    const Row back = through_an_entry(made);
    EXPECT_FALSE(back.ok);
    EXPECT_EQ(back.error.fault, fault);
    EXPECT_EQ(back.error.text, made.error.text);
  }
}

TEST_F(Entries, ABigValueLiesInABlobAndItsEndsInTheBody) {
  const Row made = row("1", "\"" + std::string(kInlineLimit, 'a') + "z\"");
  model::Entry entry;
  const Row back = through_an_entry(made, &entry);
  EXPECT_EQ(back.value, "");
  ASSERT_FALSE(back.blob.empty());
  loop.run();
  EXPECT_EQ(ledger.reader()->blob(hash_of(back.blob)).value_or("?"), made.value);
  const Value body = body_of(entry);
  EXPECT_EQ(body["head"].as_string().size(), 2048u);
  EXPECT_TRUE(body["tail"].as_string().ends_with("az\""));
  EXPECT_FALSE(body.has("value"));
  EXPECT_LT(entry.body->size(), 10'000u);
}

TEST_F(Entries, ARedactedBodyGivesNoValue) {
  model::Entry entry;
  through_an_entry(row("1", "7"), &entry);
  entry.body.reset();
  EXPECT_EQ(row_of(entry).value, "null");
  EXPECT_TRUE(body_of(entry).is_null());
  entry.body = "no json";
  EXPECT_TRUE(body_of(entry).is_null());
}

TEST_F(Entries, AnIntentComesBackFromItsEntry) {
  Intent made;
  made.path = "4";
  made.name = "box.stop";
  made.digest = "d";
  made.instance = "box/one";
  made.action = "stop";
  made.key = step_key("r", "4");
  made.group = "boxes";
  made.baseline = "\xff baseline";
  made.cls = model::ActionClass::kOnce;
  made.effect = model::Effect::kDestroy;
  made.targets = {"box/one/a", "box/one/b"};
  made.causes = {"box.die", "box.stop"};
  made.settles = base::millis(1500);
  made.args = Value::map().set("id", "a");
  model::Decision decision;
  decision.reason = "fine";
  const model::Entry entry = intent_entry(made, "would stop a and b", decision);
  EXPECT_EQ(entry.subject, "boxes");
  EXPECT_EQ(body_of(entry)["gate"]["reason"].text(), "fine");
  EXPECT_FALSE(entry.facts.has("args"));  // foreign text is body, facts are never redacted
  const Intent back = intent_of(entry);
  EXPECT_EQ(back.path, made.path);
  EXPECT_EQ(back.name, made.name);
  EXPECT_EQ(back.digest, made.digest);
  EXPECT_EQ(back.instance, made.instance);
  EXPECT_EQ(back.action, made.action);
  EXPECT_EQ(back.key, made.key);
  EXPECT_EQ(back.baseline, made.baseline);
  EXPECT_EQ(back.cls, made.cls);
  EXPECT_EQ(back.effect, made.effect);
  EXPECT_EQ(back.targets, made.targets);
  EXPECT_EQ(back.causes, made.causes);
  EXPECT_EQ(back.settles, made.settles);
  EXPECT_EQ(back.args, made.args);
}

TEST_F(Entries, OfAnIntentThatSaysTooLittleTheStrictestIsAssumed) {
  model::Entry entry;
  entry.kind = "step.intent";
  const Intent intent = intent_of(entry);
  EXPECT_EQ(intent.cls, model::ActionClass::kOnce);
  EXPECT_EQ(intent.effect, model::Effect::kDestroy);
  EXPECT_FALSE(intent.settles.has_value());
}

TEST_F(Entries, OneTargetOrNoGroupIsTheSubject) {
  Intent intent;
  intent.targets = {"box/a"};
  intent.group = "boxes";
  EXPECT_EQ(intent_entry(intent, "", {}).subject, "box/a");
  intent.targets = {"box/a", "box/b"};
  EXPECT_EQ(intent_entry(intent, "", {}).subject, "boxes");
  intent.group.clear();
  EXPECT_EQ(intent_entry(intent, "", {}).subject, "box/a");
}

TEST(HashOf, ReadsHexadecimalOrGivesZero) {
  const base::Hash hash = base::sha256("x");
  EXPECT_EQ(hash_of(base::hex(hash)), hash);
  for (const char* text : {"", "zz", "00ff", "no hash at all"}) EXPECT_EQ(hash_of(text), base::Hash{}) << text;
}

}  // namespace
}  // namespace reeve::runbook
