// `reeve audit`: what is printed, in which form, with which exit code.
#include "cli/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/manual_loop.h"
#include "cli/audit_text.h"
#include "cli/cli.h"
#include "model/json.h"

namespace reeve::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Posts come from the ledger's thread too, so they are kept apart until run.
class PostLoop : public base::ManualLoop {
 public:
  void post(base::Task task) override {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
  }
  /// Turns until `done`, moving time so that lazy entries are written.
  void run_until(const std::function<bool()>& done) {
    while (!done()) {
      advance(base::millis(2));
      std::vector<base::Task> tasks;
      {
        const std::lock_guard lock(mutex_);
        tasks.swap(posted_);
      }
      for (base::Task& task : tasks) task();
    }
  }

 private:
  std::mutex mutex_;
  std::vector<base::Task> posted_;
};

struct AuditTest : testing::Test {
  AuditTest() {
    std::string name = (std::filesystem::temp_directory_path() / "reeve-audit-XXXXXX").string();
    folder = mkdtemp(name.data());
    settings.folder = folder;
    settings.checkpoint_every = base::hours(100000);  // only at the end
    settings.tables.push_back({"runs", {"run TEXT"}, {"state TEXT"}});
    settings.projects.push_back([](const model::Entry& e) {
      std::vector<model::RowChange> rows;
      if (!e.run.empty())
        rows.push_back({"runs", model::Value::map().set("run", e.run), model::Value::map().set("state", e.kind)});
      return rows;
    });
    options.state = folder;
    options.all = true;
  }
  ~AuditTest() override { std::filesystem::remove_all(folder); }

  /// Three entries after the first: an alert of three hours ago, a run's start with a hostile body, its end.
  void write() {
    PostLoop loop;
    auto ledger = ledger::open(settings, loop, clock, base::system_random());
    ASSERT_TRUE(ledger.ok()) << ledger.error().text;
    const auto add = [&](const std::string& kind, const std::string& run, std::optional<std::string> body) {
      model::Entry e;
      e.kind = kind;
      e.actor = "engine";
      e.subject = "docker/local/web";
      e.run = run;
      e.correlation = id;
      e.facts.set("n", 7);
      e.body = std::move(body);
      (*ledger)->append(e);
    };
    clock.advance(base::hours(48));
    add("alert.firing", "", R"({"labels":{"a":1}})");
    clock.advance(base::hours(48));
    add("run.started", "r1", "plain \x1b[31m text\nline");
    add("run.ended", "r1", std::nullopt);
    bool done = false;
    (*ledger)->flush([&](base::Status) { done = true; });
    loop.run_until([&] { return done; });
  }

  std::vector<model::Value> lines() {
    std::vector<model::Value> rows;
    std::istringstream in(out.str());
    for (std::string line; std::getline(in, line);) rows.push_back(model::parse_json(line).value());
    return rows;
  }
  std::vector<int64_t> seqs() {
    std::vector<int64_t> found;
    for (const model::Value& row : lines()) found.push_back(row["seq"].as_int());
    return found;
  }
  int list() {
    out.str("");
    return audit_list(options, clock, out, err);
  }

  std::string folder;
  ledger::Settings settings;
  base::ManualClock clock{base::Time{1700000000000000}};
  const base::Uuid id{0x01, 0x02, 0x03};
  AuditOptions options;
  std::ostringstream out, err;
};

TEST_F(AuditTest, JsonLinesHaveEveryKeyInOrder) {
  write();
  options.output = "jsonl";
  EXPECT_EQ(list(), kOk);
  const auto rows = lines();
  ASSERT_EQ(rows.size(), 5U);  // with the first entry and the last checkpoint
  std::vector<std::string> keys;
  for (const auto& [key, value] : rows[1].as_map()) keys.push_back(key);
  EXPECT_THAT(keys, ElementsAre("seq", "at", "at_us", "kind", "actor", "subject", "run", "correlation", "facts", "body",
                                "hash"));
  EXPECT_EQ(rows[1]["body"]["labels"]["a"].as_int(), 1);
  EXPECT_TRUE(rows[1]["run"].is_null());
  EXPECT_EQ(rows[1]["facts"]["n"].as_int(), 7);
  EXPECT_EQ(rows[1]["correlation"].as_string(), base::uuid_text(id));
  EXPECT_EQ(rows[2]["body"].as_string(), "plain \x1b[31m text\nline");
  EXPECT_TRUE(rows[3]["body"].is_null());
  EXPECT_EQ(rows[1]["at"].as_string(), base::format_time(base::Time{rows[1]["at_us"].as_int()}));
  EXPECT_EQ(rows[1]["hash"].as_string().size(), 64U);
}

