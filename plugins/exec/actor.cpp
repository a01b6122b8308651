#include "exec/actor.h"

#include <sysexits.h>

#include <algorithm>

#include "common/metrics/utf8.h"
#include "common/procfs/files.h"
#include "exec/collector.h"

namespace reeve::exec {

namespace {

using common::Ended;

common::Deadline deadline_of(const Action& action, Milliseconds timeout) {
  return common::Deadline::after_ms(std::min(action.left(), timeout).count())
      .stopped_by([&action] { return action.cancelled(); }, action.cancel_fd());
}

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

std::string first_line(const std::string& text) {
  return common::metrics::printable_utf8(common::trimmed(text.substr(0, text.find('\n'))), 300);
}

/// Its own words: what it said of the error, else what it said at all.
std::string words_of(const Ended& ended) {
  std::string line = first_line(ended.err.empty() ? ended.out : ended.err);
  return line.empty() ? "" : ": " + line;
}

}  // namespace

Argv checked_arguments(const Allowed& allowed, const Args& args) {
  Argv words;
  const std::string* missing = nullptr;
  for (const Argument& argument : allowed.arguments) {
    if (!args.has(argument.name)) {
      if (missing == nullptr) missing = &argument.name;
      if (argument.required) throw Error(Fault::kInvalid, allowed.name + ": the argument " + *missing + " is missing");
      continue;
    }
    // It would take the place of the one before it.
    if (missing != nullptr) {
      throw Error(Fault::kInvalid, allowed.name + ": the argument " + *missing + " is missing before " + argument.name);
    }
    const Json& value = args[argument.name];
    std::string text = value.is_text() ? value.text() : value.dump();
    if (!matches_whole(argument.match, text)) {
      throw Error(Fault::kInvalid, allowed.name + ": the argument " + argument.name + " is " + Json(text).dump() +
                                       ", which does not match " + argument.match);
    }
    words.push_back(text);
  }
  return words;
}

Fault fault_of_exit(int code) {
  switch (code) {
    case EX_TEMPFAIL:
    case EX_UNAVAILABLE:
      return Fault::kTransient;
    case EX_NOPERM:
      return Fault::kDenied;
    case EX_USAGE:
    case EX_DATAERR:
      return Fault::kInvalid;
    case EX_NOINPUT:
    case EX_NOUSER:
    case EX_NOHOST:
      return Fault::kNotFound;
    default:
      return Fault::kConflict;
  }
}

Ended ExecActor::run(const Argv& argv, const Allowed& allowed, const Action& action) const {
  common::Command command = settings_.command(argv);
  Argv words = checked_arguments(allowed, action.args);
  for (size_t i = 0; i < words.size(); ++i) {
    command.environment.emplace_back("REEVE_ARG_" + upper(allowed.arguments[i].name), words[i]);
  }
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  command.environment.emplace_back("REEVE_ACTION", allowed.name);
  command.environment.emplace_back("REEVE_KEY", action.key);
  auto ended = common::run(command, "", deadline_of(action, allowed.timeout));
  if (ended) return std::move(*ended);
  Fault fault = ended.fault().kind == common::Kind::kNotFound ? Fault::kNotFound
                : ended.fault().kind == common::Kind::kDenied ? Fault::kDenied
                                                              : Fault::kTransient;
  throw Error(fault, allowed.name + ": " + ended.fault().text);
}

Plan ExecActor::plan(const Action& action) {
  constexpr size_t kLongestKey = 512;
  const Allowed& allowed = settings_.action(action.name);
  if (allowed.plan.empty()) throw Error(Fault::kInvalid, "the action " + action.name + " has no plan");
  Ended ended = run(allowed.plan, allowed, action);
  if (ended.late || ended.signal != 0 || ended.code != 0) {
    Fault fault = ended.late ? Fault::kTimeout : ended.signal != 0 ? Fault::kTransient : fault_of_exit(ended.code);
    throw Error(fault, action.name + ": its plan: " + ended.text() + words_of(ended));
  }
  Plan plan;
  for (std::string_view line : common::lines(ended.out)) {
    std::string key(common::trimmed(line));
    if (key.empty()) continue;
    if (key.size() > kLongestKey || key != common::metrics::printable_utf8(key, kLongestKey)) {
      throw Error(Fault::kInvalid, action.name + ": its plan prints what is no target key: " + first_line(key));
    }
    plan.targets.push_back(std::move(key));
  }
  if (plan.targets.empty()) throw Error(Fault::kNotFound, action.name + ": its plan names no target");
  plan.preview = "would run";
  for (const std::string& word : allowed.argv) plan.preview += " " + word;
  for (const std::string& word : checked_arguments(allowed, action.args)) plan.preview += " " + word;
  plan.settles = allowed.settles;
  return plan;
}

Json ExecActor::invoke(const Action& action) {
  if (action.name == "check") return check(action);
  const Allowed& allowed = settings_.action(action.name);
  Ended ended = run(allowed.argv, allowed, action);
  bool change = allowed.effect != "read";
  if (ended.late || ended.signal != 0) {
    Fault fault = change ? Fault::kUnknownOutcome : ended.late ? Fault::kTimeout : Fault::kTransient;
    throw Error(fault, action.name + ": " + ended.text() + words_of(ended));
  }
  if (ended.code != 0) throw Error(fault_of_exit(ended.code), action.name + ": " + ended.text() + words_of(ended));
  return Json::map().set("exit_code", 0).set("out", ended.out).set("err", ended.err).set("cut", ended.cut);
}

Json ExecActor::check(const Action& action) const {
  const Check& check = settings_.check(action.args.text("name"));
  Result result = run_check(settings_, check, deadline_of(action, check.timeout));
  Json perfdata = Json::list();
  for (const Perfdata& item : result.said.perfdata) {
    perfdata.push(Json::map().set("label", item.label).set("unit", item.unit).set("value", item.value));
  }
  Json out = Json::map().set("check", check.name).set("exit_code", result.exit_code);
  out.set("state", state_name(result.exit_code)).set("text", result.said.text).set("long_text", result.said.long_text);
  return out.set("perfdata", std::move(perfdata)).set("problem", result.problem);
}

Probe ExecActor::probe(const Action& action) {
  const Allowed& allowed = settings_.action(action.name);
  if (allowed.probe.empty()) return Probe::kUnknown;
  Ended ended = run(allowed.probe, allowed, action);
  if (ended.late || ended.signal != 0) return Probe::kUnknown;
  switch (ended.code) {
    case 0:
      return Probe::kDone;
    case 1:
      return Probe::kNotStarted;
    case 2:
      return Probe::kRunning;
    default:
      return Probe::kUnknown;
  }
}

}  // namespace reeve::exec
