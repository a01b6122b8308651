/// \file
/// What do the ledger's tests stand on? A folder of their own, a real loop, a ledger in it and what it answered.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/asio_loop.h"
#include "ledger/ledger.h"
#include "store/connection.h"

namespace reeve::ledger {

/// Made in the system's place for temporary files, removed at the end.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "reeve-ledger-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline model::Entry entry(const std::string& kind, const std::string& run = "", const base::Uuid& correlation = {}) {
  model::Entry made;
  made.kind = kind;
  made.actor = "engine";
  made.subject = "docker/local/web";
  made.run = run;
  made.correlation = correlation;
  return made;
}

inline model::Entry with_body(model::Entry made, std::string body) {
  made.body = std::move(body);
  return made;
}

/// The table `runs` that a module would declare: state and number of steps of each run.
inline Settings settings_for(const std::string& folder) {
  Settings settings;
  settings.folder = folder;
  settings.tables.push_back({"runs", {"run TEXT"}, {"state TEXT", "last_seq INTEGER", "tags TEXT"}});
  settings.projects.push_back([](const model::Entry& e) {
    std::vector<model::RowChange> rows;
    if (e.run.empty()) return rows;
    model::Value set = model::Value::map().set("state", e.kind).set("last_seq", e.seq);
    if (e.facts.has("tags")) set.set("tags", e.facts["tags"]);
    rows.push_back({"runs", model::Value::map().set("run", e.run), std::move(set), e.kind == "run.forgotten"});
    return rows;
  });
  return settings;
}

struct LedgerTest : testing::Test {
  LedgerTest() { base::declare_core_thread(true); }
  ~LedgerTest() override { base::declare_core_thread(false); }

  /// Opens, or opens again, the ledger in `folder`.
  Ledger& open() { return open(settings_for(folder.path())); }
  Ledger& open(Settings settings) {
    close();
    loop = std::make_unique<base::AsioLoop>(base::system_clock());
    auto opened = ledger::open(std::move(settings), *loop, base::system_clock(), base::system_random());
    if (!opened.ok()) throw std::runtime_error(opened.error().text);
    ledger = std::move(*opened);
    return *ledger;
  }
  /// As the end of the program would.
  void close() {
    ledger.reset();
    if (loop) run_posted();
    loop.reset();
  }

  /// Turns the loop until `done()`; fails the test after 20 s.
  void run_until(const std::function<bool()>& done) {
    bool late = false;
    const base::Loop::Id timer = loop->after(base::seconds(20), [&] { late = true; });
    while (!done() && !late) turn();
    loop->cancel(timer);
    ASSERT_FALSE(late) << "waited 20 s in vain";
  }
  /// Everything appended so far is durable, or refused.
  base::Status flush() {
    std::optional<base::Status> answer;
    ledger->flush([&](base::Status status) { answer = status; });
    run_until([&] { return answer.has_value(); });
    return answer.value_or(base::Status());
  }
  /// Runs what is posted now.
  void run_posted();

  OnDurable answer(const std::string& name) {
    return [this, name](base::Status status) {
      answers.push_back(name + (status.ok() ? " durable" : std::string(" ") + base::fault_name(status.error().fault)));
    };
  }

  std::vector<Stored> all(const Filter& filter = {}) {
    auto reader = open_reader(folder.path());
    if (!reader.ok()) throw std::runtime_error(reader.error().text);
    auto found = (*reader)->list(filter);
    if (!found.ok()) throw std::runtime_error(found.error().text);
    return *found;
  }
  std::vector<std::string> kinds(const Filter& filter = {}) {
    std::vector<std::string> out;
    for (const Stored& found : all(filter)) out.push_back(found.kind);
    return out;
  }
  std::vector<uint64_t> seqs(const Filter& filter) {
    std::vector<uint64_t> out;
    for (const Stored& found : all(filter)) out.push_back(found.seq);
    return out;
  }
  /// A connection as an intruder with a shell would have: nothing guards it.
  void tamper(const std::string& sql, const std::string& file = "ledger-1.db");

  TempFolder folder;
  std::unique_ptr<base::AsioLoop> loop;
  std::unique_ptr<Ledger> ledger;
  std::vector<std::string> answers;

 private:
  void turn();
};

}  // namespace reeve::ledger
