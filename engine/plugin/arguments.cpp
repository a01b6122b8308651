#include "plugin/arguments.h"

#include <algorithm>

#include "model/json.h"

namespace reeve::plugin {

using model::Value;

namespace {
bool fits(const Value& value, const std::string& type) {
  if (type == "string") return value.is_string();
  if (type == "int") return value.is_int();
  if (type == "number") return value.is_number();
  if (type == "bool") return value.is_bool();
  if (type == "duration") return value.is_number() || base::parse_duration(value.as_string()).ok();
  if (type == "list") return value.is_list();
  if (type == "map") return value.is_map();
  return true;
}

const model::ArgumentSpec* find(const model::ActionSpec& spec, const std::string& name) {
  for (const model::ArgumentSpec& argument : spec.arguments)
    if (argument.name == name) return &argument;
  return nullptr;
}

std::string hint(const model::ActionSpec& spec, const std::string& name) {
  std::vector<std::string> names;
  for (const model::ArgumentSpec& argument : spec.arguments) names.push_back(argument.name);
  const std::string near = base::did_you_mean(name, names);
  return near.empty() ? near : " (did you mean \"" + near + "\"?)";
}

bool is_secret(const Manifest& manifest, const std::string& key) {
  for (const Value& row : manifest.config_schema.as_list())
    if (row["name"].as_string() == key) return row["secret"].as_bool();
  return false;
}
}  // namespace

base::Status check_arguments(const std::string& plugin, const model::ActionSpec& spec, const Value& args) {
  const std::string where = plugin + "." + spec.name + ": ";
  if (!args.is_map() && !args.is_null()) return base::invalid(where + "the arguments are no map");
  for (const auto& [name, value] : args.as_map()) {
    const model::ArgumentSpec* known = find(spec, name);
    if (!known) return base::invalid(where + "unknown argument \"" + name + "\"" + hint(spec, name));
    if (!value.is_null() && !fits(value, known->type))
      return base::invalid(where + "the argument \"" + name + "\" must be a " + known->type + ", but is " +
                           model::to_json(value));
  }
  for (const model::ArgumentSpec& argument : spec.arguments)
    if (argument.required && args[argument.name].is_null())
      return base::invalid(where + "missing argument \"" + argument.name + "\"");
  return {};
}

Split split_config(const InstanceConfig& config, const Manifest& manifest) {
  Split out{Value::map(), Value::map(), {}};
  out.whole.set("name", config.name);
  out.open.set("name", config.name);
  for (const auto& [key, value] : config.config.as_map()) {
    out.whole.set(key, value);
    if (is_secret(manifest, key)) {
      out.secrets.emplace_back(key, value.text());
    } else {
      out.open.set(key, value);
    }
  }
  return out;
}

}  // namespace reeve::plugin
