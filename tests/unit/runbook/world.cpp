#include "unit/runbook/world.h"

#include "runbook/bundle.h"
#include "script/worker/core.h"

namespace reeve::runbook {

using base::Result;
using model::Value;

// ---- the plugin ----------------------------------------------------------------------------------------------------

Result<std::string> FakeActions::resolve(const std::string& plugin, const std::string& target) const {
  std::vector<std::string> found;
  for (const std::string& instance : instances)
    if (instance.substr(0, instance.find('/')) == plugin && (target.empty() || instance == plugin + "/" + target))
      found.push_back(instance);
  if (found.empty()) return base::Error{base::Fault::kNotFound, "no instance of plugin " + plugin};
  if (found.size() > 1) return base::invalid("plugin " + plugin + " has several instances: name one");
  return found[0];
}

const model::ActionSpec* FakeActions::spec(const std::string&, const std::string& action) const {
  const auto found = all.find(action);
  return found == all.end() ? nullptr : &found->second.spec;
}

std::vector<std::string> FakeActions::actions(const std::string&) const {
  std::vector<std::string> names;
  for (const auto& [name, action] : all) names.push_back(name);
  return names;
}

FakeAction& FakeActions::add(const std::string& name, model::ActionClass cls, model::Effect effect) {
  FakeAction& action = all[name];
  action.spec.name = name;
  action.spec.cls = cls;
  action.spec.effect = effect;
  action.spec.arguments = {{"id", "string", false, ""}};
  if (effect != model::Effect::kRead) {
    action.spec.has_plan = true;
    action.plan = [name](const Value& args) -> Result<model::Plan> {
      model::Plan plan;
      plan.targets = {"box/one/" + (args["id"].is_null() ? std::string("a") : args["id"].text())};
      plan.preview = name + " " + plan.targets[0];
      return plan;
    };
  }
  return action;
}

void FakeActions::note(const std::string& what) {
  if (at) at(what);
  log.push_back(what);
}

void FakeActions::plan(Call call, std::function<void(Result<model::Plan>)> done) {
  note("plan " + call.action);
  Result<model::Plan> plan = all[call.action].plan(call.args);
  const uint64_t id = next_++;
  replies_[id] = loop_.after(base::millis(1), [this, id, done = std::move(done), plan = std::move(plan)] {
    replies_.erase(id);
    done(plan);
  });
}

void FakeActions::invoke(Call call, std::string key, std::string, model::Fence,
                         std::function<void(Result<Value>)> done) {
  note("invoke " + call.action);
  keys.push_back(key);
  const uint64_t id = next_++;
  const base::Duration takes = all[call.action].takes;
  auto answer = std::make_shared<Result<Value>>(Value());
  Sent sent;
  sent.arrive = [this, call, answer] {
    note("effect " + call.action);
    *answer = all[call.action].effect ? all[call.action].effect(call.args) : Result<Value>(Value::map());
  };
  sent.timer = loop_.after(takes, [this, id] {
    const auto arrive = sent_[id].arrive;
    sent_.erase(id);
    arrive();
  });
  sent_[id] = sent;
  replies_[id] = loop_.after(takes * 2, [this, id, answer, done = std::move(done)] {
    replies_.erase(id);
    done(*answer);
  });
}

void FakeActions::probe(Call call, std::string, std::string baseline,
                        std::function<void(Result<model::ProbeAnswer>)> done) {
  note("probe " + call.action);
  Result<model::ProbeAnswer> answer = all[call.action].probe ? all[call.action].probe(call.args, baseline)
                                                             : Result<model::ProbeAnswer>(model::ProbeAnswer::kUnknown);
  const uint64_t id = next_++;
  replies_[id] = loop_.after(base::millis(1), [this, id, answer, done = std::move(done)] {
    replies_.erase(id);
    done(answer);
  });
}

void FakeActions::forget_replies(bool arrive) {
  for (const auto& [id, timer] : replies_) loop_.cancel(timer);
  replies_.clear();
  if (arrive) return;
  for (const auto& [id, sent] : sent_) loop_.cancel(sent.timer);
  sent_.clear();
}

// ---- the engine ----------------------------------------------------------------------------------------------------

class World::Shelf : public Library {
 public:
  const Runbook* find(const std::string& name) const override {
    const auto found = books.find(name);
    return found == books.end() ? nullptr : &found->second;
  }
  std::vector<const Runbook*> all() const override {
    std::vector<const Runbook*> out;
    for (const auto& [name, book] : books) out.push_back(&book);
    return out;
  }
  std::map<std::string, Runbook> books;
};

/// The worker of this process, remembered so that it can be killed.
class World::Killable : public child::Spawner {
 public:
  explicit Killable(World& world) : world_(world), inner_(script::make_in_process_spawner(world.loop)) {}
  base::Result<std::unique_ptr<child::Process>> spawn(child::Command command, child::Callbacks callbacks) override {
    auto made = inner_->spawn(std::move(command), std::move(callbacks));
    world_.worker_ = made.ok() ? made->get() : nullptr;
    ++world_.workers;
    return made;
  }
  const std::string& child_program() const override { return inner_->child_program(); }

