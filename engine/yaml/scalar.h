/// \file
/// What does a plain scalar mean? YAML 1.2's core schema, pure, with what is ambiguous left as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/value.h"

namespace reeve::yaml {

std::optional<bool> core_boolean(const std::string& text);
/// Decimal without leading zeros, 0x, 0o, in 64 bits.
std::optional<int64_t> core_integer(const std::string& text);
/// Every finite decimal number, .inf and .nan in their three spellings; `012` is none.
std::optional<double> core_number(const std::string& text);
/// A decimal number with a leading zero: 10 in YAML 1.1 and 12 in YAML 1.2.
bool has_leading_zero(const std::string& text);
/// Boolean, integer, number, or the text itself.
model::Value core_value(const std::string& text);

}  // namespace reeve::yaml
