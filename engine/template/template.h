/// \file
/// What text does a Go template with Prometheus' functions give? Rule labels, annotations and `with:`.
#pragma once

#include <cstddef>
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

inline constexpr size_t kLongestTemplate = 1 << 20;  ///< bytes

/// A parsed template; immutable, cheap to copy. Any thread (Data::query is called on the thread that renders).
///
/// Go's text/template with Prometheus' functions and `missingkey=zero`: a label that is missing is "". A rendering is
/// bounded (1 MiB of text, 10^6 steps, 64 MiB worked on), because it runs on the core thread.
class Template {
 public:
  /// \errors kInvalid, `LINE:COL: message` in Go's words; line and column (in bytes) from 1 inside the text, as
  /// yaml::Node::error_at takes them.
  static base::Result<Template> parse(std::string_view text, Functions functions = Functions::kPrometheus);
  /// \errors kInvalid, `LINE:COL: executing at <...>: message`.
  base::Result<std::string> render(const Data& data) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

}  // namespace reeve::tmpl
