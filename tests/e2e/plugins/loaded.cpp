#include "e2e/plugins/loaded.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmath>
#include <stdexcept>

namespace reeve::e2e {

namespace {

std::string text(reeve_text t) {
  return {t.at == nullptr ? "" : t.at, t.size};
}
reeve_text text(const std::string& s) {
  return {s.data(), s.size()};
}

std::map<std::string, std::string> labels_of(const reeve_label* labels, size_t count) {
  std::map<std::string, std::string> out;
  for (size_t i = 0; i < count; ++i) out[text(labels[i].name)] = text(labels[i].value);
  return out;
}

}  // namespace

double Outcome::value(const std::string& name, const std::map<std::string, std::string>& labels) const {
  for (const Seen& sample : samples) {
    if (sample.name != name) continue;
    bool fits = true;
    for (const auto& [key, value] : labels) {
      auto found = sample.labels.find(key);
      fits = fits && found != sample.labels.end() && found->second == value;
    }
    if (fits) return sample.value;
  }
  return std::nan("");
}

Recorder::Recorder(Json secrets) : secrets_(std::move(secrets)), cancel_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  table_.size = sizeof table_;
  table_.abi_major = REEVE_ABI_MAJOR;
  table_.abi_minor = REEVE_ABI_MINOR;
  table_.context = this;
  table_.sample = [](const reeve_engine* engine, reeve_call, const reeve_sample* sample) -> int {
    of(engine).outcome_.samples.push_back(
        {text(sample->name), labels_of(sample->labels, sample->label_count), sample->value, sample->at_ms});
    return REEVE_OK;
  };
  table_.event = [](const reeve_engine* engine, reeve_call, const reeve_event* event) -> int {
    Recorder& self = of(engine);
    if (self.cancelled_) return REEVE_TIMEOUT;
    SeenEvent seen{
        text(event->type),  labels_of(event->labels, event->label_count), {}, event->at_us, text(event->target),
        text(event->cursor)};
    Json::parse(text(event->fields), seen.fields);
    std::lock_guard lock(self.mutex_);
    self.events_.push_back(std::move(seen));
    self.changed_.notify_all();
    return REEVE_OK;
  };
  table_.durable = [](const reeve_engine*, char*, size_t) -> size_t { return 0; };
  table_.log = [](const reeve_engine*, int level, reeve_text line) {
    if (level >= REEVE_LOG_WARN) std::fprintf(stderr, "plugin: %s\n", text(line).c_str());
  };
  table_.secret = [](const reeve_engine* engine, reeve_text name, char* value, size_t room) -> size_t {
    std::string secret = of(engine).secrets_[text(name)].text();
    secret.copy(value, room);
    return secret.size();
  };
  table_.cancelled = [](const reeve_engine* engine, reeve_call) -> int { return of(engine).cancelled_ ? 1 : 0; };
  table_.cancel_fd = [](const reeve_engine* engine) -> int { return of(engine).cancel_fd_; };
  table_.answer = [](const reeve_engine* engine, reeve_call, reeve_text json) {
    Json::parse(text(json), of(engine).outcome_.answer);
  };
  table_.fail = [](const reeve_engine* engine, reeve_call, int, reeve_text why, int64_t) {
    of(engine).outcome_.error = text(why);
  };
}

Recorder::~Recorder() {
  close(cancel_fd_);
}

void Recorder::cancel() {
  cancelled_ = true;
  eventfd_write(cancel_fd_, 1);
}

Outcome Recorder::take() {
  return std::exchange(outcome_, {});
}

std::vector<SeenEvent> Recorder::events() {
  std::lock_guard lock(mutex_);
  return events_;
}

SeenEvent Recorder::wait_for(const std::string& what, const std::function<bool(const SeenEvent&)>& wanted) {
  std::unique_lock lock(mutex_);
  SeenEvent found;
  size_t next = 0;
  bool came = changed_.wait_for(lock, std::chrono::seconds(15), [&] {
    for (; next < events_.size(); ++next) {
      if (!wanted(events_[next])) continue;
      found = events_[next];
      return true;
    }
    return false;
  });
  std::string seen;
  for (const SeenEvent& event : events_) seen += " " + event.type;
  EXPECT_TRUE(came) << "waited for " << what << " and got:" << seen;
  return found;
}

