// EventSelector: its text form, and which events it matches.
#include <algorithm>

#include "rule/event_labels.h"
#include "rule/quoted.h"
#include "rule/rule.h"
#include "series/regex.h"

namespace reeve::rule {

namespace {
struct Matcher {
  std::string name, op, value;
  std::optional<series::Regex> regex;  // of =~ and !~

  bool matches(std::string_view text) const {
    if (!regex) return (text == value) == (op == "=");
    return regex->matches(text) == (op == "=~");
  }
};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_name(char c) {
  return is_alnum(c) || c == '_';
}
bool is_type(char c) {
  return is_name(c) || c == '.' || c == '-' || c == ':';
}

std::string quote(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out + '"';
}

std::string text_of(const Matcher& matcher) {
  const bool plain = std::all_of(matcher.name.begin(), matcher.name.end(), is_name) && !std::isdigit(matcher.name[0]);
  return (plain ? matcher.name : quote(matcher.name)) + matcher.op + quote(matcher.value);
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  base::Result<std::string> type() {
    skip_space();
    const size_t begin = at_;
    while (at_ < text_.size() && is_type(text_[at_])) ++at_;
    std::string type(text_.substr(begin, at_ - begin));
    const size_t dot = type.find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == type.size()) {
      at_ = begin;
      return fail("an event type is <plugin>.<name>, as in docker.die");
    }
    skip_space();
    return type;
  }

  base::Result<std::vector<Matcher>> matchers() {
    std::vector<Matcher> out;
    if (take('{')) {
      skip_space();
      while (!take('}')) {
        REEVE_TRY(Matcher matcher, one());
        out.push_back(std::move(matcher));
        skip_space();
        if (take(',')) {
          skip_space();
        } else if (at_ >= text_.size() || text_[at_] != '}') {
          return fail("expected \",\" or \"}\"");
        }
      }
      skip_space();
    }
    if (at_ < text_.size()) return fail("unexpected text after the selector");
    return out;
  }

 private:
  base::Result<Matcher> one() {
    Matcher matcher;
    REEVE_TRY(matcher.name, name());
    skip_space();
    for (const char* op : {"=~", "!~", "!=", "="}) {
      if (!base::starts_with(text_.substr(at_), op)) continue;
      matcher.op = op;
      at_ += matcher.op.size();
      break;
    }
    if (matcher.op.empty()) return fail("expected one of =, !=, =~, !~ after \"" + matcher.name + "\"");
    skip_space();
    if (!at_quote()) return fail("expected a quoted value after " + matcher.name + matcher.op);
    const size_t begin = at_;
    REEVE_TRY(matcher.value, quoted());
    if (matcher.op.back() != '~') return matcher;
    auto regex = series::Regex::compile(matcher.value);
    if (regex.ok()) {
      matcher.regex = *std::move(regex);
      return matcher;
    }
    at_ = begin;
    return fail(regex.error().text);
  }

  base::Result<std::string> name() {
    if (at_quote()) {
      const size_t begin = at_;
      REEVE_TRY(std::string text, quoted());
      if (!text.empty()) return text;
      at_ = begin;
      return fail("a label name may not be empty");
    }
    const size_t begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    if (at_ == begin || (text_[begin] >= '0' && text_[begin] <= '9')) {
      at_ = begin;
      return fail("expected a label name");
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  base::Result<std::string> quoted() {
    auto text = read_quoted(text_, at_);
    if (!text.ok()) return fail(text.error().text);
    return text;
  }

  bool at_quote() const { return at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'' || text_[at_] == '`'); }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  base::Error fail(const std::string& what) const {
    const std::string_view before = text_.substr(0, std::min(at_, text_.size()));
    const size_t line_begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    return base::invalid(std::to_string(1 + std::count(before.begin(), before.end(), '\n')) + ":" +
                         std::to_string(1 + before.size() - line_begin) + ": " + what);
  }

  std::string_view text_;
  size_t at_ = 0;
};
}  // namespace

struct EventSelector::State {
  std::string type;
  std::vector<Matcher> matchers;
};

base::Result<EventSelector> EventSelector::parse(std::string_view text) {
  auto state = std::make_shared<State>();
  Parser parser(text);
  REEVE_TRY(state->type, parser.type());
  REEVE_TRY(state->matchers, parser.matchers());
  EventSelector out;
  out.state_ = std::move(state);
  return out;
}

bool EventSelector::matches(const model::Event& event) const {
  if (event.type != state_->type) return false;
  std::string room;
  return std::all_of(state_->matchers.begin(), state_->matchers.end(), [&](const Matcher& matcher) {
    return matcher.matches(label_or_field(event, matcher.name, room));
  });
}

const std::string& EventSelector::type() const {
  return state_->type;
}

std::string EventSelector::text() const {
  if (state_->matchers.empty()) return state_->type;
  std::vector<std::string> parts;
  for (const Matcher& matcher : state_->matchers) parts.push_back(text_of(matcher));
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  return state_->type + "{" + base::join(parts, ",") + "}";
}

}  // namespace reeve::rule
