/// \file
/// Does a value fit a JSON Schema? As much of it as sdk/schema uses; a keyword that is not known fails the test.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>

#include "model/json.h"
#include "model/value.h"

namespace reeve::testing {

class Schema {
 public:
  explicit Schema(model::Value root) : root_(std::move(root)) {}

  /// What does not fit, with its path; empty: it fits.
  std::string judge(const model::Value& value, const std::string& definition) const {
    return judge(value, root_["$defs"][definition], "$");
  }

 private:
  using Value = model::Value;

  std::string judge(const Value& value, const Value& schema, const std::string& at) const {
    if (schema.is_bool()) return schema.as_bool() ? "" : at + ": must not be there";
    for (const auto& [word, what] : schema.as_map()) {
      const std::string wrong = judge_word(value, schema, word, what, at);
      if (!wrong.empty()) return wrong;
    }
    return "";
  }

  std::string judge_word(const Value& value, const Value& schema, const std::string& word, const Value& what,
                         const std::string& at) const {
    if (word == "$ref") return judge(value, root_["$defs"][what.as_string().substr(8)], at);
    if (word == "oneOf") return one_of(value, what, at);
    if (word == "type") return has_type(value, what.as_string()) ? "" : at + ": is no " + what.as_string();
    if (word == "const") return value == what ? "" : at + ": is not " + model::to_json(what);
    if (word == "enum") return among(value, what) ? "" : at + ": is none of " + model::to_json(what);
    if (word == "required") return required(value, what, at);
    if (word == "properties") return properties(value, what, at);
    if (word == "items") return items(value, what, at);
    if (word == "additionalProperties") return additional(value, schema, what, at);
    if (word == "minimum") return value.as_double() >= what.as_double() ? "" : at + ": too small";
    if (word == "maximum") return value.as_double() <= what.as_double() ? "" : at + ": too big";
    if (word == "maxLength")
      return static_cast<int64_t>(value.as_string().size()) <= what.as_int() ? "" : at + ": too long";
    if (word == "maxProperties")
      return static_cast<int64_t>(value.as_map().size()) <= what.as_int() ? "" : at + ": too many";
    if (word == "pattern")
      return std::regex_search(value.as_string(), std::regex(what.as_string())) ? "" : at + ": has another form";
    if (word == "description") return "";
    return at + ": the keyword " + word + " is not known to this test";
  }

  static bool has_type(const Value& value, const std::string& type) {
    if (type == "object") return value.is_map();
    if (type == "array") return value.is_list();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_int();
    if (type == "number") return value.is_number();
    return type == "boolean" && value.is_bool();
  }
  static bool among(const Value& value, const Value& list) {
    const auto& all = list.as_list();
    return std::find(all.begin(), all.end(), value) != all.end();
  }
  std::string one_of(const Value& value, const Value& list, const std::string& at) const {
    int fits = 0;
    std::string wrong;
    for (const Value& schema : list.as_list()) {
      const std::string this_one = judge(value, schema, at);
      fits += this_one.empty();
      if (!this_one.empty()) wrong += this_one + "; ";
    }
    return fits == 1 ? "" : at + ": fits " + std::to_string(fits) + " of one: " + wrong;
  }
  static std::string required(const Value& value, const Value& names, const std::string& at) {
    for (const Value& name : names.as_list())
      if (!value.has(name.as_string())) return at + ": lacks " + name.as_string();
    return "";
  }
  std::string properties(const Value& value, const Value& known, const std::string& at) const {
    for (const auto& [name, schema] : known.as_map()) {
      const Value* found = value.find(name);
      const std::string wrong = found ? judge(*found, schema, at + "." + name) : "";
      if (!wrong.empty()) return wrong;
    }
    return "";
  }
  std::string items(const Value& value, const Value& schema, const std::string& at) const {
    for (const Value& item : value.as_list())
      if (std::string wrong = judge(item, schema, at + "[]"); !wrong.empty()) return wrong;
    return "";
  }
  std::string additional(const Value& value, const Value& schema, const Value& what, const std::string& at) const {
    for (const auto& [name, item] : value.as_map()) {
      if (schema["properties"].has(name)) continue;
      if (std::string wrong = judge(item, what, at + "." + name); !wrong.empty()) return wrong;
    }
    return "";
  }

  Value root_;
};

}  // namespace reeve::testing
