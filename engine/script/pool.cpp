#include "script/pool.h"

#include "model/msgpack.h"
#include "script/worker/core.h"

namespace reeve::script {

namespace {
using model::Value;

Declared declared_of(const Value& answer) {
  Declared declared;
  declared.kind = answer["kind"].as_string();
  declared.table = answer["table"];
  declared.places = answer["places"];
  declared.uses = answer["uses"];
  return declared;
}

// A finding as people read it: the worker knows files by their names in the bundle.
std::string finding_text(const Value& finding) {
  std::string text;
  if (finding.has("file")) {
    text = finding["file"].as_string() + ":" + std::to_string(finding["line"].as_int()) + ":" +
           std::to_string(finding["col"].as_int()) + ": ";
  }
  return text + finding["text"].as_string();
}

/// A worker that lived this long was well: its next restart waits as little as the first.
constexpr base::Duration kLongLife = base::seconds(10);
}  // namespace

WorkerPool::WorkerPool(Settings settings, child::Spawner& spawner, base::Loop& loop, base::Random& random,
                       Listener* listener)
    : settings_(settings), spawner_(spawner), loop_(loop), random_(random), listener_(listener) {}

WorkerPool::~WorkerPool() {
  for (const base::Loop::Id timer : {late_, idle_, again_})
    if (timer != 0) loop_.cancel(timer);
}

void WorkerPool::declare(const std::string& bundle, OnDeclared done) {
  declare_again({bundle, std::move(done)});
}

void WorkerPool::declare_again(Declaring declaring) {
  const uint64_t id = next_id_++;
  const Value frame = Value::list().push("declare").push(id).push(declaring.bundle);
  declaring_[id] = std::move(declaring);
  send(frame, {"", id});
}

void WorkerPool::start(Start start) {
  runs_.insert(start.run);
  Value what = Value::map();
  what.set("bundle", start.bundle).set("params", start.params).set("alert", start.alert);
  what.set("level", start.level).set("now", start.now.us);
  send(Value::list().push("start").push(start.run).push(std::move(what)), {start.run});
}

void WorkerPool::answer(const std::string& run, const std::string& path, base::Result<Value> value, base::Time now) {
  if (!has(run)) return;
  Value frame = Value::list().push("answer").push(run).push(path).push(value.ok());
  if (value.ok()) {
    frame.push(std::move(*value));
  } else {
    frame.push(Value::map().set("kind", base::fault_name(value.error().fault)).set("message", value.error().text));
  }
  send(frame.push(now.us), {run});
}

void WorkerPool::check(const std::string& run, const std::string& path, base::Time now) {
  if (has(run)) send(Value::list().push("check").push(run).push(path).push(now.us), {run});
}

void WorkerPool::clean_up(const std::string& run, base::Time now) {
  if (has(run)) send(Value::list().push("clean_up").push(run).push(now.us), {run});
}

void WorkerPool::drop(const std::string& run) {
  if (runs_.erase(run) == 0) return;
  std::erase_if(held_, [&](const auto& item) { return item.second.run == run; });
  if (greeted_) process_->send(model::to_msgpack(Value::list().push("drop").push(run)));
  rest_when_idle();
}

void WorkerPool::send(const Value& frame, Asked asked) {
  if (idle_ != 0) loop_.cancel(std::exchange(idle_, 0));
  std::string bytes = model::to_msgpack(frame);
  if (!greeted_) {
    held_.emplace_back(std::move(bytes), std::move(asked));
    return ensure_worker();
  }
  asked_.push_back(std::move(asked));
  if (asked_.size() == 1) watch_head();
  if (!process_->send(bytes)) {
    killed_for_ = "its queue is full";
    process_->signal(9);
  }
}

void WorkerPool::ensure_worker() {
  if (process_ || again_ != 0) return;
  const base::Duration wait = failures_ == 0 ? base::Duration{} : child::back_off(failures_ - 1, random_);
  if (wait.us == 0) return spawn();
  again_ = loop_.after(wait, [this] {
    again_ = 0;
    if (!held_.empty()) spawn();
  });
}

void WorkerPool::spawn() {
  child::Command command;
  command.argv = {spawner_.child_program(), "script"};
  command.channel = child::Channel::kFrames;
  command.name = "script worker";
  command.limits.memory_bytes = child::memory_limit(settings_.memory_bytes);
  command.limits.no_network = true;
  command.limits.seccomp_script = true;
  child::Callbacks callbacks;
  callbacks.on_message = [this](std::string_view message) { on_message(message); };
  callbacks.on_error_line = [](std::string_view line) { base::log_warn("script worker says", {{"line", line}}); };
  callbacks.on_exit = [this](const child::Exit& exit) { on_exit(exit.text()); };
  born_ = loop_.clock().boot();
  killed_for_.clear();
  auto spawned = spawner_.spawn(std::move(command), std::move(callbacks));
  if (!spawned.ok()) {
    base::log_error("no script worker", {{"error", spawned.error().text}});
    return on_exit(spawned.error().text);
  }
  process_ = std::move(*spawned);
  watch_head();
}

void WorkerPool::on_message(std::string_view message) {
  const auto read = model::parse_msgpack(message);
  const Value::List& frame = read.ok() ? read->as_list() : Value::list().as_list();
  const std::string kind = frame.empty() ? "" : frame[0].as_string();
  if (kind == "hello" && frame.size() == 2 && frame[1].as_int() == kProtocolVersion) {
    greeted_ = true;
    auto held = std::exchange(held_, {});
    for (auto& [bytes, asked] : held) {
      asked_.push_back(std::move(asked));
      if (!process_->send(bytes)) break;
    }
    watch_head();
  } else if (kind == "turn" && frame.size() == 3) {
    on_turn(frame);
  } else if (kind == "declared" && frame.size() == 3) {
    on_declared(frame);
  } else {
    killed_for_ = "it sent a frame that makes no sense (two builds?)";
    process_->signal(9);
  }
}

void WorkerPool::answered() {
  if (!asked_.empty()) asked_.pop_front();
  watch_head();
}

void WorkerPool::on_turn(const Value::List& frame) {
  answered();
  const std::string& run = frame[1].as_string();
  for (const Value& item : frame[2].as_list()) {
    if (!has(run) || !listener_) break;  // dropped meanwhile, perhaps by the listener just now
    on_item(run, item.as_list());
  }
  rest_when_idle();
}

void WorkerPool::on_item(const std::string& run, const Value::List& item) {
  const std::string kind = item.empty() ? "" : item[0].as_string();
  if (kind == "call" && item.size() == 6) {
    Call call{run, item[1].as_string(), item[2].as_string(), item[3].as_string(), item[4]};
    call.line = static_cast<int>(item[5].as_int());
    listener_->on_call(call);
  } else if (kind == "checked" && item.size() == 4) {
    Checked checked{run, item[1].as_string(), item[2].as_bool(), item[3], {}};
    if (!checked.ok) checked.error = {base::fault_of(item[3]["kind"].as_string()), item[3]["message"].as_string()};
    listener_->on_checked(checked);
  } else if (kind == "ended" && item.size() == 5) {
    listener_->on_ended(
        {run, item[1].as_string(), item[2].as_string(), item[3].as_string(), static_cast<int>(item[4].as_int())});
  }
}

void WorkerPool::on_declared(const Value::List& frame) {
  answered();
  const auto found = declaring_.find(static_cast<uint64_t>(frame[1].as_int()));
  if (found == declaring_.end()) return;
  const OnDeclared done = std::move(found->second.done);
  declaring_.erase(found);
  std::vector<std::string> findings;
  for (const Value& finding : frame[2]["errors"].as_list()) findings.push_back(finding_text(finding));
  if (findings.empty()) {
    done(declared_of(frame[2]));
  } else {
    done(base::invalid(base::join(findings, "\n")));
  }
  rest_when_idle();
}

// The worker takes frames in order, so the oldest unanswered one is what it is at work on.
void WorkerPool::watch_head() {
  if (late_ != 0) loop_.cancel(std::exchange(late_, 0));
  if (!process_ || (greeted_ && asked_.empty())) return;
  late_ = loop_.after(settings_.answer_within, [this] { on_late(); });
}

void WorkerPool::on_late() {
  late_ = 0;
  killed_for_ = "no answer within " + base::format_duration(settings_.answer_within);
  if (process_) process_->signal(9);
}

void WorkerPool::on_exit(const std::string& how) {
  process_.reset();
  greeted_ = false;
  failures_ = loop_.clock().boot() - born_ > kLongLife ? 1 : failures_ + 1;
  const std::string why = killed_for_.empty() ? how : killed_for_;
  if (late_ != 0) loop_.cancel(std::exchange(late_, 0));
  base::log_warn("script worker ended", {{"why", why}, {"runs", static_cast<unsigned long>(runs_.size())}});
  lose_all(why);
}

void WorkerPool::lose_all(const std::string& why) {
  const Asked blamed = asked_.empty() ? Asked{} : asked_.front();
  asked_.clear();
  std::set<std::string> waiting;  // not yet sent to any worker: they lose nothing
  for (const auto& [bytes, asked] : held_) waiting.insert(asked.run);
  std::vector<std::string> lost;
  for (const std::string& run : runs_)
    if (!waiting.contains(run)) lost.push_back(run);
  for (const std::string& run : lost) runs_.erase(run);
  retry_declares(blamed.id, why);
  if (listener_)
    for (const std::string& run : lost) listener_->on_lost(run, run == blamed.run, why);
  if (!held_.empty()) ensure_worker();
}

void WorkerPool::retry_declares(uint64_t blamed, const std::string& why) {
  std::vector<Declaring> again, given_up;
  for (auto& [id, declaring] : std::exchange(declaring_, {})) {
    // With nobody to blame (no process could be started) each has lost a try.
    if (id == blamed || blamed == 0) ++declaring.tries;
    (id == blamed || declaring.tries >= 3 ? given_up : again).push_back(std::move(declaring));
  }
  std::erase_if(held_, [](const auto& item) { return item.second.id != 0; });
  for (Declaring& declaring : again) declare_again(std::move(declaring));
  for (const Declaring& declaring : given_up)
    declaring.done(base::Error{base::Fault::kUnavailable, "the script worker died while reading this file: " + why});
}

void WorkerPool::rest_when_idle() {
  if (!process_ || !runs_.empty() || !declaring_.empty() || idle_ != 0) return;
  idle_ = loop_.after(settings_.idle, [this] {
    idle_ = 0;
    process_.reset();
    greeted_ = false;
    failures_ = 0;
  });
}

std::unique_ptr<Pool> make_pool(Settings settings, child::Spawner& spawner, base::Loop& loop, base::Random& random,
                                Listener* listener) {
  return std::make_unique<WorkerPool>(settings, spawner, loop, random, listener);
}

}  // namespace reeve::script