 private:
  World& world_;
  std::unique_ptr<child::Spawner> inner_;
};

void World::kill_worker() {
  if (worker_) std::exchange(worker_, nullptr)->signal(9);
  loop.run();
}

/// What app's Recorder is: the gate's memory sees each entry as it is appended.
class World::Seen : public ledger::Ledger {
 public:
  explicit Seen(World& world) : world_(world) {}
  uint64_t append(model::Entry entry) override {
    world_.state.apply(entry, world_.loop.clock().boot());
    return world_.memory->append(std::move(entry));
  }
  uint64_t append(model::Entry entry, ledger::OnDurable done) override {
    world_.state.apply(entry, world_.loop.clock().boot());
    return world_.memory->append(std::move(entry), std::move(done));
  }
  void flush(ledger::OnDurable done) override { world_.memory->flush(std::move(done)); }
  base::Hash put_blob(std::string bytes) override { return world_.memory->put_blob(std::move(bytes)); }
  uint64_t redact(uint64_t seq, const std::string& actor, const std::string& reason, ledger::OnDurable done) override {
    return world_.memory->redact(seq, actor, reason, std::move(done));
  }
  void rotate(const std::string& actor, ledger::OnDurable done) override {
    world_.memory->rotate(actor, std::move(done));
  }
  bool writable() const override { return world_.memory->writable(); }
  ledger::Head head() const override { return world_.memory->head(); }
  ledger::Counters counters() const override { return world_.memory->counters(); }

