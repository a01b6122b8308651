/// \file
/// What would a runbook do? Reads are real, changes are planned and written down, nothing is changed.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "runbook/context.h"
#include "runbook/terms.h"

namespace reeve::runbook {

/// Core thread. Ends where the result of a change would be needed and the call gives no `dry_result`. The plan's
/// `result` says how: "done", "failed", "escalated", "limit", as the script's own end, or "open" for what is not known
/// before it is done.
class DryRun {
 public:
  using Done = std::function<void(base::Result<model::Value>)>;
  DryRun(Context& context, base::Live<DryRun>& live, Terms terms, std::string bundle, Done done);
  void begin(base::Handle self);
  void on_call(const script::Call& call);
  void on_ended(const script::Ended& ended);
  void on_lost(const std::string& why);

 private:
  void on_read(base::Result<model::Value> value);
  void on_query(base::Result<model::Value> value);
  void on_plan(base::Result<model::Plan> plan);
  void go_on();
  void ask(const script::Call& call);
  void use(const script::Call& call);
  void action(const script::Call& call);
  void note_change(const model::Plan& plan, const model::ActionSpec& spec);
  void answer(base::Result<model::Value> value);
  void finish(const std::string& result, const std::string& ends);

  Context& context_;
  base::Live<DryRun>& live_;
  base::Handle handle_;
  Terms terms_;
  std::string bundle_;
  Done done_;
  std::deque<script::Call> calls_;  ///< of branches, one after the other
  script::Call call_;               ///< the one that is being answered
  size_t asked_ = 0;
  bool waits_ = false, going_ = false;
  model::Value steps_ = model::Value::list(), notes_ = model::Value::list();
  model::Decision start_;
};

}  // namespace reeve::runbook
