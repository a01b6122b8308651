#include "alert/outbox.h"

#include <algorithm>
#include <iterator>

namespace reeve::alert {

base::Duration retry_delay(int attempts, double chance) {
  const int doublings = std::clamp(attempts - 1, 0, 12);
  const base::Duration whole = std::min(base::seconds(1) * (int64_t{1} << doublings), base::minutes(5));
  const int64_t half = whole.us / 2;
  return base::Duration{half + static_cast<int64_t>(static_cast<double>(half) * chance)};
}

void Outbox::add(Parcel parcel) {
  if (waiting_.size() >= kMost) {
    waiting_.pop_front();
    ++dropped_;
  }
  waiting_.push_back(std::move(parcel));
}

bool Outbox::has(const std::string& key) const {
  return std::find(in_flight_.begin(), in_flight_.end(), key) != in_flight_.end() ||
         std::any_of(waiting_.begin(), waiting_.end(), [&key](const Parcel& p) { return p.key == key; });
}

Outbox::Next Outbox::next(base::Boot now) {
  Next out;
  const bool carefully = failures_ > 0 || refusals_ >= static_cast<int>(kAtOnce);
  if (waiting_.empty() || in_flight_.size() >= (carefully ? 1 : kAtOnce)) return out;
  base::Boot soonest{INT64_MAX};
  for (auto parcel = waiting_.begin(); parcel != waiting_.end(); ++parcel) {
    if (!parcel->after.empty() && has(parcel->after)) continue;
    const base::Boot due = std::max(parcel->not_before, failures_ > 0 ? paused_until_ : base::Boot{});
    if (due <= now) {
      in_flight_.push_back(parcel->key);
      out.send = std::move(*parcel);
      waiting_.erase(parcel);
      return out;
    }
    soonest = std::min(soonest, due);
  }
  if (soonest.us != INT64_MAX) out.wait = soonest - now;
  return out;
}

void Outbox::delivered(const std::string& key) {
  std::erase(in_flight_, key);
  failures_ = refusals_ = in_vain_ = 0;
  ++delivered_;
}

void Outbox::failed(Parcel parcel, base::Boot now, double chance, base::Duration at_least) {
  std::erase(in_flight_, parcel.key);
  ++failures_;
  ++in_vain_;
  ++parcel.attempts;
  parcel.not_before = now + std::max(retry_delay(parcel.attempts, chance), at_least);
  paused_until_ = now + std::max(retry_delay(failures_, chance), at_least);
  add(std::move(parcel));
}

std::vector<Parcel> Outbox::refused(Parcel parcel, base::Boot now, double chance) {
  std::erase(in_flight_, parcel.key);
  failures_ = 0;  // it answers
  ++refusals_;
  ++in_vain_;
  ++parcel.attempts;
  if (parcel.refusals++ == 0) parcel.delivered_before = delivered_;
  if (parcel.refusals >= kMostRefusals && delivered_ > parcel.delivered_before) return give_up(std::move(parcel));
  parcel.not_before = now + retry_delay(parcel.refusals, chance);
  add(std::move(parcel));
  return {};
}

std::vector<Parcel> Outbox::give_up(Parcel parcel) {
  std::vector<Parcel> out{std::move(parcel)};
  for (size_t i = 0; i < out.size(); ++i) {
    const std::string key = out[i].key;
    const auto rest = std::stable_partition(waiting_.begin(), waiting_.end(),
                                            [&key](const Parcel& waiting) { return waiting.after != key; });
    std::move(rest, waiting_.end(), std::back_inserter(out));
    waiting_.erase(rest, waiting_.end());
  }
  return out;
}

void Outbox::postponed(Parcel parcel, base::Boot now, double chance) {
  std::erase(in_flight_, parcel.key);
  ++in_vain_;
  ++parcel.attempts;
  parcel.not_before = now + retry_delay(parcel.attempts, chance);
  add(std::move(parcel));
}

}  // namespace reeve::alert
