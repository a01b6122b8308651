// Runs of runbooks: start one, watch it, see what it did.
#include <ostream>

#include "api/api.h"
#include "api/target.h"
#include "cli/commands.h"
#include "cli/run_exit.h"
#include "cli/run_text.h"

namespace reeve::cli {

namespace {
using model::Value;

constexpr size_t kDetailColumns = 90;

/// The facts, and in the place of a name what the script said in its own words, which stands in the body.
Value facts_with_words(const Value& entry) {
  Value facts = entry["facts"];
  const Value& body = entry["body"];
  if (entry["kind"].as_string() != "step.read" || facts["name"] != facts["kind"]) return facts;
  for (const char* key : {"text", "name"})
    if (body[key].is_string()) return facts.set("name", body[key]);
  return facts;
}

void print_story(const Context& context, const Value& run) {
  std::ostream& out = context.out();
  out << context.style.paint(printable(run["runbook"].text()), Colour::kBold) << "  "
      << context.style.paint(state_text(run), colour_of(run)) << "  " << took(run, context.io.clock.wall()) << '\n';
  out << "run          " << run["run"].text() << '\n';
  out << "correlation  " << run["correlation"].text() << '\n';
  out << "started      " << base::format_time(base::Time{run["started_us"].as_int()}) << '\n';
  if (run["ended_us"].as_int() != 0)
    out << "ended        " << base::format_time(base::Time{run["ended_us"].as_int()}) << '\n';
  if (!run["message"].as_string().empty()) out << "message      " << printable(run["message"].text()) << '\n';
  for (const std::string& command : settle_commands(run))
    out << "in doubt     " << "say what became of the step: " << printable(command) << '\n';
  Table table({"SEQ", "TIME", "KIND", "SUBJECT", "FACTS"});
  for (const Value& entry : run["entries"].as_list()) {
    table.add({entry["seq"].text(), entry["at"].text().substr(11, 12), entry["kind"].text(),
               shortened(entry["subject"].text(), context.style.columns(60)),
               brief(facts_with_words(entry), context.style.columns(kDetailColumns))});
  }
  if (!table.empty()) out << '\n';
  table.print(out, context.style);
}

int one_run(const Context& context, const std::string& id) {
  const auto answer = context.get_or_read("/api/reeve/runs/" + api::escape(id),
                                          [&id](ledger::Reader& reader) { return api::run_story(reader, id); });
  if (!answer.ok()) return context.fail(answer.error());
  if (!context.print_data(*answer)) print_story(context, *answer);
  return kOk;
}

base::Result<Value> parameters(const std::vector<std::string>& given) {
  Value params = Value::map();
  for (const std::string& one : given) {
    const size_t equal = one.find('=');
    if (equal == std::string::npos || equal == 0) return base::invalid("--param \"" + one + "\" is not NAME=VALUE");
    const std::string name = one.substr(0, equal);
    if (params.has(name)) return base::invalid("--param " + name + " is given twice");
    params.set(name, one.substr(equal + 1));
  }
  return params;
}

// "allow", or "refuse 5: restarted 2m ago".
std::string gate_text(const Value& gate) {
  if (gate["verdict"].is_null()) return "";
  const std::string& verdict = gate["verdict"].as_string();
  if (verdict == "allow") return verdict;
  const std::string rail = gate["rail"].as_int() > 0 ? " " + std::to_string(gate["rail"].as_int()) : "";
  return verdict + rail + ": " + gate["reason"].text();
}

void print_plan(const Context& context, const Value& plan) {
  Table table({"STEP", "ACTION", "CLASS", "TARGETS", "ARGUMENTS", "GATE", "WHAT WOULD HAPPEN"});
  size_t number = 0;
  for (const Value& step : plan["steps"].as_list()) {
    std::string targets;
    for (const Value& target : step["targets"].as_list()) targets += (targets.empty() ? "" : " ") + target.text();
    const std::string gate = gate_text(step["gate"]);
    table.add(
        {step["path"].is_null() ? std::to_string(++number) : step["path"].text(),
         step["action"].text(),
         step["class"].text(),
         targets,
         brief(step["args"], context.style.columns(kDetailColumns)),
         {shortened(gate, context.style.columns(kDetailColumns)), gate == "allow" ? Colour::kNone : Colour::kYellow},
         step["preview"].is_null() ? "" : step["preview"].text()});
  }
  if (table.empty()) context.out() << "it would change nothing\n";
  table.print(context.out(), context.style);
  for (const Value& note : plan["notes"].as_list()) context.out() << "note   " << printable(note.text()) << '\n';
  if (const std::string start = gate_text(plan["start"]); !start.empty())
    context.out() << "start  " << printable(start) << '\n';
  for (const char* key : {"ends", "hash"})
    if (!plan[key].is_null()) context.out() << key << "   " << printable(plan[key].text()) << '\n';
}

/// With the nearest name that the engine knows, where there is no runbook of this one.
base::Error with_near_name(const Context& context, base::Error error, const std::string& name) {
  if (error.fault != base::Fault::kNotFound || error.text.find("\"" + name + "\"") == std::string::npos) return error;
  const auto known = context.get("/api/reeve/runbooks");
  if (!known.ok()) return error;  // only the hint is missing then
  std::vector<std::string> names;
  for (const Value& one : known->as_list()) names.push_back(one["name"].text());
  const std::string near = base::did_you_mean(name, names);
  if (!near.empty()) error.text += " (did you mean \"" + near + "\"?)";
  return error;
}

int dry_run(const Context& context, const std::string& name, const Value& params) {
  const Value body = Value::map().set("runbook", name).set("params", params).set("dry", true);
  const auto plan = context.post("/api/reeve/runs", body, base::minutes(3));
  if (!plan.ok()) return context.fail(with_near_name(context, plan.error(), name));
  if (!context.print_data(*plan)) print_plan(context, *plan);
  return exit_of_plan(*plan);
}

// The approval that a run waits for, or empty.
std::string approval_of(const Context& context, const std::string& run) {
  const auto waiting = context.get("/api/reeve/approvals");
  if (!waiting.ok()) return {};  // only the hint is missing then
  for (const Value& approval : waiting->as_list())
    if (approval["run"].as_string() == run) return approval["id"].as_string();
  return {};
}

int started_exit(const Context& context, const Value& started) {
  const Value& decision = started["decision"];
  const std::string& verdict = decision["verdict"].as_string();
  const std::string run = started["run"].as_string();
  const std::string reason = printable(decision["reason"].text());
  if (run.empty()) {
    const base::Error error = not_begun(decision);
    return context.fail({error.fault, printable(error.text)});
  }
  if (verdict == "ask") {
    const std::string approval = approval_of(context, run);
    context.err() << "reeve: approval needed: " << reason << '\n';
    if (!approval.empty()) context.err() << "       reeve approve " << approval << '\n';
    return kDenied;
  }
  if (verdict == "defer") context.err() << "reeve: deferred: " << reason << '\n';
  return kOk;
}

int start(const Context& context, const Arguments& arguments, const Value& params, base::Duration timeout) {
  const Value body = Value::map().set("runbook", arguments.text("NAME")).set("params", params);
  const auto started = context.post("/api/reeve/runs", body);
  if (!started.ok()) {
    const int exit = context.fail(with_near_name(context, started.error(), arguments.text("NAME")));
    if (exit == kUnreachable)
      context.err() << "       start the engine (reeve serve), or use --local for this one run\n";
    return exit;
  }
  const std::string run = (*started)["run"].as_string();
  const bool waits = arguments.has("--wait") && !run.empty();
  if (!waits && !context.print_data(*started) && !run.empty())
    context.out() << ((*started)["joined"].as_bool() ? "joined run " : "started run ") << run << '\n';
  const int exit = started_exit(context, *started);
  if (!waits) return exit;
  return wait_for_end(context, run, timeout);
}

int run_here(const Context& context, const Arguments& arguments, const Value& params, base::Duration timeout) {
  if (!context.commands.run_local) {
    context.err() << "reeve run --local: not in this version yet\n";
    return kUsage;
  }
  LocalRun local{context.globals, arguments.text("NAME"), params, arguments.has("--dry-run"), timeout};
  return context.commands.run_local(local, context.out(), context.err());
}
}  // namespace

int exit_of_plan(const Value& plan) {
  const std::string& result = plan["result"].as_string();
  return result == "failed" || result == "limit" || result == "escalated" ? kFailure : kOk;
}

int runs(const Arguments& arguments, Context& context) {
  if (arguments.has("ID")) return one_run(context, arguments.text("ID"));
  const auto limit = arguments.count("--limit", 50);
  if (!limit.ok()) return context.fail(limit.error());
  const std::string state = arguments.text("--in");
  const std::string target =
      "/api/reeve/runs?limit=" + std::to_string(*limit) + (state.empty() ? "" : "&state=" + state);
  const auto answer = context.get_or_read(
      target, [&state, most = *limit](ledger::Reader& reader) { return api::list_runs(reader, state, most); });
  if (!answer.ok()) return context.fail(answer.error());
  if (context.print_data(*answer)) return kOk;
  Table table({"RUN", "RUNBOOK", "STATE", "STARTED", "TOOK", "STEPS", "MESSAGE"});
  const base::Time now = context.io.clock.wall();
  for (const Value& run : answer->as_list()) {
    table.add({run["run"].text(),
               run["runbook"].text(),
               {state_text(run), colour_of(run)},
               ago(base::Time{run["started_us"].as_int()}, now),
               took(run, now),
               run["steps"].text(),
               shortened(run["message"].as_string(), context.style.columns(60))});
  }
  if (table.empty()) context.out() << "no runs\n";
  table.print(context.out(), context.style);
  for (const Value& run : answer->as_list()) say_in_doubt(context.out(), run["reason"].text(), run["run"].text());
  return kOk;
}

int run_runbook(const Arguments& arguments, Context& context) {
  const auto params = parameters(arguments.list("--param"));
  if (!params.ok()) return context.fail(params.error());
  const auto timeout = arguments.duration("--timeout", base::hours(1));
  if (!timeout.ok()) return context.fail(timeout.error());
  if (arguments.has("--local")) return run_here(context, arguments, *params, *timeout);
  if (arguments.has("--dry-run")) return dry_run(context, arguments.text("NAME"), *params);
  return start(context, arguments, *params, *timeout);
}

int cancel(const Arguments& arguments, Context& context) {
  const std::string id = arguments.text("ID");
  const auto answer = context.post("/api/reeve/runs/" + api::escape(id) + "/cancel", {});
  if (!answer.ok()) return context.fail(answer.error());
  if (!context.print_data(*answer)) context.out() << "cancelled " << id << '\n';
  return kOk;
}

int settle(const Arguments& arguments, Context& context) {
  const std::string id = arguments.text("ID");
  const Value body = Value::map().set("path", arguments.text("PATH")).set("answer", arguments.text("ANSWER"));
  const auto answer = context.post("/api/reeve/runs/" + api::escape(id) + "/settle", body);
  if (!answer.ok()) return context.fail(answer.error());
  if (!context.print_data(*answer))
    context.out() << "settled step " << arguments.text("PATH") << " of " << id << ": " << arguments.text("ANSWER")
                  << '\n';
  return kOk;
}

}  // namespace reeve::cli
