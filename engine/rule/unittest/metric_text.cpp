// A metric with its labels, as it stands before the values of an input series and in `labels:` of expected samples.
#include <algorithm>

#include "rule/quoted.h"
#include "rule/unittest/print.h"
#include "rule/unittest/series_text.h"

namespace reeve::rule::unittest {

namespace {
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_word(char c) {
  return is_alpha(c) || (c >= '0' && c <= '9');
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  base::Result<model::Labels> metric() {
    skip_space();
    if (at_ < text_.size() && (is_alpha(text_[at_]) || text_[at_] == ':')) {
      const size_t begin = at_;
      while (at_ < text_.size() && (is_word(text_[at_]) || text_[at_] == ':')) ++at_;
      labels_.set(model::kNameLabel, text_.substr(begin, at_ - begin));
    }
    skip_space();
    if (take('{')) REEVE_CHECK(label_set());
    skip_space();
    if (at_ < text_.size()) return fail("unexpected " + shown());
    return std::move(labels_);
  }

 private:
  base::Status label_set() {
    skip_space();
    while (!take('}')) {
      REEVE_CHECK(label());
      skip_space();
      if (take(',')) {
        skip_space();
      } else if (at_ >= text_.size()) {
        return fail("unexpected end of input inside braces");
      } else if (text_[at_] != '}') {
        return fail("unexpected " + shown() + " in label set, expected \",\" or \"}\"");
      }
    }
    return {};
  }

  base::Status label() {
    const bool is_quoted = at_quote();
    REEVE_TRY(const std::string name, is_quoted ? quoted() : word());
    skip_space();
    if (!take('=')) {
      if (is_quoted && labels_.name().empty()) {
        labels_.set(model::kNameLabel, name);
        return {};
      }
      return fail("unexpected " + shown() + " in label set, expected \"=\"");
    }
    skip_space();
    if (!at_quote()) return fail("unexpected " + shown() + " in label set, expected string");
    REEVE_TRY(const std::string value, quoted());
    labels_.set(name, value);
    return {};
  }

  base::Result<std::string> word() {
    const size_t begin = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    if (at_ > begin && is_alpha(text_[begin])) return std::string(text_.substr(begin, at_ - begin));
    at_ = begin;
    return fail("unexpected " + shown() + " in label set, expected identifier");
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
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }
  // What stands here, as Prometheus' parser names it.
  std::string shown() const {
    if (at_ >= text_.size()) return "end of input";
    size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    const std::string word(text_.substr(at_, end - at_));
    if (word.empty()) return go_quote(std::string(1, text_[at_]));
    return (is_alpha(word[0]) ? "identifier " : "number ") + go_quote(word);
  }
  base::Error fail(const std::string& what) const {
    return base::invalid("1:" + std::to_string(at_ + 1) + ": parse error: " + what);
  }

  std::string_view text_;
  size_t at_ = 0;
  model::Labels labels_;
};
}  // namespace

base::Result<model::Labels> parse_metric(std::string_view text) {
  return Parser(text).metric();
}

}  // namespace reeve::rule::unittest
