/// \file
/// How does a Value become JSON text and back?
///
/// Any thread. Bytes that are no UTF-8 are written as lone surrogates U+DC80..U+DCFF and read back as the bytes they
/// were (DRIVE), so that nothing is lost. Doubles keep their exact value; NaN and infinities are written as the strings
/// "NaN", "+Inf", "-Inf". Reads at most 64 levels deep.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/value.h"

namespace reeve::model {

/// Compact, keys in the order of the map.
std::string to_json(const Value& value);
/// Two blanks a level.
std::string to_pretty_json(const Value& value);
/// The quoted form of one string.
void append_json_string(std::string& out, std::string_view text);

/// Exactly one JSON value. Integers beyond 64 bits become doubles; of a repeated key the last wins.
/// \errors kInvalid with the byte offset.
base::Result<Value> parse_json(std::string_view text);

}  // namespace reeve::model
