#include "api/target.h"

#include "base/text.h"

namespace reeve::api {

namespace {
int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Plus { kSign, kBlank };

base::Result<std::string> decode(std::string_view text, Plus plus) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::kBlank) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return base::invalid("a % that begins no %XX escape");
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

bool has_control(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  return false;
}

base::Status add_segment(Target& target, std::string_view part) {
  auto segment = decode(part, Plus::kSign);
  if (!segment.ok()) return segment.error();
  if (*segment == "." || *segment == "..") return base::invalid("a path may not hold . or .. as a segment");
  if (has_control(*segment)) return base::invalid("a control character in the path");
  target.path += '/' + *segment;
  target.segments.push_back(std::move(*segment));
  return {};
}
}  // namespace

base::Result<Pairs> parse_form(std::string_view text) {
  Pairs pairs;
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view item = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (item.empty()) continue;
    const size_t equal = item.find('=');
    REEVE_TRY(std::string key, decode(item.substr(0, equal), Plus::kBlank));
    std::string value;
    if (equal != std::string_view::npos) {
      REEVE_TRY(value, decode(item.substr(equal + 1), Plus::kBlank));
    }
    pairs.emplace_back(std::move(key), std::move(value));
  }
  return pairs;
}

base::Result<Target> parse_target(std::string_view raw) {
  if (raw.empty() || raw[0] != '/') return base::invalid("the request target must be a path that begins with /");
  if (raw.find('#') != std::string_view::npos) return base::invalid("a request target has no # part");
  Target target;
  const size_t question = raw.find('?');
  for (const std::string& part : base::split(raw.substr(1, question == raw.npos ? raw.npos : question - 1), '/'))
    REEVE_CHECK(add_segment(target, part));
  if (question != raw.npos) {
    REEVE_TRY(target.params, parse_form(raw.substr(question + 1)));
  }
  return target;
}

std::string escape(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

}  // namespace reeve::api
