#include "runbook/wait.h"

#include <algorithm>
#include <cmath>

#include "model/json.h"
#include "runbook/run.h"

namespace reeve::runbook {

using base::Error;
using base::Fault;
using base::Result;
using model::Value;

namespace {
/// Below this the script's state is kept between two questions.
constexpr base::Duration kKeepForQuery = base::seconds(1), kKeepForCheck = base::seconds(10);
constexpr base::Duration kLeastEvery = base::millis(100);

/// A vector with an element, a number that is neither 0 nor NaN, true.
bool is_met(const Value& value) {
  if (value.is_list()) return !value.as_list().empty();
  if (value.is_number()) return value.as_double() != 0 && !std::isnan(value.as_double());
  if (value.is_bool()) return value.as_bool();
  return !value.is_null();
}

/// What a script calls true: everything but false and nil.
bool is_true(const Value& value) {
  return !value.is_null() && !(value.is_bool() && !value.as_bool());
}
}  // namespace

Result<Wait::Terms> Wait::read(const Value& args) {
  Terms terms;
  terms.expr = args["expr"].as_string();
  if (terms.expr.empty() && !args["check"].as_bool()) return base::invalid("run:wait: expr is a text of PromQL");
  const auto duration = [&args](const char* key, base::Duration& into) -> base::Status {
    if (args[key].is_null()) return {};
    REEVE_TRY(into, duration_of(args[key], std::string("run:wait: ") + key));
    return {};
  };
  REEVE_CHECK(duration("every", terms.every));
  REEVE_CHECK(duration("hold", terms.hold));
  REEVE_CHECK(duration("timeout", terms.timeout));
  terms.every = std::max(terms.every, kLeastEvery);
  if (!args["absent"].is_null()) terms.absent = args["absent"].text();
  if (terms.absent != "wait" && terms.absent != "met" && terms.absent != "fail")
    return base::invalid("run:wait: absent is \"wait\", \"met\" or \"fail\"");
  if (!args["on_timeout"].is_null()) terms.on_timeout = args["on_timeout"].text();
  if (terms.on_timeout != "fail" && terms.on_timeout != "continue" && terms.on_timeout != "escalate")
    return base::invalid("run:wait: on_timeout is \"fail\", \"continue\" or \"escalate\"");
  return terms;
}

Wait::Wait(Context& context, base::Handle run, Row seed, Terms terms, base::Boot since)
    : context_(context), run_(run), row_(std::move(seed)), terms_(std::move(terms)), since_(since) {}

Wait::~Wait() {
  end();
}

void Wait::begin(base::Handle self) {
  handle_ = self;
  const base::Duration left = std::max(base::Duration{}, since_ + terms_.timeout - context_.now());
  late_ = context_.loop.after(left, context_.waits.on(handle_, &Wait::on_late));
  ask();
}

void Wait::ask() {
  timer_ = 0;
  Run* run = context_.runs.find(run_);
  if (!run || over_) return;
  if (!terms_.expr.empty()) {
    ++asked_;
    return context_.ports.query(terms_.expr, context_.waits.on(handle_, &Wait::on_query));
  }
  wants_script_ = true;
  run->ask_check(row_.path);
}

void Wait::arrived() {
  waiting_for_check_ = false;
  attach();
}

// The check lives in the script, which may have been put away meanwhile and is replayed up to here.
void Wait::attach() {
  if (!wants_script_ || waiting_for_check_ || over_) return;
  waiting_for_check_ = true;
  ++asked_;
  context_.scripts->check(context_.runs.find(run_)->id(), row_.path, context_.wall());
}

void Wait::on_checked(const script::Checked& checked) {
  if (over_ || !waiting_for_check_) return;
  waiting_for_check_ = wants_script_ = false;
  if (checked.ok) return judge(is_true(checked.value), checked.value);
  const Fault fault = checked.error.fault;
  const bool later = fault == Fault::kTransient || fault == Fault::kThrottled || fault == Fault::kTimeout ||
                     fault == Fault::kUnavailable || fault == Fault::kUnknownOutcome;
  if (!later) return finish(checked.error);
  judge(false, {});
}

void Wait::on_query(Result<Value> answer) {
  if (over_) return;
  if (!answer.ok()) {
    if (answer.error().fault == Fault::kInvalid) return finish(answer.error());
    return judge(false, {});
  }
  if (answer->is_list() && answer->as_list().empty()) {
    if (terms_.absent == "fail")
      return finish(Error{Fault::kNotFound, row_.name + ": there is no data for " + terms_.expr});
    return judge(terms_.absent == "met", {});
  }
  judge(is_met(*answer), *answer);
}

void Wait::judge(bool met, Value value) {
  const base::Boot now = context_.now();
  if (!met) met_since_.reset();
  if (met && !met_since_) met_since_ = now;
  if (met && now - *met_since_ >= terms_.hold) return finish(std::move(value));
  again();
}

void Wait::again() {
  Run* run = context_.runs.find(run_);
  if (!run) return;
  // Anew when another branch's answer has ended the parking: a run that only waits is seen as such.
  if (!std::exchange(noted_, true) || (!run->is_parked() && run->only_waits())) run->park("wait", row_.path, row_.name);
  base::Duration delay = terms_.every;
  if (met_since_) delay = std::min(delay, std::max(base::millis(1), *met_since_ + terms_.hold - context_.now()));
  timer_ = context_.loop.after(delay, context_.waits.on(handle_, &Wait::ask));
  if (delay >= (terms_.expr.empty() ? kKeepForCheck : kKeepForQuery)) run->rest();
}

void Wait::on_late() {
  late_ = 0;
  const std::string text = row_.name + ": not met within " + base::format_duration(terms_.timeout);
  if (terms_.on_timeout == "continue") return finish(Value(false));
  finish(Error{Fault::kTimeout, text});  // the script escalates or fails
}

void Wait::finish(Result<Value> result) {
  Run* run = context_.runs.find(run_);
  if (over_ || !run) return end();
  row_.ok = result.ok();
  if (result.ok()) {
    row_.value = model::to_json(*result);
  } else {
    row_.error = result.error();
  }
  Row row = row_;
  model::Entry entry = run->entry("step.read");
  entry.facts.set("asked", asked_);
  end();
  Context& context = context_;
  context.loop.post([&context, self = handle_] { context.waits.erase(self); });
  run->answered(std::move(row), std::move(entry), Value::map());
}

void Wait::interrupt() {
  end();
  Context& context = context_;
  context.loop.post([&context, self = handle_] { context.waits.erase(self); });
}

void Wait::end() {
  over_ = true;
  for (base::Loop::Id* timer : {&timer_, &late_})
    if (*timer != 0) context_.loop.cancel(std::exchange(*timer, 0));
}

}  // namespace reeve::runbook
