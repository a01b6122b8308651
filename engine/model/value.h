/// \file
/// What is a piece of data whose shape nobody knew before? A JSON-like value: event fields, arguments, results, facts.
///
/// Maps keep the order in which keys were added. Strings are bytes: not every string is UTF-8 (see json.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace reeve::model {

class Value {
 public:
  using List = std::vector<Value>;
  using Map = std::vector<std::pair<std::string, Value>>;

  Value() = default;
  Value(std::nullptr_t) {}                               // NOLINT: implicit, so that literals read well
  Value(bool b) : data_(b) {}                            // NOLINT
  Value(int64_t i) : data_(i) {}                         // NOLINT
  Value(int i) : data_(static_cast<int64_t>(i)) {}       // NOLINT
  Value(unsigned i) : data_(static_cast<int64_t>(i)) {}  // NOLINT
  Value(uint64_t i) : data_(static_cast<int64_t>(i)) {}  // NOLINT
  Value(double d) : data_(d) {}                          // NOLINT
  Value(std::string s) : data_(std::move(s)) {}          // NOLINT
  Value(std::string_view s) : data_(std::string(s)) {}   // NOLINT
  Value(const char* s) : data_(std::string(s)) {}        // NOLINT
  Value(List list) : data_(std::move(list)) {}           // NOLINT
  Value(Map map) : data_(std::move(map)) {}              // NOLINT
  static Value map() { return Value(Map{}); }
  static Value list() { return Value(List{}); }

  bool is_null() const { return data_.index() == 0; }
  bool is_bool() const { return data_.index() == 1; }
  bool is_int() const { return data_.index() == 2; }
  bool is_double() const { return data_.index() == 3; }
  bool is_number() const { return is_int() || is_double(); }
  bool is_string() const { return data_.index() == 4; }
  bool is_list() const { return data_.index() == 5; }
  bool is_map() const { return data_.index() == 6; }

  // The default when it is another type (a number of the other kind is converted).
  bool as_bool(bool other = false) const;
  int64_t as_int(int64_t other = 0) const;
  double as_double(double other = 0) const;
  const std::string& as_string() const&;  ///< empty when it is no string
  const List& as_list() const&;           ///< empty when it is no list
  const Map& as_map() const&;             ///< empty when it is no map
  // Of a temporary by value: `for (auto& x : f().as_list())` would else walk what has gone.
  std::string as_string() && { return is_string() ? std::move(*std::get_if<std::string>(&data_)) : std::string{}; }
  List as_list() && { return is_list() ? std::move(*std::get_if<List>(&data_)) : List{}; }
  Map as_map() && { return is_map() ? std::move(*std::get_if<Map>(&data_)) : Map{}; }

  /// For building. A null becomes a list or map; any other type is a broken promise.
  List& list_ref();
  Map& map_ref();
  /// Sets or replaces a key; returns *this, so that calls chain.
  Value& set(std::string_view key, Value value) &;
  Value& push(Value value) &;
  Value&& set(std::string_view key, Value value) && { return std::move(set(key, std::move(value))); }
  Value&& push(Value value) && { return std::move(push(std::move(value))); }

  /// The value of a key, or null.
  const Value& operator[](std::string_view key) const;
  const Value* find(std::string_view key) const;
  bool has(std::string_view key) const { return find(key) != nullptr; }

  /// For people: a string as it is, anything else as JSON.
  std::string text() const;

  bool operator==(const Value&) const = default;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, List, Map> data_;
};

}  // namespace reeve::model