Loaded::Loaded(const std::string& plugin, Json config) : whole_(config.dump()) {
  std::string path = std::string(REEVE_BUILD_DIR) + "/lib/reeve/plugins/" + plugin + ".so";
  void* object = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (object == nullptr) throw std::runtime_error(dlerror());
  plugin_ = static_cast<const reeve_plugin*>(dlsym(object, "reeve_plugin_v1"));
  if (plugin_ == nullptr) throw std::runtime_error(dlerror());
  plugin_->describe(&manifest_, [](void* to, reeve_text json) { Json::parse(text(json), *static_cast<Json*>(to)); });
  for (const Json& row : manifest_["config"].items()) {
    std::string key = row["name"].text();
    if (row["secret"].boolean() && config.has(key)) secrets_.set(key, config[key]);
  }
  Json open = Json::map();
  for (const auto& [key, value] : config.pairs()) {
    if (!secrets_.has(key)) open.set(key, value);
  }
  config_ = open.dump();
}

Json Loaded::manifest_for() const {
  Json manifest = manifest_;
  if (plugin_->describe_for == nullptr) return manifest;
  plugin_->describe_for(text(whole_), &manifest,
                        [](void* to, reeve_text json) { Json::parse(text(json), *static_cast<Json*>(to)); });
  return manifest;
}

std::string Loaded::check() const {
  char error[1024] = "";
  return plugin_->check(text(whole_), error, sizeof error) == REEVE_OK ? "" : error;
}

Outcome Loaded::collect(int64_t deadline_ms) {
  return collecting()->collect(deadline_ms);
}

Loaded::Collecting::Collecting(const reeve_plugin* plugin, const std::string& config, const Json& secrets)
    : recorder_(secrets), plugin_(plugin) {
  char error[1024] = "";
  lane_ = plugin->collector(recorder_.table(), text(config), error, sizeof error);
  error_ = error;
}

Loaded::Collecting::~Collecting() {
  if (lane_ != nullptr) plugin_->close(lane_);
}

Outcome Loaded::Collecting::collect(int64_t deadline_ms) {
  if (lane_ == nullptr) return {REEVE_INTERNAL, error_, {}, {}};
  int result = plugin_->collect(lane_, 1, deadline_ms);
  Outcome outcome = recorder_.take();
  outcome.result = result;
  return outcome;
}

Outcome Loaded::act(Step step, const std::string& name, Json args, const std::string& key, const std::string& baseline,
                    int64_t deadline_ms) {
  Recorder recorder(secrets_);
  char error[1024] = "";
  void* lane = plugin_->actor(recorder.table(), text(config_), error, sizeof error);
  if (lane == nullptr) return {REEVE_INTERNAL, error, {}, {}};
  std::string json = args.is_null() ? "{}" : args.dump();
  reeve_action action{sizeof action, text(name), text(json), text(key), text(baseline), deadline_ms};
  int result = (plugin_->*step)(lane, 1, &action);
  plugin_->close(lane);
  Outcome outcome = recorder.take();
  outcome.result = result;
  return outcome;
}

Loaded::Watch::Watch(const reeve_plugin* plugin, const std::string& config, const Json& secrets,
                     const std::string& cursor)
    : recorder_(secrets), plugin_(plugin) {
  char error[1024] = "";
  lane_ = plugin->watcher(recorder_.table(), text(config), text(cursor), error, sizeof error);
  EXPECT_NE(lane_, nullptr) << error;
  if (lane_ != nullptr) thread_ = std::thread([this] { result_ = plugin_->watch(lane_, 1); });
}

Loaded::Watch::~Watch() {
  stop();
}

Outcome Loaded::Watch::stop() {
  recorder_.cancel();
  return ended();
}

Outcome Loaded::Watch::ended() {
  EXPECT_TRUE(eventually([this] { return lane_ == nullptr || result_ != -1; })) << "the watch does not end";
  recorder_.cancel();
  if (thread_.joinable()) thread_.join();
  if (lane_ != nullptr) plugin_->close(lane_);
  lane_ = nullptr;
  Outcome outcome = recorder_.take();
  outcome.result = result_;
  return outcome;
}

SeenEvent Loaded::Watch::wait_for(const std::string& type, const std::string& target) {
  return recorder_.wait_for(
      type, [&](const SeenEvent& event) { return event.type == type && (target.empty() || event.target == target); });
}

std::unique_ptr<Loaded::Watch> Loaded::watch(const std::string& cursor) {
  return std::make_unique<Watch>(plugin_, config_, secrets_, cursor);
}

}  // namespace reeve::e2e
