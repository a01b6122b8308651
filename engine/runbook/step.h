/// \file
/// How does one change happen at most as often as it should? plan, gate, intent (durable), invoke, outcome; and what is
/// done when nobody knows whether it happened.
///
/// Core thread; lives in Context::steps. One member per answer. After a restart it begins at the intent of the ledger.
#pragma once

#include <set>
#include <string>

#include "runbook/context.h"
#include "runbook/journal.h"
#include "runbook/terms.h"

namespace reeve::runbook {

class Step {
 public:
  enum class At {
    kPlan,      ///< the plugin names the targets
    kGate,      ///< the gate said defer: it is asked again
    kApproval,  ///< the gate said ask
    kIntent,    ///< waits for the intent to be durable
    kInvoke,    ///< the plugin is at work
    kProbe,     ///< the plugin is asked what became of it
    kSettle,    ///< the request may still arrive
    kBackOff,   ///< will be tried again
    kParked,    ///< refused, limit, in doubt: a person or a switch
    kDone,
  };

  /// `seed` has what the call says: path, name, digest, instance, action, args.
  Step(Context& context, base::Handle run, Intent seed, int line, base::Duration timeout);
  ~Step();
  void set_handle(base::Handle handle) { handle_ = handle; }

  void begin();
  /// Its intent stands in the ledger without an outcome.
  void resume();

  /// What stopped it may be over: the gate is asked again. Nothing happens where it does not wait for that.
  void wake();
  void approved(bool yes, const std::string& by, const std::string& why);
  /// \errors kConflict when it is not in doubt, kInvalid for another word.
  base::Status settle(const std::string& answer, const std::string& by);
  /// The run is to stop. True: nothing of it is open, it is gone. False: its answer comes.
  bool interrupt();
  At at() const { return at_; }
  bool is_intended() const { return intended_; }
  bool is_in_doubt() const { return in_doubt_; }

 private:
  Run& run() const;
  void ask_plan();
  void on_plan(base::Result<model::Plan> plan);
  void planned(model::Plan plan);
  void ask_gate();
  guard::Act act() const;
  void hold(const model::Decision& decision);
  void ask(const model::Decision& decision);
  void allowed(const model::Decision& decision);
  void intend(const model::Decision& decision);
  void on_durable(base::Status status);
  void invoke();
  void on_result(base::Result<model::Value> result);
  void doubt(const base::Error& error);
  void probe();
  void on_probe(base::Result<model::ProbeAnswer> answer);
  void not_started();
  void declare_doubt(const std::string& why);
  void back_off(const base::Error& error);
  void wait_for_plugin(const base::Error& error);
  void on_timer();
  void after(base::Duration delay, At at);
  void finish(base::Result<model::Value> result);
  ActionPort::Call call() const;
  base::Duration settle_time() const;
  bool may_repeat() const;

  Context& context_;
  base::Handle run_, handle_;
  Intent intent_;
  int line_;
  base::Duration timeout_;
  model::Plan plan_;
  std::set<std::string> asked_for_, approved_for_;  ///< targets: of the question, and of the yes to it
  At at_ = At::kPlan;
  bool intended_ = false, in_doubt_ = false, told_wait_ = false;
  int attempts_ = 0, unavailable_ = 0, probes_failed_ = 0;
  base::Boot sender_dead_{};
  base::Time begun_{};  ///< when the last attempt was handed to its plugin
  base::Boot planned_at_{};
  base::Loop::Id timer_ = 0;
  std::string last_verdict_;
  model::Decision decision_;
};

}  // namespace reeve::runbook
