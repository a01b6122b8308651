#include "runbook/effects.h"

#include <algorithm>

namespace reeve::runbook {

namespace {
bool is_type(const std::string& cause, const std::string& type) {
  return cause == type ||
         (type.size() > cause.size() && type.ends_with(cause) && type[type.size() - cause.size() - 1] == '.');
}
}  // namespace

void Effects::open(std::string step, std::vector<std::string> targets, std::vector<std::string> causes,
                   base::Time intent) {
  close(step);
  Effect effect;
  effect.step = std::move(step);
  effect.targets = std::move(targets);
  effect.causes = std::move(causes);
  effect.intent = intent;
  effects_.push_back(std::move(effect));
}

void Effects::outcome(const std::string& step, base::Boot until) {
  for (Effect& effect : effects_)
    if (effect.step == step) effect.until = until;
}

void Effects::close(const std::string& step) {
  std::erase_if(effects_, [&](const Effect& effect) { return effect.step == step; });
}

bool Effects::covers(const Effect& effect, const std::string& target, base::Boot now) {
  if (effect.over || (effect.until && now > *effect.until)) return false;
  return std::find(effect.targets.begin(), effect.targets.end(), target) != effect.targets.end();
}

void Effects::prune(base::Boot now) {
  std::erase_if(effects_, [&](const Effect& effect) { return effect.until && (effect.over || now > *effect.until); });
}

std::string Effects::cause_of(const std::string& type, const std::string& target, base::Time at, base::Boot now) {
  std::string step;
  for (auto effect = effects_.rbegin(); effect != effects_.rend() && step.empty(); ++effect) {
    if (!covers(*effect, target, now) || at < effect->intent) continue;
    for (size_t i = effect->at; i < effect->causes.size(); ++i) {
      if (!is_type(effect->causes[i], type)) continue;
      // It may come again (docker kills twice), but never one before it.
      effect->at = i;
      effect->over = i + 1 == effect->causes.size();
      step = effect->step;
      break;
    }
  }
  prune(now);
  return step;
}

void Effects::replay(const std::string& step, const std::string& type) {
  for (Effect& effect : effects_) {
    if (effect.step != step) continue;
    for (size_t i = effect.at; i < effect.causes.size(); ++i) {
      if (!is_type(effect.causes[i], type)) continue;
      effect.at = i;
      effect.over = i + 1 == effect.causes.size();
      return;
    }
  }
}

bool Effects::disturbs(const std::string& target, base::Boot now) const {
  return std::any_of(effects_.begin(), effects_.end(),
                     [&](const Effect& effect) { return covers(effect, target, now); });
}

}  // namespace reeve::runbook
