// What a person decides: approve, deny, reload. The kill switch is in halt.cpp.
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
    table.add({one["id"].text(), one["runbook"].text(), shortened(one["text"].as_string(), context.style.columns(80)),
               ago(base::Time{one["since_us"].as_int()}, now), ago(base::Time{one["until_us"].as_int()}, now)});
  }
  if (table.empty()) context.out() << "nothing waits for approval\n";
  table.print(context.out(), context.style);
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

int reload(const Arguments&, Context& context) {
  const auto answer = context.post("/-/reload", {}, base::minutes(2));
  if (!answer.ok()) {
    const int exit = context.fail(answer.error());
    return exit == kUsage ? kFailure : exit;  // the files are wrong, not the command
  }
  if (context.print_data(*answer)) return kOk;
  std::vector<std::string> keys;
  for (const Value& key : (*answer)["at_next_start"].as_list()) keys.push_back("`" + key.text() + "`");
  context.out() << "reloaded";
  if (!keys.empty())
    context.out() << "; " << base::join(keys, ", ") << (keys.size() == 1 ? " is" : " are")
                  << " taken up at the next start";
  context.out() << '\n';
  return kOk;
}

}  // namespace reeve::cli
