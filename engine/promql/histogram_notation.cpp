#include "promql/histogram_notation.h"

#include <cmath>

#include "base/text.h"
#include "promql/quote.h"

namespace reeve::promql {

namespace {
using series::Histogram;
constexpr size_t kMostBuckets = 10000;

base::Error bad(const std::string& what) {
  return base::invalid("bad histogram: " + what);
}

base::Result<double> number(std::string_view text) {
  double value = 0;
  if (!parse_float(text, value)) return bad("not a number: " + quote(text));
  return value;
}

base::Result<int32_t> whole(std::string_view text) {
  REEVE_TRY(const double value, number(text));
  if (!(std::fabs(value) <= 1e9) || value != std::floor(value)) return bad("not a whole number: " + quote(text));
  return static_cast<int32_t>(value);
}

base::Result<std::vector<double>> list(std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return bad("expected [..], got " + quote(text));
  std::vector<double> numbers;
  std::string spaced(text.substr(1, text.size() - 2));
  for (char& c : spaced)
    if (c == ',' || c == '\t' || c == '\n') c = ' ';
  for (const std::string& part : base::split(spaced, ' ')) {
    if (part.empty()) continue;
    REEVE_TRY(const double value, number(part));
    numbers.push_back(value);
    if (numbers.size() > kMostBuckets) return bad("too many buckets");
  }
  return numbers;
}

base::Result<Histogram::ResetHint> hint(std::string_view text) {
  if (text == "unknown") return Histogram::ResetHint::kUnknown;
  if (text == "reset") return Histogram::ResetHint::kReset;
  if (text == "not_reset") return Histogram::ResetHint::kNotReset;
  if (text == "gauge") return Histogram::ResetHint::kGauge;
  return bad("unknown counter reset hint: " + quote(text));
}

struct Offsets {
  int32_t positive = 0, negative = 0;
};

base::Status set(Histogram& h, Offsets& offsets, std::string_view key, std::string_view value) {
  const auto put = [&](auto& to, auto&& result) -> base::Status {
    if (!result.ok()) return result.error();
    to = std::move(result).value();
    return {};
  };
  if (key == "schema") return put(h.schema, whole(value));
  if (key == "sum") return put(h.sum, number(value));
  if (key == "count") return put(h.count, number(value));
  if (key == "z_bucket") return put(h.zero_count, number(value));
  if (key == "z_bucket_w") return put(h.zero_threshold, number(value));
  if (key == "custom_values") return put(h.bounds, list(value));
  if (key == "buckets") return put(h.positive, list(value));
  if (key == "n_buckets") return put(h.negative, list(value));
  if (key == "offset") return put(offsets.positive, whole(value));
  if (key == "n_offset") return put(offsets.negative, whole(value));
  if (key == "counter_reset_hint") return put(h.hint, hint(value));
  return bad("unknown key: " + quote(key));
}

// The value at the front: a list up to its bracket, else up to a blank.
std::string_view take_value(std::string_view& rest) {
  const size_t end = !rest.empty() && rest[0] == '[' ? std::min(rest.find(']'), rest.size() - 1) + 1
                                                     : std::min(rest.find_first_of(" \t\n"), rest.size());
  const std::string_view value = rest.substr(0, end);
  rest.remove_prefix(end);
  return value;
}

base::Status check(const Histogram& h) {
  if (h.custom() ? !h.negative.empty() : (h.schema < -4 || h.schema > 8))
    return bad(h.custom() ? "custom buckets have no negative ones" : "schema must be -4 to 8 or -53");
  if (!h.custom()) return {};
  for (size_t i = 1; i < h.bounds.size(); ++i)
    if (!(h.bounds[i - 1] < h.bounds[i])) return bad("custom_values must grow");
  if (h.positive.size() > h.bounds.size() + 1) return bad("more buckets than custom_values name");
  return {};
}
}  // namespace

base::Result<Histogram> parse_histogram(std::string_view text) {
  text = base::trim(text);
  if (text.size() < 4 || text.substr(0, 2) != "{{" || text.substr(text.size() - 2) != "}}")
    return bad("expected {{..}}, got " + quote(text));
  std::string_view rest = base::trim(text.substr(2, text.size() - 4));
  Histogram h;
  Offsets offsets;
  while (!rest.empty()) {
    const size_t colon = rest.find(':');
    if (colon == std::string_view::npos) return bad("expected key:value, got " + quote(rest));
    const std::string_view key = base::trim(rest.substr(0, colon));
    rest.remove_prefix(colon + 1);
    REEVE_CHECK(set(h, offsets, key, take_value(rest)));
    rest = base::trim(rest);
  }
  REEVE_CHECK(check(h));
  if (!h.positive.empty()) h.positive_spans = {{offsets.positive, static_cast<uint32_t>(h.positive.size())}};
  if (!h.negative.empty()) h.negative_spans = {{offsets.negative, static_cast<uint32_t>(h.negative.size())}};
  return h;
}

}  // namespace reeve::promql
