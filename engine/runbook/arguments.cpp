#include "runbook/arguments.h"

#include <algorithm>

#include "runbook/context.h"

namespace reeve::runbook {

using model::Value;

namespace {
std::vector<std::string> names_of(const model::ActionSpec& spec) {
  std::vector<std::string> names;
  for (const model::ArgumentSpec& argument : spec.arguments) names.push_back(argument.name);
  return names;
}

/// An empty table of Lua is no list and no map yet: it is what the action wants.
void settle_empty_tables(const model::ActionSpec& spec, Value& args) {
  for (const model::ArgumentSpec& argument : spec.arguments) {
    const Value& given = args[argument.name];
    if (argument.type == "map" && given.is_list() && given.as_list().empty()) args.set(argument.name, Value::map());
  }
}

base::Status judge(const std::string& name_of_call, const model::ActionSpec& spec, const Value& args) {
  const std::vector<std::string> known = names_of(spec);
  for (const auto& [name, value] : args.as_map()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string near = base::did_you_mean(name, known);
    return base::invalid(name_of_call + " takes no argument \"" + name + "\"" +
                         (near.empty() ? "" : " (did you mean \"" + near + "\"?)"));
  }
  for (const model::ArgumentSpec& argument : spec.arguments)
    if (argument.required && args[argument.name].is_null())
      return base::invalid(name_of_call + " needs the argument \"" + argument.name + "\"");
  return {};
}
}  // namespace

base::Result<Arguments> read_arguments(const script::Call& call, const model::ActionSpec* spec) {
  Arguments out;
  if (call.args["args"].is_map()) out.args = call.args["args"];
  if (const Value& given = call.args["timeout"]; !given.is_null()) {
    REEVE_TRY(out.timeout, duration_of(given, call.name + ": timeout"));
    const std::vector<std::string> known = spec ? names_of(*spec) : std::vector<std::string>{};
    if (std::find(known.begin(), known.end(), "timeout") != known.end()) out.args.set("timeout", given);
  }
  if (const Value& given = call.args["wait"]; !given.is_null()) out.args.set("wait", given);
  if (!spec) return out;
  settle_empty_tables(*spec, out.args);
  REEVE_CHECK(judge(call.name, *spec, out.args));
  return out;
}

}  // namespace reeve::runbook
