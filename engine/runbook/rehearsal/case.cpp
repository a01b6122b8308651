#include "runbook/rehearsal/case.h"

#include <algorithm>

#include "runbook/context.h"
#include "runbook/rehearsal/table.h"
#include "runbook/terms.h"

namespace reeve::runbook {

using base::Result;
using model::Value;

namespace {
const std::vector<std::string> kShared{"runbook", "instances", "actions", "queries", "params", "alert",
                                       "safety",  "mode",      "verify",  "within",  "crash"};
const std::vector<std::string> kOfCase{"instances", "actions", "queries", "params", "alert", "safety",
                                       "mode",      "verify",  "within",  "crash",  "at",    "expect"};
const std::vector<std::string> kOfAction{"class", "effect", "settles", "targets", "group",   "members", "healthy",
                                         "takes", "causes", "args",    "reply",   "replies", "probe"};
const std::vector<std::string> kFaults{"transient", "throttled",       "denied",  "not_found",   "invalid",
                                       "conflict",  "unknown_outcome", "timeout", "unavailable", "refused"};

// ---- the plugins ---------------------------------------------------------------------------------------------------

/// `{ error = "timeout", message = "..." }` is a failure, anything else a value.
Result<Value> read_reply(const TableReader& action, const std::string& name, const Value& given) {
  if (!given.is_map() || !given.has("error")) return given;
  const std::string kind = given["error"].text();
  if (std::find(kFaults.begin(), kFaults.end(), kind) == kFaults.end()) {
    const std::string near = base::did_you_mean(kind, kFaults);
    action.wrong(name, "error is one of " + base::join(kFaults, ", ") + ", not \"" + kind + "\"" +
                           (near.empty() ? "" : " (did you mean \"" + near + "\"?)"));
  }
  const std::string message = given["message"].is_null() ? kind : given["message"].text();
  base::Error error{base::fault_of(kind), message};
  if (const auto after = duration_of(given["retry_after"], "retry_after");
      !given["retry_after"].is_null() && after.ok())
    error.retry_after_ms = after->ms();
  return error;
}

void read_answers(const TableReader& from, ScriptedAction& action) {
  if (from.has("reply") && from.has("replies")) from.wrong("replies", "reply or replies, one of the two");
  if (from.has("reply")) action.replies.push_back(read_reply(from, "reply", from.at("reply")));
  if (from.has("replies") && from.at("replies").as_list().empty())
    from.wrong("replies", "replies is a list of answers");
  const std::vector<Value>& replies = from.at("replies").as_list();
  for (size_t i = 0; i < replies.size(); ++i)
    action.replies.push_back(read_reply(from, "replies." + std::to_string(i + 1), replies[i]));
  for (const std::string& word : from.texts("probe")) {
    const auto answer = model::probe_answer_of(word);
    if (!answer.ok()) from.wrong("probe", answer.error().text);
    action.probes.push_back(answer.value_or(model::ProbeAnswer::kUnknown));
  }
}

ScriptedAction read_action(TableReader from, const std::string& name) {
  from.only(kOfAction);
  ScriptedAction action;
  model::ActionSpec& spec = action.spec;
  spec.name = name.substr(name.find('.') + 1);
  const std::string cls = from.one_of("class", {"read", "idempotent", "keyed", "probed", "once"}, "read");
  const std::string usual = cls == "read" ? "read" : "change";
  const std::string effect = from.one_of("effect", {"read", "change", "destroy"}, usual);
  if ((cls == "read") != (effect == "read")) from.wrong("effect", "class " + cls + " has no effect \"" + effect + "\"");
  spec.cls = model::action_class_of(cls).value_or(model::ActionClass::kRead);
  spec.effect = model::effect_of(effect).value_or(model::Effect::kRead);
  spec.has_plan = effect != "read";
  spec.has_probe = cls == "probed";
  if (from.has("settles")) spec.settles = from.duration("settles", {});
  spec.causes = from.texts("causes");
  for (const std::string& argument : from.texts("args")) spec.arguments.push_back({argument, "any", false, ""});
  action.takes = from.duration("takes", action.takes);
  action.targets = from.texts("targets");
  action.group = from.text("group");
  action.members = from.texts("members");
  action.healthy = from.texts("healthy");
  read_answers(from, action);
  return action;
}

void read_actions(const TableReader& from, Case& into) {
  for (const auto& [name, value] : from.value().as_map()) {
    const size_t dot = name.find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == name.size()) {
      from.wrong(name, "an action is named as in the runbook: [\"docker.restart\"]");
      continue;
    }
    // What the case says goes before what the file says about the same action.
    into.actions[name] = read_action(from.inner(name), name);
  }
}

// ---- what happens --------------------------------------------------------------------------------------------------

std::optional<model::Alert> read_alert(TableReader from) {
  if (from.value().is_null()) return {};
  from.only({"name", "labels", "annotations", "target", "value", "event"});
  model::Alert alert;
  const auto labels = [&from](const char* key, std::vector<std::pair<std::string, std::string>> pairs) {
    for (const auto& [name, value] : from.inner(key).value().as_map()) pairs.emplace_back(name, value.text());
    return model::Labels(std::move(pairs));
  };
  alert.rule_id = "rehearsal";
  alert.labels = labels("labels", {{"alertname", from.text("name", "Rehearsal")}});
  alert.annotations = labels("annotations", {});
  alert.key = alert.labels.key();
  alert.state = model::AlertState::kFiring;
  alert.episode = 1;
  alert.correlation[0] = 1;
  alert.target = from.text("target");
  alert.value = from.at("value").as_double();
  alert.event = from.at("event");
  return alert;
}

Happening read_happening(TableReader from) {
  static const std::vector<std::string> kKinds{"approve", "deny", "cancel", "settle", "alert", "halt", "lift", "kill"};
  std::vector<std::string> known = kKinds;
  known.insert(known.end(), {"by", "why"});
  from.only(known);
  Happening happening;
  happening.place = from.place();
  happening.by = from.text("by", "operator");
  happening.why = from.text("why");
  const std::vector<Value> positions = from.positions();
  const auto at = duration_of(positions.empty() ? Value() : positions[0], "at");
  if (at.ok()) happening.at = *at;
  if (!at.ok()) from.wrong("1", "a happening begins with its time: { \"10s\", approve = \"anna\" }");
  for (const std::string& kind : kKinds) {
    if (!from.has(kind)) continue;
    if (!happening.what.empty()) from.wrong(kind, happening.what + " and " + kind + ": write two happenings");
    happening.what = kind;
    if (kind == "settle") happening.word = from.one_of(kind, {"happened", "repeat", "abort"}, "happened");
    if (kind == "alert") happening.word = from.one_of(kind, {"resolved"}, "resolved");
    if (kind == "kill") happening.word = from.one_of(kind, {"engine", "worker"}, "engine");
    if (happening.word.empty()) happening.word = from.at(kind).text();
  }
  if (happening.what.empty()) from.wrong("1", "a happening is one of " + base::join(kKinds, ", "));
  return happening;
}

// ---- what is expected ----------------------------------------------------------------------------------------------

/// "docker.restart": by its name alone; { "docker.restart", container = "web" }: with exactly these arguments.
ExpectedStep read_step(Findings& findings, const std::string& key, const Value& given) {
  ExpectedStep step;
  step.place = findings.place(key);
  step.name = given.as_string();
  if (given.is_string()) return step;
  const TableReader from(findings, key, given);
  const std::vector<Value> positions = from.positions();
  if (positions.size() != 1 || !positions[0].is_string())
    from.wrong("1", "a step is \"plugin.action\" or { \"plugin.action\", argument = value }");
  if (!positions.empty()) step.name = positions[0].text();
  Value args = Value::map();
  for (const auto& [name, value] : given.as_map()) {
    if (name == "error") {
      step.error = value.is_bool() && !value.as_bool() ? "" : value.text();
    } else if (name == "targets") {
      step.targets = from.texts(name);
    } else if (name != "1") {
      args.set(name, value);
    }
  }
  step.args = std::move(args);
  return step;
}

void read_expectation(TableReader from, Findings& findings, Expectation& into) {
  from.only({"steps", "reads", "gate", "notes", "told", "ended"});
  const auto steps = [&](const char* name, std::optional<std::vector<ExpectedStep>>& list) {
    if (!from.has(name)) return;
    into.places[name] = from.place(name);
    const std::vector<Value> items = from.inner(name).positions();
    list.emplace();
    for (size_t i = 0; i < items.size(); ++i)
      list->push_back(read_step(findings, from.key(name) + "." + std::to_string(i + 1), items[i]));
  };
  const auto lines = [&](const char* name, std::optional<std::vector<ExpectedLine>>& list) {
    if (!from.has(name)) return;
    into.places[name] = from.place(name);
    const std::vector<std::string> items = from.texts(name);
    list.emplace();
    for (size_t i = 0; i < items.size(); ++i)
      list->push_back({items[i], from.place(std::string(name) + "." + std::to_string(i + 1))});
  };
  steps("steps", into.steps);
  steps("reads", into.reads);
  lines("gate", into.gate);
  lines("notes", into.notes);
  lines("told", into.told);
  if (from.has("ended")) into.ended = ExpectedLine{from.text("ended"), from.place("ended")};
  if (into.places.empty() && !into.ended) from.wrong("", "a case that expects nothing cannot fail");
}

// ---- a case --------------------------------------------------------------------------------------------------------

class TestReader {
 public:
  TestReader(const Source& source, const script::Declared& declared)
      : findings_{source.path(), declared.places, {}}, file_(findings_, "", declared.table) {
    test_.runbook = source.name.substr(0, source.name.size() - std::string("_test").size());
  }

