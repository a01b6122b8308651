#include "runbook/read.h"

#include "model/json.h"
#include "runbook/run.h"

namespace reeve::runbook {

using base::Fault;
using base::Result;
using model::Value;

Read::Read(Context& context, base::Handle run, ActionPort::Call call, Row seed)
    : context_(context), run_(run), call_(std::move(call)), row_(std::move(seed)) {}

Read::~Read() {
  if (timer_ != 0) context_.loop.cancel(timer_);
}

void Read::begin(base::Handle self) {
  handle_ = self;
  ask();
}

void Read::ask() {
  timer_ = 0;
  ++attempts_;
  const Run* run = context_.runs.find(run_);
  const uint64_t epoch = run ? run->epoch() : 0;
  context_.ports.actions->invoke(call_, step_key(run ? run->id() : "", row_.path), "", {run ? run->id() : "", epoch},
                                 context_.reads.on(handle_, &Read::on_answer));
}

void Read::on_answer(Result<Value> answer) {
  Run* run = context_.runs.find(run_);
  if (!run) return end();
  if (!answer.ok()) {
    const Fault fault = answer.error().fault;
    const bool again = fault == Fault::kTransient || fault == Fault::kThrottled || fault == Fault::kUnavailable ||
                       fault == Fault::kTimeout || fault == Fault::kUnknownOutcome;
    // A plugin that was killed is back within a second: more patience for that.
    const int most = fault == Fault::kUnavailable || fault == Fault::kUnknownOutcome ? 6 : kRetries;
    if (again && attempts_ <= most && run->may_step()) {
      timer_ = context_.loop.after(retry_delay(attempts_ - 1, answer.error(), context_.random),
                                   context_.reads.on(handle_, &Read::ask));
      return;
    }
  }
  const std::string path = row_.path;
  row_.ok = answer.ok();
  if (answer.ok()) {
    row_.value = model::to_json(*answer);
  } else {
    row_.error = answer.error();
  }
  Row row = row_;
  model::Entry entry = run->entry("step.read");
  entry.subject = call_.instance;
  entry.facts.set("instance", call_.instance).set("attempts", attempts_);
  Value body = Value::map().set("args", call_.args);
  end();
  if (path.find('?') != std::string::npos) return run->answered_poll(path, std::move(answer));
  run->answered(std::move(row), std::move(entry), std::move(body));
}

void Read::interrupt() {
  end();
}

void Read::end() {
  if (timer_ != 0) context_.loop.cancel(std::exchange(timer_, 0));
  Context& context = context_;
  context.loop.post([&context, self = handle_] { context.reads.erase(self); });
  run_ = {};
}

}  // namespace reeve::runbook
