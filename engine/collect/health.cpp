#include "collect/health.h"

namespace reeve::collect {

namespace {
constexpr base::Duration kFar = base::minutes(10);
/// So seldom the reasons of a source that goes on failing are logged when they change.
constexpr base::Duration kLogAgain = base::minutes(10);
}  // namespace

size_t drop_far_samples(model::Batch& batch, Health& health) {
  const int64_t oldest = (batch.started - kFar).ms(), newest = (batch.started + kFar).ms();
  const size_t all = batch.samples.size();
  std::string first;
  std::erase_if(batch.samples, [&](const model::Sample& sample) {
    if (!sample.at_ms || (*sample.at_ms >= oldest && *sample.at_ms <= newest)) return false;
    if (first.empty()) first = std::string(sample.labels.name()) + ", at_ms " + std::to_string(*sample.at_ms);
    return true;
  });
  const size_t dropped = all - batch.samples.size();
  if (dropped == 0) return 0;
  health.failing = dropped == all;
  health.why = std::to_string(dropped) + " of " + std::to_string(all) +
               " samples dropped: their time is more than 10 minutes from now (first: " + first + ")";
  return dropped;
}

void HealthLog::set(Health health, const std::string& instance, base::Boot now) {
  health_ = std::move(health);
  if (health_.why == logged_) return;
  if (health_.why.empty()) {
    base::log_info("a source is well again", {{"instance", instance}});
  } else if (!logged_.empty() && now - logged_at_ < kLogAgain) {
    return;
  } else {
    base::log_warn(health_.failing ? "a source gives no samples" : "samples of a source are dropped",
                   {{"instance", instance}, {"error", health_.why}});
    logged_at_ = now;
  }
  logged_ = health_.why;
}

}  // namespace reeve::collect
