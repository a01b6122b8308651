/// \file
/// What can a template compute with? Go's dynamic values, as far as Prometheus' templates meet them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "model/labels.h"
#include "model/value.h"

namespace reeve::tmpl {

class Datum;

/// Go's named integer types that are met here.
enum class IntType { kInt, kInt64, kByte, kDuration, kMonth, kWeekday };
struct Integer {
  int64_t value = 0;
  IntType type = IntType::kInt;
};
struct Text {
  std::string value;
  bool html = false;  ///< template.HTML, of safeHtml
};
/// time.Time in UTC.
struct Moment {
  int64_t ns = 0;  ///< since 1970
  bool pointer = false;
};
/// *time.Duration, as toDuration gives it; a time.Duration is an Integer.
struct SpanPointer {
  int64_t ns = 0;
};
/// *template.sample: one element of a query's answer.
struct Sample {
  model::Labels labels;
  double value = 0;
};
struct List {
  std::vector<Datum> items;
  bool of_query = false;  ///< a query's answer; else []interface {}
  int depth = 1;
};
struct Map {
  std::map<std::string, Datum> items;
  bool of_text = false;  ///< map[string]string: a missing key is ""; else map[string]interface {}
  int depth = 1;
};
/// The dot of a whole template: fields by name, in Go's order.
struct Record {
  std::vector<std::pair<std::string, Datum>> fields;
};

/// How Go's reflection sorts values.
enum class Kind { kNothing, kBool, kInt, kUint, kFloat, kText, kTime, kPointer, kList, kMap, kRecord };

/// Cheap to copy. Nothing is both Go's nil interface and its invalid value.
class Datum {
 public:
  Datum() = default;
  Datum(bool b) : data_(b) {}                                // NOLINT: implicit, so that functions read well
  Datum(double d) : data_(d) {}                              // NOLINT
  Datum(Integer i) : data_(i) {}                             // NOLINT
  Datum(std::string text) : data_(Text{std::move(text)}) {}  // NOLINT
  Datum(const char* text) : data_(Text{text}) {}             // NOLINT
  Datum(Text text) : data_(std::move(text)) {}               // NOLINT
  Datum(Moment moment) : data_(moment) {}                    // NOLINT
  Datum(SpanPointer span) : data_(span) {}                   // NOLINT
  Datum(Sample sample) : data_(std::make_shared<const Sample>(std::move(sample))) {}  // NOLINT
  Datum(List list);                                                                   // NOLINT
  Datum(Map map);                                                                     // NOLINT
  Datum(Record record) : data_(std::make_shared<const Record>(std::move(record))) {}  // NOLINT
  static Datum integer(int64_t value, IntType type = IntType::kInt) { return Datum(Integer{value, type}); }

  /// The T inside, or nullptr: bool, double, Integer, Text, Moment, SpanPointer, Sample, List, Map, Record.
  template <class T>
  const T* get() const {
    if constexpr (std::is_same_v<T, Sample> || std::is_same_v<T, List> || std::is_same_v<T, Map> ||
                  std::is_same_v<T, Record>) {
      const auto* held = std::get_if<std::shared_ptr<const T>>(&data_);
      return held ? held->get() : nullptr;
    } else {
      return std::get_if<T>(&data_);
    }
  }
  bool is_nothing() const { return data_.index() == 0; }
  Kind kind() const;
  /// Go's name of the type: "float64", "map[string]string", "*template.sample".
  std::string type_name() const;
  /// What `if` asks.
  bool truth() const;
  /// How deep lists and maps nest.
  int depth() const;

 private:
  std::variant<std::monostate, bool, double, Integer, Text, Moment, SpanPointer, std::shared_ptr<const Sample>,
               std::shared_ptr<const List>, std::shared_ptr<const Map>, std::shared_ptr<const Record>>
      data_;
};

Datum datum_of(const model::Labels& labels);
/// Numbers, text, lists and maps as Go's JSON would be read; a map of texts under the key `labels` behaves as labels
/// do.
Datum datum_of(const model::Value& value);

}  // namespace reeve::tmpl