TEST_F(AuditTest, JsonIsOneArray) {
  write();
  options.output = "json";
  EXPECT_EQ(list(), kOk);
  EXPECT_EQ(model::parse_json(out.str())->as_list().size(), 5U);
  options.kind = "nothing";
  EXPECT_EQ(list(), kOk);
  EXPECT_EQ(model::parse_json(out.str())->as_list().size(), 0U);
}

TEST_F(AuditTest, TheTableEscapesWhatWouldMoveTheCursor) {
  write();
  options.body = true;
  EXPECT_EQ(list(), kOk);
  EXPECT_THAT(out.str(), HasSubstr("SEQ"));
  EXPECT_THAT(out.str(), HasSubstr("plain \\x1b[31m text"));
  EXPECT_THAT(out.str(), Not(HasSubstr("\x1b")));
  options.body = false;
  EXPECT_EQ(list(), kOk);
  EXPECT_THAT(out.str(), Not(HasSubstr("plain")));
  EXPECT_EQ(printable("h\xc3\xa4\xc3\xa4", 2), "h...");
  EXPECT_EQ(printable("abc", 3), "abc");
}

TEST_F(AuditTest, FiltersByTimeAndColumns) {
  write();
  options.output = "jsonl";
  options.all = false;
  EXPECT_EQ(list(), kOk);
  EXPECT_THAT(seqs(), ElementsAre(3, 4, 5));  // the last day
  options.since = "49h";
  EXPECT_EQ(list(), kOk);
  EXPECT_THAT(seqs(), ElementsAre(2, 3, 4, 5));
  options.since = "";
  options.to = std::to_string(clock.wall().us / 1000000 - 3600);
  EXPECT_EQ(list(), kOk);
  EXPECT_THAT(seqs(), ElementsAre(1, 2));
  options.from = base::format_time(clock.wall() - base::hours(60));
  EXPECT_EQ(list(), kOk);
  EXPECT_THAT(seqs(), ElementsAre(2));
  options.from = options.to = "";
  options.run = "r1";
  EXPECT_EQ(list(), kOk);
  EXPECT_THAT(seqs(), ElementsAre(3, 4));
  options.run = "";
  options.correlation = base::uuid_text(id);  // a story has no time limit
  EXPECT_EQ(list(), kOk);
  EXPECT_THAT(seqs(), ElementsAre(2, 3, 4));
  options.kind = "run.*";
  options.limit = 1;
  EXPECT_EQ(list(), kOk);
  EXPECT_THAT(seqs(), ElementsAre(4));
}

TEST_F(AuditTest, SaysWhatIsWrongWithTheWords) {
  write();
  const auto expect = [&](void (*change)(AuditOptions&), int code, const std::string& words) {
    AuditOptions mine = options;
    change(mine);
    err.str("");
    EXPECT_EQ(audit_list(mine, clock, out, err), code);
    EXPECT_THAT(err.str(), HasSubstr(words));
  };
  expect([](AuditOptions& o) { o.output = "xml"; }, kUsage, "write table, json or jsonl");
  expect([](AuditOptions& o) { o.from = "yesterday"; }, kUsage, "not a time");
  expect([](AuditOptions& o) { o.since = "5 m"; }, kUsage, "not a valid duration");
  expect([](AuditOptions& o) { o.since = o.from = "1"; }, kUsage, "");
  expect([](AuditOptions& o) { o.correlation = "x"; }, kUsage, "not a correlation id");
  expect([](AuditOptions& o) { o.state = ""; }, kUsage, "--state");
  expect([](AuditOptions& o) { o.state = "/nonexistent"; }, kNotFound, "no ledger");
}

