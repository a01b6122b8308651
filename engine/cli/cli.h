/// \file
/// What does each word after `reeve` do? The front door of the command line.
///
/// The CLI talks HTTP over `<state>/reeve.sock`. Only what needs the engine in this process comes in through Commands.
/// Exit codes: 0 ok, 1 failure, 2 usage, 3 lint findings, 4 not found, 5 denied or approval needed, 6 a safety rail
/// refused, 7 server unreachable, 124 timed out.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/base.h"
#include "ledger/ledger.h"
#include "model/value.h"

namespace reeve::cli {

enum Exit {
  kOk = 0,
  kFailure = 1,
  kUsage = 2,
  kLint = 3,
  kNotFound = 4,
  kDenied = 5,
  kRefused = 6,
  kUnreachable = 7,
  kTimedOut = 124,
};
/// The exit code of an error that ends a command.
int exit_of(const base::Error& error);
/// The exit code of a plan: that of the live run's end, so a plan that ends failed is a failure.
int exit_of_plan(const model::Value& plan);

/// The global options, as given.
struct Globals {
  std::string config;  ///< --config or REEVE_CONFIG; empty: the default places
  std::string state;   ///< --state or REEVE_STATE; empty: the configuration's
  std::string server;  ///< --server or REEVE_SERVER: path of a socket, or http://HOST:PORT; empty: `<state>/reeve.sock`
  std::string output = "table";  ///< "table", "json", "jsonl"
};

struct ServeOptions {
  Globals globals;
  std::string listen;  ///< empty: the configuration's
  std::string log_level = "info", log_format = "logfmt";
};
struct DemoOptions {
  Globals globals;
  bool stay = false;
  std::string state;  ///< empty: a temporary folder
};
struct DemoServiceOptions {
  int port = 0;
  std::string pidfile;
};
struct LocalRun {
  Globals globals;
  std::string runbook;
  model::Value params = model::Value::map();
  bool dry = false;
  base::Duration timeout;
};

/// What needs the engine in this process; app supplies it. Each returns an exit code and prints to the streams given
/// (standard output and standard error of the command). One left empty answers "not in this version yet".
struct Commands {
  std::string version;
  std::function<int(const ServeOptions&)> serve;
  std::function<int(const DemoOptions&, std::ostream& out)> demo;
  std::function<int(const DemoServiceOptions&)> demo_service;
  /// `reeve check reeve.yaml`: everything that a start would check, plugins' `check` included.
  std::function<int(const std::string& path, bool strict, std::ostream& out, std::ostream& err)> check_config;
  std::function<int(const std::vector<std::string>& paths, bool strict, std::ostream& out, std::ostream& err)>
      check_runbooks;
  std::function<int(const std::vector<std::string>& paths, std::ostream& out, std::ostream& err)> test_runbooks;
  std::function<int(const std::vector<std::string>& folders, std::ostream& out, std::ostream& err)> test_plugins;
  std::function<int(const LocalRun&, std::ostream& out, std::ostream& err)> run_local;
  std::function<int(const Globals&, std::ostream& out, std::ostream& err)> doctor;
  /// Tables and projections of all modules, for `reeve audit rebuild`.
  std::function<ledger::Settings()> ledger_settings;
  /// Keeps every engine off the state folder as long as what it gives is held. \errors kConflict: an engine runs on it.
  std::function<base::Result<std::shared_ptr<void>>(const std::string& state)> hold_state;
  /// Plugins found on disk, with manifests: list of {plugin, path, manifest | error}; `name` empty: all.
  std::function<base::Result<model::Value>(const Globals&, const std::string& name)> describe_plugins;
};

/// Reads the arguments, does the command, returns the exit code for main(). Never throws.
int main(int argc, char** argv, const Commands& commands);

/// The configuration file that applies: `given`, else ./reeve.yaml, else /etc/reeve/reeve.yaml; empty when none is
/// there.
/// \errors kNotFound when `given` is not there.
base::Result<std::string> find_config(const std::string& given);
/// The state folder that applies: `globals.state`, else `state:` of the configuration (relative to the file), else
/// ./reeve-data. \errors kNotFound, kInvalid from the configuration.
base::Result<std::string> state_folder(const Globals& globals);
struct FoundState {
  std::string folder;
  std::string note;  ///< one line: what stands in for the configuration's word, and why; empty: nothing does
};
/// As state_folder(), for what must work while the configuration is being edited: where the file cannot be read, what
/// its line `state:` says if that can be seen, else the default, whichever is there. \errors as state_folder().
base::Result<FoundState> find_state(const Globals& globals);
/// Data as `-o json` or `-o jsonl` (a line for each item of a list) wants it.
void print_data(std::ostream& out, const std::string& output, const model::Value& value);
/// The file that `ledger: {anchor: FILE}` names, when the configuration is that of this state folder; empty: none.
std::string anchor_of(const Globals& globals, const std::string& state);

/// Writes `SCOPE reason` into `<state>/HALT`, at once (a temporary file, then rename). What an empty file halts stays
/// halted. Where a disk has no room for the words and everything is to be halted, the file is put in place empty.
/// \return what of it is not as asked, for people; usually empty. \errors kUnavailable.
base::Result<std::string> add_halt(const std::string& state, const std::string& scope, const std::string& reason);
/// Takes the lines of a scope out (empty: all); without a line left the file is removed. \errors kNotFound,
/// kUnavailable.
base::Status lift_halt(const std::string& state, const std::string& scope);

}  // namespace reeve::cli
