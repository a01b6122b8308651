/// \file
/// How long does a run wait for a condition? One row however often it is asked; survives a restart.
///
/// Core thread; lives in Context::waits. The condition is PromQL on fresh data, or the script's `check`.
#pragma once

#include <optional>

#include "runbook/context.h"
#include "runbook/journal.h"

namespace reeve::runbook {

class Wait {
 public:
  struct Terms {
    std::string expr;  ///< empty: the script's check
    base::Duration every = base::seconds(5), hold, timeout = base::minutes(10);
    std::string absent = "wait";      ///< an empty answer of expr: "wait", "met", "fail"
    std::string on_timeout = "fail";  ///< "fail", "continue", "escalate"
  };
  /// \errors kInvalid naming the key.
  static base::Result<Terms> read(const model::Value& args);

  /// `since` is when it began, before a restart perhaps.
  Wait(Context& context, base::Handle run, Row seed, Terms terms, base::Boot since);
  ~Wait();
  void begin(base::Handle self);
  /// The script has come to this wait, perhaps in a new life: what its last one was asked is not answered any more.
  void arrived();
  /// The script is here and can be asked.
  void attach();
  void on_checked(const script::Checked& checked);
  void interrupt();
  base::Boot since() const { return since_; }
  bool is_noted() const { return noted_; }

 private:
  void ask();
  void on_query(base::Result<model::Value> answer);
  void judge(bool met, model::Value value);
  void again();
  void on_late();
  void finish(base::Result<model::Value> result);
  void end();

  Context& context_;
  base::Handle run_, handle_;
  Row row_;
  Terms terms_;
  base::Boot since_;
  std::optional<base::Boot> met_since_;
  base::Loop::Id timer_ = 0, late_ = 0;
  int asked_ = 0;
  bool wants_script_ = false, waiting_for_check_ = false, noted_ = false, over_ = false;
};

}  // namespace reeve::runbook
