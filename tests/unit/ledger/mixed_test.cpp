// Everything at once: appends, waits, blobs, redactions and rotations in any order, then both verifiers; and the
// independent verifier as a program of its own.
#include <sys/wait.h>

#include <fstream>
#include <map>
#include <random>

#include "ledger/files.h"
#include "model/json.h"
#include "unit/ledger/ledger_fixture.h"
#include "unit/ledger/python_verifier.h"

namespace reeve::ledger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct MixedTest : LedgerTest {
  Settings settings() {
    Settings made = settings_for(folder.path());
    made.anchor_file = folder / "anchors";
    made.checkpoint_entries = 10;
    return made;
  }
  /// Appends for some turns; what was asked, in its order, stands in `asked`, what was answered in `answers`.
  void turns(std::mt19937& chance, int count) {
    const auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(chance); };
    for (int turn = 0; turn < count; ++turn) {
      loop->post([this, below, turn] {
        for (int i = 0, n = 1 + below(4); i < n; ++i) {
          const std::string name = std::to_string(turn) + "." + std::to_string(i);
          if (below(6) == 0) ledger->put_blob("blob " + name);
          model::Entry made =
              with_body(entry("a", below(3) ? "" : "r" + std::to_string(below(4)), {9}), "body " + name);
          made.facts.set("name", name);
          if (below(2)) {
            ledger->append(made);
          } else {
            asked.push_back(name);
            const uint64_t seq = ledger->append(made, answer(name));
            if (made.run.empty()) bodies[seq] = name;
          }
        }
        if (below(12) == 0) asked.push_back("flush"), ledger->flush(answer("flush"));
      });
      if (below(3) == 0) run_posted();
    }
    run_posted();
    ASSERT_TRUE(flush().ok());
  }
  std::vector<std::string> wanted() {
    std::vector<std::string> out;
    for (const std::string& name : asked) out.push_back(name + " durable");
    return out;
  }
  void check() {
    const std::string anchors = file_exists(folder / "anchors") ? folder / "anchors" : "";
    // The writer may set a checkpoint after its last answer: compared is what both saw of one state of the file.
    for (uint64_t entries = 0, after = 1; entries != after;) {
      const auto ours = verify(folder.path(), anchors);
      ASSERT_TRUE(ours.ok()) << ours.error().text;
      EXPECT_THAT(ours->faults, IsEmpty());
      const auto theirs = python.verify(folder.path(), anchors);
      entries = ours->entries;
      after = verify(folder.path(), anchors)->entries;
      if (entries == after) {
        EXPECT_EQ(disagreement(*ours, theirs), "");
      }
    }
    EXPECT_THAT(rebuild(settings(), false).value(), IsEmpty());
  }

  std::vector<std::string> asked;
  std::map<uint64_t, std::string> bodies;  ///< of entries outside runs: those of open runs are not redacted
  inline static PythonVerifier python;
};

TEST_F(MixedTest, AnswersComeInTheOrderOfTheAsking) {
  open(settings());
  std::mt19937 chance{1};
  turns(chance, 60);
  EXPECT_EQ(answers, wanted());
  check();
}

TEST_F(MixedTest, WhateverIsRedactedTheRestStaysProvable) {
  open(settings());
  std::mt19937 chance{2};
  turns(chance, 30);
  answers.clear();
  std::vector<uint64_t> gone;
  size_t n = 0;
  for (const auto& [seq, name] : bodies)
    if (++n % 3 == 0) gone.push_back(seq);
  ASSERT_GT(gone.size(), 4u);
  for (const uint64_t seq : gone) ledger->redact(seq, "uid:0", "asked by law", answer(std::to_string(seq)));
  run_until([&] { return answers.size() == gone.size(); });
  ASSERT_TRUE(flush().ok());
  std::vector<uint64_t> redacted;
  for (const Stored& one : all()) {
    if (one.redacted) redacted.push_back(one.seq);
    if (one.kind == "a" && !one.redacted) {
      EXPECT_EQ(one.body.value(), "body " + one.facts["name"].as_string());
    }
  }
  EXPECT_EQ(redacted, gone);
  check();
}

