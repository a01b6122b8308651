/// \file
/// Which functions may a script call? The allow-list, each with the limits that make it safe.
///
/// Each opener leaves one table on the stack. Nothing here asks for the time, a file or an address.
#pragma once

#include <lua.hpp>

#include <cstdint>

namespace reeve::script {

void open_base(lua_State* lua);    ///< fills the table on the top of the stack: pairs, pcall, tostring, ...
void open_string(lua_State* lua);  ///< also becomes the locked metatable of strings
void open_table(lua_State* lua);
void open_math(lua_State* lua, uint64_t seed);
void open_json(lua_State* lua);
void open_duration(lua_State* lua);
void open_bytes(lua_State* lua);
void open_re(lua_State* lua);

/// pcall as scripts have it: budgets, done and fail go through it.
int protected_call(lua_State* lua);
/// error as scripts have it: of a value that is no text it remembers where it was raised, for error_text().
int raise_value(lua_State* lua);
/// Pushes the text of any value: tables and functions get a name that is the same in every replay.
const char* push_text(lua_State* lua, int index, size_t* size);
/// Replaces the table at the top of the stack by a read-only view of it; `what` names it in errors.
void freeze(lua_State* lua, const char* what);

}  // namespace reeve::script
