/// \file
/// Does a whole text match a regular expression of PromQL? RE2, anchored, dot matches newline, with shortcuts.
///
/// Immutable, any thread. Source: Prometheus' model/labels/regexp (its semantics, not its code).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace reeve::series {

class Regex {
 public:
  /// \errors kInvalid in the words of Go's regexp: "error parsing regexp: missing closing ): `(a`".
  static base::Result<Regex> compile(std::string_view pattern);

  bool matches(std::string_view text) const;
  /// As matches(), and the text of each group; groups[0] is the whole. A group that took no part is empty.
  bool matches(std::string_view text, std::vector<std::string_view>& groups) const;
  /// When only these texts can match (`a|b|c`, `a`): them; else nullptr.
  const std::vector<std::string>* literals() const;
  /// `template_text` with Go's $1, ${1}, $name, ${name} and $$ replaced from the groups of matches(). Stops once the
  /// result is longer than `most`.
  std::string expand(std::string_view template_text, const std::vector<std::string_view>& groups,
                     size_t most = SIZE_MAX) const;

 private:
  struct State;
  explicit Regex(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace reeve::series
