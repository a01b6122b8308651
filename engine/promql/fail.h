/// \file
/// How do parsing and evaluation stop at an error? Exceptions of this module; the front door turns them into results.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"
#include "promql/token.h"

namespace reeve::promql {

/// Something is wrong with the text of an expression.
struct ParseFailure {
  Position where;
  std::string text;
};

/// `1:7: parse error: ...` (line:column of where.begin, in bytes).
std::string parse_error_text(const ParseFailure& failure, std::string_view expression);
/// `1:7`.
std::string line_and_column(std::string_view expression, int32_t at);

/// An evaluation that cannot go on.
struct EvalFailure {
  base::Fault fault = base::Fault::kInvalid;
  std::string text;
};

[[noreturn]] inline void fail(std::string text) {
  throw EvalFailure{base::Fault::kInvalid, std::move(text)};
}

}  // namespace reeve::promql
