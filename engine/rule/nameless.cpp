#include "rule/nameless.h"

namespace reeve::rule {

namespace {
constexpr size_t kKeyDigits = 16;
}

model::Labels stand_in(const std::string& name, const std::string& key) {
  return {{std::string(model::kAlertNameLabel), name}, {std::string(kStandIn), key.substr(0, kKeyDigits)}};
}

std::optional<model::Labels> labels_in_series(const series::Source& source, const model::Alert& alert) {
  using Kind = series::Matcher::Kind;
  const auto found = source.select(
      {{Kind::kEqual, std::string(model::kNameLabel), "ALERTS"},
       {Kind::kEqual, std::string(model::kAlertNameLabel), std::string(alert.labels.get(model::kAlertNameLabel))}});
  if (!found.ok()) return std::nullopt;
  for (const series::SeriesView* series : *found) {
    model::Labels labels = series->labels();
    labels.erase(model::kNameLabel);
    labels.erase("alertstate");
    if (labels.key() == alert.key) return labels;
  }
  return std::nullopt;
}

}  // namespace reeve::rule
