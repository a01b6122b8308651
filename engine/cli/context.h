/// \file
/// What does a command work with? Its streams, the clock, the global options, the engine at the other end.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/output.h"
#include "ledger/ledger.h"

namespace reeve::cli {

/// The outside of the process, as ports.
struct Io {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  bool terminal = false;                                ///< out is one
  std::function<const char*(const char*)> environment;  ///< nullptr: not set
  const base::Clock& clock;
  std::function<void(base::Duration)> pause;  ///< between two looks at something
};

struct Context {
  Io& io;
  const Commands& commands;
  Globals globals;
  Style style;
  std::string command;                                             ///< its words: "audit list"
  mutable std::optional<base::Result<std::string>> known_state{};  ///< of state(), once it was asked

  std::ostream& out() const { return io.out; }
  std::ostream& err() const { return io.err; }
  bool is_table() const { return globals.output == "table"; }

  /// Says `reeve: TEXT` on standard error; returns the exit code of the error.
  int fail(const base::Error& error) const;
  int usage(const std::string& text) const { return fail(base::invalid(text)); }
  /// A list or an object in the form asked for, when that is not the table. True: it is done.
  bool print_data(const model::Value& value) const;

  /// The state folder that applies (cli.h, find_state()); what stands in for the configuration is said once on
  /// standard error.
  base::Result<std::string> state() const;
  /// The state folder of the engine that is addressed: of --server where its socket tells it, else state(). Empty:
  /// it is not to be known from here.
  base::Result<std::string> engine_folder() const;
  /// Where the engine is: --server, else `<state>/reeve.sock`.
  base::Result<std::string> server() const;
  base::Result<Client> client() const;
  /// GET, or the error (kUnavailable when no engine answers).
  base::Result<model::Value> get(const std::string& target) const;
  base::Result<model::Value> post(const std::string& target, const model::Value& body,
                                  base::Duration timeout = base::seconds(30)) const;
  /// GET from the engine; where none answers, `offline` on the ledger, saying so on standard error.
  base::Result<model::Value> get_or_read(
      const std::string& target, const std::function<base::Result<model::Value>(ledger::Reader&)>& offline) const;

  /// In plain words when no engine answers because there is not even a state folder.
  base::Error explained(base::Error error) const;
};

/// The whole command line: parses, runs, returns the exit code. What main() calls, and tests.
int run(const std::vector<std::string>& arguments, const Commands& commands, Io& io);

}  // namespace reeve::cli
