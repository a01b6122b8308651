/// \file
/// What can a plugin do, what would it touch, and what does a crash in the middle mean?
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/value.h"

namespace reeve::model {

enum class Effect { kRead, kChange, kDestroy };
/// What an intent without an outcome means (RUNBOOKS, In doubt).
enum class ActionClass { kRead, kIdempotent, kKeyed, kProbed, kOnce };
enum class ProbeAnswer { kDone, kNotStarted, kRunning, kUnknown };

const char* effect_name(Effect effect);             ///< "read", "change", "destroy"
const char* action_class_name(ActionClass cls);     ///< "read", "idempotent", "keyed", "probed", "once"
const char* probe_answer_name(ProbeAnswer answer);  ///< "done", "not_started", "running", "unknown"
base::Result<Effect> effect_of(const std::string& name);
base::Result<ActionClass> action_class_of(const std::string& name);
base::Result<ProbeAnswer> probe_answer_of(const std::string& name);

struct ArgumentSpec {
  std::string name;
  std::string type;  ///< "string", "int", "number", "bool", "duration", "list", "map", "any"
  bool required = false;
  std::string doc;
};

/// One action of a manifest.
struct ActionSpec {
  std::string name;
  std::vector<ArgumentSpec> arguments;
  Effect effect = Effect::kRead;
  ActionClass cls = ActionClass::kRead;
  std::optional<base::Duration> settles;  ///< none: "not started" counts as "unknown"
  std::vector<std::string> causes;        ///< event types of its effect, in order
  bool has_plan = false;
  bool has_probe = false;
  std::string doc;

  Value to_value() const;
  static base::Result<ActionSpec> from_value(const Value& value);
};

/// The answer to plan(): read-only, before any intent.
struct Plan {
  std::vector<std::string> targets;  ///< canonical keys; never empty
  std::string group;                 ///< empty: unknown
  std::vector<std::string> members;  ///< of the group, where known
  std::vector<std::string> healthy;  ///< of the members
  std::string baseline;              ///< opaque, at most 1 KiB; handed back to invoke and probe
  std::string preview;               ///< what would happen, in words
  std::optional<base::Duration> settles;

  Value to_value() const;
  static Plan from_value(const Value& value);
};

/// Whose call this is: an older epoch of the same run is refused by the plugin process.
struct Fence {
  std::string run;
  uint64_t epoch = 0;
};

}  // namespace reeve::model
