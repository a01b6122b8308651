#include "template/datum.h"

#include <algorithm>

namespace reeve::tmpl {

namespace {
int deepest(const List& list) {
  int depth = 0;
  for (const Datum& item : list.items) depth = std::max(depth, item.depth());
  return depth + 1;
}
int deepest(const Map& map) {
  int depth = 0;
  for (const auto& [key, item] : map.items) depth = std::max(depth, item.depth());
  return depth + 1;
}
template <class T>
std::shared_ptr<const T> measured(T container) {
  container.depth = deepest(container);
  return std::make_shared<const T>(std::move(container));
}

const char* int_type_name(IntType type) {
  switch (type) {
    case IntType::kInt:
      return "int";
    case IntType::kInt64:
      return "int64";
    case IntType::kByte:
      return "uint8";
    case IntType::kDuration:
      return "time.Duration";
    case IntType::kMonth:
      return "time.Month";
    case IntType::kWeekday:
      return "time.Weekday";
  }
  return "int";
}

constexpr const char* kRecordType =
    "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }";
}  // namespace

Datum::Datum(List list) : data_(measured(std::move(list))) {}
Datum::Datum(Map map) : data_(measured(std::move(map))) {}

Kind Datum::kind() const {
  if (get<bool>()) return Kind::kBool;
  if (get<double>()) return Kind::kFloat;
  if (const Integer* i = get<Integer>()) return i->type == IntType::kByte ? Kind::kUint : Kind::kInt;
  if (get<Text>()) return Kind::kText;
  if (const Moment* m = get<Moment>()) return m->pointer ? Kind::kPointer : Kind::kTime;
  if (get<SpanPointer>() || get<Sample>()) return Kind::kPointer;
  if (get<List>()) return Kind::kList;
  if (get<Map>()) return Kind::kMap;
  return get<Record>() ? Kind::kRecord : Kind::kNothing;
}

std::string Datum::type_name() const {
  if (get<bool>()) return "bool";
  if (get<double>()) return "float64";
  if (const Integer* i = get<Integer>()) return int_type_name(i->type);
  if (const Text* t = get<Text>()) return t->html ? "template.HTML" : "string";
  if (const Moment* m = get<Moment>()) return m->pointer ? "*time.Time" : "time.Time";
  if (get<SpanPointer>()) return "*time.Duration";
  if (get<Sample>()) return "*template.sample";
  if (const List* l = get<List>()) return l->of_query ? "template.queryResult" : "[]interface {}";
  if (const Map* m = get<Map>()) return m->of_text ? "map[string]string" : "map[string]interface {}";
  return get<Record>() ? kRecordType : "<nil>";
}

bool Datum::truth() const {
  if (const bool* b = get<bool>()) return *b;
  if (const double* d = get<double>()) return *d != 0;
  if (const Integer* i = get<Integer>()) return i->value != 0;
  if (const Text* t = get<Text>()) return !t->value.empty();
  if (const List* l = get<List>()) return !l->items.empty();
  if (const Map* m = get<Map>()) return !m->items.empty();
  return !is_nothing();
}

int Datum::depth() const {
  if (const List* l = get<List>()) return l->depth;
  if (const Map* m = get<Map>()) return m->depth;
  return 0;
}

Datum datum_of(const model::Labels& labels) {
  Map out;
  out.of_text = true;
  for (const auto& [name, value] : labels) out.items.emplace(name, value);
  return out;
}

Datum datum_of(const model::Value& value) {
  if (value.is_bool()) return value.as_bool();
  if (value.is_int()) return Datum::integer(value.as_int());
  if (value.is_double()) return value.as_double();
  if (value.is_string()) return value.as_string();
  if (value.is_list()) {
    List out;
    for (const model::Value& item : value.as_list()) out.items.push_back(datum_of(item));
    return out;
  }
  if (!value.is_map()) return {};
  Map out;
  for (const auto& [key, item] : value.as_map()) {
    const bool labels = key == "labels" && item.is_map();
    out.items.emplace(key, labels ? datum_of(model::Labels::from_value(item)) : datum_of(item));
  }
  return out;
}

}  // namespace reeve::tmpl
