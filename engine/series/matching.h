/// \file
/// Do these labels satisfy these matchers? Matchers compiled once, asked often.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "series/regex.h"
#include "series/series.h"

namespace reeve::series {

class CompiledMatcher {
 public:
  /// \errors kInvalid: a regular expression that does not compile.
  static base::Result<CompiledMatcher> compile(const Matcher& matcher);
  /// `value` is empty when there is no such label.
  bool matches(std::string_view value) const;
  /// Whether a series without the label matches.
  bool matches_empty() const { return matches_empty_; }
  const Matcher& matcher() const { return matcher_; }
  LabelName name() const { return LabelName{matcher_.name, name_hash_}; }
  /// The only values that can match, when that is known; else nullptr.
  const std::vector<std::string>* literals() const;

 private:
  explicit CompiledMatcher(const Matcher& matcher);
  Matcher matcher_;
  uint64_t name_hash_;
  std::vector<Regex> regex_;  ///< none or one
  std::vector<std::string> equal_;
  bool matches_empty_ = false;
};

using CompiledMatchers = std::vector<CompiledMatcher>;
base::Result<CompiledMatchers> compile(const Matchers& matchers);
bool matches(const CompiledMatchers& matchers, const LabelSet& labels);
bool matches(const CompiledMatchers& matchers, const model::Labels& labels);
/// One text for equal matchers in equal order: the key of caches.
std::string cache_key(const Matchers& matchers);

}  // namespace reeve::series