TEST_F(MixedTest, ManyRotationsAreOneChainAndOneHistory) {
  open(settings());
  std::mt19937 chance{3};
  for (int file = 0; file < 5; ++file) {
    turns(chance, 12);
    ledger->rotate("uid:0", [](base::Status) {});
    ASSERT_TRUE(flush().ok());
  }
  turns(chance, 5);
  EXPECT_EQ(answers, wanted());
  EXPECT_EQ(ledger_files(folder.path())->size(), 6u);
  const std::vector<Stored> found = all();
  for (size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].seq, i + 1);
  for (const auto& [seq, name] : bodies) EXPECT_EQ(found.at(seq - 1).facts["name"].as_string(), name);
  check();
  // Blobs are found in whichever file they are.
  const auto reader = open_reader(folder.path()).value();
  size_t blobs = 0;
  for (const Stored& one : found)
    for (const model::Value& hash : one.facts["blobs"].as_list()) {
      base::Hash raw{};
      const std::string bytes = base::unhex(hash.as_string()).value();
      std::copy(bytes.begin(), bytes.end(), raw.begin());
      EXPECT_THAT(reader->blob(raw).value(), HasSubstr("blob "));
      ++blobs;
    }
  EXPECT_GT(blobs, 5u);
}

TEST_F(MixedTest, EveryFileOfARotatedLedgerCanBeLookedAtAlone) {
  open(settings());
  std::mt19937 chance{4};
  for (int file = 0; file < 2; ++file) {
    turns(chance, 8);
    ledger->rotate("uid:0", [](base::Status) {});
    ASSERT_TRUE(flush().ok());
  }
  close();
  const std::vector<LedgerFile> files = ledger_files(folder.path()).value();
  for (const LedgerFile& file : files) {
    const auto ours = verify(file.path);
    EXPECT_THAT(ours->faults, IsEmpty()) << file.path;
    EXPECT_EQ(disagreement(*ours, python.verify(file.path)), "") << file.path;
  }
}

TEST_F(MixedTest, ReopeningAgainAndAgainIsOneChain) {
  for (int i = 0; i < 6; ++i) {
    open(settings());
    std::mt19937 chance{static_cast<uint32_t>(i)};
    turns(chance, 4);
    close();
  }
  check();
}

// ---- a large body, a large blob, texts of every sort ----

TEST_F(MixedTest, BytesComeBackAsTheyWere) {
  open(settings());
  std::string every;
  for (int i = 0; i < 256; ++i) every += static_cast<char>(i);
  const std::string bodies_[] = {"", every, std::string(300'000, 'x'), std::string("\0", 1), "日本\xff\xfe"};
  std::vector<uint64_t> seqs_;
  for (const std::string& body : bodies_) seqs_.push_back(ledger->append(with_body(entry("a"), body)));
  const base::Hash blob = ledger->put_blob(every);
  ledger->append(entry("b"));
  ASSERT_TRUE(flush().ok());
  const auto reader = open_reader(folder.path()).value();
  for (size_t i = 0; i < seqs_.size(); ++i) EXPECT_EQ(reader->entry(seqs_[i]).value()->body, bodies_[i]) << i;
  EXPECT_EQ(reader->blob(blob).value(), every);
  EXPECT_EQ(reader->blob(base::Hash{}).error().fault, base::Fault::kNotFound);
  check();
}

TEST_F(MixedTest, TextsOfEntriesMayHoldAnything) {
  open(settings());
  const std::string odd[] = {"it's", "\"x\"", "a\nb", "日本", "%s", "'; DROP TABLE entries; --", "*", "a*"};
  for (const std::string& text : odd) {
    model::Entry made = entry("kind " + text, "", {1});
    made.actor = "actor " + text;
    made.subject = text;
    made.facts.set(text, text);
    ledger->append(made);
  }
  ASSERT_TRUE(flush().ok());
  const std::vector<Stored> found = all({.correlation = base::Uuid{1}});
  ASSERT_EQ(found.size(), std::size(odd));
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].subject, odd[i]);
    EXPECT_EQ(found[i].facts[odd[i]].as_string(), odd[i]);
    if (odd[i].back() != '*') {
      EXPECT_EQ(all({.subject = odd[i]}).size(), 1u) << odd[i];
    }
  }
  check();
}

