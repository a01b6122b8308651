/// \file
/// Who starts runs, and who hears of everything that concerns them? The front door's implementation.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>

#include "runbook/context.h"
#include "runbook/dry_run.h"
#include "runbook/run.h"

namespace reeve::runbook {

class RunnerImpl : public Runner, public script::Listener {
 public:
  RunnerImpl(Ports ports, ledger::Ledger& ledger, child::Spawner& spawner, base::Loop& loop, base::Random& random);
  ~RunnerImpl() override;

  void use(std::shared_ptr<const Library> library) override { context_.library = std::move(library); }
  base::Result<Started> consider(Candidate candidate) override;
  void dry_run(Candidate candidate, std::function<void(base::Result<model::Value>)> done) override;
  base::Status restore(ledger::Reader& reader) override;
  base::Status approve(const std::string& id, const std::string& who) override;
  base::Status deny(const std::string& id, const std::string& who, const std::string& why) override;
  base::Status cancel(const std::string& run, const std::string& who) override;
  base::Status settle(const std::string& run, const std::string& path, const std::string& answer,
                      const std::string& who) override;
  void on_alert(const model::AlertChange& change) override;
  void on_switch() override;
  std::string cause_of(const std::string& event_type, const std::string& target, base::Time at) override;
  bool disturbs(const std::string& target) const override;
  std::vector<model::RunRow> runs() const override;
  model::Value approvals() const override;
  void drain(base::Duration deadline, std::function<void()> done) override;

  void on_call(const script::Call& call) override;
  void on_checked(const script::Checked& checked) override;
  void on_ended(const script::Ended& ended) override;
  void on_lost(const std::string& run, bool blamed, const std::string& why) override;

 private:
  /// (response, rule id, alert key): of each the last episode that was decided on.
  using DecisionKey = std::tuple<std::string, std::string, std::string>;
  struct Decided {
    uint64_t episode = 0;
    Started started;
  };
  static DecisionKey key_of(const Candidate& candidate);
  const Started* decided(const Candidate& candidate) const;
  void remember(const Candidate& candidate, const Started& started);
  base::Result<Started> refuse(const Candidate& candidate, const Runbook* runbook, const base::Error& error);
  Run* joinable(const Terms& terms);
  base::Handle add(std::unique_ptr<Run> run);
  Run* find_run(const std::string& id) const;
  base::Result<std::set<std::string>> restore_runs(ledger::Reader& reader);
  base::Status restore_run(ledger::Reader& reader, const model::Value& row);
  base::Result<bool> give_up(ledger::Reader& reader, const model::Value& row, const base::Error& why);
  base::Status restore_decisions(ledger::Reader& reader, const std::set<std::string>& undecided);
  base::Status restore_effects(ledger::Reader& reader);
  void on_drain_late();

  Ports ports_;
  Context context_;
  std::unique_ptr<script::Pool> scripts_;
  std::map<DecisionKey, Decided> decided_;
  base::Live<DryRun> dry_runs_;
  std::map<std::string, base::Handle> dry_by_run_;
  base::Loop::Id drain_timer_ = 0;
};

}  // namespace reeve::runbook
