#include "plugin/conversation.h"

#include <signal.h>

#include "plugin/limits.h"

namespace reeve::plugin {

using What = StateChange::What;

namespace {
constexpr base::Duration kHelloTime = base::seconds(10);
// An exec plugin's lines are parsed by the core: what one may cost in a second. Frames are bounded by their sender.
constexpr size_t kMessagesASecond = 2000, kBytesASecond = 4 << 20;
constexpr int kGarbageAllowed = 20;

// What a caller has to know about a call whose process ended under it.
base::Error lost(const Request& request, const std::string& why) {
  const std::string what = std::string(ask_name(request.ask)) + (request.action.empty() ? "" : " " + request.action);
  if (request.ask == Ask::kInvoke)
    return {base::Fault::kUnknownOutcome, what + " may or may not have happened: the plugin's process ended: " + why};
  return {base::Fault::kUnavailable, what + ": the plugin's process ended: " + why};
}
}  // namespace

Conversation::Conversation(const Program& program, base::Loop& loop, Listener listener)
    : program_(program),
      loop_(loop),
      listener_(std::move(listener)),
      dialect_(program.exec ? make_lines() : make_frames()),
      second_(loop.clock().boot()) {}

Conversation::~Conversation() {
  for (auto& [id, pending] : pending_) cancel_timer(pending.timer);
  cancel_timer(hello_timer_);
  cancel_timer(stop_timer_);
  cancel_timer(budget_timer_);
}

void Conversation::cancel_timer(base::Loop::Id& timer) {
  if (timer != 0) loop_.cancel(timer);
  timer = 0;
}

base::Status Conversation::start(child::Spawner& spawner, const Search& search, const child::Limits& limits) {
  child::Command command;
  command.argv = dialect_->argv(program_, spawner.child_program());
  command.environment = search.environment;
  command.channel = dialect_->channel();
  command.limits = limits;
  command.name = "plugin " + program_.name;
  REEVE_TRY(process_, spawner.spawn(std::move(command), {[this](std::string_view m) { on_message(m); },
                                                         [this](std::string_view line) { on_stderr(line); },
                                                         [this](const child::Exit& e) { on_exit(e); }}));
  hello_timer_ = loop_.after(kHelloTime, [this] {
    hello_timer_ = 0;
    kill({What::kHung, "it said no hello within 10 s"});
  });
  if (!dialect_->greets()) greet();
  return {};
}

// Standard error is log; the last line before its hello is most often why there is none.
void Conversation::on_stderr(std::string_view line) {
  if (!greeted_ && !line.empty()) last_words_ = line.substr(0, 200);
  listener_.on_log(base::Level::kInfo, line);
}

void Conversation::greet() {
  Request hello;
  hello.id = next_call_++;
  process_->send(dialect_->encode(hello));
}

uint64_t Conversation::ask(Request request, OnAnswer done) {
  request.id = next_call_++;
  const uint64_t id = request.id;
  const bool sent = alive() && process_->send(dialect_->encode(request));
  Pending& pending = pending_[id];
  pending.done = std::move(done);
  pending.sent = sent;
  pending.request.ask = request.ask;
  pending.request.lane = request.lane;
  pending.request.action = request.action;
  if (!sent) {
    const std::string why = alive() ? "the plugin does not read its input" : "the plugin's process has ended";
    loop_.post([this, id, why] { finish(id, base::Error{base::Fault::kUnavailable, why}); });
  } else if (request.deadline.us > 0) {
    pending.timer = loop_.after(request.deadline, [this, id] { on_late(id); });
  }
  return id;
}

void Conversation::cancel(uint64_t call) {
  const auto found = pending_.find(call);
  if (found == pending_.end() || found->second.cancelled || ended_) return;
  found->second.cancelled = true;
  process_->send(dialect_->cancel(call, found->second.request.lane));
  cancel_timer(found->second.timer);
  found->second.timer = loop_.after(kPatience, [this, call] { on_late(call); });
}

void Conversation::on_late(uint64_t call) {
  Pending& pending = pending_.at(call);
  pending.timer = 0;
  if (!pending.cancelled) return cancel(call);
  const Request& request = pending.request;
  kill({What::kHung, std::string(ask_name(request.ask)) + (request.action.empty() ? "" : " " + request.action) +
                         " did not return within 5 s after it was to end"});
}

void Conversation::credit(uint64_t lane, int64_t count, const std::string& cursor) {
  if (!ended_ && process_) process_->send(dialect_->credit(lane, count, cursor));
}

void Conversation::hold(bool held) {
  held_ = held;
  update_pause();
}

void Conversation::update_pause() {
  if (process_ && !ended_) process_->pause((held_ || budget_timer_ != 0) && !stopping_);
}

void Conversation::stop(base::Duration grace) {
  if (ended_ || stopping_ || !process_) return;
  stopping_ = true;
  update_pause();
  process_->close_input();
  stop_timer_ = loop_.after(grace, [this] { on_stop_late(); });
}

void Conversation::on_stop_late() {
  stop_timer_ = 0;
  process_->stop(base::seconds(2));
}

void Conversation::kill(Failure failure) {
  if (!failure_) failure_ = std::move(failure);
  if (process_ && !ended_) process_->signal(SIGKILL);
}

bool Conversation::within_budget(size_t bytes) {
  if (!program_.exec) return true;
  const base::Boot now = loop_.clock().boot();
  if (now - second_ >= base::seconds(1)) {
    second_ = now;
    messages_ = bytes_ = 0;
  }
  ++messages_;
  bytes_ += bytes;
  return messages_ < kMessagesASecond && bytes_ < kBytesASecond;
}

void Conversation::on_budget() {
  budget_timer_ = 0;
  update_pause();
}

void Conversation::on_message(std::string_view message) {
  if (failure_) return;  // it was told to die: what it still says counts no more
  auto told = dialect_->decode(message);
  if (!told.ok()) {
    on_garbage(told.error(), message);
  } else {
    on_told(std::move(*told));
  }
  if (within_budget(message.size()) || budget_timer_ != 0 || ended_) return;
  const base::Duration rest = second_ + base::seconds(1) - loop_.clock().boot();
  budget_timer_ = loop_.after(rest, [this] { on_budget(); });
  update_pause();
}

void Conversation::on_garbage(const base::Error& error, std::string_view message) {
  std::string shown(message.substr(0, 120));
  listener_.on_log(base::Level::kWarn, error.text + ": " + shown);
  if (++garbage_ <= kGarbageAllowed) return;
  kill({What::kFlooded, "it does not speak the protocol: " + error.text + ": " + shown});
}

void Conversation::on_told(Told told) {
  switch (told.what) {
    case Told::What::kHello:
      return on_hello(std::move(told));
    case Told::What::kReply:
      return on_reply(std::move(told));
    case Told::What::kSamples:
      return on_samples(std::move(told));
    case Told::What::kEvent: {
      const uint64_t lane = told.id;
      return listener_.on_event(lane, std::move(told));
    }
    case Told::What::kLog:
      return listener_.on_log(told.level, told.text);
  }
}

void Conversation::on_hello(Told told) {
  cancel_timer(hello_timer_);
  if (std::exchange(greeted_, true)) return;
  if (!told.fault.ok()) {
    failure_ = Failure{What::kCrashed, told.fault.error().text};  // it leaves by itself; kept as the better reason
    listener_.on_hello(told.fault.error());
    return process_->signal(SIGKILL);
  }
  listener_.on_hello(std::move(told.value));
}

void Conversation::on_samples(Told told) {
  const auto found = pending_.find(told.id);
  if (found == pending_.end()) return;
  Pending& pending = found->second;
  if (!told.fault.ok()) pending.fault = told.fault;
  if (pending.samples.size() + told.samples.size() > kMaxSamples)
    pending.fault = base::invalid("more than 200,000 samples in one batch");
  if (!pending.fault.ok()) return pending.samples.clear();
  if (pending.samples.empty()) {
    pending.samples = std::move(told.samples);
  } else {
    std::move(told.samples.begin(), told.samples.end(), std::back_inserter(pending.samples));
  }
}

void Conversation::on_reply(Told told) {
  const auto found = pending_.find(told.id);
  if (found == pending_.end()) return;  // answered twice, or nobody asked
  if (told.fault.ok() && !told.samples.empty()) {
    Told more;
    more.id = told.id;
    more.samples = std::move(told.samples);
    on_samples(std::move(more));
  }
  if (told.fault.ok()) told.fault = found->second.fault;
  if (!told.fault.ok()) return finish(told.id, told.fault.error());
  finish(told.id, Answer{std::move(told.value), std::move(found->second.samples)});
}

void Conversation::finish(uint64_t call, base::Result<Answer> answer) {
  const auto found = pending_.find(call);
  if (found == pending_.end()) return;
  Pending pending = std::move(found->second);
  pending_.erase(found);
  cancel_timer(pending.timer);
  if (pending.done) pending.done(std::move(answer));
}

void Conversation::on_exit(const child::Exit& exit) {
  ended_ = true;
  cancel_timer(hello_timer_);
  cancel_timer(stop_timer_);
  cancel_timer(budget_timer_);
  std::string why = exit.text();
  if (!greeted_) why = program_.path + " ended before its hello (" + why + ")";
  if (!greeted_ && !last_words_.empty()) why += ": " + last_words_;
  if (!failure_) failure_ = Failure{exit.reason.empty() ? What::kCrashed : What::kFlooded, why};
  if (!greeted_) listener_.on_hello(base::Error{base::Fault::kUnavailable, failure_->detail});
  std::vector<uint64_t> calls;
  for (const auto& [id, pending] : pending_)
    if (pending.sent) calls.push_back(id);
  for (const uint64_t id : calls) finish(id, lost(pending_.at(id).request, failure_->detail));
  listener_.on_end(*failure_);
}

}  // namespace reeve::plugin
