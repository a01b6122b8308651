/// \file
/// How is something only looked at? One read of a plugin, tried again where that can help; recorded when it has an
/// answer.
///
/// Core thread; lives in Context::reads.
#pragma once

#include "runbook/context.h"
#include "runbook/journal.h"

namespace reeve::runbook {

class Read {
 public:
  /// `seed` is the row without its answer. A path inside a check ("7?1") is answered but not recorded.
  Read(Context& context, base::Handle run, ActionPort::Call call, Row seed);
  ~Read();
  void begin(base::Handle self);
  /// The run is to stop: no answer comes any more.
  void interrupt();

 private:
  void ask();
  void on_answer(base::Result<model::Value> answer);
  void end();

  Context& context_;
  base::Handle run_, handle_;
  ActionPort::Call call_;
  Row row_;
  int attempts_ = 0;
  base::Loop::Id timer_ = 0;
};

}  // namespace reeve::runbook
