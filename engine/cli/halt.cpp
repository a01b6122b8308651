// The kill switch: which engine is halted or let go, and what became of it? Never says more than was done.
#include <filesystem>
#include <ostream>

#include "cli/commands.h"
#include "cli/latches.h"

namespace reeve::cli {

namespace {
using model::Value;

std::string everything(const std::string& scope) {
  return scope.empty() || scope == "*" ? "everything" : scope;
}

/// One change of the switch: of which engine, by way of its folder's file (where that is known) and of its socket.
class Switch {
 public:
  Switch(const Context& context, std::string folder, std::string scope)
      : context_(context), folder_(std::move(folder)), scope_(std::move(scope)) {}

  int pull(const std::string& reason);
  int lift();

 private:
  /// Asks the engine; after it, one of these.
  enum class Engine { kTold, kNothingThere, kNotRunning, kFailed };
  void ask(const std::string& target, const Value& body);
  int not_done(const std::string& what, const base::Error& error, int exit) const;
  int file_failed(const base::Error& error) const;
  int lift_offline();
  int done(const std::string& words, Value data) const;
  std::string scope() const { return everything(scope_) == "everything" ? "*" : scope_; }
  std::string where() const { return context_.globals.server.empty() ? "" : " at " + context_.globals.server; }

  const Context& context_;
  std::string folder_, scope_;
  Engine engine_ = Engine::kNotRunning;
  base::Error said_;
};

void Switch::ask(const std::string& target, const Value& body) {
  const auto answer = context_.post(target, body);
  engine_ = Engine::kTold;
  if (answer.ok()) return;
  said_ = answer.error();
  engine_ = said_.fault == base::Fault::kNotFound ? Engine::kNothingThere : Engine::kFailed;
  if (said_.fault != base::Fault::kUnavailable) return;
  // An engine that cannot do it answers with this fault too.
  const auto client = context_.client();
  if (!client.ok() || !client->reach().ok()) engine_ = Engine::kNotRunning;
}

int Switch::not_done(const std::string& what, const base::Error& error, int exit) const {
  context_.err() << "reeve: nothing was " << what << where() << ": " << printable(error.text) << '\n';
  return exit;
}

/// What a disk does not take is a failure; that no engine runs is not why.
int Switch::file_failed(const base::Error& error) const {
  const int exit = context_.fail(error);
  return exit == kUnreachable ? kFailure : exit;
}

int Switch::done(const std::string& words, Value data) const {
  const bool told = engine_ == Engine::kTold || engine_ == Engine::kNothingThere;
  data.set("engine", told ? "told" : engine_ == Engine::kNotRunning ? "not running" : said_.text);
  if (context_.print_data(data)) return kOk;
  context_.out() << words << '\n';
  if (engine_ == Engine::kNotRunning)
    context_.out() << "no engine is running; the next one will see it when it starts\n";
  if (engine_ == Engine::kFailed)
    context_.err() << "reeve: the file says so, but the engine answers: " << printable(said_.text) << '\n';
  return kOk;
}

int Switch::pull(const std::string& reason) {
  // The file first: it holds whatever becomes of the engine. Either of the two halts.
  const auto file = folder_.empty() ? base::Result<std::string>("") : add_halt(folder_, scope_, reason);
  ask("/api/reeve/halt", Value::map().set("scope", scope_).set("reason", reason));
  const bool by_file = !folder_.empty() && file.ok();
  if (engine_ != Engine::kTold && !by_file) {
    if (folder_.empty()) return not_done("halted", said_, exit_of(said_));
    std::error_code ignored;
    const bool is_there = std::filesystem::exists(folder_, ignored);  // else there is nothing to halt, and nobody
    const int exit = exit_of(said_) == kUnreachable && is_there ? kFailure : exit_of(said_);
    return not_done("halted", {file.error().fault, file.error().text + "; and " + said_.text}, exit);
  }
  if (!file.ok())
    context_.err() << "reeve: the engine halts, and its ledger holds it, but the file does not: "
                   << printable(file.error().text) << '\n';
  if (file.ok() && !file->empty()) context_.err() << "reeve: " << printable(*file) << '\n';
  Value data = Value::map();
  data.set("halted", true)
      .set("scope", scope())
      .set("reason", reason)
      .set("file", by_file ? Value(folder_ + "/HALT") : Value());
  return done("halted " + everything(scope_) + where() + ": nothing is changed there until: reeve halt --lift",
              std::move(data));
}

int Switch::lift() {
  ask("/api/reeve/lift", scope_.empty() ? Value::map() : Value::map().set("scope", scope_));
  if (engine_ == Engine::kNotRunning && !folder_.empty()) return lift_offline();
  if (engine_ == Engine::kFailed || engine_ == Engine::kNotRunning) return not_done("lifted", said_, exit_of(said_));
  const base::Status file = folder_.empty() ? base::Status{} : lift_halt(folder_, scope_);
  const bool had_none = folder_.empty() || (!file.ok() && file.error().fault == base::Fault::kNotFound);
  if (engine_ == Engine::kNothingThere && had_none) return context_.fail(said_);
  if (!file.ok() && !had_none) return file_failed(file.error());
  return done("lifted " + everything(scope_) + where(), Value::map().set("halted", false).set("scope", scope()));
}

/// All or nothing: a latch in the ledger is a running engine's to lift.
int Switch::lift_offline() {
  const auto reader = ledger::open_reader(folder_);
  const auto latches =
      reader.ok() ? latched(**reader) : base::Result<std::vector<api::StatusReport::Halt>>(reader.error());
  bool held = false;
  if (latches.ok()) {
    for (const auto& halt : *latches) {
      if (!scope_.empty() && everything(scope_) != everything(halt.scope)) continue;
      held = true;
      context_.err() << "reeve: not lifted: " << printable(everything(halt.scope)) << " is halted in the ledger ("
                     << printable(halt.reason) << "; " << printable(halt.owner) << ", "
                     << ago(halt.since, context_.io.clock.wall()) << "), and only a running engine can lift that\n";
    }
  } else if (latches.error().fault != base::Fault::kNotFound) {
    context_.err() << "reeve: the ledger cannot be read; what is halted in it stays: "
                   << printable(latches.error().text) << '\n';
  }
  if (held) {
    context_.err() << "       start the engine (reeve serve), then: reeve halt --lift\n";
    return kUnreachable;
  }
  if (const base::Status file = lift_halt(folder_, scope_); !file.ok()) return file_failed(file.error());
  return done("lifted " + everything(scope_) + where(), Value::map().set("halted", false).set("scope", scope()));
}
}  // namespace

int halt(const Arguments& arguments, Context& context) {
  const bool lifts = arguments.has("--lift");
  const std::string reason = arguments.text("--reason");
  std::string scope = arguments.text("--scope");
  if (lifts && arguments.has("--reason"))
    return context.usage("halt: --lift lets go and takes no --reason; --reason alone pulls the switch");
  if (!lifts && !arguments.has("--reason"))
    return context.usage("halt needs --reason \"...\" to pull the switch, or --lift to let go");
  if (!lifts && base::trim(reason).empty()) return context.usage("halt: say why: the reason is empty");
  if (scope.find_first_of(" \t\r\n") != std::string::npos) return context.usage("halt: a scope has no blanks");
  if (arguments.has("--scope") && scope.empty())
    return context.usage("halt: the scope is empty; leave it out for everything");
  const auto folder = context.engine_folder();
  if (!folder.ok()) return context.fail(folder.error());
  if (lifts) return Switch(context, *folder, scope).lift();
  return Switch(context, *folder, scope.empty() ? "*" : scope).pull(reason);
}

}  // namespace reeve::cli
