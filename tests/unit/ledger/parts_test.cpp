// The parts of the ledger that need no file: bytes, queue, filter, checkpoints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "ledger/anchor.h"
#include "ledger/bytes.h"
#include "ledger/files.h"
#include "ledger/filter.h"
#include "ledger/queue.h"
#include "ledger/signer.h"
#include "model/json.h"
#include "unit/ledger/ledger_fixture.h"

namespace reeve::ledger {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Computed with Python's hashlib from FORMAT.md: these bytes may never change.
TEST(BytesTest, HashesAsTheFormatSays) {
  std::string scratch;
  EntryBytes e;
  e.seq = 1;
  e.at_us = 1700000000000000;
  e.kind = "ledger.created";
  e.actor = "engine";
  e.subject = "ledger";
  e.facts = "{}";
  EXPECT_EQ(base::hex(entry_hash(e, scratch)), "5070959e170d8a9eb6f7464859a4dc94b4518a29384ac2676e636525e4639a6e");
  e.seq = 0x0102030405060708;
  e.at_us = -2;
  e.run = "r1";
  const std::string correlation = "0123456789abcdef";
  e.correlation = correlation;
  e.body_hash.fill(0x11);
  e.prev_hash.fill(0x22);
  EXPECT_EQ(base::hex(entry_hash(e, scratch)), "def88e9f82b99d3e3127c05776e891f9cf04d5c3e36400916b7d4a8f9dc22d88");
  EXPECT_EQ(base::hex(body_hash("0123456789abcdef", "the body")),
            "e4f714e8cb8e2a32adbc8c2745967b7143268a6e3716fdd75a7210b01ea0bfef");
  const std::string large(10000, 'x');
  EXPECT_EQ(body_hash("0123456789abcdef", large), base::sha256("0123456789abcdef" + large));
  EXPECT_EQ(body_hash("0123456789abcdef", ""), base::sha256("0123456789abcdef"));
  Checkpoint c;
  c.ledger.fill(0xab);
  c.seq = 7;
  c.hash.fill(0x33);
  c.at_us = 1;
  EXPECT_EQ(base::hex(base::sha256(checkpoint_bytes(c))),
            "8a58dd7dadd5a28f660b0a5d48014328396acf3ec895950f8d184d605b9d0e9f");
}

Pending pending(uint64_t seq, const std::string& kind, bool observation = false, bool waited = false) {
  Pending item;
  item.seq = seq;
  item.kind = kind;
  item.observation = observation;
  item.waited = waited;
  return item;
}

std::vector<std::string> shape(Queue& queue) {
  std::vector<std::string> out;
  for (const Pending& item : queue.take())
    out.push_back(std::to_string(item.seq) + (item.count > 1 ? "+" + std::to_string(item.count - 1) : "") + " " +
                  item.kind);
  return out;
}

TEST(QueueTest, GivesBackInOrder) {
  Queue queue(100);
  queue.push({pending(1, "a"), pending(2, "b")});
  queue.push({pending(3, "c")});
  std::deque<Pending> taken = queue.take();
  EXPECT_EQ(taken.size(), 3U);
  EXPECT_EQ(queue.size(), 0U);
  queue.push({pending(4, "d")});
  queue.put_back(std::move(taken));
  EXPECT_THAT(shape(queue), ElementsAre("1 a", "2 b", "3 c", "4 d"));
}

TEST(QueueTest, DropsTheOldestObservationsAndJoinsThem) {
  Queue queue(10);
  std::vector<Pending> batch;
  for (uint64_t i = 1; i <= 12; ++i) batch.push_back(pending(i, i == 3 ? "step.outcome" : "events.accepted", i != 3));
  queue.push(std::move(batch));
  EXPECT_EQ(queue.dropped(), 5U);  // down to nine places
  EXPECT_THAT(shape(queue), ElementsAre("1+1 ledger.dropped", "3 step.outcome", "4+2 ledger.dropped",
                                        "7 events.accepted", "8 events.accepted", "9 events.accepted",
                                        "10 events.accepted", "11 events.accepted", "12 events.accepted"));
}

TEST(QueueTest, NeverDropsWhatIsWaitedForOrNoObservation) {
  Queue queue(3);
  std::vector<Pending> batch;
  for (uint64_t i = 1; i <= 8; ++i) batch.push_back(pending(i, "events.accepted", i % 2 == 0, true));
  queue.push(std::move(batch));
  EXPECT_EQ(queue.dropped(), 0U);
  EXPECT_EQ(queue.size(), 8U);
}

TEST(QueueTest, StaysBoundedThroughALongFailure) {
  Queue queue(100);
  uint64_t seq = 0;
  for (int pass = 0; pass < 200; ++pass) {
    for (int i = 0; i < 20; ++i) {
      const std::string kind = i % 2 ? "events.accepted" : "alert.firing";
      queue.push({pending(++seq, kind, true)});
    }
    queue.put_back(queue.take());
    ASSERT_LE(queue.size(), 101U);
  }
  std::deque<Pending> all = queue.take();
  uint64_t next = 1;
  for (const Pending& item : all) {
    EXPECT_EQ(item.seq, next);
    next += item.count;
  }
  EXPECT_EQ(next, seq + 1);  // every number has its place
  EXPECT_EQ(all.front().facts, R"({"kinds":["alert.firing","events.accepted"]})");
}

TEST(PendingTest, ARefusedEntryKeepsItsStoryAndNothingElse) {
  Pending item = pending(7, "step.intent", true, true);
  item.run = "r1";
  item.correlation = {1};
  item.body = "arguments";
  item.rows.push_back({"runs", {}, {}});
  item.blobs.emplace_back(base::Hash{}, "bytes");
  item.act = Pending::Act::kRedact;
  refuse(item);
  EXPECT_EQ(item.kind, "ledger.refused");
  EXPECT_EQ(item.facts, R"({"kind":"step.intent"})");
  EXPECT_EQ(item.run, "r1");
  EXPECT_EQ(item.correlation, base::Uuid{1});
  EXPECT_FALSE(item.body || item.waited || item.observation);
  EXPECT_TRUE(item.rows.empty() && item.blobs.empty());
  EXPECT_EQ(item.act, Pending::Act::kAppend);
}

TEST(FilterTest, MatchesExactlyOrByPrefix) {
  EXPECT_TRUE(matches_pattern("", "anything"));
  EXPECT_TRUE(matches_pattern("alert.firing", "alert.firing"));
  EXPECT_FALSE(matches_pattern("alert.firing", "alert.firing2"));
  EXPECT_TRUE(matches_pattern("alert.*", "alert.firing"));
  EXPECT_FALSE(matches_pattern("alert.*", "alerts"));
  EXPECT_TRUE(matches_pattern("*", ""));
}

TEST(FilterTest, ReadsCausesFromFactsElseFromTheBody) {
  model::Entry e;
  const auto list = [](std::initializer_list<model::Value> items) { return model::Value(model::Value::List(items)); };
  e.body = R"({"causes":["4.0","4.1","2.9",{"series":"up"},"x.1","7","18446744073709551616.0"]})";
  EXPECT_THAT(cause_seqs(e), ElementsAre(2, 4));
  e.facts.set("causes", list({"9.1"}));
  EXPECT_THAT(cause_seqs(e), ElementsAre(9));
  e.facts.set("causes", "9.1");
  e.body = "causes that are no JSON: \"causes\"";
  EXPECT_THAT(cause_seqs(e), IsEmpty());
}

struct SignerTest : testing::Test {
  TempFolder folder;
  base::SigningKey key() { return std::move(base::SigningKey::load_or_create(folder / "key")).value(); }
};

TEST_F(SignerTest, ACheckpointIsGenuineUntilAnyPartOfItChanges) {
  Signer signer(key(), {7}, folder.path(), "");
  const model::Entry entry = signer.sign({9, base::Time{1}, base::Hash{3}}, base::Time{5});
  EXPECT_EQ(entry.kind, "ledger.checkpoint");
  const SignedCheckpoint made = parse_checkpoint(entry.facts).value();
  EXPECT_TRUE(is_genuine(made));
  EXPECT_EQ(base::hex(made.key), signer.public_key());
  EXPECT_EQ(made.what.seq, 9U);
  for (const auto& change : std::vector<std::function<void(SignedCheckpoint&)>>{
           [](auto& c) { c.what.ledger[0] ^= 1; }, [](auto& c) { ++c.what.seq; }, [](auto& c) { c.what.hash[31] ^= 1; },
           [](auto& c) { ++c.what.at_us; }, [](auto& c) { c.key[0] ^= 1; }, [](auto& c) { c.signature[0] ^= 1; }}) {
    SignedCheckpoint changed = made;
    change(changed);
    EXPECT_FALSE(is_genuine(changed));
  }
  for (const char* missing : {"ledger", "seq", "hash", "at_us", "key", "signature"}) {
    model::Value facts = entry.facts;
    facts.set(missing, "00");
    EXPECT_FALSE(parse_checkpoint(facts).ok()) << missing;
  }
}

TEST_F(SignerTest, AnchorsAreLinesOfTheSameWords) {
  const std::string file = folder / "anchors";
  {
    Signer signer(key(), {7}, folder.path(), file);
    for (uint64_t seq = 1; seq <= 3; ++seq) (void)signer.sign({seq, {}, {}}, base::Time{5});
  }
  std::ifstream in(file);
  uint64_t lines = 0;
  for (std::string line; std::getline(in, line);) {
    const auto anchor = parse_checkpoint(model::parse_json(line).value());
    ASSERT_TRUE(anchor.ok());
    EXPECT_EQ(anchor->what.seq, ++lines);
    EXPECT_TRUE(is_genuine(*anchor));
  }
  EXPECT_EQ(lines, 3U);
}

TEST_F(SignerTest, AnAnchorFileThatCannotBeWrittenIsTriedAgain) {
  const std::string file = folder / "later/anchors";
  {
    AnchorFile anchors(file);
    anchors.append("one");
    anchors.append("two");
    std::filesystem::create_directory(folder / "later");
  }
  std::ifstream in(file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "one\ntwo\n");
}

TEST_F(SignerTest, ALineAfterHalfALineBeginsAnew) {
  const std::string file = folder / "anchors";
  const std::pair<const char*, const char*> cases[] = {
      {"", "one\n"}, {"whole\n", "whole\none\n"}, {"whole\nhalf", "whole\nhalf\none\n"}, {"\n", "\none\n"}};
  for (const auto& [before, after] : cases) {
    std::ofstream(file, std::ios::trunc) << before;
    {
      AnchorFile(file).append("one");
    }
    std::ifstream in(file);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), after);
  }
}

TEST(FilesTest, KnowsItsFilesByNameInTheirOrder) {
  TempFolder folder;
  for (const char* name : {"ledger-1.db", "ledger-900.db", "ledger-1000.db", "ledger-1.db-wal", "ledger-x.db",
                           "ledger-2000.db.new", "ledger-.db", "ledger-0.db", "ledger-12a.db"})
    std::ofstream(folder / name) << "x";
  std::vector<uint64_t> firsts;
  const std::vector<LedgerFile> found = ledger_files(folder.path()).value();
  for (const LedgerFile& file : found) firsts.push_back(file.first_seq);
  EXPECT_THAT(firsts, ElementsAre(1, 900, 1000));
  EXPECT_EQ(ledger_files(folder / "ledger-x.db")->size(), 1U);
  EXPECT_EQ(ledger_files(folder / "none").error().fault, base::Fault::kNotFound);
  EXPECT_EQ(file_path("/a", 5), "/a/ledger-5.db");
  EXPECT_EQ(folder_of("x.db"), ".");
}

}  // namespace
}  // namespace reeve::ledger
