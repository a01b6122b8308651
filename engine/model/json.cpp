#include "model/json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <unordered_map>

#include "base/hash.h"
#include "base/text.h"

namespace reeve::model {

namespace json = boost::json;

namespace {
constexpr size_t kMaxDepth = 64;

// The number of bytes of the well-formed UTF-8 sequence at the start of `text`, or 0.
size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (length > text.size() || !base::is_utf8(text.substr(0, length))) return 0;
  return length;
}

void append_value(std::string& out, const Value& value, int indent, int level);

void append_break(std::string& out, int indent, int level) {
  if (indent == 0) return;
  out += '\n';
  out.append(static_cast<size_t>(indent * level), ' ');
}

void append_list(std::string& out, const Value& value, int indent, int level) {
  out += '[';
  bool first = true;
  for (const Value& item : value.as_list()) {
    if (!first) out += ',';
    first = false;
    append_break(out, indent, level + 1);
    append_value(out, item, indent, level + 1);
  }
  if (!first) append_break(out, indent, level);
  out += ']';
}

void append_map(std::string& out, const Value& value, int indent, int level) {
  out += '{';
  bool first = true;
  for (const auto& [key, item] : value.as_map()) {
    if (!first) out += ',';
    first = false;
    append_break(out, indent, level + 1);
    append_json_string(out, key);
    out += indent ? ": " : ":";
    append_value(out, item, indent, level + 1);
  }
  if (!first) append_break(out, indent, level);
  out += '}';
}

void append_value(std::string& out, const Value& value, int indent, int level) {
  if (value.is_null()) {
    out += "null";
  } else if (value.is_bool()) {
    out += value.as_bool() ? "true" : "false";
  } else if (value.is_int()) {
    out += std::to_string(value.as_int());
  } else if (value.is_double()) {
    const double d = value.as_double();
    if (!std::isfinite(d)) return append_json_string(out, base::format_number(d));
    const std::string text = base::format_number(d);
    out += text;
    if (text.find_first_of(".e") == std::string::npos) out += ".0";  // stays a double when read again
  } else if (value.is_string()) {
    append_json_string(out, value.as_string());
  } else if (value.is_list()) {
    append_list(out, value, indent, level);
  } else {
    append_map(out, value, indent, level);
  }
}

// Boost.JSON's streaming parser calls this; it builds our Value and turns lone surrogates back into bytes.
struct Builder {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  std::vector<Value> open;
  std::vector<std::string> keys;
  std::string text;
  Value result;

