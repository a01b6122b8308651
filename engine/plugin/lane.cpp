#include "plugin/lane.h"

#include "plugin/limits.h"

namespace reeve::plugin {

namespace {
constexpr base::Duration kOpenTime = base::seconds(30), kCloseTime = base::seconds(5);
/// A watch that held this long begins its delays anew.
constexpr base::Duration kHeld = base::seconds(30);
}  // namespace

const char* lane_state_name(Lane::At at) {
  static constexpr const char* kNames[] = {"down", "opening", "retrying", "idle", "busy", "closing", "closed"};
  return kNames[static_cast<int>(at)];
}

Lane::Lane(LaneSetup setup, base::Live<Lane>& live, base::Live<Host>& hosts, base::Handle host,
           const Surroundings& around)
    : setup_(std::move(setup)), live_(live), hosts_(hosts), host_(host), around_(around) {}

void Lane::begin(base::Handle self, Listener listener) {
  self_ = self;
  listener_ = std::move(listener);
}

Lane::~Lane() {
  if (timer_ != 0) around_.loop.cancel(timer_);
}

Conversation* Lane::talk() const {
  Host* host = hosts_.find(host_);
  return host ? host->up() : nullptr;
}

void Lane::host_up() {
  if (at_ == At::kDown) open();
}

void Lane::host_down() {
  if (at_ == At::kClosed) return;
  if (timer_ != 0) around_.loop.cancel(timer_);
  timer_ = 0;
  number_ = call_ = 0;
  unsettled_ = 0;
  reopening_ = false;
  at_ = At::kDown;
  if (leaving_) closed();
}

void Lane::open() {
  Conversation* talk = this->talk();
  if (!talk) return host_down();
  at_ = At::kOpening;
  number_ = talk->new_lane();
  unsettled_ = 0;
  opened_ = around_.loop.clock().boot();
  Request request;
  request.ask = Ask::kOpen;
  request.lane = number_;
  request.kind = setup_.kind;
  request.instance = setup_.instance;
  request.config = setup_.config;
  request.secrets = setup_.secrets;
  request.deadline = kOpenTime;
  if (setup_.kind == LaneKind::kWatcher) request.cursor = listener_.cursor();
  talk->ask(std::move(request), live_.on(self_, &Lane::on_opened));
}

void Lane::on_opened(base::Result<Answer> answer) {
  if (at_ != At::kOpening || !talk()) return;  // else the process has ended, and host_down has been or comes
  if (leaving_) return close_now();
  if (!answer.ok()) return reopen_later(answer.error().text);
  at_ = At::kIdle;
  if (setup_.kind == LaneKind::kWatcher) return watch();
  fails_ = 0;
  last_error_.clear();
  listener_.on_idle();
}

void Lane::reopen_later(const std::string& why) {
  if (last_error_ != why)
    base::log_warn(std::string(lane_name(setup_.kind)) + " not open: " + why, {{"instance", setup_.instance}});
  last_error_ = why;
  at_ = At::kRetrying;
  timer_ = around_.loop.after(child::back_off(fails_++, around_.random), [this] { on_retry(); });
}

void Lane::on_retry() {
  timer_ = 0;
  open();
}

void Lane::watch() {
  at_ = At::kBusy;
  Request request;
  request.ask = Ask::kWatch;
  request.lane = number_;
  call_ = talk()->ask(std::move(request), live_.on(self_, &Lane::on_watched));
}

void Lane::on_watched(base::Result<Answer> answer) {
  if (at_ != At::kBusy || !talk()) return;  // else the process has ended, and host_down comes
  call_ = 0;
  if (around_.loop.clock().boot() - opened_ >= kHeld) fails_ = 0;
  if (!leaving_) {
    const std::string why = answer.ok() ? "the watch ended by itself" : answer.error().text;
    if (last_error_ != why) base::log_warn("watch ended: " + why, {{"instance", setup_.instance}});
    last_error_ = why;
    reopening_ = true;
  }
  close_now();
}

void Lane::call(Request request, OnAnswer done) {
  REEVE_ASSERT(at_ == At::kIdle && !done_);
  at_ = At::kBusy;
  request.lane = number_;
  done_ = std::move(done);
  call_ = talk()->ask(std::move(request), live_.on(self_, &Lane::on_called));
}

void Lane::on_called(base::Result<Answer> answer) {
  const OnAnswer done = std::move(done_);
  done_ = nullptr;
  call_ = 0;
  const bool here = at_ == At::kBusy && talk() != nullptr;
  if (here) {
    at_ = At::kIdle;
    if (Host* host = hosts_.find(host_)) host->worked();
  }
  if (here && leaving_) close_now();
  if (done) done(std::move(answer));
  if (at_ == At::kIdle) listener_.on_idle();
}

void Lane::close() {
  if (leaving_ || at_ == At::kClosed) return;
  leaving_ = true;
  switch (at_) {
    case At::kDown:
    case At::kRetrying:
      if (timer_ != 0) around_.loop.cancel(timer_);
      timer_ = 0;
      return closed();
    case At::kIdle:
      return close_now();
    case At::kBusy:
      if (Conversation* talk = this->talk(); talk && setup_.kind == LaneKind::kWatcher) {
        talk->hold(false);
        talk->cancel(call_);
      }
      return;
    default:
      return;  // on_opened and on_closed see that it is leaving
  }
}

void Lane::close_now() {
  at_ = At::kClosing;
  Request request;
  request.ask = Ask::kClose;
  request.lane = number_;
  request.deadline = kCloseTime;
  Conversation* talk = this->talk();
  if (!talk) return host_down();
  talk->hold(false);
  talk->ask(std::move(request), live_.on(self_, &Lane::on_closed));
}

void Lane::on_closed(base::Result<Answer>) {
  if (at_ != At::kClosing) return;
  number_ = 0;
  if (leaving_) return closed();
  if (std::exchange(reopening_, false)) {
    at_ = At::kRetrying;
    timer_ = around_.loop.after(child::back_off(fails_++, around_.random), [this] { on_retry(); });
  }
}

void Lane::closed() {
  at_ = At::kClosed;
  number_ = 0;
  listener_.on_closed();
}

void Lane::take(Told event) {
  if (at_ == At::kClosing || at_ == At::kClosed || leaving_) return;  // it is read again by the next one
  ++unsettled_;
  Conversation* talk = this->talk();
  if (talk && talk->exec() && setup_.kind == LaneKind::kWatcher && unsettled_ >= kCredit) talk->hold(true);
  listener_.on_event(std::move(event), number_);
}

void Lane::settle(uint64_t number, int64_t count, const std::string& cursor) {
  Conversation* talk = this->talk();
  if (number != number_ || !talk) return;  // events of a lane that has been opened anew since
  unsettled_ -= count;
  if (talk->exec() && unsettled_ < kCredit / 2) talk->hold(false);
  if (!talk->exec() || !cursor.empty()) talk->credit(number, count, cursor);
}

model::Value Lane::status() const {
  model::Value out = model::Value::map();
  out.set("lane", lane_name(setup_.kind)).set("state", lane_state_name(at_));
  if (!last_error_.empty()) out.set("last_error", last_error_);
  return out;
}

}  // namespace reeve::plugin
