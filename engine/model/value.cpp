#include "model/value.h"

#include <cmath>

#include "base/assert.h"
#include "model/json.h"

namespace reeve::model {

namespace {
const Value kNull;
const std::string kNoText;
const Value::List kNoList;
const Value::Map kNoMap;
}  // namespace

bool Value::as_bool(bool other) const {
  const bool* b = std::get_if<bool>(&data_);
  return b ? *b : other;
}

int64_t Value::as_int(int64_t other) const {
  if (const int64_t* i = std::get_if<int64_t>(&data_)) return *i;
  if (const double* d = std::get_if<double>(&data_); d && *d >= -9.2e18 && *d <= 9.2e18)
    return static_cast<int64_t>(*d);
  return other;
}

double Value::as_double(double other) const {
  if (const double* d = std::get_if<double>(&data_)) return *d;
  if (const int64_t* i = std::get_if<int64_t>(&data_)) return static_cast<double>(*i);
  return other;
}

const std::string& Value::as_string() const& {
  const std::string* s = std::get_if<std::string>(&data_);
  return s ? *s : kNoText;
}

const Value::List& Value::as_list() const& {
  const List* list = std::get_if<List>(&data_);
  return list ? *list : kNoList;
}

const Value::Map& Value::as_map() const& {
  const Map* map = std::get_if<Map>(&data_);
  return map ? *map : kNoMap;
}

Value::List& Value::list_ref() {
  if (is_null()) data_ = List{};
  REEVE_ASSERT(is_list());
  return *std::get_if<List>(&data_);
}

Value::Map& Value::map_ref() {
  if (is_null()) data_ = Map{};
  REEVE_ASSERT(is_map());
  return *std::get_if<Map>(&data_);
}

Value& Value::set(std::string_view key, Value value) & {
  for (auto& [name, old] : map_ref()) {
    if (name != key) continue;
    old = std::move(value);
    return *this;
  }
  map_ref().emplace_back(std::string(key), std::move(value));
  return *this;
}

Value& Value::push(Value value) & {
  list_ref().push_back(std::move(value));
  return *this;
}

const Value* Value::find(std::string_view key) const {
  for (const auto& [name, value] : as_map())
    if (name == key) return &value;
  return nullptr;
}

const Value& Value::operator[](std::string_view key) const {
  const Value* found = find(key);
  return found ? *found : kNull;
}

std::string Value::text() const {
  return is_string() ? as_string() : to_json(*this);
}

}  // namespace reeve::model
