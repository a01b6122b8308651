#include <algorithm>

#include "plugin/arguments.h"
#include "plugin/fleet_impl.h"

namespace reeve::plugin {

using What = StateChange::What;

namespace {
constexpr base::Duration kStopPatience = base::seconds(2);

bool starts_programs(const Manifest& manifest) {
  return std::find(manifest.capabilities.begin(), manifest.capabilities.end(), "exec") != manifest.capabilities.end();
}
}  // namespace

FleetImpl::FleetImpl(Search search, Ports ports, base::Loop& loop, base::Random& random,
                     std::unique_ptr<child::Spawner> spawner)
    : search_(std::move(search)),
      ports_(std::move(ports)),
      loop_(loop),
      random_(random),
      spawner_(spawner ? std::move(spawner) : child::make_spawner(search_.child_program, loop)),
      around_{*spawner_, search_, loop, random},
      broken_(around_, {ports_.on_state, [this](const Prepared& prepared) { add(prepared); }}) {}

FleetImpl::~FleetImpl() {
  if (stop_timer_ != 0) loop_.cancel(stop_timer_);
}

void FleetImpl::prepare(std::vector<InstanceConfig> wanted, std::function<void(base::Status)> done) {
  ready_ = false;
  on_ready_ = std::move(done);
  preparation_ =
      std::make_unique<Preparation>(std::move(wanted), around_, [this](auto all) { on_prepared(std::move(all)); });
  preparation_->start();
}

bool FleetImpl::tolerated(const Prepared& one) const {
  return one.broken && ((ports_.starts_without_broken && !applied_) || broken_.find(one.config.id()));
}

void FleetImpl::on_prepared(std::vector<Prepared> prepared) {
  prepared_ = std::move(prepared);
  std::vector<std::string> complaints;
  std::string told;  // a plugin that does not come up is told once, not for each of its instances
  for (const Prepared& one : prepared_) {
    if (one.fault.empty() || tolerated(one) || (one.broken && told == one.config.plugin)) continue;
    complaints.push_back(one.complaint());
    if (one.broken) told = one.config.plugin;
  }
  ready_ = complaints.empty();
  const auto done = std::move(on_ready_);
  done(ready_ ? base::Status{} : base::invalid(base::join(complaints, "\n")));
}

void FleetImpl::apply() {
  if (!ready_ || stopping_) return;
  ready_ = false;
  applied_ = true;
  std::vector<Prepared> wanted, broken;
  for (const Prepared& one : prepared_) (one.fault.empty() ? wanted : broken).push_back(one);
  const auto is_wanted = [&](const std::string& id) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const Prepared& p) { return p.config.id() == id; });
  };
  for (auto& [id, slot] : slots_) {
    Instance* gone = instances_.find(slot.now);
    if (!gone || is_wanted(id)) continue;
    slot.before.push_back(std::exchange(slot.now, base::Handle{}));
    gone->close();
  }
  for (const Prepared& prepared : wanted) add(prepared);
  broken_.hold(std::move(broken));
}

// Keeps what is the same, replaces what differs: the old one first ends its running call.
void FleetImpl::add(const Prepared& prepared) {
  Slot& slot = slots_[prepared.config.id()];
  Instance* old = instances_.find(slot.now);
  if (old && old->config().config == prepared.config.config && old->program() == prepared.program)
    return old->adopt(prepared);
  const std::string id = prepared.config.id();
  Instance::Listener listener;
  listener.on_events = [this, id](std::vector<model::Event> events, std::function<void()> accepted) {
    ports_.on_events(id, std::move(events), std::move(accepted));
  };
  if (old) slot.before.push_back(slot.now);
  const base::Handle handle = instances_.add(std::make_unique<Instance>(prepared, instances_, lanes_, loop_));
  slot.now = handle;
  listener.on_closed = [this, handle] { on_instance_closed(handle); };
  instances_.find(handle)->begin(handle, std::move(listener));
  if (slot.before.empty()) return open(handle);
  if (old) old->close();
}

void FleetImpl::open(base::Handle handle) {
  const Manifest& manifest = instances_.find(handle)->manifest();
  if (manifest.collects) add_lane(handle, LaneKind::kCollector);
  if (manifest.watches) add_lane(handle, LaneKind::kWatcher);
  for (int i = 0; manifest.acts && i < manifest.actor_lanes; ++i) add_lane(handle, LaneKind::kActor);
}

void FleetImpl::add_lane(base::Handle owner, LaneKind kind) {
  Instance& instance = *instances_.find(owner);
  const Prepared prepared{instance.config(), instance.program(), std::make_shared<const Manifest>(instance.manifest())};
  const base::Handle host = host_for(prepared);
  Split split = split_config(instance.config(), instance.manifest());
  LaneSetup setup{kind, instance.config().id(), std::move(split.open), std::move(split.secrets)};
  const std::string id = instance.config().id();
  Lane::Listener listener;
  listener.cursor = [this, id] { return ports_.cursor ? ports_.cursor(id) : std::string(); };
  listener.on_idle = [this, owner, kind] {
    if (Instance* found = instances_.find(owner)) found->on_idle(kind);
  };
  listener.on_closed = [this, owner] {
    if (Instance* found = instances_.find(owner)) found->on_lane_closed();
  };
  const base::Handle lane = lanes_.add(std::make_unique<Lane>(std::move(setup), lanes_, hosts_, host, around_));
  listener.on_event = [this, owner, lane](Told event, uint64_t number) {
    if (Instance* found = instances_.find(owner)) found->on_event(std::move(event), lane, number);
  };
  lanes_.find(lane)->begin(lane, std::move(listener));
  instance.add_lane(lane);
  Host* running = hosts_.find(host);
  if (running->up()) lanes_.find(lane)->host_up();
  if (running->at() == Host::At::kDown && running->fresh()) running->start();
}

