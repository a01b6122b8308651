/// \file
/// Is a cursor after another one? The order in front of it: decimal numbers joined by dots (sdk, lanes.hpp, Events).
#pragma once

#include <string_view>

namespace reeve::collect {

/// The order at the start of a cursor; empty when it has none. "12.3|x" -> "12.3", "12." -> "12", "{..." -> "".
std::string_view order_of(std::string_view cursor);

/// Whether an event with cursor `next` is new to a source that was read up to `last`. True when one of them has no
/// order.
bool is_after(std::string_view next, std::string_view last);

}  // namespace reeve::collect
