// How does a run end that somebody waits for? Asks the engine again and again, and its ledger where it is gone.
#include <signal.h>

#include <cerrno>
#include <fstream>
#include <ostream>

#include "api/api.h"
#include "api/target.h"
#include "cli/run_exit.h"
#include "cli/run_text.h"

namespace reeve::cli {

namespace {
using base::Fault;
using base::Result;
using model::Value;

constexpr base::Duration kLook = base::millis(200);
constexpr base::Duration kRestart = base::seconds(10);  // so long may a new engine be on its way

/// The answers about one run, from the engine or from what it left.
class Watch {
 public:
  Watch(const Context& context, std::string run) : context_(context), run_(std::move(run)) {}

  /// The row as it is; not what it was, when that is all there is to know. \errors the engine's; kUnavailable when it
  /// is gone for good.
  Result<Value> look() {
    auto row = context_.get("/api/reeve/runs/" + api::escape(run_) + "?entries=0");
    const bool gone = !row.ok() && (row.error().fault == Fault::kUnavailable || row.error().fault == Fault::kTransient);
    if (!gone) {
      gone_since_.reset();
      return row;
    }
    if (auto left = from_ledger(api::run_row); left.ok()) {
      last_ = *left;
      if (last_["state"].as_string() == "ended") return last_;
    }
    const base::Boot now = context_.io.clock.boot();
    if (is_stopping()) gone_since_.reset();
    if (!gone_since_ && !is_stopping()) gone_since_ = now;
    if (!gone_since_ || now - *gone_since_ < kRestart) return last_;
    return base::Error{Fault::kUnavailable, row.error().text + "; the run " + run_ +
                                                " has not ended: the next engine goes on with it (reeve serve, then: "
                                                "reeve runs " +
                                                run_ + ")"};
  }

  /// Of the run that has ended with this result.
  int exit(const std::string& result) {
    RunExit exit;
    if (result == "succeeded") return exit.of_end(result);
    auto story = context_.get("/api/reeve/runs/" + api::escape(run_));
    if (!story.ok()) story = from_ledger(api::run_story);
    if (story.ok())  // else only the better reason is missing
      for (const Value& entry : (*story)["entries"].as_list()) exit.add(entry["kind"].as_string(), entry["facts"]);
    return exit.of_end(result);
  }

 private:
  Result<Value> from_ledger(Result<Value> (*ask)(ledger::Reader&, const std::string&)) const {
    REEVE_TRY(const std::string folder, context_.engine_folder());
    if (folder.empty()) return base::Error{Fault::kNotFound, "its ledger is not here"};
    REEVE_TRY(const auto reader, ledger::open_reader(folder));
    return ask(*reader, run_);
  }

  /// The process is still there: it ends what is under way.
  bool is_stopping() const {
    const auto folder = context_.engine_folder();
    pid_t pid = 0;
    if (!folder.ok() || folder->empty() || !(std::ifstream(*folder + "/lock") >> pid) || pid <= 0) return false;
    return kill(pid, 0) == 0 || errno == EPERM;
  }

  const Context& context_;
  std::string run_;
  Value last_ = Value::map();
  std::optional<base::Boot> gone_since_;
};
}  // namespace

namespace {
/// It stands still, and its person has not come: what it waits for is not waited for here.
int stands(const Context& context, const Value& row, int exit) {
  if (context.print_data(row)) return exit;
  const std::string& message = row["message"].as_string();
  const std::string& run = row["run"].as_string();
  context.err() << "reeve: run " << run << " stands still, " << state_text(row) << (message.empty() ? "" : ": ")
                << printable(message) << "\n       " << way_on(row["reason"].as_string(), run) << '\n';
  return exit;
}

int ended(const Context& context, const Value& row, Watch& watch) {
  const std::string& message = row["message"].as_string();
  if (!context.print_data(row))
    context.out() << state_text(row) << (message.empty() ? "" : ": ") << printable(message) << '\n';
  return watch.exit(row["result"].as_string());
}
}  // namespace

int wait_for_end(const Context& context, const std::string& run, base::Duration timeout) {
  const base::Boot until = context.io.clock.boot() + timeout;
  Watch watch(context, run);
  std::string last;
  for (;;) {
    const auto row = watch.look();
    if (!row.ok()) return context.fail(row.error());
    const std::string state = state_text(*row);
    if (state != last && !state.empty() && context.is_table()) context.err() << "run " << run << ": " << state << '\n';
    if (!state.empty()) last = state;
    if ((*row)["state"].as_string() == "ended") return ended(context, *row, watch);
    if ((*row)["state"].as_string() == "parked")
      if (const auto exit = exit_of_parked((*row)["reason"].as_string())) return stands(context, *row, *exit);
    if (context.io.clock.boot() >= until)
      return context.fail({Fault::kTimeout, "run " + run + " is still " + last + " after " + span(timeout)});
    context.io.pause(kLook);
  }
}

}  // namespace reeve::cli
