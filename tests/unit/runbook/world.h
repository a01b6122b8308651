/// \file
/// How do tests run runbooks without plugins, disk or time? A world with targets that count what happens to them, a
/// ledger in memory, the real gate, a script worker in this process, and a kill -9 at any moment.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/manual_loop.h"
#include "ledger/memory_ledger.h"
#include "model/json.h"
#include "runbook/runbook.h"

namespace reeve::runbook {

/// One action of the fake plugin.
struct FakeAction {
  model::ActionSpec spec;
  /// What the world does; the value is the reply. Called when the request arrives.
  std::function<base::Result<model::Value>(const model::Value& args)> effect;
  std::function<base::Result<model::Plan>(const model::Value& args)> plan;
  std::function<base::Result<model::ProbeAnswer>(const model::Value& args, const std::string& baseline)> probe;
  base::Duration takes = base::millis(10);  ///< from request to effect, and again from effect to reply
};

/// The plugin "box": what it did outlives the engine.
class FakeActions : public ActionPort {
 public:
  explicit FakeActions(base::ManualLoop& loop) : loop_(loop) {}
  base::Result<std::string> resolve(const std::string& plugin, const std::string& target) const override;
  const model::ActionSpec* spec(const std::string& instance, const std::string& action) const override;
  std::vector<std::string> actions(const std::string& instance) const override;
  void plan(Call call, std::function<void(base::Result<model::Plan>)> done) override;
  void invoke(Call call, std::string key, std::string baseline, model::Fence fence,
              std::function<void(base::Result<model::Value>)> done) override;
  void probe(Call call, std::string key, std::string baseline,
             std::function<void(base::Result<model::ProbeAnswer>)> done) override;

  /// The engine was killed: replies go nowhere, requests that were sent arrive all the same if `arrive`.
  void forget_replies(bool arrive);

  FakeAction& add(const std::string& name, model::ActionClass cls, model::Effect effect);
  std::map<std::string, FakeAction> all;
  std::vector<std::string> instances{"box/one"};
  std::vector<std::string> log;  ///< "plan restart", "invoke restart", "effect restart", "probe restart", in order
  std::vector<std::string> keys;
  std::function<void(const std::string& what)> at;  ///< called with each line of the log before it happens

 private:
  void note(const std::string& what);
  base::ManualLoop& loop_;
  struct Sent {
    base::Loop::Id timer;
    std::function<void()> arrive;
  };
  std::map<uint64_t, Sent> sent_;
  std::map<uint64_t, base::Loop::Id> replies_;
  uint64_t next_ = 1;
};

/// The engine around the runner.
class World {
 public:
  World();
  ~World();
  /// Adds or replaces a runbook whose file is `text`. Its errors fail the test.
  void runbook(const std::string& name, const std::string& text);
  /// `body` of the usual runbook: `local box = run:use "box"` stands before it.
  void simple(const std::string& name, const std::string& body, const std::string& declaration = "");
  void start_engine();
  /// kill -9 of the engine; requests on their way arrive or not.
  void kill(bool requests_arrive = true);
  void restart() {
    kill();
    start_engine();
  }
  void advance(base::Duration by) { loop.advance(by); }
  /// kill -9 of the script worker.
  void kill_worker();

  Candidate candidate(const std::string& runbook, int alert = 1, uint64_t episode = 1);
  static model::Alert alert(int n, uint64_t episode = 1);
  Started consider(Candidate candidate);
  Started consider(const std::string& runbook) { return consider(candidate(runbook)); }
  /// The alert of a candidate changes its state.
  void alert_becomes(int n, model::AlertState state, uint64_t episode = 1);
  /// Guard's memory is folded anew from the ledger.
  std::vector<std::string> kinds() const { return memory->kinds(); }
  /// Kinds that say what happens to a run, in order, without leases.
  std::vector<std::string> story() const;
  std::vector<ledger::Stored> find(const std::string& kind) const { return memory->find(kind); }
  std::string result() const;  ///< of the last run.ended: "succeeded: message"
  std::string parked() const;  ///< reason of the only live run

  base::ManualLoop loop{base::Time{1'700'000'000'000'000}};
  std::unique_ptr<ledger::MemoryLedger> memory;
  FakeActions actions{loop};
  guard::State state;
  guard::Settings safety;
  std::map<int, bool> active;  ///< alerts by number
  std::vector<Ports::Message> told;
  std::function<base::Result<model::Value>(const std::string&)> query;
  Verified verified = Verified::kHeld;
  base::Duration verify_takes = base::seconds(10);
  std::unique_ptr<Runner> runner;
  std::unique_ptr<child::Spawner> spawner;
  std::string bundle_instead;  ///< what the ledger gives for any bundle, if set
  int workers = 0;             ///< started so far

 private:
  class Killable;
  class Shelf;
  class Seen;
  Ports ports();
  std::shared_ptr<Shelf> library_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::shared_ptr<bool> alive_;
  child::Process* worker_ = nullptr;
};

}  // namespace reeve::runbook
