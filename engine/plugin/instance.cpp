#include "plugin/instance.h"

#include <algorithm>

#include "plugin/limits.h"

namespace reeve::plugin {

namespace {
constexpr size_t kMaxWaiting = 1000;
constexpr size_t kEventsAtOnce = 256;
}  // namespace

Instance::Instance(Prepared prepared, base::Live<Instance>& live, base::Live<Lane>& lanes, base::Loop& loop)
    : prepared_(std::move(prepared)), live_(live), lanes_(lanes), loop_(loop) {}

void Instance::begin(base::Handle self, Listener listener) {
  self_ = self;
  listener_ = std::move(listener);
}

Instance::~Instance() {
  for (const Waiting& waiting : waiting_) loop_.cancel(waiting.timer);
}

void Instance::adopt(const Prepared& prepared) {
  prepared_ = prepared;
}

Lane* Instance::idle_lane(LaneKind kind) const {
  for (const base::Handle handle : lane_handles_) {
    Lane* lane = lanes_.find(handle);
    if (lane && lane->kind() == kind && lane->idle()) return lane;
  }
  return nullptr;
}

void Instance::collect(base::Duration deadline, std::function<void(base::Result<model::Batch>)> done) {
  if (collecting_) return done(base::Error{base::Fault::kConflict, config().id() + " is being collected already"});
  if (!manifest().collects) return done(base::invalid("the plugin " + program().name + " has no collector"));
  Lane* lane = idle_lane(LaneKind::kCollector);
  if (!lane || closing_)
    return done(base::Error{base::Fault::kUnavailable, config().id() + ": its collector is not running"});
  ++collects_;
  collecting_ = Collecting{std::move(done), loop_.clock().wall(), loop_.clock().boot()};
  Request request;
  request.ask = Ask::kCollect;
  request.deadline = deadline;
  lane->call(std::move(request), live_.on(self_, &Instance::on_collected));
}

void Instance::on_collected(base::Result<Answer> answer) {
  const Collecting collecting = std::move(*collecting_);
  collecting_.reset();
  if (!answer.ok()) {
    ++failed_collects_;
    last_error_ = answer.error().text;
    return collecting.done(answer.error());
  }
  model::Batch batch;
  batch.instance = config().id();
  batch.started = collecting.started;
  batch.took = loop_.clock().boot() - collecting.begin;
  batch.samples = std::move(answer->samples);
  collecting.done(std::move(batch));
}

void Instance::act(Request request, OnAnswer done) {
  ++calls_;
  const base::Boot until = loop_.clock().boot() + request.deadline;
  if (!closing_ && waiting_.empty()) {
    if (Lane* lane = idle_lane(LaneKind::kActor)) return send(*lane, std::move(request), until, std::move(done));
  }
  if (closing_ || hopeless_ || waiting_.size() >= kMaxWaiting)
    return done(base::Error{base::Fault::kUnavailable,
                            config().id() + (closing_    ? " is being closed"
                                             : hopeless_ ? ": its plugin keeps failing: " + last_error_
                                                         : ": too many calls wait")});
  const uint64_t id = next_waiting_++;
  const base::Duration patience = request.deadline;
  waiting_.push_back({id, std::move(request), until, std::move(done), 0});
  waiting_.back().timer = loop_.after(patience, [this, id] { on_waited(id); });
}

void Instance::send(Lane& lane, Request request, base::Boot until, OnAnswer done) {
  request.deadline = std::max(until - loop_.clock().boot(), base::millis(1));
  lane.call(std::move(request), std::move(done));
}

void Instance::on_waited(uint64_t id) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& w) { return w.id == id; });
  const Waiting waiting = std::move(*found);
  waiting_.erase(found);
  waiting.done(base::Error{base::Fault::kTimeout, config().id() + ": no lane was free for " + waiting.request.action +
                                                      " before its deadline; it did not begin"});
}

void Instance::on_idle(LaneKind kind) {
  hopeless_ = false;
  if (kind != LaneKind::kActor) return;
  while (!waiting_.empty() && !closing_) {
    Lane* lane = idle_lane(kind);
    if (!lane) return;
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    loop_.cancel(next.timer);
    send(*lane, std::move(next.request), next.until, std::move(next.done));
  }
}

