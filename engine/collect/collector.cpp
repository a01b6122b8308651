#include <algorithm>
#include <iterator>
#include <map>

#include "collect/collect.h"
#include "collect/health.h"
#include "collect/labels.h"
#include "collect/past.h"
#include "collect/schedule.h"

namespace reeve::collect {

using model::Value;

namespace {
constexpr size_t kBatch = 256;  ///< events of one ledger entry
/// So long a plugin that has just been configured may take to open its lanes before that counts as a failure.
constexpr base::Duration kOpening = base::seconds(5);
constexpr base::Duration kAskAgain = base::millis(50);

struct Counters {
  int64_t batches = 0, failed = 0, samples = 0, samples_dropped = 0;
  int64_t events = 0, events_dropped = 0, recovered = 0, states = 0, states_unchanged = 0;
};

/// One instance that is asked from time to time.
struct Source {
  plugin::InstanceConfig config;
  model::Labels added;
  base::Boot since;    ///< when it was first scheduled
  bool heard = false;  ///< a collect of it has been reported
  bool running = false;
  base::Loop::Id timer = 0;
  HealthLog health;
};

class CollectorImpl : public Collector {
 public:
  CollectorImpl(plugin::Fleet& fleet, Ports ports, base::Loop& loop)
      : fleet_(fleet), ports_(std::move(ports)), loop_(loop) {}
  ~CollectorImpl() override { stop(); }

  void schedule() override;
  void stop() override;
  void take_events(const std::string& instance, std::vector<model::Event> events,
                   std::function<void()> accepted) override;
  void restore(const std::vector<Value>& sources, const std::vector<Value>& targets) override {
    past_.restore(sources, targets);
  }
  std::string cursor(const std::string& instance) override {
    past_.open(instance);
    return past_.source(instance).cursor;
  }
  model::Entry entry_of(const std::string& instance, const std::vector<model::Event>& events) const override;
  Health health(const std::string& instance) const override;
  Value counters() const override;

 private:
  void forget(base::Handle handle);
  void plan(base::Handle handle, base::Duration wait);
  void ask(base::Handle handle);
  void on_collected(base::Handle handle, base::Boot begin, base::Time started, base::Result<model::Batch> batch);
  void report(Source& source, model::Batch batch);
  void add_own(const Source& source, model::Batch& batch) const;
  void take_one(const plugin::Manifest& manifest, const model::Labels& added, model::Event event);
  void put(const plugin::Manifest& manifest, model::Event event);
  void hand_over(const std::string& instance, std::function<void()> accepted);
  void on_durable(uint64_t id);
  model::Labels added_to(const std::string& instance) const;

