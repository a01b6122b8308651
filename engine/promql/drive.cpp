// `reeve promql --stdio`: one JSON request a line, one JSON reply a line (DRIVE). Whatever comes in gets an answer.
#include <cmath>

#include "base/clock.h"
#include "model/json.h"
#include "promql/drive_store.h"
#include "promql/histogram_notation.h"
#include "promql/promql.h"
#include "promql/quote.h"

namespace reeve::promql {

using model::Value;

namespace {
// An answer is due after 5 s; what is left is for writing it.
constexpr base::Duration kTimeLimit = base::millis(3500);
constexpr int64_t kSampleLimit = 5'000'000;
constexpr size_t kPointLimit = 1'000'000;

// Something that a request must have.
struct BadRequest {
  std::string text;
};

const Value& need(const Value& request, const char* key) {
  const Value* value = request.find(key);
  if (!value) throw BadRequest{std::string("missing \"") + key + "\""};
  return *value;
}

std::string need_text(const Value& request, const char* key) {
  const Value& value = need(request, key);
  if (!value.is_string()) throw BadRequest{std::string("\"") + key + "\" must be a string"};
  return value.as_string();
}

int64_t whole_ms(double ms, const char* what) {
  // Sums of two times must still fit.
  constexpr double kMost = 4e18;
  if (!(std::fabs(ms) <= kMost)) throw BadRequest{std::string(what) + " is out of range"};
  return static_cast<int64_t>(std::llround(ms));
}

int64_t need_seconds(const Value& request, const char* key) {
  const Value& value = need(request, key);
  double seconds = 0;
  if (value.is_number()) {
    seconds = value.as_double();
  } else if (!value.is_string() || !parse_float(value.as_string(), seconds)) {
    throw BadRequest{std::string("\"") + key + "\" must be a number of seconds"};
  }
  return whole_ms(seconds * 1000, key);
}

model::Labels need_labels(const Value& request) {
  const Value& map = need(request, "labels");
  if (!map.is_map()) throw BadRequest{"\"labels\" must be an object"};
  model::Labels labels;
  for (const auto& [name, value] : map.as_map()) {
    if (!value.is_string()) throw BadRequest{"label " + quote(name) + " must be a string"};
    if (name.empty()) throw BadRequest{"a label name must not be empty"};
    labels.set(name, value.as_string());
  }
  return labels;
}

void set_value(GivenSample& sample, const Value& value) {
  if (value.is_number()) {
    sample.value = value.as_double();
    return;
  }
  if (!value.is_string()) throw BadRequest{"a sample's value must be a number or a string"};
  const std::string& text = value.as_string();
  if (text == "stale") {
    sample.value = model::stale_marker();
  } else if (text.rfind("{{", 0) == 0) {
    auto histogram = parse_histogram(text);
    if (!histogram.ok()) throw BadRequest{histogram.error().text};
    sample.histogram = std::make_shared<const series::Histogram>(std::move(histogram).value());
  } else if (!parse_float(text, sample.value)) {
    throw BadRequest{"not a sample value: " + quote(text)};
  }
}

GivenSample read_sample(const Value& item) {
  const Value::List& parts = item.as_list();
  if (!item.is_list() || parts.size() < 2 || parts.size() > 3 || !parts[0].is_number())
    throw BadRequest{"a sample must be [ms, value] or [ms, value, start_ms]"};
  GivenSample sample;
  sample.ms = whole_ms(parts[0].as_double(), "a sample's time");
  if (parts[0].is_int())
    sample.ms = std::clamp(parts[0].as_int(), int64_t{-4'000'000'000'000'000'000}, int64_t{4'000'000'000'000'000'000});
  set_value(sample, parts[1]);
  if (parts.size() == 3 && !parts[2].is_null()) {
    if (!parts[2].is_number()) throw BadRequest{"a start timestamp must be a number"};
    sample.has_start = true;
    sample.start_ms = whole_ms(parts[2].as_double(), "a start timestamp");
  }
  return sample;
}

size_t point_count(const Answer& answer) {
  const auto* matrix = std::get_if<Matrix>(&answer.value);
  if (!matrix) return 0;
  size_t count = 0;
  for (const Series& series : *matrix) count += series.points.size() + series.histograms.size();
  return count;
}

Value text_list(const std::vector<std::string>& texts) {
  Value list = Value::list();
  for (const std::string& text : texts) list.push(Value(text));
  return list;
}

std::string success(Value data) {
  return model::to_json(Value::map().set("status", "success").set("data", std::move(data)));
}
std::string failure(const char* type, const std::string& text) {
  return model::to_json(Value::map().set("status", "error").set("errorType", type).set("error", text));
}
}  // namespace

struct Drive::State {
  DriveStore store;
  Options options;