 private:
  World& world_;
};

World::World() : library_(std::make_shared<Shelf>()) {
  ledger::Settings settings;
  settings.tables = tables();
  settings.projects = {project};
  memory = std::make_unique<ledger::MemoryLedger>(loop, settings);
  ledger_ = std::make_unique<Seen>(*this);
  safety.reason = "test";
  safety.cool_down = base::millis(1);
  safety.concurrency = 100;
  safety.rate = 1000;
  start_engine();
}

World::~World() {
  *alive_ = false;
}

void World::runbook(const std::string& name, const std::string& text) {
  script::Bundle bundle;
  bundle.main = name + ".lua";
  bundle.files = {{bundle.main, text}};
  const Value declared = script::declare_bundle(bundle, {});
  ASSERT_TRUE(declared["errors"].as_list().empty()) << model::to_json(declared["errors"]);
  auto read = read_runbook({name, "runbooks"}, bundle, {"runbook", declared["table"], declared["places"]});
  ASSERT_TRUE(read.ok()) << read.error().text;
  library_->books.insert_or_assign(name, std::move(*read));
}

void World::simple(const std::string& name, const std::string& body, const std::string& declaration) {
  runbook(name, "return runbook { title = \"t\", " + declaration +
                    " }, function(run, a)\n  local box = run:use \"box\"\n" + body + "\nend\n");
}

void World::start_engine() {
  alive_ = std::make_shared<bool>(true);
  spawner = std::make_unique<Killable>(*this);
  state = {};
  for (const ledger::Stored& entry : memory->durable())
    state.apply(entry, loop.clock().boot() - (loop.clock().wall() - entry.at));
  runner = make_runner(ports(), *ledger_, *spawner, loop, base::system_random());
  runner->use(library_);
  const auto reader = memory->reader();
  const base::Status restored = runner->restore(*reader);
  EXPECT_TRUE(restored.ok());
}

void World::kill(bool requests_arrive) {
  *alive_ = false;
  actions.forget_replies(requests_arrive);
  memory->crash();
  runner.reset();
  spawner.reset();
  loop.stop();
}

Ports World::ports() {
  Ports ports;
  const auto alive = alive_;
  ports.actions = &actions;
  ports.gate = [this](const guard::Act& act, const guard::Settings& of_runbook) {
    return guard::gate(state, act, safety.under(of_runbook), loop.clock().boot());
  };
  ports.query = [this, alive](const std::string& expr, std::function<void(Result<Value>)> done) {
    auto answer = query ? query(expr) : Result<Value>(Value::list());
    loop.after(base::millis(1), [alive, answer, done = std::move(done)] {
      if (*alive) done(answer);
    });
  };
  const auto number = [](const model::Alert& alert) { return std::stoi(std::string(alert.labels.get("n"))); };
  ports.alert_active = [this, number](const model::Alert& alert) { return active[number(alert)]; };
  ports.data_age = [](const model::Alert&) { return base::seconds(1); };
  ports.settings = [this] { return safety; };
  ports.verify = [this, alive](const model::Alert&, base::Time, base::Duration, base::Duration,
                               std::function<void(Verified, std::string)> done) {
    loop.after(verify_takes, [this, alive, done = std::move(done)] {
      if (*alive) done(verified, verified == Verified::kHeld ? "" : "still there");
    });
  };
  ports.tell = [this](const Ports::Message& message) { told.push_back(message); };
  ports.blob = [this](const base::Hash& hash) -> Result<std::string> {
    auto stored = memory->reader()->blob(hash);
    if (stored.ok() && !bundle_instead.empty() && script::Bundle::from_bytes(*stored).ok()) return bundle_instead;
    return stored;
  };
  return ports;
}

model::Alert World::alert(int n, uint64_t episode) {
  model::Alert alert;
  alert.rule_id = "rules/box.yaml/box/Down/1";
  alert.labels = model::Labels({{"alertname", "Down"}, {"n", std::to_string(n)}});
  alert.key = alert.labels.key();
  alert.state = model::AlertState::kFiring;
  alert.episode = episode;
  alert.correlation[0] = static_cast<uint8_t>(n);
  alert.correlation[1] = static_cast<uint8_t>(episode);
  alert.target = "box/one/a";
  alert.active_at = base::Time{1'700'000'000'000'000};
  return alert;
}

Candidate World::candidate(const std::string& runbook, int n, uint64_t episode) {
  Candidate candidate;
  candidate.runbook = runbook;
  candidate.alert = alert(n, episode);
  candidate.response_id = "reeve.yaml:responses[0]";
  candidate.mode = "auto";
  active[n] = true;
  return candidate;
}

Started World::consider(Candidate candidate) {
  const auto started = runner->consider(std::move(candidate));
  EXPECT_TRUE(started.ok()) << (started.ok() ? "" : started.error().text);
  return started.ok() ? *started : Started{};
}

void World::alert_becomes(int n, model::AlertState state_now, uint64_t episode) {
  model::AlertChange change;
  change.from = state_now == model::AlertState::kFiring ? model::AlertState::kPending : model::AlertState::kFiring;
  change.alert = alert(n, episode);
  change.alert.state = state_now;
  change.alert.active_at = loop.clock().wall();
  active[n] = state_now == model::AlertState::kFiring;
  model::Entry entry;
  entry.kind = std::string("alert.") + model::alert_state_name(state_now);
  entry.subject = change.alert.subject();
  entry.correlation = change.alert.correlation;
  ledger_->append(std::move(entry));
  runner->on_alert(change);
}

std::vector<std::string> World::story() const {
  std::vector<std::string> out;
  for (const ledger::Stored& entry : memory->entries()) {
    if (base::starts_with(entry.kind, "lease.")) continue;
    std::string line = entry.kind;
    if (entry.kind == "decision") line += " " + entry.facts["verdict"].text();
    if (entry.kind == "step.read" || entry.kind == "step.intent" || entry.kind == "step.outcome" ||
        entry.kind == "step.in_doubt")
      line += " " + entry.facts["path"].text();
    if (entry.kind == "run.parked") line += " " + entry.facts["reason"].text();
    if (entry.kind == "run.ended") line += " " + entry.facts["result"].text();
    out.push_back(line);
  }
  return out;
}

std::string World::result() const {
  const auto ended = find("run.ended");
  if (ended.empty()) return "";
  const std::string message = model::parse_json(ended.back().body.value_or("{}")).value()["message"].as_string();
  return ended.back().facts["result"].text() + (message.empty() ? "" : ": " + message);
}

std::string World::parked() const {
  const auto runs = runner->runs();
  return runs.size() == 1 ? runs[0].reason : std::to_string(runs.size()) + " runs";
}

}  // namespace reeve::runbook
