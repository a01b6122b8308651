/// \file
/// What do the templates of these tests see? The data with which Prometheus' own package made the expected texts.
#pragma once

#include "template/template.h"

namespace reeve::tmpl {

inline base::Result<promql::Vector> answer(const std::string& query) {
  using model::Labels;
  if (query == "none") return promql::Vector{};
  if (query == "bad") return base::invalid("1:1: parse error: bad query");
  promql::Vector out;
  const auto add = [&out](Labels labels, double value) {
    promql::Element element;
    element.labels = std::move(labels);
    element.value = value;
    out.push_back(std::move(element));
  };
  if (query == "one") {
    add({{"__name__", "metric"}, {"instance", "a"}, {"__value__", "text"}}, 11.5);
    return out;
  }
  add({{"__name__", "metric"}, {"instance", "a"}}, 11);
  add({{"__name__", "metric"}, {"instance", "b"}, {"job", "x"}}, 21);
  add({{"__name__", "metric"}, {"instance", "A"}}, 0.5);
  return out;
}

inline Data fixture() {
  Data out;
  out.labels = {{"alertname", "HighLoad"},
                {"instance", "web-1.example.com:9100"},
                {"job", "node"},
                {"severity", "page"},
                {"html", "<a href=\"x\">'&'</a>"}};
  out.external_labels = {{"cluster", "eu-1"}};
  out.external_url = "http://reeve.example.com:9911/base/path";
  out.value = 91.7;
  out.now = base::time_from_ms(1435065584128);
  out.query = &answer;
  return out;
}

}  // namespace reeve::tmpl
