/// \file
/// Which alert keeps which other quiet? Inhibition as Alertmanager has it. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/base.h"
#include "model/labels.h"
#include "response/response.h"
#include "yaml/yaml.h"

namespace reeve::alert {

/// While an alert matches `source`, those that match `target` and have the same values of `equal` are kept quiet.
struct InhibitRule {
  std::vector<response::AlertMatcher> source, target;
  std::vector<std::string> equal;  ///< a label that both lack counts as the same
};

/// `inhibit_rules:`, a list of {source_matchers, target_matchers, equal}. \errors kInvalid with places.
base::Result<std::vector<InhibitRule>> read_inhibit_rules(const yaml::Node& node);

/// The firing alert that keeps this one quiet, of `firing`; nullptr: none. An alert that matches both sides of a rule
/// is not kept quiet by another that does (so none keeps itself quiet).
const model::Labels* inhibited_by(const std::vector<InhibitRule>& rules, const model::Labels& alert,
                                  const std::vector<model::Labels>& firing);

}  // namespace reeve::alert
