// Rail 6: remediations that failed, the breakers they open, and what a person types to reset one.
#include <algorithm>
#include <cctype>
#include <cstring>
#include <set>

#include "guard/guard.h"

namespace reeve::guard {

namespace {
/// As a shell takes it for one word.
std::string word(const std::string& text) {
  const auto plain = [](unsigned char c) { return std::isalnum(c) || std::strchr("_-.:/@%+,=", c); };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}
}  // namespace

std::string reset_command(const std::string& runbook, const std::string& target) {
  return "reeve reset " + word(runbook) + (target.empty() ? "" : " " + word(target)) + " --reason \"...\"";
}

void State::reset_breaker(const std::string& runbook, const std::string& target) {
  const auto is_meant = [&](const Deed& deed) {
    return (runbook.empty() || deed.runbook == runbook) && (target.empty() || deed.target == target);
  };
  std::erase_if(failures_, is_meant);
  for (Deed& act : acts_) act.over = act.over || is_meant(act);
}

int State::failures_of_target(const std::string& runbook, const std::string& target, base::Boot since) const {
  return static_cast<int>(std::count_if(failures_.begin(), failures_.end(), [&](const Deed& deed) {
    return deed.runbook == runbook && deed.target == target && deed.at >= since;
  }));
}

int State::failures_of_group(const std::string& runbook, const std::string& group, base::Boot since) const {
  if (group.empty()) return 0;
  std::set<std::string> runs;
  for (const Deed& deed : failures_)
    if (deed.runbook == runbook && deed.group == group && deed.at >= since) runs.insert(deed.run);
  return static_cast<int>(runs.size());
}

bool State::failed_in(const std::string& runbook, const std::string& group, const std::string& target) const {
  return std::any_of(failures_.begin(), failures_.end(), [&](const Deed& deed) {
    return deed.runbook == runbook && deed.group == group && deed.target == target;
  });
}

std::vector<State::OpenBreaker> State::open_breakers(const std::function<Breaker(const std::string&)>& limits,
                                                     base::Boot now) const {
  std::set<std::pair<std::string, std::string>> targets, groups;
  for (const Deed& deed : failures_) {
    targets.emplace(deed.runbook, deed.target);
    if (!deed.group.empty()) groups.emplace(deed.runbook, deed.group);
  }
  std::vector<OpenBreaker> open;
  for (const auto& [runbook, target] : targets) {
    const Breaker limit = limits(runbook);
    const int failed = failures_of_target(runbook, target, now - limit.within);
    if (!limit.off && failed >= limit.failures_target) open.push_back({runbook, target, "", failed});
  }
  for (const auto& [runbook, group] : groups) {
    const Breaker limit = limits(runbook);
    const int failed = failures_of_group(runbook, group, now - limit.within);
    if (!limit.off && failed >= limit.failures_group) open.push_back({runbook, "", group, failed});
  }
  return open;
}

}  // namespace reeve::guard
