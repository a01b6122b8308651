/// \file
/// How does one run go from a decision to its end? Its start, its script's calls, its parking, verify, clean-up, end.
///
/// Core thread. A run lives in Context::runs from the first decision about it until its end is appended. What it is
/// answered stands in its journal; what is under way stands in Step, Read and Wait objects, which come back here.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runbook/context.h"
#include "runbook/journal.h"
#include "runbook/terms.h"

namespace reeve::runbook {

/// A question to a person that a run waits for.
struct Approval {
  std::string id, path, text, who, digest;
  base::Time since, until;
  base::Boot asked;
  size_t needed = 1;            ///< persons
  std::set<std::string> given;  ///< who said yes
  base::Loop::Id timer = 0;
  base::Handle step;        ///< the step that waits for it; none: the start, or run:approve
  std::string call_digest;  ///< of run:approve
  int line = 0;
};

class Run {
 public:
  enum class Phase { kDeciding, kRunning, kVerifying, kCleaning, kEnded };

  Run(Context& context, Terms terms);
  ~Run();
  void set_handle(base::Handle handle) { handle_ = handle; }

  // --- the start (run_start.cpp) ---
  /// Asks the gate and does what it says: starts, waits, asks a person, or ends. Records the verdict when it is a new
  /// one.
  model::Decision decide();
  void on_wake();
  void look_again();

  // --- the script (run_script.cpp) ---
  void on_call(const script::Call& call);
  void on_checked(const script::Checked& checked);
  void on_script_ended(const script::Ended& ended);
  void on_lost(bool blamed, const std::string& why);
  /// A call has its answer: it is recorded, and given to the script.
  void answered(Row row, model::Entry entry, model::Value body);
  /// The answer of a call inside a check: given, not recorded.
  void answered_poll(const std::string& path, base::Result<model::Value> value);
  void ask_check(const std::string& path);
  /// Nothing is asked of the script for a while: its state may go.
  void rest();

  // --- parking (run_park.cpp) ---
  void park(const std::string& reason, const std::string& path, const std::string& text,
            model::Value body = model::Value::map());
  void unpark(const std::string& reason);
  bool is_parked() const { return !parked_.empty(); }
  bool only_waits() const;
  const std::string& parked() const { return parked_; }
  std::string ask_person(const std::string& path, const std::string& text, const std::string& who,
                         const model::Value& digested, base::Duration within, base::Handle step);
  base::Status answer_person(const std::string& id, bool yes, const std::string& by, const std::string& why);
  void on_switch();
  base::Status cancel(const std::string& by);
  base::Status settle(const std::string& path, const std::string& answer, const std::string& by);

  // --- the end (run_end.cpp) ---
  void on_alert(const model::AlertChange& change);
  void join(const Terms& other, const model::Decision& decision);
  void end(const std::string& result, const std::string& message);
  bool is_news(const model::Alert& alert) const;
  /// After a restart, until its script has come to where it was: what it is told meanwhile is kept for then.
  bool recovering() const { return recovering_; }
  void begin_recovery() { recovering_ = true; }
  void keep_for_later(Candidate candidate) { late_.push_back(std::move(candidate)); }
  /// A new alert after the act: what was done did not help.
  void not_held(const std::string& why);

  // --- after a restart (run_restore.cpp) ---
  void take(const model::Entry& entry);
  void resume();

  // --- for steps ---
  const Terms& terms() const { return terms_; }
  const std::string& id() const { return terms_.run; }
  uint64_t epoch() const { return epoch_; }
  Phase phase() const { return phase_; }
  bool cleaning() const { return phase_ == Phase::kCleaning; }
  bool may_step() const {
    return !context_.draining && parked_ != "quarantined" && (cleaning() || (!cancelling_ && !expired_));
  }
  bool changes_left() const { return changes_ < terms_.changes || cleaning(); }
  bool is_judged(const std::string& target) const;
  guard::Act act(guard::Point point) const;
  /// What the gate is to judge before this change (run_act.cpp); `plan` tells who else is in its group.
  guard::Act act(const Intent& intent, const model::Plan& plan) const;
  /// The group of what a plan names: as it tells, else of the alert's label, else the plugin instance.
  std::string group_of(const Intent& intent, const model::Plan& plan) const;
  /// Did a person say yes to a change of this target when the run was to start?
  bool is_approved(const std::string& target) const;
  bool are_judged(const std::vector<std::string>& targets) const;
  model::Entry entry(const std::string& kind) const;
  void acquire(const std::vector<std::string>& keys);
  void release(const std::vector<std::string>& keys);
  Intent* intent(const std::string& path);
  /// Its intent is durable: it counts as a change, and its targets as touched.
  void add_intent(const Intent& intent);