TEST_F(AuditTest, ShowsOneEntry) {
  write();
  options.seq = "3";
  EXPECT_EQ(audit_show(options, out, err), kOk);
  EXPECT_THAT(out.str(), HasSubstr("kind         run.started"));
  EXPECT_THAT(out.str(), HasSubstr("plain \\x1b[31m text"));
  out.str("");
  options.output = "jsonl";
  EXPECT_EQ(audit_show(options, out, err), kOk);
  EXPECT_EQ(lines().at(0)["kind"].as_string(), "run.started");
  options.seq = "99";
  EXPECT_EQ(audit_show(options, out, err), kNotFound);
  options.seq = "3x";
  EXPECT_EQ(audit_show(options, out, err), kUsage);
}

TEST_F(AuditTest, TailGoesOnWithWhatComes) {
  write();
  options.output = "jsonl";
  options.follow = true;
  options.limit = 2;
  int waits = 0;
  options.wait = [&](base::Duration) {
    if (++waits == 1) write();  // three more, and the checkpoint at its end
    return waits < 3;
  };
  EXPECT_EQ(audit_tail(options, clock, out, err), kOk);
  EXPECT_THAT(seqs(), ElementsAre(4, 5, 6, 7, 8, 9));
  options.output = "json";
  EXPECT_EQ(audit_tail(options, clock, out, err), kUsage);
}

TEST_F(AuditTest, VerifyPrintsTheHeadAndItsExitCodeIsTheAnswer) {
  write();
  EXPECT_EQ(audit_verify(options, out, err), kOk);
  EXPECT_THAT(out.str(), HasSubstr("ok: 5 entries, 1 signed checkpoints\nhead: seq 5, 20"));
  const std::string file = folder + "/ledger-1.db";
  std::fstream damaged(file, std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(damaged)), {});
  const size_t at = bytes.find("plain");
  ASSERT_NE(at, std::string::npos);
  damaged.clear();
  damaged.seekp(static_cast<std::streamoff>(at));
  damaged << 'P';
  damaged.close();
  out.str("");
  options.output = "json";
  options.state = "";
  options.db = file;
  EXPECT_EQ(audit_verify(options, out, err), kFailure);
  const model::Value said = model::parse_json(out.str()).value();
  EXPECT_FALSE(said["ok"].as_bool());
  EXPECT_EQ(said["faults"].as_list().at(0).as_string(), "entry 3: body does not match body_hash");
}

TEST_F(AuditTest, ExportsACopyThatVerifies) {
  write();
  options.to_file = folder + "/copy.db";
  EXPECT_EQ(audit_export(options, out, err), kOk) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("ok: 5 entries"));
  EXPECT_EQ(audit_export(options, out, err), kFailure);
  EXPECT_THAT(err.str(), HasSubstr("exists already"));
  options.to_file = "";
  EXPECT_EQ(audit_export(options, out, err), kUsage);
  options.db = folder + "/copy.db";
  options.output = "jsonl";
  EXPECT_EQ(list(), kOk);
  EXPECT_THAT(seqs(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(AuditTest, RebuildComparesAndReplaces) {
  write();
  EXPECT_EQ(audit_rebuild(options, settings, out, err), kOk);
  settings.projects[0] = [](const model::Entry& e) {
    std::vector<model::RowChange> rows;
    if (!e.run.empty())
      rows.push_back({"runs", model::Value::map().set("run", e.run), model::Value::map().set("state", "other")});
    return rows;
  };
  EXPECT_EQ(audit_rebuild(options, settings, out, err), kFailure);
  EXPECT_THAT(out.str(), HasSubstr("runs: differs"));
  options.replace = true;
  EXPECT_EQ(audit_rebuild(options, settings, out, err), kOk);
  options.replace = false;
  EXPECT_EQ(audit_rebuild(options, settings, out, err), kOk);
}

}  // namespace
}  // namespace reeve::cli
