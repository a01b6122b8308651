#include "yaml/source.h"

#include <algorithm>
#include <cstdio>

namespace reeve::yaml {

namespace {
constexpr size_t kWidest = 120;  // characters of a line that a message shows

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

size_t characters(std::string_view bytes) {
  return static_cast<size_t>(std::count_if(bytes.begin(), bytes.end(), [](char c) { return !continues(c); }));
}

/// One blank for a tab, so that the caret stands right; a mark for what cannot be shown.
std::string shown(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte == '\t' ? ' ' : byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  if (base::is_utf8(out)) return out;
  for (char& c : out)
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  return out;
}

std::string_view cut(std::string_view text, size_t at_most) {
  size_t end = 0;
  for (size_t seen = 0; end < text.size(); ++end)
    if (!continues(text[end]) && seen++ == at_most) break;
  return text.substr(0, end);
}

/// Where base::is_utf8 first fails.
size_t first_not_utf8(std::string_view text) {
  for (size_t at = 0, end = 0; at < text.size(); at = end) {
    end = at + 1;
    while (end < text.size() && continues(text[end])) ++end;
    if (!base::is_utf8(text.substr(at, end - at))) return at;
  }
  return text.size();
}
}  // namespace

std::string Position::text() const {
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

Source::Source(std::string text, std::string file) : text_(std::move(text)), file_(std::move(file)), starts_{0} {
  for (size_t at = text_.find('\n'); at != std::string::npos; at = text_.find('\n', at + 1)) starts_.push_back(at + 1);
}

size_t Source::offset(int line, int column) const {
  if (line < 0 || column < 0) return 0;
  if (static_cast<size_t>(line) >= starts_.size()) return text_.size();
  return std::min(starts_[static_cast<size_t>(line)] + static_cast<size_t>(column), text_.size());
}

size_t Source::line_of(size_t offset) const {
  return static_cast<size_t>(std::upper_bound(starts_.begin(), starts_.end(), offset) - starts_.begin()) - 1;
}

std::string_view Source::line(size_t number) const {
  const size_t begin = starts_[number];
  const size_t end = number + 1 < starts_.size() ? starts_[number + 1] - 1 : text_.size();
  std::string_view out = std::string_view(text_).substr(begin, end - begin);
  if (!out.empty() && out.back() == '\r') out.remove_suffix(1);
  return out;
}

Position Source::position(size_t offset) const {
  const size_t number = line_of(offset), begin = starts_[number];
  const size_t column = characters(std::string_view(text_).substr(begin, offset - begin));
  return {file_, static_cast<int>(number) + 1, static_cast<int>(column) + 1};
}

std::string Source::excerpt(size_t offset) const {
  const size_t at = line_of(offset), from = at < 2 ? 0 : at - 2;
  size_t to = std::min(at + 2, starts_.size() - 1);
  while (to > at && line(to).empty() && to + 1 == starts_.size()) --to;  // the end of the last line is no line
  const size_t width = std::to_string(to + 1).size();
  std::string out;
  for (size_t number = from; number <= to; ++number) {
    std::string_view text = line(number);
    size_t before = characters(text.substr(0, std::min(offset - std::min(offset, starts_[number]), text.size())));
    std::string lead;
    if (number == at && before > kWidest - 20) {  // show the part around the caret
      text.remove_prefix(cut(text, before - kWidest / 2).size());
      before = kWidest / 2 + 3;
      lead = "...";
    }
    const std::string label = std::to_string(number + 1);
    out.append("\n  ").append(width - label.size(), ' ').append(label).append(" | ").append(lead);
    out += shown(cut(text, kWidest));
    if (number == at) out.append("\n  ").append(width, ' ').append(" | ").append(before, ' ').append("^");
    while (out.back() == ' ') out.pop_back();
  }
  return out;
}

base::Error Source::error(size_t offset, const std::string& message) const {
  return base::invalid(position(offset).text() + ": " + message + excerpt(offset));
}

base::Status Source::check_flow(size_t most) const {
  constexpr int kMostOpen = 10'000;
  size_t signs = 0;
  int open = 0;
  for (size_t i = 0; i < text_.size(); ++i) {
    const char c = text_[i];
    if (c != '[' && c != '{' && c != ']' && c != '}' && c != ',') continue;
    if (c == '[' || c == '{') ++open;
    if (c == ']' || c == '}') open = std::max(open - 1, 0);
    if (open > kMostOpen) return error(i, "more than " + std::to_string(kMostOpen) + " brackets are open here");
    if (++signs > most) return error(i, "more than " + std::to_string(most) + " brackets and commas in one file");
  }
  return {};
}

bool Source::has_separator(size_t from, size_t to) const {
  const size_t end = line_of(std::min(to, text_.size()));
  for (size_t number = line_of(from); number <= end; ++number) {
    const std::string_view text = line(number);
    if (!text.starts_with("---") && !text.starts_with("...")) continue;
    if (text.size() == 3 || text[3] == ' ' || text[3] == '\t') return true;
  }
  return false;
}

bool Source::tab_indents(size_t offset) const {
  const std::string_view text = line(line_of(std::min(offset, text_.size())));
  return text.substr(0, text.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

base::Status Source::check_characters() const {
  if (!base::is_utf8(text_)) return error(first_not_utf8(text_), "this byte is not UTF-8: save the file as UTF-8");
  for (size_t i = 0; i < text_.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text_[i]);
    const bool c1 = byte == 0xc2 && static_cast<unsigned char>(text_[i + 1]) < 0xa0 && text_[i + 1] != '\x85';
    if ((byte >= 0x20 && byte != 0x7f && !c1) || byte == '\t' || byte == '\n' || byte == '\r') continue;
    char name[8];
    std::snprintf(name, sizeof name, "U+%04X", c1 ? static_cast<unsigned char>(text_[i + 1]) : byte);
    return error(i, std::string("the control character ") + name + " is not allowed");
  }
  return {};
}

}  // namespace reeve::yaml
