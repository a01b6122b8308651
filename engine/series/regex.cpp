#include "series/regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace reeve::series {

namespace {
enum class Form { kAny, kNotEmpty, kLiterals, kPrefix, kSuffix, kContains, kGeneral };

bool is_meta(char c) {
  return std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos;
}

// Reads literal text at the front of `pattern` up to a meta character; `\.` and the like count as literal. False: an
// escape with a meaning of its own.
bool take_literal(std::string_view& pattern, std::string& out) {
  while (!pattern.empty()) {
    const char c = pattern[0];
    if (c == '\\') {
      if (pattern.size() < 2 || std::isalnum(static_cast<unsigned char>(pattern[1])) || pattern[1] & 0x80) return false;
      out += pattern[1];
      pattern.remove_prefix(2);
      continue;
    }
    if (is_meta(c)) break;
    out += c;
    pattern.remove_prefix(1);
  }
  return true;
}

// A literal followed by a repetition sign does not stand for itself.
bool repeats(std::string_view rest) {
  return !rest.empty() && std::string_view("*+?{").find(rest[0]) != std::string_view::npos;
}

std::string_view without_group(std::string_view pattern) {
  if (pattern.size() < 2 || pattern.front() != '(' || pattern.back() != ')') return pattern;
  std::string_view inner = pattern.substr(1, pattern.size() - 2);
  if (inner.substr(0, 2) == "?:") inner.remove_prefix(2);
  // No further group inside, or the first and the last parenthesis may not belong together.
  return inner.find_first_of("()?\\") == std::string_view::npos ? inner : pattern;
}

bool read_literals(std::string_view pattern, std::vector<std::string>& out) {
  for (;;) {
    std::string literal;
    if (!take_literal(pattern, literal)) return false;
    out.push_back(std::move(literal));
    if (pattern.empty()) return true;
    if (pattern[0] != '|') return false;
    pattern.remove_prefix(1);
  }
}

std::string without_go_spelling(std::string_view pattern) {
  // Go reads (?<name>...) as well as (?P<name>...); this RE2 only the latter.
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    out += c;
    if (c == '\\' && i + 1 < pattern.size()) {
      out += pattern[++i];
    } else if (c == '[') {
      in_class = true;
    } else if (c == ']') {
      in_class = false;
    } else if (c == '(' && !in_class && pattern.substr(i + 1, 2) == "?<" && i + 3 < pattern.size() &&
               pattern[i + 3] != '=' && pattern[i + 3] != '!') {
      out += "?P";
      ++i;
    }
  }
  return out;
}

// `\C`, one byte, would match parts of characters: Go does not know it.
bool asks_for_bytes(std::string_view pattern) {
  for (size_t i = 0; i + 1 < pattern.size(); ++i)
    if (pattern[i] == '\\' && pattern[++i] == 'C') return true;
  return false;
}

// From the first byte on that is no UTF-8; RE2 does not say which it is.
std::string_view first_bad_byte(std::string_view pattern) {
  for (size_t size = 1; !pattern.empty(); pattern.remove_prefix(size)) {
    for (size = 1; size <= 4 && size <= pattern.size() && !base::is_utf8(pattern.substr(0, size));) ++size;
    if (size > 4 || size > pattern.size()) break;
  }
  return pattern;
}

const char* go_words(re2::RE2::ErrorCode code) {
  switch (code) {
    case re2::RE2::ErrorBadEscape:
      return "invalid escape sequence";
    case re2::RE2::ErrorBadCharClass:
      return "invalid character class";
    case re2::RE2::ErrorBadCharRange:
      return "invalid character class range";
    case re2::RE2::ErrorMissingBracket:
      return "missing closing ]";
    case re2::RE2::ErrorMissingParen:
      return "missing closing )";
    case re2::RE2::ErrorUnexpectedParen:
      return "unexpected )";
    case re2::RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression";
    case re2::RE2::ErrorRepeatArgument:
      return "missing argument to repetition operator";
    case re2::RE2::ErrorRepeatSize:
      return "invalid repeat count";
    case re2::RE2::ErrorRepeatOp:
      return "invalid nested repetition operator";
    case re2::RE2::ErrorBadPerlOp:
      return "invalid or unsupported Perl syntax";
    case re2::RE2::ErrorBadUTF8:
      return "invalid UTF-8";
    case re2::RE2::ErrorBadNamedCapture:
      return "invalid named capture";
    case re2::RE2::ErrorPatternTooLarge:
      return "expression too large";
    default:
      return "internal error";
  }
}

// A letter, digit or underscore; bytes of other scripts count as letters.
bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80);
}

// The group named after a `$`: its name, and how much of `text` it took. Empty: it is no reference.
std::string_view reference(std::string_view text, size_t& taken) {
  const bool brace = !text.empty() && text[0] == '{';
  const size_t begin = brace ? 1 : 0;
  size_t end = begin;
  while (end < text.size() && is_word(text[end])) ++end;
  if (end == begin || (brace && (end >= text.size() || text[end] != '}'))) return {};
  taken = end + (brace ? 1 : 0);
  return text.substr(begin, end - begin);
}

