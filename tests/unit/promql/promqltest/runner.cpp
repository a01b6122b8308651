#include "unit/promql/promqltest/runner.h"

#include <algorithm>

#include "unit/promql/promqltest/at_modifier.h"
#include "unit/promql/promqltest/compare.h"
#include "unit/promql/promqltest/loader.h"

namespace reeve::promqltest {

namespace {
class Runner {
 public:
  Report run(const std::string& text) {
    Report report;
    auto commands = parse_script(text);
    if (!commands.ok()) {
      report.broken = commands.error().text;
      return report;
    }
    for (const Command& command : commands.value()) {
      if (command.kind == Command::Kind::kClear) store_ = std::make_unique<Store>();
      if (command.kind == Command::Kind::kLoad) store_->load(command.load);
      if (command.kind != Command::Kind::kEval) continue;
      ++report.evals;
      const std::string problem = command.eval.range ? range(command.eval) : instant(command.eval);
      if (!problem.empty()) report.failures.push_back({command.eval.line, command.eval.expr + "\n  " + problem});
    }
    return report;
  }

 private:
  std::string range(const Eval& eval) const {
    const auto expr = promql::parse(eval.expr);
    if (!expr.ok()) return expr.error().text;
    const auto answer = promql::range(*expr, store_->source(), eval.at_ms, eval.end_ms, eval.step_ms);
    if (!answer.ok()) return failed(eval, answer.error().text);
    if (eval.fail) return "expected a failure";
    const std::string problem = compare_annotations(eval, *answer);
    return problem.empty() ? compare_range(eval, *answer) : problem;
  }

  static std::string failed(const Eval& eval, const std::string& error) {
    return eval.fail ? compare_failure(eval, error) : error;
  }

  std::string instant(const Eval& eval) const {
    std::string problem = instant_at(eval, eval.expr, eval.at_ms, true);
    if (!problem.empty()) return problem;
    const auto fixed = with_at(eval.expr, eval.at_ms);
    if (!fixed) return "";
    std::vector<int64_t> times{-10 * eval.at_ms, 0, eval.at_ms / 5, eval.at_ms, 10 * eval.at_ms};
    if (eval.at_ms == 0) times = {-1000, 0, 1000};
    for (const int64_t at_ms : times) {
      problem = instant_at(eval, *fixed, at_ms, false);
      if (!problem.empty()) return "as " + *fixed + " at " + std::to_string(at_ms) + " ms: " + problem;
    }
    return "";
  }

  // Positions in annotations hold only for the expression as it was written.
  std::string instant_at(const Eval& eval, const std::string& text, int64_t at_ms, bool as_written) const {
    const auto expr = promql::parse(text);
    if (!expr.ok()) return expr.error().text;
    const auto answer = promql::instant(*expr, store_->source(), at_ms);
    if (!answer.ok()) return failed(eval, answer.error().text);
    if (eval.fail) return "expected a failure";
    std::string problem = as_written ? compare_annotations(eval, *answer) : "";
    if (problem.empty()) problem = compare_instant(eval, *answer);
    if (!problem.empty()) return problem;
    problem = middle_of_range(eval, *expr, at_ms);
    return problem.empty() ? "" : "as a range query: " + problem;
  }

  std::string middle_of_range(const Eval& eval, const promql::Expr& expr, int64_t at_ms) const {
    if (eval.ordered || eval.string || eval.range_vector || looks_at_query(eval.expr)) return "";
    const auto answer = promql::range(expr, store_->source(), at_ms - 60000, at_ms + 60000, 60000);
    if (!answer.ok()) return answer.error().text;
    promql::Vector vector;
    for (const promql::Series& series : std::get<promql::Matrix>(answer->value)) {
      for (const auto& point : series.points)
        if (point.ms == at_ms) vector.push_back({series.labels, at_ms, point.value, nullptr});
      for (const auto& point : series.histograms)
        if (point.ms == at_ms) vector.push_back({series.labels, at_ms, 0, point.value});
    }
    promql::Answer middle;
    middle.value = vector;
    if (eval.scalar) {
      if (vector.size() != 1) return "no scalar";
      middle.value = promql::Scalar{at_ms, vector[0].value};
    }
    return compare_instant(eval, middle);
  }

  std::unique_ptr<Store> store_ = std::make_unique<Store>();
};
}  // namespace

Report run_script(const std::string& text) {
  return Runner().run(text);
}

}  // namespace reeve::promqltest
