#include "plugin/host.h"

namespace reeve::plugin {

using What = StateChange::What;

namespace {
constexpr base::Duration kStopGrace = base::seconds(3);
constexpr base::Duration kStableAfter = base::seconds(30);
constexpr int64_t kMemory = child::memory_limit(int64_t{1} << 30);
}  // namespace

const char* host_state_name(Host::At at) {
  static constexpr const char* kNames[] = {"down", "starting", "up", "stopping", "stopped"};
  return kNames[static_cast<int>(at)];
}

Host::Host(Program program, bool free, const Surroundings& around)
    : program_(std::move(program)), free_(free), around_(around) {}

Host::~Host() {
  if (timer_ != 0) around_.loop.cancel(timer_);
}

void Host::log(base::Level level, std::string_view text) const {
  base::log(level, text, {{"plugin", program_.name}});
}

void Host::start() {
  timer_ = 0;
  at_ = At::kStarting;
  worked_ = false;
  child::Limits limits;
  limits.no_new_privs = !free_;
  if (!free_) limits.memory_bytes = kMemory;
  conversation_ = std::make_unique<Conversation>(
      program_, around_.loop,
      Conversation::Listener{[this](base::Result<model::Value> m) { on_hello(std::move(m)); },
                             [this](uint64_t lane, Told event) { listener_.on_event(lane, std::move(event)); },
                             [this](base::Level level, std::string_view text) { log(level, text); },
                             [this](const Failure& f) { on_end(f); }});
  const base::Status started = conversation_->start(around_.spawner, around_.search, limits);
  if (!started.ok()) failed({What::kCrashed, started.error().text});
}

void Host::on_hello(base::Result<model::Value> manifest) {
  if (at_ != At::kStarting || !manifest.ok()) return;  // the end follows and says why
  at_ = At::kUp;
  timer_ = around_.loop.after(kStableAfter, [this] { on_stable(); });
  listener_.on_state(What::kStarted, "pid " + std::to_string(conversation_->pid()), consecutive_);
  listener_.on_up();
}

void Host::on_stable() {
  timer_ = 0;
  if (!worked_) {
    timer_ = around_.loop.after(kStableAfter, [this] { on_stable(); });
    return;
  }
  const int before = std::exchange(consecutive_, 0);
  if (before > 0) listener_.on_state(What::kRecovered, "it works again", before);
}

void Host::on_end(const Failure& failure) {
  const bool stopping = at_ == At::kStopping;
  old_ = std::move(conversation_);  // we are inside one of its members
  if (timer_ != 0) around_.loop.cancel(timer_);
  timer_ = 0;
  if (!stopping) return failed(failure);
  at_ = At::kStopped;
  listener_.on_down();
  listener_.on_state(What::kStopped, "", 0);
  listener_.on_stopped();
}

void Host::failed(const Failure& failure) {
  at_ = At::kDown;
  last_error_ = failure.detail;
  ++consecutive_;
  ++restarts_;
  log(base::Level::kWarn, "plugin process ended: " + failure.detail);
  timer_ = around_.loop.after(child::back_off(consecutive_ - 1, around_.random), [this] { start(); });
  listener_.on_down();
  listener_.on_state(failure.what, failure.detail, consecutive_);
  if (consecutive_ == kQuarantineAfter) listener_.on_state(What::kQuarantined, failure.detail, consecutive_);
}

void Host::stop() {
  if (at_ == At::kStopping || at_ == At::kStopped) return;
  if (timer_ != 0) around_.loop.cancel(timer_);
  timer_ = 0;
  const bool running = at_ == At::kStarting || at_ == At::kUp;
  at_ = At::kStopping;
  if (running && conversation_) return conversation_->stop(kStopGrace);
  at_ = At::kStopped;
  listener_.on_state(What::kStopped, "", 0);
  listener_.on_stopped();
}

model::Value Host::status() const {
  model::Value out = model::Value::map();
  out.set("state", quarantined() ? "quarantined" : host_state_name(at_));
  out.set("pid", static_cast<int64_t>(conversation_ ? conversation_->pid() : 0));
  out.set("restarts", restarts_).set("failures_in_a_row", consecutive_);
  if (!last_error_.empty()) out.set("last_error", last_error_);
  return out;
}

}  // namespace reeve::plugin