  Result<TestFile> read() {
    file_.only(kShared);
    test_.runbook = file_.text("runbook", test_.runbook);
    const std::vector<Value> cases = file_.positions();
    if (cases.empty()) findings_.wrong("", "there are no cases: runbook_test { { \"name\", expect = { ... } } }");
    for (size_t i = 0; i < cases.size(); ++i) read_case(TableReader(findings_, std::to_string(i + 1), cases[i]));
    if (findings_.lines.empty()) return std::move(test_);
    // What stands in the shared part is read for each case, and said once.
    std::vector<std::string> once;
    for (const std::string& line : findings_.lines)
      if (std::find(once.begin(), once.end(), line) == once.end()) once.push_back(line);
    return base::invalid(base::join(once, "\n"));
  }

 private:
  /// The case itself where it has the key, else the file.
  const TableReader& holder(const TableReader& own, const char* name) const { return own.has(name) ? own : file_; }

  void read_case(TableReader own) {
    own.only(kOfCase);
    Case one;
    one.place = own.place();
    const std::vector<Value> positions = own.positions();
    if (positions.size() != 1 || !positions[0].is_string())
      own.wrong("", "a case begins with its name: { \"restarts once\", ... }");
    if (!positions.empty()) one.name = findings_.about = positions[0].text();
    one.params = holder(own, "params").at("params");
    one.alert = read_alert(holder(own, "alert").inner("alert"));
    one.mode = holder(own, "mode").one_of("mode", {"shadow", "suggest", "approve", "auto"}, one.mode);
    one.verify = holder(own, "verify").one_of("verify", {"held", "not_held", "unknown"}, one.verify);
    one.within = holder(own, "within").duration("within", one.within);
    one.crash = holder(own, "crash").flag("crash", false);
    read_safety(holder(own, "safety"), one);
    read_actions(file_.inner("actions"), one);
    read_actions(own.inner("actions"), one);
    read_queries(file_.inner("queries"), one);
    read_queries(own.inner("queries"), one);
    one.instances = holder(own, "instances").texts("instances");
    if (one.instances.empty()) one.instances = instances_of(one);
    const std::vector<Value> happenings = own.inner("at").positions();
    for (size_t i = 0; i < happenings.size(); ++i)
      one.happenings.push_back(read_happening(own.inner("at").inner_at(i + 1, happenings[i])));
    read_expectation(own.inner("expect"), findings_, one.expected);
    test_.cases.push_back(std::move(one));
  }

