// A person has looked: the breaker that refused a remediation lets it go on.
#include <ostream>

#include "cli/commands.h"

namespace reeve::cli {

namespace {
std::string words(const model::Value& breaker) {
  const std::string& target = breaker["target"].as_string();
  return breaker["runbook"].text() + " for " + (target.empty() ? "the group " + breaker["group"].text() : target) +
         " (" + breaker["failures"].text() + " failures)";
}
}  // namespace

int reset(const Arguments& arguments, Context& context) {
  const std::string reason = arguments.text("--reason"), runbook = arguments.text("RUNBOOK");
  if (base::trim(reason).empty()) return context.usage("reset: say why it may be tried again: --reason \"...\"");
  model::Value body = model::Value::map().set("runbook", runbook).set("reason", reason);
  if (arguments.has("TARGET")) body.set("target", arguments.text("TARGET"));
  const auto answer = context.post("/api/reeve/reset", body);
  if (!answer.ok()) return context.fail(answer.error());
  if (context.print_data(*answer)) return kOk;
  for (const model::Value& one : (*answer)["reset"].as_list())
    context.out() << "reset the breaker of " << printable(words(one)) << '\n';
  for (const model::Value& one : (*answer)["open"].as_list())
    context.out() << "still open: " << printable(words(one)) << ": " << printable(one["command"].text()) << '\n';
  context.out() << "an alert that still fires is not decided twice; to act now: reeve run " << printable(runbook)
                << " --param ...\n";
  return kOk;
}

}  // namespace reeve::cli
