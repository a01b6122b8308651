/// \file
/// A real engine on a thread of its own, in a folder of its own, and the command line beside it. No plugins but
/// http, which tells people: what is tested with it holds whatever it watches.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <sstream>
#include <thread>

#include "app/engine.h"
#include "app/records.h"
#include "cli/context.h"
#include "unit/app/config_fixture.h"

namespace reeve::app::test {

struct Said {
  int exit = -1;
  std::string out, err;
};

class RunningEngine : public ConfigFile {
 protected:
  RunningEngine() {
    places.child_program = std::string(REEVE_BUILD_DIR) + "/bin/reeve-child";
    places.plugin_folders = {std::string(REEVE_BUILD_DIR) + "/lib/reeve/plugins"};
    for (const char* below : {"share/runbooks/proc", "share/rules/proc"})
      std::filesystem::remove_all(folder + "/" + below);
    std::filesystem::create_directories(folder + "/runbooks/do");
    write("rules/a.yaml", kRule);
    write("runbooks/do/note.lua", kNote);
    write("reeve.yaml", "state: state\nlisten: none\nrules: [rules]\nrunbooks: [runbooks]\n");
  }
  ~RunningEngine() override { stop(); }

  std::string state() const { return folder + "/state"; }

  /// Starts it on reeve.yaml. \return what kept it from starting, or ok.
  base::Status start() {
    std::promise<base::Status> started;
    auto answer = started.get_future();
    thread_ = std::thread([this, &started] {
      EngineSettings settings;
      settings.places = places;
      settings.source = config_of_file(folder + "/reeve.yaml", places);
      settings.version = "test";
      settings.on_started = [&started](const base::Status& status) { started.set_value(status); };
      Engine engine(std::move(settings));
      engine_ = &engine;
      exit = engine.run();
      engine_ = nullptr;
    });
    base::Status status = answer.get();
    if (!status.ok()) thread_.join();
    return status;
  }
  /// Until it ends by itself.
  void wait() { thread_.join(); }
  void stop() {
    if (!thread_.joinable()) return;
    engine_->loop().post([this] { engine_->stop("the test ends"); });
    thread_.join();
  }

  /// `reeve ARGUMENTS` as typed in the folder.
  Said reeve(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--config", folder + "/reeve.yaml", "--state", state()});
    std::ostringstream out, err;
    std::istringstream in;
    cli::Commands commands{.version = "test"};
    commands.ledger_settings = [] { return ledger_settings(""); };
    commands.hold_state = hold_state;
    cli::Io io{out, err, in, false, [](const char*) { return nullptr; }, base::system_clock(), [](base::Duration) {}};
    Said said;
    said.exit = cli::run(arguments, commands, io);
    said.out = out.str();
    said.err = err.str();
    return said;
  }
  model::Value json(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"-o", "json"});
    const Said said = reeve(std::move(arguments));
    auto value = model::parse_json(said.out);
    EXPECT_TRUE(value.ok()) << said.out << said.err;
    return value.ok() ? *value : model::Value();
  }
  /// All of this kind, from the file itself.
  std::vector<ledger::Stored> entries(const std::string& kind) const {
    ledger::Filter filter;
    filter.kind = kind;
    const auto reader = ledger::open_reader(state());
    if (!reader.ok()) return {};
    auto list = (*reader)->list(filter);
    return list.ok() ? *list : std::vector<ledger::Stored>{};
  }
  /// Kinds of all entries, from the file itself.
  std::vector<std::string> kinds() const {
    std::vector<std::string> out;
    const auto reader = ledger::open_reader(state());
    if (!reader.ok()) return out;
    (void)(*reader)->scan({}, [&](const ledger::Stored& entry) {
      if (!entry.kind.starts_with("ledger.")) out.push_back(entry.kind);
      return true;
    });
    return out;
  }

  static constexpr char kRule[] = "groups:\n- name: g\n  rules:\n  - {alert: Down, expr: up == 0}\n";
  static constexpr char kNote[] =
      "return runbook { title = \"Note\", params = { what = p.string {} } }, function(run, a)\n"
      "  run:note(a.what)\n  return run:done(a.what)\nend\n";
  int exit = -1;

 private:
  std::thread thread_;
  Engine* engine_ = nullptr;
};

}  // namespace reeve::app::test
