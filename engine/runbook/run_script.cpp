// What the script asks, and its answers: recorded ones again, new ones through plugins, queries and people.
#include <algorithm>

#include "model/json.h"
#include "runbook/arguments.h"
#include "runbook/read.h"
#include "runbook/run.h"
#include "runbook/step.h"
#include "runbook/wait.h"

namespace reeve::runbook {

using base::Error;
using base::Fault;
using base::Result;
using model::Value;

namespace {
constexpr size_t kMostRows = 10'000, kManyRows = 2'000;

std::string call_text(const std::string& kind, const std::string& name, const Value& args) {
  return (kind == "action" ? name : kind + " " + name) + " " + model::to_json(args).substr(0, 500);
}
}  // namespace

void Run::begin_script() {
  if (!bundle_) {
    auto stored = context_.ports.blob ? context_.ports.blob(hash_of(terms_.bundle)) : Result<std::string>(Error{});
    if (!stored.ok()) {
      parked_.clear();
      park("diverged", "", "the bundle " + terms_.bundle + " cannot be read: " + stored.error().text);
      return recovered();
    }
    bundle_ = std::make_shared<const std::string>(std::move(*stored));
  }
  journal_.replay();
  script::Start start;
  start.run = terms_.run;
  start.bundle = *bundle_;
  start.params = terms_.params;
  if (terms_.alert) start.alert = terms_.alert->to_value();
  start.level = terms_.level;
  start.now = started_;
  script_ended_ = script_cleans_ = false;
  context_.scripts->start(std::move(start));
}

void Run::need_script() {
  if (!context_.scripts->has(terms_.run) && phase_ != Phase::kEnded) begin_script();
}

void Run::rest() {
  if (!context_.scripts->has(terms_.run) || !journal_.caught_up()) return;
  context_.scripts->drop(terms_.run);
  journal_.let_go_of_blobs();
}

// ---- calls ---------------------------------------------------------------------------------------------------------

void Run::on_call(const script::Call& call) {
  if (call.path.find('?') != std::string::npos) return do_poll(call);
  const std::string digest = digest_of(call.kind, call.name, call.args);
  journal_.ask(call.path);
  if (const Row* row = journal_.find(call.path)) {
    if (row->digest != digest) return diverge(row->kind, row->name, row->line, call);
    return give_ready();
  }
  if (const auto found = ongoing_.find(call.path); found != ongoing_.end()) {
    if (found->second.digest != digest) return diverge("", "", 0, call);
    if (found->second.kind == Ongoing::Kind::kWait)
      if (Wait* wait = context_.waits.find(found->second.handle)) wait->arrived();
    return recovered();
  }
  on_new_call(call);
  recovered();
}

void Run::give_ready() {
  while (const Row* row = journal_.next_ready()) give(*row);
}

void Run::give(const Row& row) {
  if (!row.ok) return context_.scripts->answer(terms_.run, row.path, row.error, row.now);
  std::string text = row.value;
  if (text.empty() && !row.blob.empty()) {
    auto stored = context_.ports.blob(hash_of(row.blob));
    if (!stored.ok()) return park("diverged", row.path, "a recorded value cannot be read: " + stored.error().text);
    text = std::move(*stored);
  }
  // Through its text, live as in a replay: what the script sees is what the ledger holds.
  auto value = model::parse_json(text);
  context_.scripts->answer(terms_.run, row.path, value.ok() ? std::move(*value) : Value(), row.now);
}

// The first call without a record is live.
void Run::on_new_call(const script::Call& call) {
  if (phase_ == Phase::kCleaning && !base::starts_with(call.path, "cleanup/")) return clean_up_script();
  if (intent(call.path)) return do_action(call);  // it began: it owes an outcome, whatever is to end
  if (context_.draining) return;                  // the next engine goes on here
  if (cancelling_ && phase_ == Phase::kRunning) return stop_when_quiet();
  if (expired_ && phase_ == Phase::kRunning)
    return stand_still("deadline", call.path,
                       "the deadline of " + base::format_duration(terms_.deadline) + " has passed");
  if (journal_.rows().size() >= kMostRows)
    return stand_still("limit", call.path, "more than 10,000 journal rows: end the run and start another");
  if (journal_.rows().size() == kManyRows) base::log_warn("a run has many journal rows", {{"run", terms_.run}});
  if (call.kind == "action") return do_action(call);
  if (call.kind == "use") return do_use(call);
  if (call.kind == "wait") return do_wait(call);
  if (call.kind == "approve") return do_approve(call);
  do_words(call);
}

Row Run::row_for(const script::Call& call) const {
  Row row;
  row.path = call.path;
  row.kind = call.kind;
  row.name = call.name;
  row.line = call.line;
  row.digest = digest_of(call.kind, call.name, call.args);
  return row;
}

void Run::answer_at_once(const script::Call& call, Result<Value> value, Value body) {
  Row row = row_for(call);
  row.ok = value.ok();
  if (value.ok()) {
    row.value = model::to_json(*value);
  } else {
    row.error = value.error();
  }
  answered(std::move(row), entry("step.read"), std::move(body));
}

void Run::do_use(const script::Call& call) {
  const auto instance = context_.ports.actions->resolve(call.name, call.args["target"].as_string());
  if (!instance.ok()) return answer_at_once(call, instance.error(), Value::map());
  Value found = Value::map().set("instance", *instance);
  const std::vector<std::string> actions = context_.ports.actions->actions(*instance);
  if (!actions.empty()) found.set("actions", list_of(actions));
  answer_at_once(call, std::move(found), Value::map());
}

/// note, attach, table: what the operator reads. The text and its values are the body.
void Run::do_words(const script::Call& call) {
  Value body = Value::map().set(call.kind == "note" ? "text" : "name", call.name);
  const std::string values = model::to_json(call.args);
  if (values.size() > kInlineLimit) {
    body.set("blob", base::hex(context_.ledger.put_blob(values))).set("head", values.substr(0, 2048));
  } else {
    for (const auto& [key, value] : call.args.as_map()) body.set(key, value);
  }
  answer_at_once(call, Value(), std::move(body));
}

void Run::do_action(const script::Call& call) {
  const std::string instance = call.args["instance"].as_string();
  const std::string verb = call.name.substr(call.name.find('.') + 1);
  const model::ActionSpec* spec = context_.ports.actions->spec(instance, verb);
  Intent* open = intent(call.path);
  if (!spec && !open) {
    const std::string near = base::did_you_mean(verb, context_.ports.actions->actions(instance));
    return answer_at_once(call,
                          Error{Fault::kNotFound, instance + " has no action \"" + verb + "\"" +
                                                      (near.empty() ? "" : " (did you mean \"" + near + "\"?)")},
                          Value::map().set("args", call.args["args"]));
  }
  // What began is not judged again: its arguments stand in its intent.
  auto read = read_arguments(call, open ? nullptr : spec);
  if (!read.ok()) return answer_at_once(call, read.error(), Value::map().set("args", call.args));
  auto& [args, timeout] = *read;
  if (spec && spec->effect == model::Effect::kRead && !open) {
    const base::Handle handle = context_.reads.add(std::make_unique<Read>(
        context_, handle_, ActionPort::Call{instance, verb, std::move(args), timeout}, row_for(call)));
    ongoing_[call.path] = {Ongoing::Kind::kRead, digest_of(call.kind, call.name, call.args), handle};
    return context_.reads.find(handle)->begin(handle);
  }
  Intent seed;
  if (open) {
    if (open->digest != digest_of(call.kind, call.name, call.args)) return diverge("action", open->name, 0, call);
    seed = *open;
  } else {
    seed.path = call.path;
    seed.name = call.name;
    seed.digest = digest_of(call.kind, call.name, call.args);
    seed.instance = instance;
    seed.action = verb;
    seed.args = std::move(args);
    seed.key = step_key(terms_.run, call.path);
  }
  const base::Handle handle =
      context_.steps.add(std::make_unique<Step>(context_, handle_, std::move(seed), call.line, timeout));
  ongoing_[call.path] = {Ongoing::Kind::kStep, digest_of(call.kind, call.name, call.args), handle};
  Step* step = context_.steps.find(handle);
  step->set_handle(handle);
  open ? step->resume() : step->begin();
}

void Run::do_wait(const script::Call& call) {
  auto terms = Wait::read(call.args);
  if (!terms.ok()) return answer_at_once(call, terms.error(), Value::map().set("args", call.args));
  const auto before = waits_since_.find(call.path);
  const base::Boot since = before == waits_since_.end() ? context_.now() : before->second;
  const base::Handle handle =
      context_.waits.add(std::make_unique<Wait>(context_, handle_, row_for(call), std::move(*terms), since));
  ongoing_[call.path] = {Ongoing::Kind::kWait, digest_of(call.kind, call.name, call.args), handle};
  context_.waits.find(handle)->begin(handle);
}

void Run::ask_check(const std::string& path) {
  // The script is here and waits at this path, or it is replayed and will come to it.
  if (context_.scripts->has(terms_.run)) {
    const auto found = ongoing_.find(path);
    Wait* wait = found == ongoing_.end() ? nullptr : context_.waits.find(found->second.handle);
    if (wait && journal_.caught_up()) wait->arrived();
    return;
  }
  begin_script();
}

void Run::on_checked(const script::Checked& checked) {
  const auto found = ongoing_.find(checked.path);
  if (found == ongoing_.end()) return;
  if (Wait* wait = context_.waits.find(found->second.handle)) wait->on_checked(checked);
}

// A call inside a check: a read, answered and not recorded.
void Run::do_poll(const script::Call& call) {
  const std::string instance = call.args["instance"].as_string();
  const std::string verb = call.name.substr(call.name.find('.') + 1);
  const model::ActionSpec* spec = call.kind == "action" ? context_.ports.actions->spec(instance, verb) : nullptr;
  if (!spec || spec->effect != model::Effect::kRead)
    return answered_poll(call.path, base::invalid(call.name + ": a check only reads"));
  auto read = read_arguments(call, spec);
  if (!read.ok()) return answered_poll(call.path, read.error());
  auto& [args, timeout] = *read;
  const base::Handle handle = context_.reads.add(std::make_unique<Read>(
      context_, handle_, ActionPort::Call{instance, verb, std::move(args), timeout}, row_for(call)));
  context_.reads.find(handle)->begin(handle);
}

void Run::answered_poll(const std::string& path, Result<Value> value) {
  context_.scripts->answer(terms_.run, path, std::move(value), context_.wall());
}

// ---- answers -------------------------------------------------------------------------------------------------------

void Run::answered(Row row, model::Entry entry, Value body) {
  if (phase_ == Phase::kEnded) return;
  row.now = context_.wall();
  if (entry.kind == "step.outcome") last_act_ = row.now;
  entry.at = row.now;
  describe(row, entry, context_.ledger, std::move(body));
  if (row.value.size() > kInlineLimit) row.blob = entry.facts["blob"].as_string();
  entry.facts.set("n", journal_.rows().size() + 1).set("cleaning", cleaning());
  const bool once = entry.facts["class"].as_string() == "once";
  if (once) {
    context_.ledger.append(std::move(entry), [](const base::Status&) {});  // wakes the writer: it cannot be asked again
  } else {
    context_.ledger.append(std::move(entry));
  }
  ongoing_.erase(row.path);
  intents_.erase(row.path);
  waits_since_.erase(row.path);
  recoveries_ = 0;
  if (parked_ == "wait" || parked_ == "plugin_gone") parked_.clear();
  journal_.add(std::move(row));
  if (is_beyond_its_script()) return;
  if (context_.scripts->has(terms_.run)) {
    give_ready();
  } else {
    need_script();
  }
  if (cancelling_ && phase_ == Phase::kRunning) stop_when_quiet();
}

/// Nothing is asked of its script any more, whatever answer comes: only a person ends it.
bool Run::is_beyond_its_script() const {
  return parked_ == "diverged" || parked_ == "quarantined";
}

// ---- what goes wrong with the script -------------------------------------------------------------------------------

void Run::diverge(const std::string& kind, const std::string& name, int line, const script::Call& call) {
  Value body = Value::map();
  const std::string produced = call_text(call.kind, call.name, call.args);
  const std::string recorded = kind.empty() ? "another call" : (kind == "action" ? name : kind + " " + name);
  body.set("recorded", Value::map().set("kind", kind).set("name", name).set("line", line));
  body.set("produced",
           Value::map().set("kind", call.kind).set("name", call.name).set("args", call.args).set("line", call.line));
  stand_still("diverged", call.path,
              "at " + call.path + " the journal holds " + recorded + ", the script asks " + produced + " (line " +
                  std::to_string(call.line) + ")",
              std::move(body));
}

void Run::on_lost(bool blamed, const std::string& why) {
  if (phase_ == Phase::kEnded || phase_ == Phase::kDeciding) return;
  if (blamed) {
    ++recoveries_;
    model::Entry entry = this->entry("run.resumed");
    entry.facts.set("epoch", epoch_).set("recovery", true).set("cause", "worker").set("cleaning", cleaning());
    entry.body = model::to_json(Value::map().set("why", why));
    context_.ledger.append(std::move(entry));
    if (recoveries_ >= 3)
      return stand_still("quarantined", "", "three times the script worker died with this run: " + why);
  }
  if (phase_ == Phase::kVerifying) return;  // its state is needed only for an undo, and then it is replayed
  begin_script();
}

}  // namespace reeve::runbook
