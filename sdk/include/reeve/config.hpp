/// \file
/// Does a configuration fit the plugin's table? Unknown keys with "did you mean", missing and mistyped ones, defaults.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "reeve/json.hpp"
#include "reeve/lanes.hpp"
#include "reeve/manifest.hpp"

namespace reeve::detail {

/// Number of single-character edits between two words.
inline size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t corner = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
      corner = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

inline bool fits(const Json& value, std::string_view type) {
  Milliseconds ignored;
  if (type == "string") return value.is_text();
  if (type == "int") return value.is_integer();
  if (type == "number") return value.is_number();
  if (type == "bool") return value.is_bool();
  if (type == "duration") return value.is_number() || (value.is_text() && parse_duration(value.text_ref(), ignored));
  if (type == "list") return value.is_list();
  if (type == "map") return value.is_map();
  return true;
}

inline std::string unknown_key(const std::string& key, const Json& table) {
  std::string best;
  size_t least = 3;
  const auto compare = [&](const std::string& name) {
    const size_t d = edit_distance(key, name);
    if (d >= least || d >= key.size()) return;
    least = d;
    best = name;
  };
  for (const Json& row : table.items()) compare(row["name"].text_ref());
  for (const char* every_instance_has : {"name", "every", "timeout", "labels"}) compare(every_instance_has);
  return "unknown field \"" + key + "\"" + (best.empty() ? "" : " (did you mean \"" + best + "\"?)");
}

inline void check_key(const Json& row, const Json& value) {
  const std::string name = row["name"].text(), type = row["type"].text();
  if (!fits(value, type))
    throw Error(Fault::kInvalid, "field \"" + name + "\" must be a " + type + ", but is " + value.dump());
  const Json& allowed = row["one_of"];
  const auto& list = allowed.items();
  if (!list.empty() && std::find(list.begin(), list.end(), value) == list.end())
    throw Error(Fault::kInvalid,
                "field \"" + name + "\" must be one of " + allowed.dump() + ", but is " + value.dump());
}

/// `text` as a Config with defaults, or throws Error(kInvalid). With an engine (a lane), secret keys are absent from
/// the text, and nothing is checked again: check() has.
inline Config read_config(std::string_view text, const Manifest& manifest, const reeve_engine* engine) {
  Json json;
  if (!Json::parse(text, json) || !json.is_map()) throw Error(Fault::kInvalid, "the configuration is no JSON object");
  const Json& table = manifest.json()["config"];
  const auto row_of = [&](const std::string& key) {
    return std::find_if(table.items().begin(), table.items().end(),
                        [&](const Json& row) { return row["name"].text_ref() == key; });
  };
  if (!engine) {
    for (const auto& [key, value] : json.pairs())
      if (key != "name" && row_of(key) == table.items().end()) throw Error(Fault::kInvalid, unknown_key(key, table));
  }
  for (const Json& row : table.items()) {
    const std::string name = row["name"].text();
    if (json.has(name) && !json[name].is_null()) {
      if (!engine) check_key(row, json[name]);
    } else if (row.has("default")) {
      json.set(name, row["default"]);
    } else if (!engine && row["required"].boolean()) {
      throw Error(Fault::kInvalid, "missing field \"" + name + "\": " + row["doc"].text());
    }
  }
  return Config(std::move(json), engine);
}

}  // namespace reeve::detail
