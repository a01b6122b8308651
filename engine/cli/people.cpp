// What a person decides: approve, deny, halt, lift, reload.
#include <ostream>

#include "api/target.h"
#include "cli/commands.h"

namespace reeve::cli {

namespace {
using model::Value;

int list_approvals(const Context& context) {
  const auto waiting = context.get("/api/reeve/approvals");
  if (!waiting.ok()) return context.fail(waiting.error());
  if (context.print_data(*waiting)) return kOk;
  Table table({"ID", "RUNBOOK", "WHAT", "SINCE", "EXPIRES"});
  const base::Time now = context.io.clock.wall();
  for (const Value& one : waiting->as_list()) {
    table.add({one["id"].text(), one["runbook"].text(), shortened(one["text"].as_string(), 80),
               ago(base::Time{one["since_us"].as_int()}, now), ago(base::Time{one["until_us"].as_int()}, now)});
  }
  if (table.empty()) context.out() << "nothing waits for approval\n";
  table.print(context.out(), context.style);
  return kOk;
}

std::string everything(const std::string& scope) {
  return scope == "*" ? "everything" : scope;
}

/// What the engine said to it: "told", "not running", or why it could not take it in.
std::string told(const base::Result<Value>& answer) {
  if (answer.ok()) return "told";
  return answer.error().fault == base::Fault::kUnavailable ? "not running" : answer.error().text;
}

void print_halt(const Context& context, const std::string& words, const std::string& engine, Value data) {
  if (context.print_data(data.set("engine", engine))) return;
  context.out() << words << '\n';
  if (engine == "not running") {
    context.out() << "no engine is running; the next one will see it when it starts\n";
  } else if (engine != "told") {
    context.err() << "reeve: the file says so, but the engine answers: " << printable(engine) << '\n';
  }
}

int pull(const Context& context, const std::string& folder, const std::string& scope, const std::string& reason) {
  // The file first: it holds whatever becomes of the engine.
  if (const auto status = add_halt(folder, scope, reason); !status.ok()) return context.fail(status.error());
  const std::string engine =
      told(context.post("/api/reeve/halt", Value::map().set("scope", scope).set("reason", reason)));
  Value data = Value::map();
  data.set("halted", true).set("scope", scope).set("reason", reason).set("file", folder + "/HALT");
  print_halt(context, "halted " + everything(scope) + ": nothing is changed there until: reeve halt --lift", engine,
             std::move(data));
  return kOk;
}

int lift(const Context& context, const std::string& folder, const std::string& scope) {
  const auto answer = context.post("/api/reeve/lift", scope.empty() ? Value::map() : Value::map().set("scope", scope));
  const base::Status file = lift_halt(folder, scope);
  const bool nothing_there = !file.ok() && file.error().fault == base::Fault::kNotFound;
  if (!file.ok() && !(nothing_there && answer.ok())) return context.fail(file.error());
  Value data = Value::map();
  data.set("halted", false).set("scope", scope.empty() ? "*" : scope);
  std::string engine = told(answer);
  if (!answer.ok() && answer.error().fault == base::Fault::kNotFound) engine = "told";  // only the file held it
  print_halt(context, "lifted " + everything(scope.empty() ? "*" : scope), engine, std::move(data));
  return kOk;
}
}  // namespace

int approve(const Arguments& arguments, Context& context) {
  if (!arguments.has("ID")) return list_approvals(context);
  const std::string id = arguments.text("ID");
  const auto answer = context.post("/api/reeve/approvals/" + api::escape(id) + "/approve", {});
  if (!answer.ok()) return context.fail(answer.error());
  if (!context.print_data(*answer)) context.out() << "approved " << id << '\n';
  return kOk;
}

int deny(const Arguments& arguments, Context& context) {
  const std::string id = arguments.text("ID");
  Value body = Value::map();
  if (arguments.has("--reason")) body.set("reason", arguments.text("--reason"));
  const auto answer = context.post("/api/reeve/approvals/" + api::escape(id) + "/deny", body);
  if (!answer.ok()) return context.fail(answer.error());
  if (!context.print_data(*answer)) context.out() << "denied " << id << '\n';
  return kOk;
}

int halt(const Arguments& arguments, Context& context) {
  const bool lifts = arguments.has("--lift");
  const std::string reason = arguments.text("--reason");
  std::string scope = arguments.text("--scope");
  if (lifts == arguments.has("--reason"))
    return context.usage("halt needs --reason \"...\" to pull the switch, or --lift to let go");
  if (!lifts && base::trim(reason).empty()) return context.usage("halt: say why: the reason is empty");
  if (scope.find_first_of(" \t\r\n") != std::string::npos) return context.usage("halt: a scope has no blanks");
  if (arguments.has("--scope") && scope.empty())
    return context.usage("halt: the scope is empty; leave it out for everything");
  const auto folder = state_folder(context.globals);
  if (!folder.ok()) return context.fail(folder.error());
  return lifts ? lift(context, *folder, scope) : pull(context, *folder, scope.empty() ? "*" : scope, reason);
}

int reload(const Arguments&, Context& context) {
  const auto answer = context.post("/-/reload", {}, base::minutes(2));
  if (!answer.ok()) {
    const int exit = context.fail(answer.error());
    return exit == kUsage ? kFailure : exit;  // the files are wrong, not the command
  }
  if (!context.print_data(*answer)) context.out() << "reloaded\n";
  return kOk;
}

}  // namespace reeve::cli