  model::RunRow row() const;
  model::Value approvals() const;

 private:
  // start
  void record(const model::Decision& decision);
  void wait_for_start(const model::Decision& decision);
  void start(const model::Decision& decision);
  void begin_script();
  bool alert_is_over() const;
  std::string approval_text(const std::string& reason) const;
  std::string meant_by_name(const Intent& intent) const;
  // script
  void on_new_call(const script::Call& call);
  void give_ready();
  bool is_beyond_its_script() const;
  void give(const Row& row);
  void need_script();
  void do_use(const script::Call& call);
  void do_words(const script::Call& call);
  void do_action(const script::Call& call);
  void do_wait(const script::Call& call);
  void do_approve(const script::Call& call);
  void do_poll(const script::Call& call);
  void answer_at_once(const script::Call& call, base::Result<model::Value> value, model::Value body);
  Row row_for(const script::Call& call) const;
  void diverge(const std::string& kind, const std::string& name, int line, const script::Call& call);
  // parking
  void on_expired();
  void on_rest();
  void push_deadline(base::Duration by);
  void keep_approval(Approval approval);
  void withdraw(const std::string& path, const std::string& except);
  void on_approval_late();
  void tell_asked(const Approval& approval) const;
  void tell_answered(const Approval& approval, const std::string& answer) const;
  void approval_answered(const Approval& approval, bool yes, const std::string& by, const std::string& why);
  bool stop_ongoing();
  void stop_when_quiet();
  // end
  void verify();
  void note_watching();
  void on_verified(Verified answer, std::string why);
  void on_verify_late();
  void clean_up(const std::string& result, const std::string& message);
  void clean_up_script();
  void forget();
  // restore
  void take_decision(const model::Entry& entry);
  void take_step(const model::Entry& entry);
  void take_approval(const model::Entry& entry);
  void restore_approvals();
  void resume_start();
  void on_resumed(base::Status status);
  void resume_again();
  void settle_open_intents();
  bool engine_ended(base::Boot now);
  void forgive(const std::string& reason, const std::string& path);
  void recovered();
  void on_script_result(const script::Ended& ended);
  void stand_still(const std::string& reason, const std::string& path, const std::string& text,
                   model::Value body = model::Value::map());

  struct Ongoing {
    enum class Kind { kStep, kRead, kWait, kApproval } kind;
    std::string digest;
    base::Handle handle;
  };

  Context& context_;
  Terms terms_;
  base::Handle handle_;
  Phase phase_ = Phase::kDeciding;
  std::string parked_, parked_text_;
  uint64_t epoch_ = 1;
  uint64_t started_seq_ = 0;
  base::Time created_, started_;
  base::Boot deadline_;
  base::Loop::Id deadline_timer_ = 0, wake_timer_ = 0, rest_timer_ = 0, verify_timer_ = 0;
  bool expired_ = false, cancelling_ = false;
  std::shared_ptr<const std::string> bundle_;  ///< the bytes
  std::string cleaning_result_, cleaning_message_;
  Journal journal_;
  std::map<std::string, Intent> intents_;  ///< without an outcome
  std::map<std::string, Ongoing> ongoing_;
  std::map<std::string, Approval> approvals_;
  std::map<std::string, base::Boot> waits_since_;  ///< of waits that were under way before a restart
  std::vector<model::Alert> joined_;
  int changes_ = 0;
  std::set<std::string> touched_;  ///< targets of its changes
  std::set<std::string> groups_;   ///< of its changes
  base::Time last_act_;
  std::string last_verdict_;  ///< verdict and rail as last recorded
  model::Decision decision_;
  std::string parked_id_;  ///< of the approval asked last
  bool held_ = false;      ///< verify held, the alert has not resolved yet
  base::Boot verify_until_;
  bool recovering_ = false;
  std::vector<Candidate> late_;
  std::vector<model::AlertChange> late_alerts_;
  int recoveries_ = 0;                                 ///< since the last thing that got on
  bool script_ended_ = false, script_cleans_ = false;  ///< in its present life
  int undos_ = 0;
  std::string message_;
};

}  // namespace reeve::runbook
