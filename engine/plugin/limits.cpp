#include "plugin/limits.h"

#include "base/text.h"

namespace reeve::plugin {

namespace {
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A name as it may stand in a message: not too long, and printable whatever it holds.
std::string quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name.substr(0, 80)) out += static_cast<unsigned char>(c) < 0x20 || c == '"' ? '?' : c;
  return out + "\"";
}
}  // namespace

bool is_metric_name(std::string_view name) {
  if (name.empty() || is_digit(name[0])) return false;
  for (const char c : name)
    if (!is_letter(c) && !is_digit(c) && c != ':') return false;
  return true;
}

bool is_label_name(std::string_view name) {
  if (name.empty() || is_digit(name[0]) || name == "__name__") return false;
  for (const char c : name)
    if (!is_letter(c) && !is_digit(c)) return false;
  return true;
}

std::string wrong_name(std::string_view name) {
  if (is_metric_name(name) && name.size() <= kMaxLabelBytes) return {};
  return "no metric name: " + quoted(name);
}

std::string wrong_label(std::string_view metric, std::string_view name, std::string_view value) {
  if (!is_label_name(name)) return "no label name: " + quoted(name) + " on " + quoted(metric);
  if (name.size() > kMaxLabelBytes || value.size() > kMaxLabelBytes)
    return "the label " + quoted(name) + " of " + quoted(metric) + " is longer than 4 KiB";
  if (!base::is_utf8(value)) return "the label " + quoted(name) + " of " + quoted(metric) + " is no UTF-8";
  return {};
}

std::string wrong_event(std::string_view type, std::string_view target, std::string_view cursor, size_t bytes) {
  if (type.empty() || type.size() > 200) return "an event without a type, or one longer than 200 bytes";
  if (cursor.size() > kMaxCursor) return "the cursor of " + quoted(type) + " is longer than 1 KiB";
  if (target.size() > kMaxLabelBytes) return "the target of " + quoted(type) + " is longer than 4 KiB";
  if (bytes > kMaxEventBytes) return "the event " + quoted(type) + " is longer than 256 KiB";
  return {};
}

}  // namespace reeve::plugin
