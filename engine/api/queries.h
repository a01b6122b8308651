/// \file
/// How are questions from outside about the series answered without holding up the core? On Views, on the query thread.
///
/// Core thread; each `Done` is called once on it. Every question has a sample limit, a deadline and a cancel; at most
/// Settings::waiting are queued (beyond: kThrottled). Answers have the shapes of the Prometheus HTTP API.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/base.h"
#include "base/worker.h"
#include "promql/promql.h"
#include "series/series.h"

namespace reeve::api {

/// `data` beside what the evaluation remarked.
struct QueryAnswer {
  model::Value data;
  std::vector<std::string> warnings, infos;
};

class Queries {
 public:
  using Done = std::function<void(base::Result<QueryAnswer>)>;
  struct Settings {
    promql::Options options;
    base::Duration timeout = base::seconds(30);  ///< also the most that a request may ask for
    size_t waiting = 32;
    int64_t most_points = 11000;  ///< steps of a range query (Prometheus' limit)
  };
  Queries(series::Head& head, base::Worker& worker, base::Loop& loop, Settings settings);
  Queries(series::Head& head, base::Worker& worker, base::Loop& loop) : Queries(head, worker, loop, Settings()) {}
  ~Queries();

  /// A question about an expression that promql::parse took. `timeout` zero: the settings'.
  /// \errors of `done`: kInvalid (execution), kTimeout, kRefused (sample limit), kThrottled.
  void instant(const promql::Expr& expr, int64_t at_ms, base::Duration timeout, Done done);
  /// The same of a text; what does not parse is kInvalid too.
  void instant(const std::string& expr, int64_t at_ms, base::Duration timeout, Done done);
  void range(const promql::Expr& expr, int64_t start_ms, int64_t end_ms, int64_t step_ms, base::Duration timeout,
             Done done);
  /// \errors kInvalid: what range() would refuse, in Prometheus' words.
  base::Status check_range(int64_t start_ms, int64_t end_ms, int64_t step_ms) const;
  const promql::Options& options() const;

  /// The time range and selectors of /series and /labels; no selector: all series. Times are inclusive.
  struct Metadata {
    std::vector<series::Matchers> match;
    int64_t start_ms = INT64_MIN, end_ms = INT64_MAX;
    size_t limit = 0;  ///< of the answer; 0: none
  };
  void series(Metadata wanted, Done done);
  void label_names(Metadata wanted, Done done);
  void label_values(const std::string& label, Metadata wanted, Done done);

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace reeve::api
