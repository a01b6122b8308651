// Answers in the shapes of the Prometheus HTTP API.
#include "promql/histogram_math.h"
#include "promql/promql.h"
#include "promql/quote.h"

namespace reeve::promql {

namespace {
using model::Value;

Value time_value(int64_t ms) {
  if (ms % 1000 == 0) return Value(ms / 1000);
  return Value(static_cast<double>(ms) / 1000);
}

Value pair(int64_t ms, std::string text) {
  Value list = Value::list();
  list.push(time_value(ms)).push(Value(std::move(text)));
  return list;
}

Value typed(const char* type, Value result) {
  Value data = Value::map();
  data.set("resultType", type).set("result", std::move(result));
  return data;
}

Value to_value(const Vector& vector) {
  Value list = Value::list();
  for (const Element& element : vector) {
    Value item = Value::map();
    item.set("metric", element.labels.to_value());
    if (element.histogram) {
      item.set("histogram", pair(element.ms, histogram_notation(*element.histogram)));
    } else {
      item.set("value", pair(element.ms, api_number(element.value)));
    }
    list.push(std::move(item));
  }
  return typed("vector", std::move(list));
}

Value to_value(const Matrix& matrix) {
  Value list = Value::list();
  for (const Series& series : matrix) {
    Value values = Value::list(), histograms = Value::list();
    for (const series::Point& point : series.points) values.push(pair(point.ms, api_number(point.value)));
    for (const series::HistogramPoint& point : series.histograms)
      histograms.push(pair(point.ms, histogram_notation(*point.value)));
    Value item = Value::map();
    item.set("metric", series.labels.to_value());
    if (!series.points.empty()) item.set("values", std::move(values));
    if (!series.histograms.empty()) item.set("histograms", std::move(histograms));
    list.push(std::move(item));
  }
  return typed("matrix", std::move(list));
}

Value to_value(const Scalar& scalar) {
  return typed("scalar", pair(scalar.ms, api_number(scalar.value)));
}
Value to_value(const String& string) {
  return typed("string", pair(string.ms, string.value));
}
}  // namespace

model::Value to_value(const Answer& answer) {
  return std::visit([](const auto& value) { return to_value(value); }, answer.value);
}

}  // namespace reeve::promql
