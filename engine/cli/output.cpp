#include "cli/output.h"

#include <algorithm>
#include <ostream>

#include "model/json.h"

namespace reeve::cli {

namespace {
const char* code_of(Colour colour) {
  switch (colour) {
    case Colour::kRed:
      return "\x1b[31m";
    case Colour::kGreen:
      return "\x1b[32m";
    case Colour::kYellow:
      return "\x1b[33m";
    case Colour::kDim:
      return "\x1b[2m";
    case Colour::kBold:
      return "\x1b[1m";
    case Colour::kNone:
      break;
  }
  return "";
}

void append_escape(std::string& out, char c) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += "\\x";
  out += kDigits[static_cast<unsigned char>(c) >> 4];
  out += kDigits[static_cast<unsigned char>(c) & 15];
}

// The bytes of the code point at the start of `text`; 0: none begins there, or it is a C1 control character.
size_t code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (length > text.size() || !base::is_utf8(text.substr(0, length))) return 0;
  return lead == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0 ? 0 : length;
}

// "3m20s": the two largest units.
std::string two_units(int64_t seconds) {
  struct Unit {
    int64_t seconds;
    char name;
  };
  static constexpr Unit kUnits[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
  std::string out;
  int shown = 0;
  for (const Unit& unit : kUnits) {
    const int64_t count = seconds / unit.seconds;
    seconds %= unit.seconds;
    if (count > 0) out += std::to_string(count) + unit.name;
    if ((count > 0 || shown > 0) && ++shown == 2) break;
  }
  return out.empty() ? "0s" : out;
}
}  // namespace

std::string Style::paint(std::string_view text, Colour colour) const {
  if (!colours || colour == Colour::kNone || text.empty()) return std::string(text);
  return code_of(colour) + std::string(text) + "\x1b[0m";
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char c = text[0];
    const size_t length = code_point(text);
    if (c == '\n' || c == '\t' || c == '\r') {
      out += ' ';
    } else if (length == 0 || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      append_escape(out, c);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

size_t width_of(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string shortened(std::string_view text, size_t columns) {
  if (width_of(text) <= columns) return std::string(text);
  size_t end = 0, seen = 0;
  while (end < text.size() && seen < columns - 1) {
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
    ++seen;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string span(base::Duration duration) {
  if (duration.us < 0) return "-" + span({-duration.us});
  if (duration < base::seconds(1)) return std::to_string(duration.ms()) + "ms";
  return two_units(duration.us / 1000000);
}

std::string ago(base::Time at, base::Time now) {
  if (at.us == 0) return "-";
  const int64_t seconds = (now - at).us / 1000000;
  if (seconds < 0) return "in " + two_units(-seconds);
  if (seconds == 0) return "now";
  if (seconds > 30LL * 86400) return base::format_time(at).substr(0, 10);
  const std::string both = two_units(seconds);
  // From a minute on, one unit is enough.
  return both.substr(0, both.find_first_of("dhms") + 1) + " ago";
}

std::string labels_text(const model::Value& labels) {
  std::string out = "{";
  for (const auto& [name, value] : labels.as_map()) {
    if (name == "alertname") continue;
    if (out.size() > 1) out += ", ";
    out += name + "=\"" + value.text() + "\"";
  }
  return out + "}";
}

std::string brief(const model::Value& map, size_t columns) {
  std::string out;
  for (const auto& [key, value] : map.as_map()) {
    if (value.is_null() || value.is_map() || (value.is_list() && value.as_list().empty())) continue;
    const std::string text = value.text();
    if (text.empty()) continue;
    if (!out.empty()) out += ' ';
    out += key + "=" + text;
  }
  return shortened(printable(out), columns);
}

void Table::print(std::ostream& out, const Style& style, std::string_view indent) const {
  if (rows_.empty()) return;
  std::vector<std::vector<Cell>> lines;
  lines.emplace_back();
  for (const std::string& head : heads_) lines[0].push_back({head, Colour::kBold});
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  std::vector<size_t> widths(heads_.size(), 0);
  for (auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      line[i].text = printable(line[i].text);
      widths[i] = std::max(widths[i], width_of(line[i].text));
    }
  }
  for (const auto& line : lines) {
    std::string text(indent);
    size_t blanks = 0;
    for (size_t i = 0; i < line.size(); ++i) {
      if (!line[i].text.empty()) {
        text.append(blanks, ' ');
        blanks = 0;
        text += style.paint(line[i].text, line[i].colour);
      }
      blanks += widths[i] - width_of(line[i].text) + 2;
    }
    out << text << '\n';
  }
}

}  // namespace reeve::cli
