#include "rule/arrival.h"

#include <algorithm>

namespace reeve::rule {

namespace {
const std::string* equal_to(const series::Matchers& matchers, std::string_view label) {
  for (const series::Matcher& matcher : matchers)
    if (matcher.kind == series::Matcher::Kind::kEqual && matcher.name == label) return &matcher.value;
  return nullptr;
}

bool agrees(const std::string& wanted, std::string_view found) {
  return wanted.empty() || wanted == found;
}
}  // namespace

void Arrival::add(size_t rule, const std::vector<promql::Selector>& selectors) {
  marked_.resize(std::max(marked_.size(), rule + 1));
  for (const promql::Selector& selector : selectors) {
    Interest interest{rule, {}, {}};
    if (const std::string* job = equal_to(selector.matchers, "job")) interest.job = *job;
    if (const std::string* instance = equal_to(selector.matchers, "instance")) interest.instance = *instance;
    const std::string* name = equal_to(selector.matchers, model::kNameLabel);
    (name ? by_name_[*name] : any_name_).push_back(std::move(interest));
  }
}

void Arrival::mark(const std::vector<Interest>& interests, const model::Sample& sample) {
  for (const Interest& interest : interests) {
    if (marked_[interest.rule]) continue;
    if (agrees(interest.job, sample.labels.get("job")) && agrees(interest.instance, sample.labels.get("instance")))
      marked_[interest.rule] = 1;
  }
}

std::vector<size_t> Arrival::concerned(const model::Batch& batch) {
  std::fill(marked_.begin(), marked_.end(), 0);
  // A page names the samples of a family in a row, and all samples of an instance carry its job and instance.
  std::string_view last_name;
  const std::vector<Interest>* interests = nullptr;
  for (const model::Sample& sample : batch.samples) {
    const std::string_view name = sample.labels.name();
    if (name != last_name) {
      const auto found = by_name_.find(name);
      interests = found == by_name_.end() ? nullptr : &found->second;
      last_name = name;
    }
    if (interests) mark(*interests, sample);
    mark(any_name_, sample);
  }
  std::vector<size_t> present;
  for (size_t rule = 0; rule < marked_.size(); ++rule)
    if (marked_[rule]) present.push_back(rule);
  std::vector<size_t>& before = last_[batch.instance];
  std::vector<size_t> both;
  std::set_union(present.begin(), present.end(), before.begin(), before.end(), std::back_inserter(both));
  before = batch.ok ? std::move(present) : both;  // a failed batch has ended series that a whole one must bring back
  return both;
}

}  // namespace reeve::rule
