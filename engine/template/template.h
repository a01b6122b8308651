/// \file
/// What text does a Go template with Prometheus' functions give? Rule labels, annotations and `with:`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"
#include "model/labels.h"
#include "model/value.h"
#include "promql/promql.h"

namespace reeve::tmpl {

/// What a template sees. `query` is asked by the functions that query; empty: they are an error.
struct Data {
  model::Labels labels;           ///< $labels, .Labels
  model::Labels external_labels;  ///< $externalLabels
  std::string external_url;       ///< $externalURL
  double value = 0;               ///< $value, .Value
  model::Value event;             ///< $event: null outside event rules
  base::Time now;
  std::function<base::Result<promql::Vector>(const std::string& expr)> query;
};

enum class Functions {
  kPrometheus,  ///< all of Prometheus'
  kNone,        ///< `with:` of a response: only $labels, $value, $event
};

/// A parsed template; immutable.
class Template {
 public:
  /// \errors kInvalid with line:column inside the text.
  static base::Result<Template> parse(std::string_view text, Functions functions = Functions::kPrometheus);
  base::Result<std::string> render(const Data& data) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

}  // namespace reeve::tmpl
