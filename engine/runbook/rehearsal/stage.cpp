#include "runbook/rehearsal/stage.h"

namespace reeve::runbook {

using base::Result;
using model::Value;

/// Chance that is the same each time.
class Stage::Chance : public base::Random {
 public:
  void fill(uint8_t* bytes, size_t count) override {
    for (size_t i = 0; i < count; ++i) {
      state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
      bytes[i] = static_cast<uint8_t>(state_ >> 56);
    }
  }

 private:
  uint64_t state_ = 1;
};

/// The worker of this process, remembered so that it can be killed.
class Stage::Killable : public child::Spawner {
 public:
  explicit Killable(Stage& stage) : stage_(stage), inner_(script::make_in_process_spawner(stage.loop)) {}
  Result<std::unique_ptr<child::Process>> spawn(child::Command command, child::Callbacks callbacks) override {
    auto made = inner_->spawn(std::move(command), std::move(callbacks));
    stage_.worker_ = made.ok() ? made->get() : nullptr;
    ++stage_.workers;
    return made;
  }
  const std::string& child_program() const override { return inner_->child_program(); }

 private:
  Stage& stage_;
  std::unique_ptr<child::Spawner> inner_;
};

/// What app's Recorder is: the gate's memory sees each entry as it is appended.
class Stage::Seen : public ledger::Ledger {
 public:
  explicit Seen(Stage& stage) : stage_(stage) {}
  uint64_t append(model::Entry entry) override {
    stage_.state.apply(entry, stage_.loop.clock().boot());
    return stage_.memory->append(std::move(entry));
  }
  uint64_t append(model::Entry entry, ledger::OnDurable done) override {
    stage_.state.apply(entry, stage_.loop.clock().boot());
    return stage_.memory->append(std::move(entry), std::move(done));
  }
  void flush(ledger::OnDurable done) override { stage_.memory->flush(std::move(done)); }
  base::Hash put_blob(std::string bytes) override { return stage_.memory->put_blob(std::move(bytes)); }
  uint64_t redact(uint64_t seq, const std::string& actor, const std::string& reason, ledger::OnDurable done) override {
    return stage_.memory->redact(seq, actor, reason, std::move(done));
  }
  void rotate(const std::string& actor, ledger::OnDurable done) override {
    stage_.memory->rotate(actor, std::move(done));
  }
  bool writable() const override { return stage_.memory->writable(); }
  ledger::Head head() const override { return stage_.memory->head(); }
  ledger::Counters counters() const override { return stage_.memory->counters(); }

 private:
  Stage& stage_;
};

Stage::Stage() : chance_(std::make_unique<Chance>()) {
  ledger::Settings settings;
  settings.tables = tables();
  settings.projects = {project};
  memory = std::make_unique<ledger::MemoryLedger>(loop, settings);
  ledger_ = std::make_unique<Seen>(*this);
}

Stage::~Stage() {
  *alive_ = false;
}

Result<script::Declared> declare_here(const Source& source, const script::Bundle& bundle, base::Loop& loop) {
  Result<script::Declared> answer = base::Error{base::Fault::kInternal, source.path() + ": the worker gave no answer"};
  const auto spawner = script::make_in_process_spawner(loop);
  const auto pool = script::make_pool({}, *spawner, loop, base::system_random(), nullptr);
  pool->declare(bundle.to_bytes(), [&answer](Result<script::Declared> declared) { answer = std::move(declared); });
  loop.run();
  if (!answer.ok()) return base::invalid(with_paths(answer.error().text, source));
  return answer;
}

base::Status Stage::start_engine() {
  alive_ = std::make_shared<bool>(true);
  spawner_ = std::make_unique<Killable>(*this);
  state = {};
  for (const ledger::Stored& entry : memory->durable())
    state.apply(entry, loop.clock().boot() - (loop.clock().wall() - entry.at));
  runner = make_runner(ports(), *ledger_, *spawner_, loop, *chance_);
  runner->use(library);
  const auto reader = memory->reader();
  return runner->restore(*reader);
}

void Stage::kill(bool requests_arrive) {
  *alive_ = false;
  actions.forget_replies(requests_arrive);
  memory->crash();
  runner.reset();
  spawner_.reset();
  worker_ = nullptr;
  loop.stop();
}

void Stage::kill_worker() {
  if (worker_) std::exchange(worker_, nullptr)->signal(9);
  loop.run();
}

void Stage::append(model::Entry entry) {
  ledger_->append(std::move(entry));
}

Ports Stage::ports() {
  Ports ports;
  ports.actions = &actions;
  ports.gate = [this](const guard::Act& act, const guard::Settings& of_runbook) {
    return guard::gate(state, act, safety.under(of_runbook), loop.clock().boot());
  };
  ports.data_age = [](const model::Alert&) { return base::seconds(1); };
  ports.settings = [this] { return safety; };
  ports.tell = [this](const Ports::Message& message) { told.push_back(message); };
  ports.blob = [this](const base::Hash& hash) -> Result<std::string> {
    auto stored = memory->reader()->blob(hash);
    if (stored.ok() && !bundle_instead.empty() && script::Bundle::from_bytes(*stored).ok()) return bundle_instead;
    return stored;
  };
  join_questions(ports);
  return ports;
}

// An answer that comes after a kill finds nobody.
void Stage::join_questions(Ports& ports) {
  const auto alive = alive_;
  ports.query = [this, alive](const std::string& expr, std::function<void(Result<Value>)> done) {
    auto answer = query ? query(expr) : Result<Value>(Value::list());
    loop.after(base::millis(1), [alive, answer, done = std::move(done)] {
      if (*alive) done(answer);
    });
  };
  ports.alert_active = [this](const model::Alert& alert) { return alert_active && alert_active(alert); };
  ports.verify = [this, alive](const model::Alert&, base::Time, base::Duration, base::Duration,
                               std::function<void(Verified, std::string)> done) {
    loop.after(verify_takes, [this, alive, done = std::move(done)] {
      if (!*alive) return;
      if (on_verified) on_verified(verified);
      done(verified, verified == Verified::kHeld ? "" : "still there");
    });
  };
}

}  // namespace reeve::runbook
