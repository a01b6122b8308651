#include "alert/channel.h"

namespace reeve::alert {

namespace {
/// The port keeps the receiver's timeout itself; this is for a port that never answers.
constexpr base::Duration kGrace = kMostWait + base::seconds(2);
}  // namespace

void Attempt::start(base::Handle self, const Receiver& receiver) {
  self_ = self;
  deadline_ = exchange_.loop.after(receiver.timeout + kGrace, exchange_.attempts.on(self, &Attempt::on_late));
  exchange_.post(receiver, parcel_.body, exchange_.attempts.on(self, &Attempt::on_done));
}

void Attempt::on_done(base::Status status) {  // NOLINT(performance-unnecessary-value-param): the port's shape
  exchange_.loop.cancel(deadline_);
  settle(status);
}

void Attempt::on_late() {
  settle(base::Error{base::Fault::kTimeout, "no answer in time"});
}

void Attempt::cancel() {
  exchange_.loop.cancel(deadline_);
}

/// The last act of an attempt: the channel, if it is still there, goes on.
void Attempt::settle(const base::Status& status) {
  Parcel parcel = std::move(parcel_);
  Channel* channel = exchange_.channels.find(channel_);
  exchange_.attempts.erase(self_);
  if (channel) channel->on_settled(std::move(parcel), status);
}

void Channel::stop() {
  stopped_ = true;
  if (timer_ != 0) exchange_.loop.cancel(timer_);
  timer_ = 0;
  std::vector<base::Handle> mine;
  exchange_.attempts.each([&](base::Handle handle, Attempt& attempt) {
    if (attempt.channel() == self_) mine.push_back(handle);
  });
  for (const base::Handle handle : mine) {
    exchange_.attempts.find(handle)->cancel();
    exchange_.attempts.erase(handle);
  }
}

void Channel::add(Parcel parcel) {
  const uint64_t dropped = outbox_.dropped();
  outbox_.add(std::move(parcel));
  if (outbox_.dropped() != dropped)
    base::log_warn("a notification gave way to a newer one", {{"receiver", receiver_.name}});
  look_again();
}

/// Sending happens on a turn of its own: neither who tells nor a port that answers at once is inside it.
void Channel::look_again() {
  if (stopped_ || turn_posted_) return;
  turn_posted_ = true;
  exchange_.loop.post(exchange_.channels.on(self_, &Channel::on_turn));
}

void Channel::on_timer() {
  timer_ = 0;
  look_again();
}

void Channel::on_turn() {
  turn_posted_ = false;
  if (stopped_) return;
  Outbox::Next next = outbox_.next(exchange_.loop.clock().boot());
  if (next.wait) {
    if (timer_ != 0) exchange_.loop.cancel(timer_);
    timer_ = exchange_.loop.after(*next.wait, exchange_.channels.on(self_, &Channel::on_timer));
  }
  if (!next.send) return;
  look_again();
  const base::Handle attempt =
      exchange_.attempts.add(std::make_unique<Attempt>(exchange_, self_, std::move(*next.send)));
  exchange_.attempts.find(attempt)->start(attempt, receiver_);
}

void Channel::on_settled(Parcel parcel, const base::Status& status) {
  if (stopped_) return;
  if (status.ok()) {
    outbox_.delivered(parcel.key);
    ++delivered_;
    last_error_.clear();
    exchange_.on_delivered(delivery_of(parcel));
  } else {
    on_failed(std::move(parcel), status.error());
  }
  look_again();
}

void Channel::on_failed(Parcel parcel, const base::Error& error) {
  last_error_ = error.text;
  const base::Boot now = exchange_.loop.clock().boot();
  const int attempts = parcel.attempts + 1;
  if (error.fault == base::Fault::kInvalid) {
    exchange_.on_failing(receiver_.name, last_error_, attempts);
    return on_refused(std::move(parcel), error.text);
  }
  if (error.fault == base::Fault::kUnavailable) {
    outbox_.postponed(std::move(parcel), now, chance());
    return exchange_.on_failing(receiver_.name, last_error_, attempts);
  }
  outbox_.failed(std::move(parcel), now, chance(), base::millis(error.retry_after_ms));
  exchange_.on_failing(receiver_.name, last_error_, outbox_.failures());
}

void Channel::on_refused(Parcel parcel, const std::string& why) {
  const std::vector<Parcel> lost = outbox_.refused(std::move(parcel), exchange_.loop.clock().boot(), chance());
  for (const Parcel& one : lost) exchange_.on_given_up(delivery_of(one), why);
}

Delivery Channel::delivery_of(const Parcel& parcel) const {
  return {parcel.key, receiver_.name, parcel.run, parcel.text, parcel.correlation, parcel.standing, parcel.ends};
}

double Channel::chance() {
  uint8_t bytes[4];
  exchange_.random.fill(bytes, sizeof bytes);
  uint32_t drawn = 0;
  for (const uint8_t byte : bytes) drawn = drawn << 8 | byte;
  return static_cast<double>(drawn) / 4294967296.0;
}

model::Value Channel::status() const {
  model::Value out = model::Value::map();
  out.set("receiver", receiver_.name)
      .set("waiting", static_cast<int64_t>(outbox_.size()))
      .set("delivered", delivered_)
      .set("dropped", outbox_.dropped())
      .set("failing", outbox_.in_trouble())
      .set("last_error", last_error_);
  return out;
}

}  // namespace reeve::alert
