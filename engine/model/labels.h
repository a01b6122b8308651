/// \file
/// What names a series, an alert or a target? A set of labels, sorted by name.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "model/value.h"

namespace reeve::model {

inline constexpr std::string_view kNameLabel = "__name__";
inline constexpr std::string_view kAlertNameLabel = "alertname";

/// Sorted by name, each name once, no empty value (an empty value is the same as no label).
class Labels {
 public:
  using Pair = std::pair<std::string, std::string>;
  Labels() = default;
  Labels(std::initializer_list<Pair> pairs);
  explicit Labels(std::vector<Pair> pairs);

  /// Empty text when there is no such label.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  /// An empty value removes the label.
  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name) { set(name, ""); }

  std::string_view name() const { return get(kNameLabel); }
  auto begin() const { return pairs_.begin(); }
  auto end() const { return pairs_.end(); }
  size_t size() const { return pairs_.size(); }
  bool empty() const { return pairs_.empty(); }

  /// `name{a="b", c="d"}` as PromQL writes it; `{}` when empty.
  std::string text() const;
  /// Alertmanager's fingerprint: FNV-1a 64 over name, 0xff, value, 0xff of each label in order. For people and APIs; it
  /// collides on purpose, so keys use key().
  uint64_t fingerprint() const;
  /// 16 hexadecimal digits, as Alertmanager prints it.
  std::string fingerprint_text() const;
  /// SHA-256 of the same bytes, in hexadecimal.
  std::string key() const;

  Value to_value() const;
  /// Every entry of a map whose value is text; others are printed.
  static Labels from_value(const Value& map);

  auto operator<=>(const Labels&) const = default;

 private:
  std::vector<Pair> pairs_;
};

}  // namespace reeve::model
