/// \file
/// What is done about an alert? Reads `run:` of a rule and `responses:` of the configuration: runbook, parameters,
/// mode, verify; and says which of them a firing alert gets.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/base.h"
#include "model/alert.h"
#include "template/template.h"
#include "yaml/yaml.h"

namespace reeve::response {

/// The stricter of two modes is the smaller.
enum class Mode { kShadow, kSuggest, kApprove, kAuto };
const char* mode_name(Mode mode);
base::Result<Mode> mode_of(const std::string& name);

struct Verify {
  base::Duration within = base::minutes(5);
  std::optional<base::Duration> hold;  ///< none: safety.hold (10s)
};

struct AlertMatcher {
  enum class Kind { kEqual, kNotEqual, kRegex, kNotRegex };
  Kind kind = Kind::kEqual;
  std::string name, value;
};

struct Response {
  std::string id;  ///< where it stands: "reeve.yaml:responses[2]", "rules/docker.yaml:docker/ContainerDied"
  std::vector<AlertMatcher> match;  ///< of `match:` and `matchers:`; empty for a rule's own `run:`
  std::string runbook;
  std::vector<std::pair<std::string, tmpl::Template>> with;
  std::optional<Mode> mode;
  Verify verify;
  bool continues = false;  ///< `continue: true`
};

/// One item of `responses:`, or a rule's `run:` (`match` is then refused). Unknown keys are errors with positions.
base::Result<Response> read(const yaml::Node& node, std::string id, bool is_rule_run);

/// What a firing alert gets: the rule's own, else the first that matches (and what follows a `continue`).
std::vector<const Response*> choose(const Response* of_rule, const std::vector<Response>& responses,
                                    const model::Labels& alert);

/// `with`, rendered from the alert: parameter name to text. \errors kInvalid naming response and parameter.
base::Result<model::Value> parameters(const Response& response, const model::Alert& alert);

}  // namespace reeve::response
