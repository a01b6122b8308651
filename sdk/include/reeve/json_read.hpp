/// \file
/// How does JSON text become a reeve::Json? The reader behind Json::parse; include reeve/json.hpp.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "reeve/json.hpp"

namespace reeve {

namespace detail {

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : s_(text) {}
  bool whole(Json& out) {
    if (!value(out, 64)) return false;
    blank();
    return at_ == s_.size();
  }

 private:
  void blank() {
    while (at_ < s_.size() && (s_[at_] == ' ' || s_[at_] == '\t' || s_[at_] == '\n' || s_[at_] == '\r')) ++at_;
  }
  bool take(char c) {
    blank();
    if (at_ >= s_.size() || s_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool word(std::string_view w, Json v, Json& out) {
    if (s_.substr(at_, w.size()) != w) return false;
    at_ += w.size();
    out = std::move(v);
    return true;
  }
  bool value(Json& out, int depth) {
    blank();
    if (at_ >= s_.size() || depth == 0) return false;
    switch (s_[at_]) {
      case '{':
        return map(out, depth);
      case '[':
        return list(out, depth);
      case '"': {
        std::string text;
        if (!string(text)) return false;
        out = Json(std::move(text));
        return true;
      }
      case 't':
        return word("true", Json(true), out);
      case 'f':
        return word("false", Json(false), out);
      case 'n':
        return word("null", Json(), out);
      default:
        return number(out);
    }
  }
  bool map(Json& out, int depth) {
    ++at_;
    out = Json::map();
    if (take('}')) return true;
    do {
      std::string key;
      Json item;
      blank();
      if (!string(key) || !take(':') || !value(item, depth - 1)) return false;
      out.set(key, std::move(item));
    } while (take(','));
    return take('}');
  }
  bool list(Json& out, int depth) {
    ++at_;
    out = Json::list();
    if (take(']')) return true;
    do {
      Json item;
      if (!value(item, depth - 1)) return false;
      out.push(std::move(item));
    } while (take(','));
    return take(']');
  }
  bool digits() {
    const size_t from = at_;
    while (at_ < s_.size() && s_[at_] >= '0' && s_[at_] <= '9') ++at_;
    return at_ > from;
  }
  bool number(Json& out) {
    const size_t from = at_;
    bool whole = true;
    if (at_ < s_.size() && s_[at_] == '-') ++at_;
    const size_t first = at_;
    if (!digits() || (s_[first] == '0' && at_ > first + 1)) return false;
    if (at_ < s_.size() && s_[at_] == '.') {
      whole = false;
      ++at_;
      if (!digits()) return false;
    }
    if (at_ < s_.size() && (s_[at_] == 'e' || s_[at_] == 'E')) {
      whole = false;
      ++at_;
      if (at_ < s_.size() && (s_[at_] == '+' || s_[at_] == '-')) ++at_;
      if (!digits()) return false;
    }
    const std::string text(s_.substr(from, at_ - from));
    errno = 0;
    const int64_t i = whole ? std::strtoll(text.c_str(), nullptr, 10) : 0;
    out = whole && errno == 0 ? Json(i) : Json(std::strtod(text.c_str(), nullptr));
    return true;
  }
  int hex4() {
    if (s_.size() - at_ < 4) return -1;
    int n = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = s_[at_++];
      const int d = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
      if (d < 0) return -1;
      n = n * 16 + d;
    }
    return n;
  }
  static void put_utf8(std::string& out, uint32_t c) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += static_cast<char>(0xc0 | (c >> 6));
      out += static_cast<char>(0x80 | (c & 63));
    } else if (c < 0x10000) {
      out += static_cast<char>(0xe0 | (c >> 12));
      out += static_cast<char>(0x80 | ((c >> 6) & 63));
      out += static_cast<char>(0x80 | (c & 63));
    } else {
      out += static_cast<char>(0xf0 | (c >> 18));
      out += static_cast<char>(0x80 | ((c >> 12) & 63));
      out += static_cast<char>(0x80 | ((c >> 6) & 63));
      out += static_cast<char>(0x80 | (c & 63));
    }
  }
  bool unicode(std::string& out) {
    const int c = hex4();
    if (c < 0) return false;
    if (c >= 0xd800 && c < 0xdc00) {  // a high surrogate needs its low one
      if (s_.substr(at_, 2) != "\\u") return false;
      at_ += 2;
      const int low = hex4();
      if (low < 0xdc00 || low > 0xdfff) return false;
      put_utf8(out, 0x10000u + (static_cast<uint32_t>(c - 0xd800) << 10) + static_cast<uint32_t>(low - 0xdc00));
    } else if (c >= 0xdc80 && c <= 0xdcff) {
      out += static_cast<char>(c - 0xdc00);  // a byte that was no UTF-8
    } else if (c >= 0xdc00 && c <= 0xdfff) {
      return false;
    } else {
      put_utf8(out, static_cast<uint32_t>(c));
    }
    return true;
  }
  bool string(std::string& out) {
    if (at_ >= s_.size() || s_[at_] != '"') return false;
    for (++at_; at_ < s_.size();) {
      const char c = s_[at_];
      if (c == '"') return ++at_, true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        const size_t n = utf8_length(s_.substr(at_));
        if (n == 0) return false;
        out.append(s_.substr(at_, n));
        at_ += n;
        continue;
      }
      if (++at_ >= s_.size()) return false;
      static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
      const char e = s_[at_++];
      if (const size_t i = kFrom.find(e); i != std::string_view::npos) {
        out += kTo[i];
      } else if (e != 'u' || !unicode(out)) {
        return false;
      }
    }
    return false;
  }
  std::string_view s_;
  size_t at_ = 0;
};

}  // namespace detail

inline bool Json::parse(std::string_view text, Json& out) {
  if (detail::JsonReader(text).whole(out)) return true;
  out = Json();
  return false;
}

}  // namespace reeve
