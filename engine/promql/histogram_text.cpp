// Native histograms as text: for people, and in the notation of promqltest.
#include <algorithm>

#include "promql/histogram_math.h"
#include "promql/quote.h"

namespace reeve::promql {

namespace {
std::string bucket_text(const Bucket& bucket) {
  return ", " + std::string(bucket.lower_inclusive ? "[" : "(") + short_number(bucket.lower) + "," +
         short_number(bucket.upper) + (bucket.upper_inclusive ? "]" : ")") + ":" + short_number(bucket.count);
}

std::string list_text(const std::vector<double>& numbers) {
  std::string out;
  for (const double number : numbers) out += (out.empty() ? "" : " ") + short_number(number);
  return "[" + out + "]";
}

// One run of buckets from the first to the last that is not empty.
void append_buckets(std::string& out, const BucketCounts& counts, const char* key, const char* offset_key) {
  std::vector<double> run;
  int32_t first = 0, next = 0;
  for (const auto& [index, count] : counts) {
    if (count == 0) continue;
    if (run.empty()) first = next = index;
    for (; next < index && run.size() < 10000; ++next) run.push_back(0);
    run.push_back(count);
    next = index + 1;
  }
  if (run.empty()) return;
  if (first != 0) out += std::string(" ") + offset_key + ":" + std::to_string(first);
  out += std::string(" ") + key + ":" + list_text(run);
}
}  // namespace

std::string histogram_text(const Histogram& h) {
  std::string out = "{count:" + short_number(h.count) + ", sum:" + short_number(h.sum);
  for (const Bucket& bucket : all_buckets(h))
    if (bucket.count != 0) out += bucket_text(bucket);
  return out + "}";
}

std::string histogram_notation(const Histogram& h) {
  std::string out;
  const auto number = [&](const char* key, double value) {
    if (value != 0) out += std::string(" ") + key + ":" + short_number(value);
  };
  if (h.schema != 0) out += " schema:" + std::to_string(h.schema);
  number("count", h.count);
  number("sum", h.sum);
  number("z_bucket", h.zero_count);
  number("z_bucket_w", h.zero_threshold);
  if (h.custom()) out += " custom_values:" + list_text(h.bounds);
  if (h.hint == Histogram::ResetHint::kReset) out += " counter_reset_hint:reset";
  if (h.hint == Histogram::ResetHint::kNotReset) out += " counter_reset_hint:not_reset";
  if (h.hint == Histogram::ResetHint::kGauge) out += " counter_reset_hint:gauge";
  append_buckets(out, counts_of(h.positive_spans, h.positive), "buckets", "offset");
  append_buckets(out, counts_of(h.negative_spans, h.negative), "n_buckets", "n_offset");
  return "{{" + (out.empty() ? out : out.substr(1)) + "}}";
}

}  // namespace reeve::promql
