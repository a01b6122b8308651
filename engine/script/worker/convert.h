/// \file
/// How does a value of the engine become a Lua value, and back?
///
/// Raises Lua errors (C++ exceptions); call it inside protected Lua code only. Null inside a list becomes `json.null`,
/// inside a map nothing; an empty table becomes a list, except as the whole; a table with both kinds of keys becomes a
/// map with "1", "2", ... for its positions. Maps come out sorted by key, so equal tables give equal bytes.
#pragma once

#include <lua.hpp>

#include "model/value.h"

namespace reeve::script {

void push_value(lua_State* lua, const model::Value& value);

/// \errors (raised) functions, handles, what has a locked metatable, tables in themselves, one key as number and as
/// text, more than 32 levels, 100,000 items or 4 MiB; `what` names the value in the message.
model::Value to_value(lua_State* lua, int index, const char* what);
/// As above, an empty table gives an empty map.
model::Value to_map(lua_State* lua, int index, const char* what);

}  // namespace reeve::script
