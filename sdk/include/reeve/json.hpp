/// \file
/// How does a plugin hold data of any shape? reeve::Json: a small JSON value, standard library only.
///
/// Maps keep the order of insertion. Text is bytes; bytes that are no UTF-8 travel as lone surrogates U+DC80..U+DCFF
/// and come back as they were. Reading accessors never throw: they give the default when the value is of another type.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace reeve {

class Json {
 public:
  using List = std::vector<Json>;
  using Map = std::vector<std::pair<std::string, Json>>;

  Json() = default;
  Json(std::nullptr_t) {}                              // NOLINT: implicit, so that literals read well
  Json(bool b) : data_(b) {}                           // NOLINT
  Json(double d) : data_(d) {}                         // NOLINT
  Json(const char* s) : data_(std::string(s)) {}       // NOLINT
  Json(std::string s) : data_(std::move(s)) {}         // NOLINT
  Json(std::string_view s) : data_(std::string(s)) {}  // NOLINT
  Json(List list) : data_(std::move(list)) {}          // NOLINT
  Json(Map map) : data_(std::move(map)) {}             // NOLINT
  template <class I, std::enable_if_t<std::is_integral_v<I> && !std::is_same_v<I, bool>, int> = 0>
  Json(I i) : data_(static_cast<int64_t>(i)) {}  // NOLINT
  static Json map() { return Json(Map{}); }
  static Json list() { return Json(List{}); }
  /// A list of texts.
  static Json texts(const std::vector<std::string>& items) {
    Json out = list();
    for (const std::string& item : items) out.push(item);
    return out;
  }

  bool is_null() const { return data_.index() == 0; }
  bool is_bool() const { return data_.index() == 1; }
  bool is_integer() const { return data_.index() == 2; }
  bool is_number() const { return data_.index() == 2 || data_.index() == 3; }
  bool is_text() const { return data_.index() == 4; }
  bool is_list() const { return data_.index() == 5; }
  bool is_map() const { return data_.index() == 6; }

  bool boolean(bool other = false) const { return is_bool() ? std::get<1>(data_) : other; }
  int64_t integer(int64_t other = 0) const {
    if (is_integer()) return std::get<2>(data_);
    if (!is_number()) return other;
    const double d = std::get<3>(data_);
    return d > -9.2e18 && d < 9.2e18 ? static_cast<int64_t>(d) : other;
  }
  double number(double other = 0) const {
    if (is_integer()) return static_cast<double>(std::get<2>(data_));
    return is_number() ? std::get<3>(data_) : other;
  }
  std::string text(std::string_view other = {}) const { return is_text() ? std::get<4>(data_) : std::string(other); }
  const std::string& text_ref() const {
    static const std::string kNone;
    return is_text() ? std::get<4>(data_) : kNone;
  }
  const List& items() const {
    static const List kNone;
    return is_list() ? std::get<5>(data_) : kNone;
  }
  const Map& pairs() const {
    static const Map kNone;
    return is_map() ? std::get<6>(data_) : kNone;
  }
  size_t size() const { return is_map() ? pairs().size() : items().size(); }

  const Json* find(std::string_view key) const {
    for (const auto& [name, value] : pairs())
      if (name == key) return &value;
    return nullptr;
  }
  bool has(std::string_view key) const { return find(key) != nullptr; }
  /// The value of a key; null when it is missing or this is no map.
  const Json& operator[](std::string_view key) const {
    static const Json kNull;
    const Json* found = find(key);
    return found ? *found : kNull;
  }
  /// Sets or replaces a key (anything but a map becomes one first); returns *this, so that calls chain.
  Json& set(std::string_view key, Json value) {
    if (!is_map()) data_ = Map{};
    for (auto& [name, old] : std::get<6>(data_)) {
      if (name != key) continue;
      old = std::move(value);
      return *this;
    }
    std::get<6>(data_).emplace_back(std::string(key), std::move(value));
    return *this;
  }
  Json& push(Json value) {
    if (!is_list()) data_ = List{};
    std::get<5>(data_).push_back(std::move(value));
    return *this;
  }
  bool operator==(const Json& other) const { return data_ == other.data_; }
  bool operator!=(const Json& other) const { return !(*this == other); }

  /// Compact JSON text.
  std::string dump() const {
    std::string out;
    write(out);
    return out;
  }
  /// Exactly one JSON value, at most 64 levels deep. False (and `out` is null) when the text is none.
  static bool parse(std::string_view text, Json& out);

 private:
  void write(std::string& out) const;
  static void write_text(std::string& out, std::string_view text);
  std::variant<std::monostate, bool, int64_t, double, std::string, List, Map> data_;
};

namespace detail {
/// Length of the well-formed UTF-8 sequence at the start of `s`, or 0.
inline size_t utf8_length(std::string_view s) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  const size_t n = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || s.size() < n) return 0;
  for (size_t i = 1; i < n; ++i)
    if ((at(i) & 0xc0) != 0x80) return 0;
  if ((lead == 0xe0 && at(1) < 0xa0) || (lead == 0xed && at(1) > 0x9f)) return 0;
  if ((lead == 0xf0 && at(1) < 0x90) || (lead == 0xf4 && at(1) > 0x8f)) return 0;
  return n;
}
}  // namespace detail

inline void Json::write_text(std::string& out, std::string_view text) {
  char hex[8];
  out += '"';
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const size_t n = detail::utf8_length(text.substr(i));
    if (n == 0) {
      std::snprintf(hex, sizeof hex, "\\udc%02x", c);
      out += hex;
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += text[i];
    } else if (c < 0x20) {
      std::snprintf(hex, sizeof hex, "\\u%04x", c);
      out += hex;
    } else {
      out.append(text.substr(i, n));
    }
    i += n == 0 ? 1 : n;
  }
  out += '"';
}

inline void Json::write(std::string& out) const {
  switch (data_.index()) {
    case 0:
      out += "null";
      return;
    case 1:
      out += boolean() ? "true" : "false";
      return;
    case 2:
      out += std::to_string(integer());
      return;
    case 3: {
      const double d = number();
      if (!std::isfinite(d)) return write_text(out, std::isnan(d) ? "NaN" : d > 0 ? "+Inf" : "-Inf");
      char text[32];
      for (int digits = 15; digits <= 17; ++digits) {  // the shortest that reads back the same
        std::snprintf(text, sizeof text, "%.*g", digits, d);
        if (std::strtod(text, nullptr) == d) break;
      }
      out += text;
      if (std::string_view(text).find_first_of(".e") == std::string_view::npos) out += ".0";
      return;
    }
    case 4:
      return write_text(out, text_ref());
    case 5: {
      out += '[';
      for (size_t i = 0; i < items().size(); ++i) {
        if (i) out += ',';
        items()[i].write(out);
      }
      out += ']';
      return;
    }
    default: {
      out += '{';
      bool first = true;
      for (const auto& [key, value] : pairs()) {
        if (!first) out += ',';
        first = false;
        write_text(out, key);
        out += ':';
        value.write(out);
      }
      out += '}';
    }
  }
}

}  // namespace reeve

#include "reeve/json_read.hpp"