  void put(Value value) {
    if (open.empty()) {
      result = std::move(value);
    } else if (open.back().is_list()) {
      open.back().push(std::move(value));
    } else {
      open.back().map_ref().emplace_back(std::move(keys.back()), std::move(value));
      keys.pop_back();
    }
  }
  void close() {
    Value done = std::move(open.back());
    open.pop_back();
    if (done.is_map()) keep_last(done.map_ref());
    put(std::move(done));
  }
  /// Of a repeated key the last value wins, at the place of the first; linear in the number of keys.
  static void keep_last(Value::Map& map) {
    std::unordered_map<std::string_view, size_t> place;
    if (map.size() < 2) return;
    std::vector<size_t> repeated;
    for (size_t i = 0; i < map.size(); ++i) {
      const auto [found, fresh] = place.emplace(map[i].first, i);
      if (fresh) continue;
      map[found->second].second = std::move(map[i].second);
      repeated.push_back(i);
    }
    if (repeated.empty()) return;
    size_t next = 0, at = 0;
    std::erase_if(map, [&](const auto&) { return next < repeated.size() && repeated[next] == at++ && (++next, true); });
  }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return open.push_back(Value::map()), true; }
  bool on_object_end(std::size_t, json::error_code&) { return close(), true; }
  bool on_array_begin(json::error_code&) { return open.push_back(Value::list()), true; }
  bool on_array_end(std::size_t, json::error_code&) { return close(), true; }
  bool on_key_part(json::string_view s, std::size_t, json::error_code&) {
    return text.append(s.data(), s.size()), true;
  }
  bool on_key(json::string_view s, std::size_t, json::error_code&) { return keys.push_back(take(s)), true; }
  bool on_string_part(json::string_view s, std::size_t, json::error_code&) {
    return text.append(s.data(), s.size()), true;
  }
  bool on_string(json::string_view s, std::size_t, json::error_code&) { return put(Value(take(s))), true; }
  bool on_number_part(json::string_view s, json::error_code&) { return text.append(s.data(), s.size()), true; }
  bool on_int64(int64_t i, json::string_view, json::error_code&) { return text.clear(), put(Value(i)), true; }
  bool on_uint64(uint64_t u, json::string_view, json::error_code&) {
    text.clear();
    return put(u <= INT64_MAX ? Value(static_cast<int64_t>(u)) : Value(static_cast<double>(u))), true;
  }
  bool on_double(double d, json::string_view s, json::error_code&) {
    // Boost.JSON 1.81 computes a double that may be one unit in the last place away: read the digits again.
    const std::string digits = take(s);
    std::from_chars(digits.data(), digits.data() + digits.size(), d);
    return put(Value(d)), true;
  }
  bool on_bool(bool b, json::error_code&) { return put(Value(b)), true; }
  bool on_null(json::error_code&) { return put(Value()), true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

  std::string take(json::string_view s) {
    text.append(s.data(), s.size());
    std::string whole = std::move(text);
    text.clear();
    return whole;
  }
};

// A lone surrogate escape \udc80..\udcff stands for a byte; Boost.JSON refuses it, so it is replaced before by a
// private mark that valid input cannot hold: the byte 0xff, then two hexadecimal digits. Input holding 0xff is no UTF-8
// and Boost.JSON refuses it as it should: the mark is therefore put in as an escape of U+10FFFF followed by the digits.
constexpr std::string_view kMark = "\\udbff\\udfff";
constexpr std::string_view kMarkBytes = "\xf4\x8f\xbf\xbf";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The byte that an escape `\udcXX` at `at` stands for, or -1.
int escaped_byte(std::string_view text, size_t at) {
  if (text.size() - at < 6 || (text[at + 1] != 'u') || hex_digit(text[at + 2]) != 13 || hex_digit(text[at + 3]) != 12)
    return -1;
  const int high = hex_digit(text[at + 4]), low = hex_digit(text[at + 5]);
  if (high < 8 || low < 0) return -1;
  return high * 16 + low;
}

bool mark_bytes(std::string_view text, std::string& out) {
  bool any = false, after_high = false;
  for (size_t i = 0; i < text.size();) {
    if (text[i] != '\\' || i + 1 >= text.size()) {
      out += text[i++];
      after_high = false;
      continue;
    }
    if (const int byte = escaped_byte(text, i); byte >= 0 && !after_high) {
      any = true;
      out += kMark;
      out += base::hex(std::string_view(reinterpret_cast<const char*>(&byte), 1));
      i += 6;
      continue;
    }
    const bool unicode = text[i + 1] == 'u' && text.size() - i >= 6;
    after_high = unicode && hex_digit(text[i + 2]) == 13 && hex_digit(text[i + 3]) >= 8 && hex_digit(text[i + 3]) < 12;
    const size_t length = unicode ? 6 : 2;
    out += text.substr(i, length);
    i += std::min(length, text.size() - i);
  }
  return any;
}

void unmark(std::string& text) {
  size_t at = 0;
  while ((at = text.find(kMarkBytes, at)) != std::string::npos) {
    if (at + 6 <= text.size() && hex_digit(text[at + 4]) >= 8 && hex_digit(text[at + 5]) >= 0) {
      const char byte = static_cast<char>(hex_digit(text[at + 4]) * 16 + hex_digit(text[at + 5]));
      text.replace(at, 6, 1, byte);
    }
    ++at;
  }
}

void unmark(Value& value) {
  if (value.is_string()) {
    std::string text = value.as_string();
    unmark(text);
    value = Value(std::move(text));
  } else if (value.is_list()) {
    for (Value& item : value.list_ref()) unmark(item);
  } else if (value.is_map()) {
    for (auto& [key, item] : value.map_ref()) {
      unmark(key);
      unmark(item);
    }
  }
}
}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) {
      if (const size_t length = sequence_length(text.substr(i))) {
        out += text.substr(i, length);
        i += length;
        continue;
      }
      out += "\\udc";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
    ++i;
  }
  out += '"';
}

std::string to_json(const Value& value) {
  std::string out;
  append_value(out, value, 0, 0);
  return out;
}

std::string to_pretty_json(const Value& value) {
  std::string out;
  append_value(out, value, 2, 0);
  return out;
}

base::Result<Value> parse_json(std::string_view text) {
  std::string marked;
  const bool has_bytes = text.find("\\u") != std::string_view::npos && mark_bytes(text, marked);
  const std::string_view input = has_bytes ? std::string_view(marked) : text;
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::basic_parser<Builder> parser(options);
  json::error_code error;
  const size_t used = parser.write_some(false, input.data(), input.size(), error);
  if (!error && used < input.size() && !base::trim(input.substr(used)).empty()) error = json::error::extra_data;
  if (error) return base::invalid("not JSON at byte " + std::to_string(used) + ": " + error.message());
  Value result = std::move(parser.handler().result);
  if (has_bytes) unmark(result);
  return result;
}

}  // namespace reeve::model