void Instance::refuse_waiting(const base::Error& error) {
  const std::deque<Waiting> waiting = std::move(waiting_);
  waiting_.clear();
  for (const Waiting& w : waiting) {
    loop_.cancel(w.timer);
    w.done(error);
  }
}

void Instance::give_up(const std::string& why) {
  hopeless_ = true;
  last_error_ = why;
  refuse_waiting({base::Fault::kUnavailable, config().id() + ": its plugin keeps failing: " + why});
}

void Instance::close() {
  if (std::exchange(closing_, true)) return;
  refuse_waiting({base::Fault::kUnavailable, config().id() + " is being closed"});
  const std::vector<base::Handle> all = lane_handles_;
  for (const base::Handle handle : all)
    if (Lane* lane = lanes_.find(handle)) lane->close();
  if (all.empty()) listener_.on_closed();
}

void Instance::on_lane_closed() {
  const auto closed = [&](base::Handle handle) {
    const Lane* lane = lanes_.find(handle);
    return !lane || lane->at() == Lane::At::kClosed;
  };
  if (closing_ && std::all_of(lane_handles_.begin(), lane_handles_.end(), closed)) listener_.on_closed();
}

bool Instance::wrong(const Told& event) {
  std::string why = event.fault.ok() ? "" : event.fault.error().text;
  if (why.empty() && !manifest().event(event.event.type))
    why = "the manifest has no event \"" + event.event.type + "\"";
  constexpr int64_t kLatestUs = 253'402'300'799'999'999;  // the end of the year 9999: later is not written as a date
  if (const int64_t at_us = event.event.at.us; why.empty() && (at_us < 0 || at_us > kLatestUs))
    why = "the time of \"" + event.event.type + "\" is not between 1970 and 9999: at_us " + std::to_string(at_us);
  if (why.empty()) return false;
  if (events_wrong_++ == 0 || last_error_ != why)
    base::log_warn("event dropped: " + why, {{"instance", config().id()}});
  last_error_ = why;
  return true;
}

void Instance::on_event(Told told, base::Handle lane, uint64_t number) {
  if (wrong(told)) return on_accepted(lane, number, 1, {});
  if (events_number_ != number || events_lane_ != lane || events_.size() >= kEventsAtOnce) hand_over_events();
  events_lane_ = lane;
  events_number_ = number;
  model::Event event = std::move(told.event);
  event.instance = config().id();
  if (event.at.us == 0) event.at = loop_.clock().wall();
  events_.push_back(std::move(event));
  ++events_taken_;
  if (std::exchange(posted_, true)) return;
  const auto flush = live_.on(self_, &Instance::hand_over_events);
  loop_.post(flush);
}

void Instance::hand_over_events() {
  posted_ = false;
  if (events_.empty()) return;
  std::vector<model::Event> events = std::move(events_);
  events_.clear();
  std::string cursor;
  for (const model::Event& event : events)
    if (!event.cursor.empty()) cursor = event.cursor;
  const auto count = static_cast<int64_t>(events.size());
  const auto accepted = live_.on(self_, &Instance::on_accepted);
  listener_.on_events(std::move(events), [accepted, lane = events_lane_, number = events_number_, count, cursor] {
    accepted(lane, number, count, cursor);
  });
}

void Instance::on_accepted(base::Handle lane, uint64_t number, int64_t count, std::string cursor) {
  if (Lane* found = lanes_.find(lane)) found->settle(number, count, cursor);
}

model::Value Instance::status() const {
  model::Value lanes = model::Value::list();
  for (const base::Handle handle : lane_handles_)
    if (const Lane* lane = lanes_.find(handle)) lanes.push(lane->status());
  model::Value out = model::Value::map();
  out.set("instance", config().id()).set("plugin", program().name).set("version", manifest().version);
  out.set("lanes", std::move(lanes)).set("collects", collects_).set("failed_collects", failed_collects_);
  out.set("calls", calls_).set("waiting", static_cast<int64_t>(waiting_.size()));
  out.set("events", events_taken_).set("events_dropped", events_wrong_);
  if (!last_error_.empty()) out.set("last_error", last_error_);
  return out;
}

}  // namespace reeve::plugin
