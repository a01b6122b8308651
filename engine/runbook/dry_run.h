/// \file
/// What would a runbook do? Reads are real, changes are planned and written down, nothing is changed.
#pragma once

#include <functional>
#include <string>

#include "runbook/context.h"
#include "runbook/terms.h"

namespace reeve::runbook {

/// Core thread. Ends where the result of a change would be needed and the call gives no `dry_result`.
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
  void action(const script::Call& call);
  void note_change(const model::Plan& plan, const model::ActionSpec& spec);
  void answer(base::Result<model::Value> value);
  void finish(const std::string& ends);

  Context& context_;
  base::Live<DryRun>& live_;
  base::Handle handle_;
  Terms terms_;
  std::string bundle_;
  Done done_;
  script::Call call_;
  model::Value steps_ = model::Value::list(), notes_ = model::Value::list();
  model::Decision start_;
};

}  // namespace reeve::runbook
