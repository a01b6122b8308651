#include "runbook/leases.h"

namespace reeve::runbook {

std::string Leases::holder(const std::vector<std::string>& keys, const std::string& run) const {
  for (const std::string& key : keys)
    if (const auto found = held_.find(key); found != held_.end() && found->second != run) return found->second;
  return {};
}

std::vector<std::string> Leases::take(const std::vector<std::string>& keys, const std::string& run) {
  std::vector<std::string> taken;
  for (const std::string& key : keys)
    if (held_.emplace(key, run).second) taken.push_back(key);
  return taken;
}

std::vector<std::string> Leases::of(const std::string& run) const {
  std::vector<std::string> keys;
  for (const auto& [key, holder] : held_)
    if (holder == run) keys.push_back(key);
  return keys;
}

}  // namespace reeve::runbook
