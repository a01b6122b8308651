#include <array>

#include "model/action.h"
#include "model/alert.h"
#include "model/decision.h"
#include "model/run.h"

namespace reeve::model {

namespace {
constexpr std::array kAlertStates{"inactive", "pending", "firing", "resolved"};
constexpr std::array kVerdicts{"allow", "defer", "ask", "refuse"};
constexpr std::array kEffects{"read", "change", "destroy"};
constexpr std::array kClasses{"read", "idempotent", "keyed", "probed", "once"};
constexpr std::array kProbeAnswers{"done", "not_started", "running", "unknown"};
constexpr std::array kRunStates{"queued", "running", "parked", "cleaning", "ended"};

template <class Enum, size_t N>
base::Result<Enum> enum_of(const std::array<const char*, N>& names, const std::string& name, const char* what) {
  std::string known;
  for (size_t i = 0; i < N; ++i) {
    if (name == names[i]) return static_cast<Enum>(i);
    known += (i ? ", " : "") + std::string(names[i]);
  }
  return base::invalid("unknown " + std::string(what) + " \"" + name + "\" (one of " + known + ")");
}
}  // namespace

const char* alert_state_name(AlertState state) {
  return kAlertStates[static_cast<size_t>(state)];
}
const char* verdict_name(Verdict verdict) {
  return kVerdicts[static_cast<size_t>(verdict)];
}
const char* effect_name(Effect effect) {
  return kEffects[static_cast<size_t>(effect)];
}
const char* action_class_name(ActionClass cls) {
  return kClasses[static_cast<size_t>(cls)];
}
const char* probe_answer_name(ProbeAnswer answer) {
  return kProbeAnswers[static_cast<size_t>(answer)];
}
const char* run_state_name(RunState state) {
  return kRunStates[static_cast<size_t>(state)];
}

base::Result<Effect> effect_of(const std::string& name) {
  return enum_of<Effect>(kEffects, name, "effect");
}
base::Result<ActionClass> action_class_of(const std::string& name) {
  return enum_of<ActionClass>(kClasses, name, "action class");
}
base::Result<ProbeAnswer> probe_answer_of(const std::string& name) {
  return enum_of<ProbeAnswer>(kProbeAnswers, name, "probe answer");
}

}  // namespace reeve::model