  State() { options.max_samples = kSampleLimit; }

  std::string answer(const Value& request) {
    if (!request.is_map()) throw BadRequest{"a request must be a JSON object"};
    const std::string op = need_text(request, "op");
    if (op == "clear") {
      store.clear();
      return success(Value::map());
    }
    if (op == "options") return set_options(request);
    if (op == "append") return append(request);
    if (op == "instant" || op == "range") return evaluate(request, op == "range");
    if (op == "parse" || op == "format") return parsed(request, op == "format");
    throw BadRequest{"unknown op " + quote(op)};
  }

  std::string set_options(const Value& request) {
    Options wanted = options;
    if (const Value* lookback = request.find("lookback")) {
      const auto duration = base::parse_duration(lookback->is_string() ? lookback->as_string() : "");
      if (!duration.ok() || duration->us <= 0) throw BadRequest{"\"lookback\" must be a duration such as \"5m\""};
      wanted.lookback = *duration;
    }
    for (auto [key, flag] : {std::pair{"experimental", &wanted.experimental},
                             std::pair{"delayed_name_removal", &wanted.delayed_name_removal}}) {
      const Value* value = request.find(key);
      if (value && !value->is_bool()) throw BadRequest{std::string("\"") + key + "\" must be true or false"};
      if (value) *flag = value->as_bool();
    }
    options = wanted;
    return success(Value::map());
  }

  std::string append(const Value& request) {
    const model::Labels labels = need_labels(request);
    const Value& list = need(request, "samples");
    if (!list.is_list()) throw BadRequest{"\"samples\" must be a list"};
    std::vector<GivenSample> samples;
    for (const Value& item : list.as_list()) samples.push_back(read_sample(item));
    const size_t count = samples.size();
    store.append(labels, std::move(samples));
    return success(Value::map().set("appended", static_cast<int64_t>(count)));
  }

  std::string parsed(const Value& request, bool text_only) const {
    const auto expr = parse(need_text(request, "expr"), options);
    if (!expr.ok()) return failure("bad_data", expr.error().text);
    if (text_only) return success(Value(expr->text()));
    return success(Value::map().set("type", value_type_name(expr->type())).set("text", expr->text()));
  }

  std::string evaluate(const Value& request, bool over_range) const {
    const auto expr = parse(need_text(request, "expr"), options);
    if (!expr.ok()) return failure("bad_data", expr.error().text);
    Options limited = options;
    limited.clock = &base::system_clock();
    limited.deadline = limited.clock->boot() + kTimeLimit;
    auto answer = over_range ? range(*expr, store.source(), need_seconds(request, "start"),
                                     need_seconds(request, "end"), need_seconds(request, "step"), limited)
                             : instant(*expr, store.source(), need_seconds(request, "time"), limited);
    if (!answer.ok())
      return failure(is_bad_range(*expr, request, over_range) ? "bad_data" : "execution", answer.error().text);
    if (point_count(*answer) > kPointLimit)
      return failure("execution", "query processing would load too many samples into memory in query execution");
    return model::to_json(Value::map()
                              .set("status", "success")
                              .set("data", to_value(*answer))
                              .set("warnings", text_list(answer->warnings))
                              .set("infos", text_list(answer->infos)));
  }

  // Errors that Prometheus finds in the parameters, before it evaluates.
  static bool is_bad_range(const Expr& expr, const Value& request, bool over_range) {
    if (!over_range) return false;
    if (expr.type() != ValueType::kVector && expr.type() != ValueType::kScalar) return true;
    return need_seconds(request, "step") < 1 || need_seconds(request, "end") < need_seconds(request, "start");
  }
};

Drive::Drive() : state_(std::make_unique<State>()) {}
Drive::~Drive() = default;

std::string Drive::answer(std::string_view line) {
  try {
    const auto request = model::parse_json(line);
    if (!request.ok()) return failure("bad_data", request.error().text);
    return state_->answer(*request);
  } catch (const BadRequest& bad) {
    return failure("bad_data", bad.text);
  } catch (const std::bad_alloc&) {
    return failure("execution", "out of memory");
  } catch (const std::exception& unexpected) {
    return failure("execution", std::string("unexpected: ") + unexpected.what());
  }
}

}  // namespace reeve::promql
