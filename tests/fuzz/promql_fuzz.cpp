// Expressions: any text is parsed or refused; what is parsed prints to a text that means the same, and evaluates alike
// whether asked for one moment or as part of a range.
#include <cstdlib>
#include <string_view>

#include "base/clock.h"
#include "model/json.h"
#include "promql/histogram_notation.h"
#include "promql/promql.h"

namespace {
using namespace reeve;

// A little of everything: counters with a reset, gauges, NaN, a stale marker, buckets, a native histogram, info.
series::Head& data() {
  static series::Head head;
  static const bool filled = [] {
    const auto put = [](model::Labels labels, int64_t i, double v) { head.append(labels, i * 15000, v); };
    for (int64_t i = 0; i < 30; ++i) {
      const auto x = static_cast<double>(i);
      put({{"__name__", "a"}, {"b", "c"}, {"job", "1"}}, i, x * 3);
      put({{"__name__", "a"}, {"b", "d"}, {"job", "1"}}, i, i % 9 ? x : 0);
      put({{"__name__", "b"}, {"b", "c"}, {"job", "2"}}, i, i % 5 ? 1 / x : __builtin_nan(""));
      put({{"__name__", "target_info"}, {"job", "1"}, {"v", "w"}}, i, 1);
      for (const char* le : {"0.1", "1", "+Inf"})
        put({{"__name__", "h_bucket"}, {"le", le}}, i, x * static_cast<double>(le[0]));
      if (i == 20) put({{"__name__", "gone"}}, i, model::stale_marker());
      auto h = promql::parse_histogram("{{schema:0 sum:5 count:4 buckets:[1 2 1]}}");
      head.append({{"__name__", "n"}, {"b", "c"}}, i * 15000, std::make_shared<const series::Histogram>(*h));
    }
    return true;
  }();
  static_cast<void>(filled);
  return head;
}

std::string answer(const promql::Expr& expr, const promql::Options& options, int64_t at_ms) {
  const auto result = promql::instant(expr, data(), at_ms, options);
  return result.ok() ? model::to_json(promql::to_value(*result)) : result.error().text;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size > 2000) return 0;
  promql::Options options;
  options.max_samples = 20000;
  options.clock = &base::system_clock();
  options.deadline = options.clock->boot() + base::seconds(2);
  const auto expr = promql::parse({reinterpret_cast<const char*>(bytes), size}, options);
  if (!expr.ok()) {
    if (expr.error().text.find("parse error: ") == std::string::npos) std::abort();
    return 0;
  }
  const std::string text = expr->text();
  const auto again = promql::parse(text, options);
  if (!again.ok() || again->text() != text || again->type() != expr->type()) std::abort();
  static_cast<void>(expr->window());
  const std::string first = answer(*expr, options, 300000);
  const bool late = first.find("timed out") != std::string::npos;
  if (!late && first.find("samples") == std::string::npos) {
    const std::string second = answer(*again, options, 300000);
    // Durations of fractions of a millisecond are not printed, so only an error may differ in its position.
    if (first != second && first[0] == '{' && second[0] == '{') std::abort();
  }
  if (expr->type() == promql::ValueType::kVector || expr->type() == promql::ValueType::kScalar)
    static_cast<void>(promql::range(*expr, data(), 0, 450000, 30000, options));
  return 0;
}
