/// \file
/// The command line at work: real sockets, an engine with fixed answers or the ledger it left, a clock that stands
/// still.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "base/asio_loop.h"
#include "cli/context.h"
#include "unit/api/fake_engine.h"
#include "unit/api/fixture.h"

namespace reeve::cli::test {

struct Said {
  int exit = -1;
  std::string out, err;
};

/// One state folder, and what is behind it.
class Place {
 public:
  enum class Engine { kNone, kLedger, kRunning };

  explicit Place(Engine engine) : clock_(api::test::kNow) {
    if (engine == Engine::kLedger) write_ledger();
    if (engine != Engine::kRunning) return;
    running_ = std::make_unique<api::test::Running>(
        [this](api::Server& server) { api::add_routes(server, fake.ports(), clock_); });
    std::filesystem::create_symlink(running_->socket(), state() + "/reeve.sock");
  }

  /// `reeve --state <the folder> ARGUMENTS...`, unless they name a state or a server themselves.
  Said run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--state", state()});
    return run_bare(arguments);
  }
  Said run_bare(const std::vector<std::string>& arguments) {
    std::ostringstream out, err;
    std::istringstream in(input);
    Io io{out,
          err,
          in,
          terminal,
          [this](const char* name) -> const char* {
            const auto found = environment.find(name);
            return found == environment.end() ? nullptr : found->second.c_str();
          },
          clock_,
          [this](base::Duration d) {
            clock_.advance(d);
            if (on_pause) on_pause();
          }};
    Said said;
    said.exit = cli::run(arguments, commands, io);
    said.out = plain(out.str());
    said.err = plain(err.str());
    return said;
  }

  /// What was asked of the engine since the last time.
  std::vector<std::string> asked() {
    std::vector<std::string> asked;
    running_->on_core([&] { asked.swap(fake.asked); });
    for (std::string& line : asked) line = plain(line);
    return asked;
  }
  void on_core(const std::function<void()>& task) { running_->on_core(task); }
  const std::string& state() const { return folder_.path(); }
  std::string socket() const { return running_->socket(); }
  int port() const { return running_->port(); }
  base::ManualClock& clock() { return clock_; }

  api::test::FakeEngine fake;
  Commands commands{.version = "0.1.0"};
  std::map<std::string, std::string> environment;
  std::string input;
  bool terminal = false;
  std::function<void()> on_pause;

 private:
  // What differs from machine to machine gets a name.
  std::string plain(std::string text) const {
    const std::pair<std::string, std::string> names[] = {{folder_.path(), "STATE"},
                                                         {"uid:" + std::to_string(getuid()), "uid:ME"}};
    for (const auto& [from, to] : names)
      for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
  }

  void write_ledger() {
    base::AsioLoop loop(base::system_clock());
    ledger::Settings settings;
    settings.folder = folder_.path();
    settings.tables = api::test::fake_tables();
    settings.projects = api::test::fake_projects();
    base::ManualClock then(api::test::before(base::hours(6)));  // in the ledger time never goes back
    auto ledger = ledger::open(settings, loop, then, base::system_random());
    ASSERT_TRUE(ledger.ok()) << ledger.error().text;
    loop.post([&] {
      for (model::Entry& entry : api::test::fake_entries()) {
        then.advance(entry.at - then.wall());
        (*ledger)->append(std::move(entry));
      }
      (*ledger)->flush([&](base::Status status) {
        EXPECT_TRUE(status.ok());
        loop.stop();
      });
    });
    loop.run();
  }

  api::test::TempFolder folder_;
  base::ManualClock clock_;
  std::unique_ptr<api::test::Running> running_;
};

/// In an empty folder of its own, as somebody who types there; no engine runs.
class InFolder : public testing::Test {
 protected:
  InFolder() : before_(std::filesystem::current_path()) { std::filesystem::current_path(folder.path()); }
  ~InFolder() override { std::filesystem::current_path(before_); }
  static void write(const std::filesystem::path& path, const std::string& text) {
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  Place place{Place::Engine::kNone};
  api::test::TempFolder folder;

 private:
  std::filesystem::path before_;
};

}  // namespace reeve::cli::test
