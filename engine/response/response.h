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

/// One matcher of Alertmanager: a label that is missing counts as "". Regular expressions are RE2's, fully anchored.
struct AlertMatcher {
  enum class Kind { kEqual, kNotEqual, kRegex, kNotRegex };
  Kind kind = Kind::kEqual;
  std::string name, value;
  struct Pattern;
  std::shared_ptr<const Pattern> pattern;  ///< compiled, of a regular expression

  bool matches(const model::Labels& labels) const;
  std::string text() const;  ///< `severity=~"page|critical"`
};

/// Reads a list of matchers as Alertmanager does: `severity="critical"`, `{a=~"x.*", b!=c}`, names and values quoted or
/// not, any UTF-8; what that grammar refuses is read by the older one. \errors kInvalid, one line without a place.
base::Result<std::vector<AlertMatcher>> parse_matchers(const std::string& text);
/// \errors kInvalid: the regular expression does not compile.
base::Result<AlertMatcher> make_matcher(AlertMatcher::Kind kind, std::string name, std::string value);
/// All of them match.
bool all_match(const std::vector<AlertMatcher>& matchers, const model::Labels& labels);

struct Response {
  std::string id;  ///< where it stands: "reeve.yaml:responses[2]", "rules/docker.yaml:docker/ContainerDied"
  std::vector<AlertMatcher> match;  ///< of `match:` and `matchers:`; empty for a rule's own `run:`
  std::string runbook;
  std::optional<yaml::Node> place;  ///< where the runbook is named, for what is found wrong with it later
  std::vector<std::pair<std::string, tmpl::Template>> with;
  std::optional<Mode> mode;
  Verify verify;
  bool continues = false;  ///< `continue: true`
};

/// One item of `responses:`, or a rule's `run:`. A rule's may be just the runbook's name, and takes no `match`,
/// `matchers` or `continue`; an item of `responses:` needs at least one matcher. \errors kInvalid with a place: unknown
/// keys, templates that do not parse, values of the wrong type.
base::Result<Response> read(const yaml::Node& node, std::string id, bool is_rule_run);

/// What a firing alert gets: the rule's own, else the first that matches, and after a `continue: true` the next that
/// matches. Pointers into the arguments.
std::vector<const Response*> choose(const Response* of_rule, const std::vector<Response>& responses,
                                    const model::Labels& alert);

/// `with`, rendered from the alert: parameter name to text, a map. The templates see $labels, $value and $event, and no
/// function. \errors kInvalid naming response and parameter.
base::Result<model::Value> parameters(const Response& response, const model::Alert& alert);

}  // namespace reeve::response