  plugin::Fleet& fleet_;
  Ports ports_;
  base::Loop& loop_;
  base::Live<Source> sources_;
  std::map<std::string, base::Handle> by_id_;
  Past past_;
  Counters counters_;
  /// One intake batch on its way, and what belongs beside it.
  std::vector<model::Event> batch_;
  std::vector<Note> notes_;
  /// Intakes handed over and not yet durable, with whom to tell.
  std::map<uint64_t, std::vector<std::function<void()>>> outstanding_;
  uint64_t next_outstanding_ = 1;
};

void CollectorImpl::schedule() {
  std::map<std::string, base::Handle> before = std::move(by_id_);
  by_id_.clear();
  for (plugin::InstanceConfig& config : fleet_.instances()) {
    const std::string id = config.id();
    const plugin::Manifest* manifest = fleet_.manifest(id);
    if (manifest && !manifest->collects) continue;
    base::Handle handle = before.contains(id) ? before[id] : base::Handle{};
    before.erase(id);
    const bool is_new = !handle;
    if (is_new) handle = sources_.add(std::make_unique<Source>());
    by_id_[id] = handle;
    Source& source = *sources_.find(handle);
    const bool retimed = is_new || source.config.every != config.every;
    source.added = added_labels(config);
    source.config = std::move(config);
    if (is_new) source.since = loop_.clock().boot();
    if (retimed && !source.running) plan(handle, first_wait(id, source.config.every));
  }
  for (const auto& [id, handle] : before) forget(handle);
}

void CollectorImpl::stop() {
  for (const auto& [id, handle] : by_id_) forget(handle);
  by_id_.clear();
}

void CollectorImpl::forget(base::Handle handle) {
  if (Source* source = sources_.find(handle); source && source->timer != 0) loop_.cancel(source->timer);
  sources_.erase(handle);
}

void CollectorImpl::plan(base::Handle handle, base::Duration wait) {
  Source& source = *sources_.find(handle);
  if (source.timer != 0) loop_.cancel(source.timer);
  source.timer = loop_.after(wait, [this, handle] { ask(handle); });
}

void CollectorImpl::ask(base::Handle handle) {
  Source& source = *sources_.find(handle);
  source.timer = 0;
  source.running = true;
  const base::Duration most =
      source.config.timeout.us > 0 ? source.config.timeout : std::min(source.config.every, base::seconds(30));
  const base::Boot begin = loop_.clock().boot();
  const base::Time started = loop_.clock().wall();
  fleet_.collect(source.config.id(), most, [this, handle, begin, started](base::Result<model::Batch> batch) {
    on_collected(handle, begin, started, std::move(batch));
  });
}

void CollectorImpl::on_collected(base::Handle handle, base::Boot begin, base::Time started,
                                 base::Result<model::Batch> got) {
  Source* source = sources_.find(handle);
  if (!source) return;  // no longer configured
  source->running = false;
  const std::string id = source->config.id();
  // It was scheduled when nobody knew yet what it does.
  if (const plugin::Manifest* known = fleet_.manifest(id); known && !known->collects) {
    by_id_.erase(id);
    return forget(handle);
  }
  const base::Boot now = loop_.clock().boot();
  const bool opening =
      !got.ok() && got.error().fault == base::Fault::kUnavailable && !source->heard && now - source->since < kOpening;
  if (opening) return plan(handle, kAskAgain);
  source->heard = true;
  plan(handle, next_wait(id, source->config.every, now));
  if (got.ok()) return report(*source, std::move(*got));
  model::Batch failed;
  failed.instance = id;
  failed.started = started;
  failed.took = now - begin;
  failed.ok = false;
  failed.error = got.error().text;
  report(*source, std::move(failed));
}

void CollectorImpl::report(Source& source, model::Batch batch) {
  ++counters_.batches;
  if (!batch.ok) ++counters_.failed;
  Health health{!batch.ok, batch.ok ? "" : batch.error};
  counters_.samples_dropped += static_cast<int64_t>(drop_far_samples(batch, health));
  source.health.set(std::move(health), source.config.id(), loop_.clock().boot());
  counters_.samples += static_cast<int64_t>(batch.samples.size());
  for (model::Sample& sample : batch.samples) sample.labels = labelled(sample.labels, source.added);
  add_own(source, batch);
  ports_.on_batch(std::move(batch));
}

Health CollectorImpl::health(const std::string& instance) const {
  const auto found = by_id_.find(instance);
  const Source* source = found == by_id_.end() ? nullptr : sources_.find(found->second);
  return source ? source->health.get() : Health{};
}

void CollectorImpl::add_own(const Source& source, model::Batch& batch) const {
  const auto own = [&](const char* name, double value) {
    model::Labels labels = source.added;
    labels.set(model::kNameLabel, name);
    batch.samples.push_back({std::move(labels), value, {}});
  };
  own("up", batch.ok ? 1 : 0);
  own("scrape_duration_seconds", batch.took.seconds());
}

model::Labels CollectorImpl::added_to(const std::string& instance) const {
  for (const plugin::InstanceConfig& config : fleet_.instances())
    if (config.id() == instance) return added_labels(config);
  return {};
}

void CollectorImpl::take_events(const std::string& instance, std::vector<model::Event> events,
                                std::function<void()> accepted) {
  const plugin::Manifest* manifest = fleet_.manifest(instance);
  if (!manifest) {  // it has been taken out of the configuration meanwhile; its source keeps them
    counters_.events_dropped += static_cast<int64_t>(events.size());
    return accepted();
  }
  const model::Labels added = added_to(instance);
  batch_.clear();
  notes_.clear();
  for (model::Event& event : events) {
    event.instance = instance;
    take_one(*manifest, added, std::move(event));
  }
  hand_over(instance, std::move(accepted));
}

void CollectorImpl::take_one(const plugin::Manifest& manifest, const model::Labels& added, model::Event event) {
  event.labels = labelled(event.labels, added);
  if (!past_.is_new(event.instance, event.cursor)) {
    ++counters_.events_dropped;
    return;
  }
  const plugin::EventSpec* spec = manifest.event(event.type);
  if (!spec || !spec->state) {
    ++counters_.events;
    return put(manifest, std::move(event));
  }
  ++counters_.states;
  for (model::Event& missed : past_.missed(manifest, event)) {
    ++counters_.recovered;
    put(manifest, std::move(missed));
  }
  if (past_.is_unchanged(manifest, event)) {
    ++counters_.states_unchanged;
    return;
  }
  put(manifest, std::move(event));
}

void CollectorImpl::put(const plugin::Manifest& manifest, model::Event event) {
  if (batch_.size() >= kBatch) hand_over(event.instance, nullptr);
  notes_.push_back(past_.take(manifest, event));
  const plugin::EventSpec* spec = manifest.event(event.type);
  event.ends_target = spec && spec->ends_target;
  batch_.push_back(std::move(event));
}

// Without `accepted`: more of the same intake follows, which will bring it. When nothing of an intake is left (all of
// it was known), it is accepted together with what was handed over last: only then is its cursor durable.
void CollectorImpl::hand_over(const std::string& instance, std::function<void()> accepted) {
  if (batch_.empty()) {
    if (outstanding_.empty()) return accepted();
    return outstanding_.rbegin()->second.push_back(std::move(accepted));
  }
  const uint64_t id = next_outstanding_++;
  outstanding_[id];
  if (accepted) outstanding_[id].push_back(std::move(accepted));
  ports_.on_events(instance, std::exchange(batch_, {}), [this, id] { on_durable(id); });
  notes_.clear();
}

// Whatever is durable has all before it durable. Where a commit failed, each intake is asked about again by itself, and
// a later one may be heard of first: no source may then hear of an earlier cursor after it.
void CollectorImpl::on_durable(uint64_t id) {
  std::vector<std::function<void()>> accepted;
  const auto later = outstanding_.upper_bound(id);
  for (auto it = outstanding_.begin(); it != later; ++it)
    accepted.insert(accepted.end(), std::make_move_iterator(it->second.begin()),
                    std::make_move_iterator(it->second.end()));
  outstanding_.erase(outstanding_.begin(), later);
  for (const auto& tell : accepted) tell();
}

model::Entry CollectorImpl::entry_of(const std::string& instance, const std::vector<model::Event>& events) const {
  REEVE_ASSERT(events.size() == notes_.size());
  std::string cursor;
  for (const model::Event& event : events)
    if (!event.cursor.empty()) cursor = event.cursor;
  return collect::entry_of(instance, events, notes_, {cursor, past_.source(instance).covered});
}

Value CollectorImpl::counters() const {
  Value out = Value::map();
  out.set("batches", counters_.batches).set("failed", counters_.failed).set("samples", counters_.samples);
  out.set("samples_dropped", counters_.samples_dropped).set("events", counters_.events);
  out.set("events_dropped", counters_.events_dropped).set("recovered", counters_.recovered);
  out.set("states", counters_.states).set("states_unchanged", counters_.states_unchanged);
  return out;
}
}  // namespace

std::unique_ptr<Collector> make_collector(plugin::Fleet& fleet, Ports ports, base::Loop& loop) {
  return std::make_unique<CollectorImpl>(fleet, std::move(ports), loop);
}

}  // namespace reeve::collect
