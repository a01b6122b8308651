#include "model/labels.h"

#include <algorithm>

#include "base/text.h"
#include "model/json.h"

namespace reeve::model {

namespace {
bool before(const Labels::Pair& pair, std::string_view name) {
  return pair.first < name;
}

std::string fingerprint_bytes(const Labels& labels) {
  std::string bytes;
  for (const auto& [name, value] : labels) {
    bytes += name;
    bytes += '\xff';
    bytes += value;
    bytes += '\xff';
  }
  return bytes;
}

// A label name that PromQL can write without quotes; with colons: a metric name.
bool is_plain_name(std::string_view name, bool colons = false) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (colons && c == ':');
  });
}

// Go's strconv.Quote, which Prometheus prints label values with.
void append_quoted(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  const bool utf8 = base::is_utf8(text);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}
}  // namespace

Labels::Labels(std::initializer_list<Pair> pairs) : Labels(std::vector<Pair>(pairs)) {}

Labels::Labels(std::vector<Pair> pairs) {
  for (auto& [name, value] : pairs) set(name, value);
}

std::string_view Labels::get(std::string_view name) const {
  const auto found = std::lower_bound(pairs_.begin(), pairs_.end(), name, before);
  return found != pairs_.end() && found->first == name ? std::string_view(found->second) : std::string_view();
}

bool Labels::has(std::string_view name) const {
  return !get(name).empty();
}

void Labels::set(std::string_view name, std::string_view value) {
  const auto found = std::lower_bound(pairs_.begin(), pairs_.end(), name, before);
  if (found != pairs_.end() && found->first == name) {
    if (value.empty()) {
      pairs_.erase(found);
    } else {
      found->second = value;
    }
  } else if (!value.empty()) {
    pairs_.emplace(found, name, value);
  }
}

std::string Labels::text() const {
  std::string out;
  const std::string_view metric = name();
  const bool bare = is_plain_name(metric, true);
  if (bare) out += metric;
  if (bare && size() == 1) return out;
  out += '{';
  bool first = true;
  for (const auto& [label, value] : pairs_) {
    if (bare && label == kNameLabel) continue;
    if (!first) out += ", ";
    first = false;
    if (is_plain_name(label)) {
      out += label;
    } else {
      append_quoted(out, label);
    }
    out += '=';
    append_quoted(out, value);
  }
  out += '}';
  return out;
}

uint64_t Labels::fingerprint() const {
  return base::fnv1a(fingerprint_bytes(*this));
}

std::string Labels::fingerprint_text() const {
  const uint64_t print = fingerprint();
  std::array<uint8_t, 8> bytes{};
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<uint8_t>(print >> (56 - 8 * i));
  return base::hex(bytes);
}

std::string Labels::key() const {
  return base::hex(base::sha256(fingerprint_bytes(*this)));
}

Value Labels::to_value() const {
  Value map = Value::map();
  for (const auto& [name, value] : pairs_) map.map_ref().emplace_back(name, value);
  return map;
}

Labels Labels::from_value(const Value& map) {
  Labels labels;
  for (const auto& [name, value] : map.as_map()) labels.set(name, value.text());
  return labels;
}

}  // namespace reeve::model
