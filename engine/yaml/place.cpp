// Where in the file does a byte of a scalar's text stand?
#include <algorithm>

#include "yaml/tree.h"

namespace reeve::yaml {

namespace {
bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void skip_blanks(const std::string& text, size_t& at) {
  while (at < text.size() && blank(text[at])) ++at;
}

/// Over `&anchor` and `!tag`.
void skip_properties(const std::string& text, size_t& at) {
  while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
    while (at < text.size() && !blank(text[at])) ++at;
    skip_blanks(text, at);
  }
}

/// One character of the file inside a double-quoted scalar that is an escape. False: one that is not followed here.
bool skip_escape(const std::string& file, size_t& at, const std::string& scalar, size_t& done) {
  const char next = at + 1 < file.size() ? file[at + 1] : '\0';
  if (next == '"' || next == '\\' || next == '/') {
    if (done >= scalar.size() || scalar[done] != next) return false;
    ++done;
  } else if (next != 'n' && next != 't' && next != 'r' && !blank(next)) {
    return false;
  }
  at += 2;
  return true;
}

/// Where the comment begins that ends at `at`, if nothing but a key's colon or a list's dash stands before it.
size_t comment_before(const std::string& file, size_t at) {
  const size_t line = at == 0 ? 0 : file.rfind('\n', at - 1) + 1;  // npos + 1 is the first line
  const size_t sign = file.find('#', line);
  if (sign >= at || (sign > line && !blank(file[sign - 1]))) return std::string::npos;
  size_t end = sign;
  while (end > line && blank(file[end - 1])) --end;
  return end == line || file[end - 1] == ':' || file[end - 1] == '-' ? sign : std::string::npos;
}
}  // namespace

Style find_scalar(const std::string& file, size_t& offset) {
  skip_properties(file, offset);
  if (offset >= file.size()) return Style::kPlain;
  if (file[offset] == '\'') return Style::kSingle;
  if (file[offset] == '"') return Style::kDouble;
  if (file[offset] != '|' && file[offset] != '>') return Style::kPlain;
  const size_t bar = offset;
  while (offset < file.size() && file[offset] != '\n') ++offset;
  skip_blanks(file, offset);
  if (offset >= file.size()) offset = bar;
  return Style::kBlock;
}

bool is_closed(const std::string& file, size_t offset, Style style) {
  if (style != Style::kSingle && style != Style::kDouble) return true;
  const char quote = file[offset];
  for (size_t at = offset + 1; at < file.size(); ++at) {
    if (style == Style::kDouble && file[at] == '\\') {
      ++at;
    } else if (file[at] == quote) {
      if (style == Style::kDouble || at + 1 >= file.size() || file[at + 1] != quote) return true;
      ++at;
    }
  }
  return false;
}

size_t place_of_null(const std::string& file, size_t offset) {
  const std::string_view rest = std::string_view(file).substr(std::min(offset, file.size()));
  for (const std::string_view word : {"~", "null", "Null", "NULL"})
    if (rest.starts_with(word)) return offset;
  size_t at = std::min(offset, file.size());
  for (;;) {
    while (at > 0 && blank(file[at - 1])) --at;
    const size_t comment = comment_before(file, at);
    if (comment == std::string::npos) return at;
    at = comment;
  }
}

size_t place_in_file(const Node::Data& node, size_t at) {
  const std::string& file = node.source->text();
  const std::string& scalar = node.scalar;
  size_t offset = node.offset + (node.style == Style::kSingle || node.style == Style::kDouble ? 1 : 0);
  // Folding changes blanks only: what is not blank stands in the file in the same order.
  for (size_t done = 0;;) {
    while (done < at && done < scalar.size() && blank(scalar[done])) ++done;
    if (done >= scalar.size() || (done >= at && blank(scalar[done]))) return offset;
    skip_blanks(file, offset);
    if (done >= at || offset >= file.size()) return offset;
    if (node.style == Style::kDouble && file[offset] == '\\') {
      if (!skip_escape(file, offset, scalar, done)) return std::string::npos;
      continue;
    }
    if (file[offset] != scalar[done]) return std::string::npos;
    if (node.style == Style::kSingle && file[offset] == '\'') ++offset;  // '' is one quote
    ++offset;
    ++done;
  }
}

}  // namespace reeve::yaml