// ---- the independent verifier as a program ----

struct PythonProgram : MixedTest {
  struct Said {
    int code = -1;
    std::string out;
  };
  Said run(const std::string& arguments) {
    Said said;
    const std::string command = "python3 " REEVE_SOURCE_DIR "/sdk/tools/verify_ledger.py " + arguments + " 2>&1";
    std::FILE* pipe = popen(command.c_str(), "r");
    if (!pipe) return said;
    char room[4096];
    for (size_t got; (got = std::fread(room, 1, sizeof room, pipe)) > 0;) said.out.append(room, got);
    const int status = pclose(pipe);
    said.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return said;
  }
};

TEST_F(PythonProgram, SaysOkWithTheHead) {
  open(settings());
  ledger->append(entry("a"));
  close();
  const Verification ours = verify(folder.path()).value();
  const Said said = run(folder.path());
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out, "notice: no anchor was given: a tail that was cut off cannot be seen\nok: " +
                          std::to_string(ours.entries) + " entries, " + std::to_string(ours.checkpoints) +
                          " signed checkpoints\nhead: seq " + std::to_string(ours.head.seq) + ", " +
                          std::to_string(ours.head.at.us) + " us, " + base::hex(ours.head.hash) + "\n");
  EXPECT_EQ(run("--anchors " + (folder / "anchors") + " " + folder.path()).code, 0);
}

TEST_F(PythonProgram, SaysWhatIsWrongAndExitsWithOne) {
  open(settings());
  ledger->append(entry("a"));
  ledger->append(entry("b"));
  close();
  tamper("DROP TRIGGER entries_update; UPDATE entries SET actor = 'x' WHERE seq = 2");
  const Said said = run(folder.path());
  EXPECT_EQ(said.code, 1);
  EXPECT_THAT(said.out, HasSubstr("fault: ledger-1.db: entries_update is missing\n"));
  EXPECT_THAT(said.out, HasSubstr("fault: entry 2: hash does not match its bytes\n"));
  EXPECT_THAT(said.out, HasSubstr("NOT OK: "));
  const Said json = run("--json " + folder.path());
  EXPECT_EQ(json.code, 1);
  const auto parsed = model::parse_json(json.out);
  ASSERT_TRUE(parsed.ok()) << json.out;
  EXPECT_FALSE((*parsed)["ok"].as_bool(true));
  EXPECT_EQ((*parsed)["faults"].as_list().size(), 2u);
}

TEST_F(PythonProgram, TellsNoLedgerAndWrongWordsApart) {
  const Said none = run(folder.path());
  EXPECT_EQ(none.code, 4);
  EXPECT_EQ(none.out, folder.path() + ": there is no ledger (no ledger-*.db)\n");
  EXPECT_EQ(run(folder / "nothing").code, 4);
  EXPECT_EQ(run("").code, 2);
  EXPECT_EQ(run("--unknown " + folder.path()).code, 2);
  EXPECT_EQ(run(folder.path() + " " + folder.path()).code, 2);
  open(settings());
  ledger->append(entry("a"));
  close();
  const Said anchors = run("--anchors " + (folder / "none") + " " + folder.path());
  EXPECT_EQ(anchors.code, 4);
  EXPECT_EQ(anchors.out, (folder / "none") + ": cannot read the anchors\n");
}

}  // namespace
}  // namespace reeve::ledger
