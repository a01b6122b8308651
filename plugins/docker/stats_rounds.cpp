#include "docker/stats_rounds.h"

#include <algorithm>
#include <chrono>

#include "docker/engine_api.h"

namespace reeve::docker {

namespace {
constexpr size_t kSideBySide = 32;
constexpr int64_t kPatienceMs = 5000, kForgetAfterMs = 60000;

int64_t unix_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}
}  // namespace

StatsRounds::~StatsRounds() {
  ending_ = true;
  for (std::thread& asker : askers_) asker.join();
}

void StatsRounds::begin(std::vector<std::string> ids) {
  if (asking_ > 0) return;
  for (std::thread& asker : askers_) asker.join();
  askers_.clear();
  ids_ = std::move(ids);
  next_ = 0;
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(found_,
                  [&](const auto& known) { return std::find(ids_.begin(), ids_.end(), known.first) == ids_.end(); });
  }
  const size_t count = std::min(ids_.size(), kSideBySide);
  asking_ = static_cast<int>(count);
  for (size_t i = 0; i < count; ++i) askers_.emplace_back([this] { ask_some(); });
}

void StatsRounds::ask_some() {
  EngineApi api(socket_);
  for (size_t i = next_++; i < ids_.size() && !ending_; i = next_++) {
    const auto deadline = common::Deadline::after_ms(kPatienceMs).stopped_by([this] { return ending_.load(); });
    try {
      Json stats = api.get("/containers/" + ids_[i] + "/stats?stream=0&one-shot=1", deadline);
      const std::scoped_lock lock(mutex_);
      found_[ids_[i]] = {std::move(stats), unix_ms()};
    } catch (const Error&) {
      // It ended meanwhile, or the daemon is busy: its last answer stands until it is too old.
    }
  }
  --asking_;
}

std::map<std::string, StatsRounds::Found> StatsRounds::found() const {
  const std::scoped_lock lock(mutex_);
  std::map<std::string, Found> fresh = found_;
  std::erase_if(fresh, [now = unix_ms()](const auto& known) { return now - known.second.at_ms > kForgetAfterMs; });
  return fresh;
}

}  // namespace reeve::docker
