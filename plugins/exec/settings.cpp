#include "exec/settings.h"

#include <regex.h>

#include <algorithm>
#include <array>

namespace reeve::exec {

namespace {

[[noreturn]] void wrong(const std::string& where, const std::string& what) {
  throw Error(Fault::kInvalid, where + ": " + what);
}

Argv argv_of(const Json& json, const std::string& where) {
  Argv argv;
  if (!json.is_list() || json.size() == 0) wrong(where, "must be a list: the program and its arguments");
  for (const Json& word : json.items()) {
    if (!word.is_text() && !word.is_integer()) wrong(where, "an argument must be a text, but is " + word.dump());
    argv.push_back(word.is_text() ? word.text() : std::to_string(word.integer()));
  }
  if (!argv[0].starts_with('/')) wrong(where, "\"" + argv[0] + "\" is no absolute path of a program");
  return argv;
}

std::optional<Milliseconds> duration_of(const Json& json, const std::string& where) {
  if (json.is_null()) return std::nullopt;
  Milliseconds out;
  if (json.is_number()) return Milliseconds(static_cast<int64_t>(json.number() * 1000));
  if (!parse_duration(json.text_ref(), out)) wrong(where, "must be a duration like \"10s\", but is " + json.dump());
  return out;
}

void known_keys(const Json& json, std::initializer_list<std::string_view> known, const std::string& where) {
  if (!json.is_map()) wrong(where, "must be a map");
  for (const auto& [key, value] : json.pairs()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string list;
    for (std::string_view each : known) list += (list.empty() ? "" : ", ") + std::string(each);
    wrong(where, "unknown field \"" + key + "\" (there are: " + list + ")");
  }
}

bool is_name(const std::string& text) {
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  auto part = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= 64 && letter(text[0]) && std::all_of(text.begin(), text.end(), part);
}

Check check_of(const std::string& name, const Json& json, Milliseconds timeout) {
  Check check{name, {}, timeout};
  std::string where = "checks." + name;
  if (json.is_list()) {
    check.argv = argv_of(json, where);
    return check;
  }
  known_keys(json, {"argv", "timeout"}, where);
  check.argv = argv_of(json["argv"], where + ".argv");
  check.timeout = duration_of(json["timeout"], where + ".timeout").value_or(timeout);
  return check;
}

void check_pattern(const std::string& pattern, const std::string& where) {
  regex_t compiled;
  if (regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
    wrong(where, "\"" + pattern + "\" is no regular expression");
  }
  regfree(&compiled);
}

/// `args: [host, port]` or `args: {host: {match: ..., required: false, doc: ...}}`.
std::vector<Argument> arguments_of(const Json& json, const std::string& where) {
  std::vector<Argument> arguments;
  for (const Json& name : json.items()) arguments.push_back({name.text(), kPlainValue, true, ""});
  for (const auto& [name, spec] : json.pairs()) {
    known_keys(spec, {"match", "required", "doc"}, where + "." + name);
    std::string match = spec["match"].text(kPlainValue);
    check_pattern(match, where + "." + name + ".match");
    arguments.push_back({name, match, spec["required"].boolean(true), spec["doc"].text()});
  }
  bool optional = false;
  for (const Argument& each : arguments) {
    if (each.required && optional) wrong(where, "\"" + each.name + "\" is required, but follows one that is not");
    optional = !each.required;
    if (!is_name(each.name)) wrong(where, "\"" + each.name + "\" is no name of an argument (a-z, 0-9, _)");
  }
  return arguments;
}

void check_class(const Allowed& action, const std::string& where) {
  constexpr std::array<std::string_view, 5> kClasses = {"read", "idempotent", "keyed", "probed", "once"};
  constexpr std::array<std::string_view, 3> kEffects = {"read", "change", "destroy"};
  if (std::find(kEffects.begin(), kEffects.end(), action.effect) == kEffects.end()) {
    wrong(where + ".effect", "must be read, change or destroy, but is \"" + action.effect + "\"");
  }
  if (std::find(kClasses.begin(), kClasses.end(), action.cls) == kClasses.end()) {
    wrong(where + ".class", "must be read, idempotent, keyed, probed or once, but is \"" + action.cls + "\"");
  }
  if ((action.effect == "read") != (action.cls == "read"))
    wrong(where, "effect and class must both be read, or neither");
  if (action.cls == "probed" && action.probe.empty()) wrong(where, "the class probed needs a probe command");
}

Allowed action_of(const std::string& name, const Json& json) {
  std::string where = "actions." + name;
  if (!is_name(name) || name == "check") wrong(where, "is no name of an action (a-z, 0-9, _; check is taken)");
  known_keys(json, {"argv", "class", "effect", "plan", "probe", "settles", "timeout", "args", "doc"}, where);
  Allowed action;
  action.name = name;
  action.argv = argv_of(json["argv"], where + ".argv");
  if (json.has("plan")) action.plan = argv_of(json["plan"], where + ".plan");
  if (json.has("probe")) action.probe = argv_of(json["probe"], where + ".probe");
  action.effect = json["effect"].text(json["class"].text_ref() == "read" ? "read" : "change");
  std::string usual = action.effect == "read" ? "read" : action.probe.empty() ? "once" : "probed";
  action.cls = json["class"].text(usual);
  action.settles = duration_of(json["settles"], where + ".settles");
  action.timeout = duration_of(json["timeout"], where + ".timeout").value_or(action.timeout);
  action.arguments = arguments_of(json["args"], where + ".args");
  action.doc = json["doc"].text();
  check_class(action, where);
  return action;
}

}  // namespace

bool matches_whole(const std::string& pattern, const std::string& text) {
  if (text.find('\0') != std::string::npos || text.find('\n') != std::string::npos) return false;
  regex_t compiled;
  if (regcomp(&compiled, ("^(" + pattern + ")$").c_str(), REG_EXTENDED | REG_NOSUB) != 0) return false;
  bool matches = regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
  regfree(&compiled);
  return matches;
}

Settings Settings::of(const Config& config) {
  Settings s;
  s.name = config.name();
  s.folder = config.text("folder", "/");
  Milliseconds timeout = config.duration("timeout", Milliseconds(10'000));
  if (config.has("check")) s.checks.push_back({s.name, argv_of(config["check"], "check"), timeout});
  for (const auto& [name, check] : config["checks"].pairs()) s.checks.push_back(check_of(name, check, timeout));
  for (const auto& [name, action] : config["actions"].pairs()) s.actions.emplace(name, action_of(name, action));
  for (const auto& [key, value] : config["environment"].pairs()) {
    s.environment.emplace_back(key, value.is_text() ? value.text() : value.dump());
  }
  if (!s.folder.starts_with('/')) wrong("folder", "must be an absolute path");
  if (s.checks.empty() && s.actions.empty()) wrong("exec", "there is nothing to run: name check, checks or actions");
  return s;
}

const Allowed& Settings::action(const std::string& name) const {
  auto found = actions.find(name);
  if (found == actions.end()) throw Error(Fault::kInvalid, "exec/" + this->name + " has no action " + name);
  return found->second;
}

const Check& Settings::check(const std::string& name) const {
  if (name.empty() && checks.size() == 1) return checks[0];
  for (const Check& each : checks) {
    if (each.name == name) return each;
  }
  throw Error(Fault::kNotFound, "exec/" + this->name + " has no check \"" + name + "\"");
}

common::Command Settings::command(const Argv& argv) const {
  common::Command command;
  command.argv = argv;
  command.environment = environment;
  command.folder = folder;
  return command;
}

}  // namespace reeve::exec
