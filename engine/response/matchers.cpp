#include <re2/re2.h>

#include <algorithm>

#include "response/response.h"

namespace reeve::response {

struct AlertMatcher::Pattern {
  explicit Pattern(const std::string& text) : compiled("^(?:" + text + ")$", options()) {}
  static RE2::Options options() {
    RE2::Options out;
    out.set_log_errors(false);
    return out;
  }
  RE2 compiled;
};

namespace {
using Kind = AlertMatcher::Kind;

const char* operator_text(Kind kind) {
  switch (kind) {
    case Kind::kEqual:
      return "=";
    case Kind::kNotEqual:
      return "!=";
    case Kind::kRegex:
      return "=~";
    case Kind::kNotRegex:
      return "!~";
  }
  return "";
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// May stand in a name or a value without quotes.
bool is_bare(char c) {
  constexpr std::string_view kReserved = "{}!=~,\\\"'`";
  return !is_space(c) && kReserved.find(c) == std::string_view::npos;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out + "\"";
}

base::Error wrong(const std::string& text, size_t at, const std::string& what) {
  return base::invalid("not a list of matchers: " + what + " at byte " + std::to_string(at + 1) + " of `" + text +
                       "` (write them like severity=\"critical\")");
}

/// Alertmanager's grammar since 0.27: names and values in double quotes, or bare.
class Grammar {
 public:
  explicit Grammar(const std::string& text) : text_(text) {}

  base::Result<std::vector<AlertMatcher>> run() {
    skip();
    const bool brace = take('{');
    std::vector<AlertMatcher> out;
    for (skip(); at_ < text_.size() && text_[at_] != '}'; skip()) {
      REEVE_TRY(AlertMatcher one, matcher());
      out.push_back(std::move(one));
      skip();
      if (!take(',')) break;
    }
    if (brace && !take('}')) return wrong(text_, at_, "expected }");
    skip();
    if (at_ < text_.size()) return wrong(text_, at_, "expected a comma or the end");
    return out;
  }

 private:
  void skip() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  base::Result<AlertMatcher> matcher() {
    REEVE_TRY(std::string name, word("a label's name"));
    skip();
    REEVE_TRY(const Kind kind, kind_of_operator());
    skip();
    REEVE_TRY(std::string value, word("a value"));
    return make_matcher(kind, std::move(name), std::move(value));
  }

  base::Result<Kind> kind_of_operator() {
    const char first = at_ < text_.size() ? text_[at_] : '\0', second = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (first == '=' && second != '~') return ++at_, Kind::kEqual;
    if (first == '=') return at_ += 2, Kind::kRegex;
    if (first == '!' && second == '=') return at_ += 2, Kind::kNotEqual;
    if (first == '!' && second == '~') return at_ += 2, Kind::kNotRegex;
    return wrong(text_, at_, "expected one of = != =~ !~");
  }

  base::Result<std::string> word(const char* what) {
    if (take('"')) return quoted();
    const size_t begin = at_;
    while (at_ < text_.size() && is_bare(text_[at_])) ++at_;
    if (at_ == begin) return wrong(text_, at_, std::string("expected ") + what);
    return text_.substr(begin, at_ - begin);
  }

  /// The quote is behind us.
  base::Result<std::string> quoted() {
    const size_t begin = at_;
    std::string out;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') return ++at_, out;
      if (text_[at_] != '\\') {
        out += text_[at_];
        continue;
      }
      if (++at_ >= text_.size()) break;
      switch (text_[at_]) {
        case 'n':
          out += '\n';
          break;
        case 't':
          out += '\t';
          break;
        case '"':
        case '\\':
          out += text_[at_];
          break;
        // As Alertmanager's older grammar: in a regular expression `\.` stays what it is.
        default:
          out += std::string("\\") + text_[at_];
      }
    }
    return wrong(text_, begin, "a quote that is never closed");
  }

  const std::string& text_;
  size_t at_ = 0;
};

bool is_classic_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':'))
      return false;
  return true;
}

/// The older grammar: a value without quotes goes on to the comma, whatever stands in it.
base::Result<std::vector<AlertMatcher>> parse_classic(const std::string& text) {
  std::string_view rest = base::trim(text);
  if (rest.starts_with('{') && rest.ends_with('}')) rest = rest.substr(1, rest.size() - 2);
  std::vector<AlertMatcher> out;
  for (const std::string& part : base::split(rest, ',')) {
    const std::string one(base::trim(part));
    const size_t at = one.find_first_of("=!");
    if (at == std::string::npos || one.find_first_of("\"\\") != std::string::npos)
      return base::invalid("not a matcher: `" + one + "`");
    const std::string two = one.substr(at, 2);
    const Kind kind = two == "=~"   ? Kind::kRegex
                      : two == "!=" ? Kind::kNotEqual
                      : two == "!~" ? Kind::kNotRegex
                                    : Kind::kEqual;
    if (kind == Kind::kEqual && one[at] != '=') return base::invalid("not a matcher: `" + one + "`");
    const std::string name(base::trim(one.substr(0, at)));
    if (!is_classic_name(name)) return base::invalid("not a label's name: `" + name + "`");
    const std::string value(base::trim(one.substr(at + (kind == Kind::kEqual ? 1 : 2))));
    // Alertmanager takes `a == b` for the value "= b", which nobody means.
    if (value.starts_with('=')) return base::invalid("not a matcher: `" + one + "`");
    REEVE_TRY(AlertMatcher matcher, make_matcher(kind, name, value));
    out.push_back(std::move(matcher));
  }
  return out;
}
}  // namespace

bool AlertMatcher::matches(const model::Labels& labels) const {
  const std::string_view found = labels.get(name);
  switch (kind) {
    case Kind::kEqual:
      return found == value;
    case Kind::kNotEqual:
      return found != value;
    default:
      break;
  }
  const bool like = pattern && RE2::FullMatch(re2::StringPiece(found.data(), found.size()), pattern->compiled);
  return like == (kind == Kind::kRegex);
}

std::string AlertMatcher::text() const {
  return (std::all_of(name.begin(), name.end(), is_bare) ? name : quoted(name)) + operator_text(kind) + quoted(value);
}

base::Result<AlertMatcher> make_matcher(Kind kind, std::string name, std::string value) {
  AlertMatcher out{kind, std::move(name), std::move(value), nullptr};
  if (out.name.empty()) return base::invalid("a matcher needs a label's name");
  if (kind == Kind::kEqual || kind == Kind::kNotEqual) return out;
  auto pattern = std::make_shared<const AlertMatcher::Pattern>(out.value);
  if (!pattern->compiled.ok())
    return base::invalid("the regular expression `" + out.value +
                         "` does not compile: " + RE2(out.value, AlertMatcher::Pattern::options()).error());
  out.pattern = std::move(pattern);
  return out;
}

base::Result<std::vector<AlertMatcher>> parse_matchers(const std::string& text) {
  auto out = Grammar(text).run();
  if (out.ok()) return out;
  auto classic = parse_classic(text);
  return classic.ok() ? classic : out;
}

bool all_match(const std::vector<AlertMatcher>& matchers, const model::Labels& labels) {
  for (const AlertMatcher& matcher : matchers)
    if (!matcher.matches(labels)) return false;
  return true;
}

}  // namespace reeve::response
