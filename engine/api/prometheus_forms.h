/// \file
/// How does Prometheus' HTTP API write rules, alerts and errors? Pure. Source: Prometheus' web/api/v1.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/http.h"
#include "api/queries.h"
#include "model/alert.h"
#include "rule/rule.h"

namespace reeve::api {

/// `{"status": "success", "data": ...}` with warnings and infos where there are any.
Reply success(model::Value data, const std::vector<std::string>& warnings = {},
              const std::vector<std::string>& infos = {});
/// "bad_data" 400, "execution" 422, "timeout" 503, "unavailable" 503, "not_found" 404, "internal" 500.
Reply prometheus_error(const std::string& type, const std::string& text);
/// The error of a query that parsed.
Reply query_error(const base::Error& error);

model::Value prometheus_alert(const model::Alert& alert);
/// `type`: "alert", "record" or empty (both). Event rules are alerting rules whose query is their selector.
model::Value prometheus_rules(const rule::RuleSet& rules, const std::vector<model::Alert>& alerts,
                              std::string_view type);
/// The value as Go's 'e' format prints it: "1e+00".
std::string exponent_text(double value);

/// The matchers of one bare selector: `up{job="x"}`. \errors kInvalid.
base::Result<series::Matchers> read_selector(const std::string& text, const promql::Options& options);

}  // namespace reeve::api