  static void read_safety(const TableReader& from, Case& into) {
    if (from.at("safety").is_null()) return;
    auto read = guard::settings_of(from.at("safety"), "safety");
    if (read.ok()) {
      into.safety = std::move(*read);
    } else {
      from.wrong("safety", read.error().text);
    }
  }

  static void read_queries(const TableReader& from, Case& into) {
    for (const auto& [expr, answers] : from.value().as_map()) {
      if (answers.as_list().empty()) from.wrong(expr, "a query has a list of answers: { 0, 0, 1 }");
      into.queries[expr] = answers.as_list();
    }
  }

  /// One of each plugin that has an action.
  static std::vector<std::string> instances_of(const Case& one) {
    std::vector<std::string> out;
    for (const auto& [name, action] : one.actions) {
      const std::string instance = name.substr(0, name.find('.')) + "/local";
      if (out.empty() || out.back() != instance) out.push_back(instance);
    }
    return out;
  }

  Findings findings_;
  TableReader file_;
  TestFile test_;
};
}  // namespace

Result<TestFile> read_test(const Source& source, const script::Declared& declared) {
  if (declared.kind != "test")
    return base::invalid(source.path() + ":1:1: is no test of a runbook (it returns a " + declared.kind + ")");
  return TestReader(source, declared).read();
}

}  // namespace reeve::runbook