// A shared object's process serves all instances of that file; an exec program is one process for each lane.
base::Handle FleetImpl::host_for(const Prepared& prepared) {
  base::Handle found;
  hosts_.each([&](base::Handle handle, const Host& host) {
    const bool leaving = host.at() == Host::At::kStopping || host.at() == Host::At::kStopped;
    if (!prepared.program.exec && host.program() == prepared.program && !leaving) found = handle;
  });
  if (found) return found;
  const base::Handle handle =
      hosts_.add(std::make_unique<Host>(prepared.program, starts_programs(*prepared.manifest), around_));
  Host::Listener listener;
  listener.on_up = [this, handle] { each_lane_of(handle, [](base::Handle, Lane& lane) { lane.host_up(); }); };
  listener.on_down = [this, handle] { each_lane_of(handle, [](base::Handle, Lane& lane) { lane.host_down(); }); };
  listener.on_state = [this, handle](What what, const std::string& detail, int n) {
    on_host_state(handle, what, detail, n);
  };
  listener.on_event = [this, handle](uint64_t lane, Told event) { on_host_event(handle, lane, std::move(event)); };
  listener.on_stopped = [this, handle] { on_host_stopped(handle); };
  hosts_.find(handle)->begin(std::move(listener));
  return handle;
}

void FleetImpl::each_lane_of(base::Handle host, const std::function<void(base::Handle, Lane&)>& f) const {
  std::vector<base::Handle> of_host;  // f may add lanes
  lanes_.each([&](base::Handle handle, const Lane& lane) {
    if (lane.host() == host) of_host.push_back(handle);
  });
  for (const base::Handle handle : of_host)
    if (Lane* lane = lanes_.find(handle)) f(handle, *lane);
}

std::vector<base::Handle> FleetImpl::instances_of(base::Handle host) const {
  std::vector<base::Handle> out;
  instances_.each([&](base::Handle handle, const Instance& instance) {
    for (const base::Handle lane : instance.lanes()) {
      const Lane* found = lanes_.find(lane);
      if (!found || found->host() != host) continue;
      out.push_back(handle);
      break;
    }
  });
  return out;
}

void FleetImpl::on_host_state(base::Handle host, What what, const std::string& detail, int consecutive) {
  for (const base::Handle handle : instances_of(host)) {
    Instance* instance = instances_.find(handle);
    if (!instance) continue;
    if (what == What::kQuarantined) instance->give_up(detail);
    if (ports_.on_state) ports_.on_state({what, instance->config().id(), detail, consecutive});
  }
}

void FleetImpl::on_host_event(base::Handle host, uint64_t number, Told event) {
  Lane* target = nullptr;
  each_lane_of(host, [&](base::Handle, Lane& lane) {
    if (lane.number() == number || number == 0) target = &lane;
  });
  if (target) target->take(std::move(event));
}

void FleetImpl::on_instance_closed(base::Handle handle) {
  Instance* instance = instances_.find(handle);
  const std::string id = instance->config().id();
  const std::vector<base::Handle> lanes = instance->lanes();
  // Not at once: this comes out of a lane of it.
  loop_.post([this, handle, lanes, id] {
    for (const base::Handle lane : lanes) lanes_.erase(lane);
    instances_.erase(handle);
    release_hosts();
    Slot& slot = slots_[id];
    std::erase(slot.before, handle);
    if (slot.now == handle) slot.now = {};
    if (slot.before.empty() && slot.now && !stopping_) open(slot.now);
    if (slot.before.empty() && !slot.now) slots_.erase(id);
    check_stopped();
  });
}

// Stops every process that has no lane any more.
void FleetImpl::release_hosts() {
  std::vector<base::Handle> unused;
  hosts_.each([&](base::Handle host, const Host&) {
    bool used = false;
    each_lane_of(host, [&](base::Handle, Lane&) { used = true; });
    if (!used) unused.push_back(host);
  });
  for (const base::Handle host : unused) hosts_.find(host)->stop();
}

void FleetImpl::on_host_stopped(base::Handle host) {
  loop_.post([this, host] {
    hosts_.erase(host);
    check_stopped();
  });
}

void FleetImpl::stop(std::function<void()> done) {
  stopping_ = true;
  stopped_ = std::move(done);
  preparation_.reset();
  broken_.stop();
  std::vector<base::Handle> all;
  instances_.each([&](base::Handle handle, const Instance&) { all.push_back(handle); });
  for (const base::Handle handle : all)
    if (Instance* instance = instances_.find(handle)) instance->close();
  stop_timer_ = loop_.after(kStopPatience, [this] { on_stop_late(); });
  loop_.post([this] { check_stopped(); });
}

// Calls that still run have had their time: the processes end now, whatever is inside them.
void FleetImpl::on_stop_late() {
  stop_timer_ = 0;
  std::vector<base::Handle> all;
  hosts_.each([&](base::Handle host, const Host&) { all.push_back(host); });
  for (const base::Handle host : all)
    if (Host* found = hosts_.find(host)) found->stop();
}

void FleetImpl::check_stopped() {
  if (!stopping_ || !stopped_ || hosts_.size() > 0 || instances_.size() > 0) return;
  if (stop_timer_ != 0) loop_.cancel(std::exchange(stop_timer_, 0));
  const auto done = std::move(stopped_);
  stopped_ = nullptr;
  done();
}

std::unique_ptr<Fleet> make_fleet(Search search, Ports ports, base::Loop& loop, base::Random& random) {
  return std::make_unique<FleetImpl>(std::move(search), std::move(ports), loop, random);
}

}  // namespace reeve::plugin
