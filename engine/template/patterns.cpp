#include "template/patterns.h"

#include <re2/re2.h>

#include <map>
#include <vector>

#include "template/format.h"
#include "template/lexer.h"
#include "template/runes.h"

namespace reeve::tmpl {

namespace {
RE2::Options quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

/// Go's name of a fault that RE2 names differently.
std::string fault_name(const RE2& pattern) {
  switch (pattern.error_code()) {
    case RE2::ErrorMissingBracket:
      return "missing closing ]";
    case RE2::ErrorMissingParen:
      return "missing closing )";
    case RE2::ErrorRepeatArgument:
      return "missing argument to repetition operator";
    case RE2::ErrorRepeatOp:
      return "invalid nested repetition operator";
    case RE2::ErrorRepeatSize:
      return "invalid repeat count";
    case RE2::ErrorBadNamedCapture:
      return "invalid named capture";
    case RE2::ErrorBadPerlOp:
      return "invalid or unsupported Perl syntax";
    case RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression";
    case RE2::ErrorPatternTooLarge:
      return "expression too large";
    default:
      break;
  }
  const std::string& text = pattern.error();
  return text.substr(0, text.rfind(": " + pattern.error_arg()));
}

std::string fault_text(const RE2& pattern) {
  const std::string at = pattern.error_code() == RE2::ErrorTrailingBackslash ? "" : pattern.error_arg();
  return "error parsing regexp: " + fault_name(pattern) + ": `" + at + "`";
}

bool is_name_part(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

struct Group {
  bool is_number = false;
  int number = 0;
  std::string name;
};

/// What a `$` refers to; moves `at` behind it. False: it is only a dollar.
bool read_group(const std::string& text, size_t& at, Group& out) {
  size_t begin = at + 1;
  const bool brace = begin < text.size() && text[begin] == '{';
  if (brace) ++begin;
  size_t end = begin;
  while (end < text.size() && is_name_part(text[end])) ++end;
  if (end == begin || (brace && (end >= text.size() || text[end] != '}'))) return false;
  out.name = text.substr(begin, end - begin);
  out.is_number = out.name.find_first_not_of("0123456789") == std::string::npos && out.name.size() < 9 &&
                  (out.name.size() == 1 || out.name[0] != '0');
  if (out.is_number) out.number = std::stoi(out.name);
  at = end + (brace ? 1 : 0);
  return true;
}

void expand(std::string& out, const std::string& replacement, const std::vector<re2::StringPiece>& groups,
            const std::map<std::string, int>& names) {
  for (size_t at = 0; at < replacement.size();) {
    if (replacement[at] != '$') {
      out += replacement[at++];
      continue;
    }
    if (at + 1 < replacement.size() && replacement[at + 1] == '$') {
      out += '$';
      at += 2;
      continue;
    }
    Group group;
    if (!read_group(replacement, at, group)) {
      out += replacement[at++];
      continue;
    }
    const auto named = names.find(group.name);
    const int number = group.is_number ? group.number : named == names.end() ? -1 : named->second;
    if (number >= 0 && static_cast<size_t>(number) < groups.size()) {
      const re2::StringPiece& piece = groups[static_cast<size_t>(number)];
      if (piece.data()) out.append(piece.data(), piece.size());
    }
    check_length(out.size());
  }
}
}  // namespace

bool matches_pattern(const std::string& pattern, const std::string& text) {
  const RE2 compiled(pattern, quiet());
  if (!compiled.ok()) throw Failure{0, fault_text(compiled)};
  return RE2::PartialMatch(text, compiled);
}

std::string replace_all(const std::string& pattern, const std::string& replacement, const std::string& text) {
  const RE2 compiled(pattern, quiet());
  if (!compiled.ok()) throw Failure{0, "regexp: Compile(" + sprintf("%#q", {pattern}) + "): " + fault_text(compiled)};
  const std::map<std::string, int>& names = compiled.NamedCapturingGroups();
  std::vector<re2::StringPiece> groups(static_cast<size_t>(compiled.NumberOfCapturingGroups()) + 1);
  std::string out;
  size_t searched = 0, copied = 0;
  while (searched <= text.size() &&
         compiled.Match(text, searched, text.size(), RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) {
    const auto begin = static_cast<size_t>(groups[0].data() - text.data()), end = begin + groups[0].size();
    out.append(text, copied, begin - copied);
    // An empty match right behind the last match is none.
    if (end > copied || begin == 0) expand(out, replacement, groups, names);
    copied = end;
    const size_t width = searched < text.size() ? rune_at(text, searched).width : 0;
    searched = searched + width > end ? searched + width : searched + 1 > end ? searched + 1 : end;
    check_length(out.size());
  }
  return out.append(text, copied, std::string::npos);
}

}  // namespace reeve::tmpl
