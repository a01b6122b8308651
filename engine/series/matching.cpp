#include "series/matching.h"

#include <algorithm>

namespace reeve::series {

CompiledMatcher::CompiledMatcher(const Matcher& matcher) : matcher_(matcher), name_hash_(text_hash(matcher.name)) {}

base::Result<CompiledMatcher> CompiledMatcher::compile(const Matcher& matcher) {
  CompiledMatcher compiled(matcher);
  if (matcher.kind == Matcher::Kind::kRegex || matcher.kind == Matcher::Kind::kNotRegex) {
    REEVE_TRY(Regex regex, Regex::compile(matcher.value));
    compiled.regex_.push_back(std::move(regex));
  } else if (matcher.kind == Matcher::Kind::kEqual) {
    compiled.equal_ = {matcher.value};
  }
  compiled.matches_empty_ = compiled.matches("");
  return compiled;
}

bool CompiledMatcher::matches(std::string_view value) const {
  switch (matcher_.kind) {
    case Matcher::Kind::kEqual:
      return value == matcher_.value;
    case Matcher::Kind::kNotEqual:
      return value != matcher_.value;
    case Matcher::Kind::kRegex:
      return regex_[0].matches(value);
    case Matcher::Kind::kNotRegex:
      return !regex_[0].matches(value);
  }
  return false;
}

const std::vector<std::string>* CompiledMatcher::literals() const {
  if (matcher_.kind == Matcher::Kind::kEqual) return &equal_;
  return matcher_.kind == Matcher::Kind::kRegex ? regex_[0].literals() : nullptr;
}

base::Result<CompiledMatchers> compile(const Matchers& matchers) {
  CompiledMatchers compiled;
  for (const Matcher& matcher : matchers) {
    REEVE_TRY(CompiledMatcher one, CompiledMatcher::compile(matcher));
    compiled.push_back(std::move(one));
  }
  return compiled;
}

bool matches(const CompiledMatchers& matchers, const LabelSet& labels) {
  return std::all_of(matchers.begin(), matchers.end(),
                     [&](const CompiledMatcher& matcher) { return matcher.matches(labels.value(matcher.name())); });
}

bool matches(const CompiledMatchers& matchers, const model::Labels& labels) {
  return std::all_of(matchers.begin(), matchers.end(), [&](const CompiledMatcher& matcher) {
    return matcher.matches(labels.get(matcher.matcher().name));
  });
}

std::string cache_key(const Matchers& matchers) {
  std::string key;
  for (const Matcher& matcher : matchers) {
    key += static_cast<char>('0' + static_cast<int>(matcher.kind));
    key += std::to_string(matcher.name.size());
    key += ':';
    key += matcher.name;
    key += std::to_string(matcher.value.size());
    key += ':';
    key += matcher.value;
  }
  return key;
}

}  // namespace reeve::series