// The number that a group's name is, or -1.
int group_number(std::string_view name) {
  if (name.size() > 8 || (name[0] == '0' && name.size() > 1)) return -1;
  int number = 0;
  for (const char c : name) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}
}  // namespace

struct Regex::State {
  Form form = Form::kGeneral;
  std::vector<std::string> literals;
  std::string text;       // of prefix, suffix, contains
  size_t least_more = 0;  // characters that must stand beside a prefix or suffix
  std::unique_ptr<re2::RE2> re;

  void find_shortcut(std::string_view pattern);
};

void Regex::State::find_shortcut(std::string_view pattern) {
  if (read_literals(without_group(pattern), literals)) {
    form = Form::kLiterals;
    return;
  }
  literals.clear();
  const auto dot_repeat = [](std::string_view p) { return p.substr(0, 2) == ".*" || p.substr(0, 2) == ".+"; };
  const bool before = dot_repeat(pattern);
  const size_t more_before = before && pattern[1] == '+' ? 1 : 0;
  if (before) pattern.remove_prefix(2);
  if (before && pattern.empty()) {
    form = more_before ? Form::kNotEmpty : Form::kAny;
    return;
  }
  if (!take_literal(pattern, text) || repeats(pattern) || text.empty()) return;
  const bool after = dot_repeat(pattern);
  const size_t more_after = after && pattern[1] == '+' ? 1 : 0;
  if (after) pattern.remove_prefix(2);
  if (!pattern.empty() || (before && after && more_before + more_after > 0)) return;
  least_more = more_before + more_after;
  form = before && after ? Form::kContains : before ? Form::kSuffix : after ? Form::kPrefix : Form::kGeneral;
}

base::Result<Regex> Regex::compile(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_dot_nl(true);
  options.set_log_errors(false);
  auto state = std::make_shared<State>();
  state->re = std::make_unique<re2::RE2>(without_go_spelling(pattern), options);
  if (!state->re->ok()) {
    const bool bytes = state->re->error_code() == re2::RE2::ErrorBadUTF8;
    return base::invalid(std::string("error parsing regexp: ") + go_words(state->re->error_code()) + ": `" +
                         (bytes ? std::string(first_bad_byte(pattern)) : state->re->error_arg()) + "`");
  }
  if (asks_for_bytes(pattern)) return base::invalid("error parsing regexp: invalid escape sequence: `\\C`");
  state->find_shortcut(pattern);
  return Regex(std::move(state));
}

bool Regex::matches(std::string_view text) const {
  const State& s = *state_;
  switch (s.form) {
    case Form::kAny:
      return true;
    case Form::kNotEmpty:
      return !text.empty();
    case Form::kLiterals:
      return std::find(s.literals.begin(), s.literals.end(), text) != s.literals.end();
    case Form::kPrefix:
      return text.size() >= s.text.size() + s.least_more && text.substr(0, s.text.size()) == s.text;
    case Form::kSuffix:
      return text.size() >= s.text.size() + s.least_more && text.substr(text.size() - s.text.size()) == s.text;
    case Form::kContains:
      return text.find(s.text) != std::string_view::npos;
    case Form::kGeneral:
      break;
  }
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *s.re);
}

bool Regex::matches(std::string_view text, std::vector<std::string_view>& groups) const {
  const int count = state_->re->NumberOfCapturingGroups() + 1;
  std::vector<re2::StringPiece> pieces(static_cast<size_t>(count));
  if (!state_->re->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), re2::RE2::ANCHOR_BOTH,
                         pieces.data(), count))
    return false;
  groups.clear();
  for (const re2::StringPiece& piece : pieces) groups.emplace_back(piece.data() ? piece.data() : "", piece.size());
  return true;
}

const std::vector<std::string>* Regex::literals() const {
  return state_->form == Form::kLiterals ? &state_->literals : nullptr;
}

std::string Regex::expand(std::string_view template_text, const std::vector<std::string_view>& groups,
                          size_t most) const {
  std::string out;
  for (;;) {
    const size_t dollar = template_text.find('$');
    out += template_text.substr(0, dollar);
    if (dollar == std::string_view::npos || out.size() > most) return out;
    template_text.remove_prefix(dollar + 1);
    size_t taken = 1;
    const std::string_view name = reference(template_text, taken);
    if (name.empty()) {
      out += '$';
      if (!template_text.empty() && template_text[0] == '$') template_text.remove_prefix(1);
      continue;
    }
    template_text.remove_prefix(taken);
    int number = group_number(name);
    if (number < 0) {
      const auto& names = state_->re->NamedCapturingGroups();
      const auto found = names.find(std::string(name));
      number = found == names.end() ? -1 : found->second;
    }
    if (number >= 0 && static_cast<size_t>(number) < groups.size()) out += groups[static_cast<size_t>(number)];
  }
}

}  // namespace reeve::series
