// The base functions: pairs and next in a fixed order, pcall that holds back no limit, tostring without addresses.
#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "script/worker/library.h"
#include "script/worker/state.h"

namespace reeve::script {

namespace {
// Registry keys.
const char kNames = 0, kNextTable = 0, kNextKeys = 0;

// Errors unwind one pcall after the other and Lua walks the whole stack at each: deep nesting takes quadratic time.
constexpr int kMaxProtected = 500;

void enter_protected(lua_State* lua) {
  State& state = State::of(lua);
  if (state.protected_depth >= kMaxProtected) luaL_error(lua, "more than %d nested protected calls", kMaxProtected);
  ++state.protected_depth;
}

// True: the error is not the script's to catch. A kill ends everything by yielding where that is possible.
bool passes_on(lua_State* lua, int status) {
  State& state = State::of(lua);
  --state.protected_depth;
  if (status == LUA_OK || status == LUA_YIELD || !state.passes_on(status)) return false;
  if (state.killed() && lua_isyieldable(lua)) lua_yield(lua, 0);
  return true;
}

int pcall_done(lua_State* lua, int status, lua_KContext) {
  if (passes_on(lua, status)) return lua_error(lua);
  if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(lua);  // true, results
  lua_pushboolean(lua, 0);
  lua_insert(lua, -2);
  return 2;
}

int xpcall_done(lua_State* lua, int status, lua_KContext) {
  if (passes_on(lua, status)) return lua_error(lua);
  if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(lua) - 1;  // without the handler
  // The handler runs after unwinding: there is no debug library that could look at the stack.
  lua_pushboolean(lua, 0);
  lua_pushvalue(lua, 1);
  lua_pushvalue(lua, -3);
  const int handled = lua_pcall(lua, 1, 1, 0);
  if (handled != LUA_OK && State::of(lua).passes_on(handled)) return lua_error(lua);
  return 2;
}

int l_xpcall(lua_State* lua) {
  luaL_checktype(lua, 2, LUA_TFUNCTION);
  enter_protected(lua);
  const int arguments = lua_gettop(lua) - 2;
  lua_pushvalue(lua, 2);
  lua_insert(lua, 1);     // handler, f, handler, arguments
  lua_pushvalue(lua, 2);  // f
  lua_replace(lua, 3);
  lua_pushboolean(lua, 1);
  lua_replace(lua, 2);  // handler, true, f, arguments
  const int status = lua_pcallk(lua, arguments, LUA_MULTRET, 0, 0, xpcall_done);
  return xpcall_done(lua, status, 0);
}

struct Key {
  enum Kind { kNumber, kText, kTruth } kind = kNumber;
  lua_Number number = 0;
  lua_Integer integer = 0;
  bool is_integer = false, truth = false;
  std::string_view text;

  bool operator<(const Key& other) const {
    if (kind != other.kind) return kind < other.kind;
    if (kind == kText) return text < other.text;
    if (kind == kTruth) return truth < other.truth;
    if (is_integer && other.is_integer) return integer < other.integer;
    return number < other.number;
  }
};

Key key_at(lua_State* lua, int index) {
  Key key;
  switch (lua_type(lua, index)) {
    case LUA_TNUMBER:
      key.is_integer = lua_isinteger(lua, index) != 0;
      key.integer = lua_tointeger(lua, index);
      key.number = lua_tonumber(lua, index);
      return key;
    case LUA_TSTRING: {
      size_t size = 0;
      const char* text = lua_tolstring(lua, index, &size);
      key.kind = Key::kText;
      key.text = {text, size};
      return key;
    }
    case LUA_TBOOLEAN:
      key.kind = Key::kTruth;
      key.truth = lua_toboolean(lua, index) != 0;
      return key;
    default:
      luaL_error(lua, "a table with a %s as key has no fixed order: keep such things in a list",
                 luaL_typename(lua, index));
      return key;
  }
}

void push_key(lua_State* lua, const Key& key) {
  if (key.kind == Key::kText) {
    lua_pushlstring(lua, key.text.data(), key.text.size());
  } else if (key.kind == Key::kTruth) {
    lua_pushboolean(lua, key.truth);
  } else if (key.is_integer) {
    lua_pushinteger(lua, key.integer);
  } else {
    lua_pushnumber(lua, key.number);
  }
}

// The keys of the table at `index`, sorted; `sequence` when they are just 1..n.
std::vector<Key> sorted_keys(lua_State* lua, int index, bool& sequence) {
  std::vector<Key> keys;
  sequence = true;
  lua_pushnil(lua);
  while (lua_next(lua, index)) {
    lua_pop(lua, 1);
    keys.push_back(key_at(lua, -1));
    sequence = sequence && keys.back().is_integer && keys.back().integer == static_cast<lua_Integer>(keys.size());
  }
  State::of(lua).charge(lua, static_cast<int64_t>(keys.size()));
  if (!sequence) std::sort(keys.begin(), keys.end());
  return keys;
}

void push_keys(lua_State* lua, const std::vector<Key>& keys) {
  lua_createtable(lua, static_cast<int>(keys.size()), 0);
  for (size_t i = 0; i < keys.size(); ++i) {
    push_key(lua, keys[i]);
    lua_rawseti(lua, -2, static_cast<lua_Integer>(i + 1));
  }
}

// Upvalues: the list of keys (nil for a sequence), how many, how many were given.
int pairs_next(lua_State* lua) {
  const bool sequence = lua_isnil(lua, lua_upvalueindex(1));
  const lua_Integer count = lua_tointeger(lua, lua_upvalueindex(2));
  lua_Integer at = lua_tointeger(lua, lua_upvalueindex(3));
  while (at < count) {
    ++at;
    if (sequence) {
      lua_pushinteger(lua, at);
    } else {
      lua_rawgeti(lua, lua_upvalueindex(1), at);
    }
    lua_pushvalue(lua, -1);
    if (lua_rawget(lua, 1) != LUA_TNIL) {  // removed meanwhile: not visited
      lua_pushinteger(lua, at);
      lua_replace(lua, lua_upvalueindex(3));
      return 2;
    }
    lua_pop(lua, 2);
  }
  lua_pushinteger(lua, at);
  lua_replace(lua, lua_upvalueindex(3));
  lua_pushnil(lua);
  return 1;
}

int pairs_continued(lua_State*, int, lua_KContext) {
  return 3;
}

int l_pairs(lua_State* lua) {
  luaL_checkany(lua, 1);
  if (luaL_getmetafield(lua, 1, "__pairs") != LUA_TNIL) {
    lua_pushvalue(lua, 1);
    lua_callk(lua, 1, 3, 0, pairs_continued);
    return 3;
  }
  luaL_checktype(lua, 1, LUA_TTABLE);
  bool sequence = true;
  const std::vector<Key> keys = sorted_keys(lua, 1, sequence);
  if (sequence) {
    lua_pushnil(lua);
  } else {
    push_keys(lua, keys);
  }
  lua_pushinteger(lua, static_cast<lua_Integer>(keys.size()));
  lua_pushinteger(lua, 0);
  lua_pushcclosure(lua, pairs_next, 3);
  lua_pushvalue(lua, 1);
  lua_pushnil(lua);
  return 3;
}

int first_pair(lua_State* lua) {
  bool any = false;
  Key least;
  lua_pushnil(lua);
  while (lua_next(lua, 1)) {
    lua_pop(lua, 1);
    const Key key = key_at(lua, -1);
    if (!any || key < least) least = key;
    any = true;
    State::of(lua).charge(lua, 1);
  }
  if (!any) return lua_pushnil(lua), 1;
  push_key(lua, least);
  lua_pushvalue(lua, -1);
  lua_rawget(lua, 1);
  return 2;
}

// Leaves the remembered list of keys of the table at 1 on the stack and sets where `key` stands in it.
void find_keys(lua_State* lua) {
  State& state = State::of(lua);
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kNextTable);
  const bool same = lua_rawequal(lua, -1, 1) != 0;
  lua_pop(lua, 1);
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kNextKeys);
  if (same) {
    lua_rawgeti(lua, -1, state.next_at);
    const bool here = lua_rawequal(lua, -1, 2) != 0;
    lua_pop(lua, 1);
    if (here) return;
  }
  lua_pop(lua, 1);
  bool sequence = true;
  const std::vector<Key> keys = sorted_keys(lua, 1, sequence);
  push_keys(lua, keys);
  lua_pushvalue(lua, 1);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &kNextTable);
  lua_pushvalue(lua, -1);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &kNextKeys);
  const Key wanted = key_at(lua, 2);
  // Of a key that was removed meanwhile: the place where it would be.
  const auto after = std::upper_bound(keys.begin(), keys.end(), wanted);
  state.next_at = static_cast<int>(after - keys.begin());
}

int l_next(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  lua_settop(lua, 2);
  if (lua_isnil(lua, 2)) return first_pair(lua);
  find_keys(lua);
  State& state = State::of(lua);
  for (;;) {
    ++state.next_at;
    if (lua_rawgeti(lua, 3, state.next_at) == LUA_TNIL) return 1;
    lua_pushvalue(lua, -1);
    if (lua_rawget(lua, 1) != LUA_TNIL) return 2;
    lua_pop(lua, 2);
  }
}

int l_setmetatable(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  if (!lua_isnoneornil(lua, 2)) {
    luaL_checktype(lua, 2, LUA_TTABLE);
    for (const char* field : {"__gc", "__mode"}) {
      lua_pushstring(lua, field);
      if (lua_rawget(lua, 2) != LUA_TNIL)
        return luaL_error(lua, "a metatable with %s is not allowed: it would make replays differ", field);
      lua_pop(lua, 1);
    }
  }
  if (luaL_getmetafield(lua, 1, "__metatable") != LUA_TNIL) return luaL_error(lua, "this metatable is locked");
  lua_settop(lua, 2);
  lua_setmetatable(lua, 1);
  return 1;
}

int l_tostring(lua_State* lua) {
  luaL_checkany(lua, 1);
  push_text(lua, 1, nullptr);
  return 1;
}

int frozen_write(lua_State* lua) {
  return luaL_error(lua, "%s cannot be changed", lua_tostring(lua, lua_upvalueindex(1)));
}
}  // namespace

int protected_call(lua_State* lua) {
  luaL_checkany(lua, 1);
  enter_protected(lua);
  lua_pushboolean(lua, 1);
  lua_insert(lua, 1);
  const int status = lua_pcallk(lua, lua_gettop(lua) - 2, LUA_MULTRET, 0, 0, pcall_done);
  return pcall_done(lua, status, 0);
}

const char* push_text(lua_State* lua, int index, size_t* size) {
  index = lua_absindex(lua, index);
  const int type = lua_type(lua, index);
  const bool addressed =
      type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TUSERDATA || type == LUA_TLIGHTUSERDATA;
  if (!addressed || luaL_getmetafield(lua, index, "__tostring") != LUA_TNIL) {
    if (addressed) lua_pop(lua, 1);
    return luaL_tolstring(lua, index, size);
  }
  if (type == LUA_TLIGHTUSERDATA) return lua_pushstring(lua, "null"), lua_tolstring(lua, -1, size);
  if (lua_rawgetp(lua, LUA_REGISTRYINDEX, &kNames) != LUA_TTABLE) {
    lua_pop(lua, 1);
    lua_newtable(lua);
    lua_createtable(lua, 0, 1);
    lua_pushstring(lua, "k");
    lua_setfield(lua, -2, "__mode");
    lua_setmetatable(lua, -2);
    lua_pushvalue(lua, -1);
    lua_rawsetp(lua, LUA_REGISTRYINDEX, &kNames);
  }
  lua_pushvalue(lua, index);
  if (lua_rawget(lua, -2) == LUA_TNIL) {
    lua_pop(lua, 1);
    lua_pushvalue(lua, index);
    lua_pushfstring(lua, "%s: %d", lua_typename(lua, type), ++State::of(lua).named);
    lua_pushvalue(lua, -1);
    lua_insert(lua, -3);
    lua_rawset(lua, -4);
  }
  lua_remove(lua, -2);
  return lua_tolstring(lua, -1, size);
}

void freeze(lua_State* lua, const char* what) {
  lua_newtable(lua);           // table, view
  lua_createtable(lua, 0, 3);  // table, view, metatable
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  lua_pushstring(lua, what);
  lua_pushcclosure(lua, frozen_write, 1);
  lua_setfield(lua, -2, "__newindex");
  lua_pushstring(lua, "locked");
  lua_setfield(lua, -2, "__metatable");
  lua_setmetatable(lua, -2);
  lua_remove(lua, -2);
}

void open_base(lua_State* lua) {
  luaL_requiref(lua, LUA_GNAME, luaopen_base, 0);
  for (const char* name : {"assert", "getmetatable", "ipairs", "rawequal", "rawget", "rawlen", "rawset", "select",
                           "tonumber", "type", "_VERSION"}) {
    lua_getfield(lua, -1, name);
    lua_setfield(lua, -3, name);
  }
  lua_pop(lua, 1);
  const luaL_Reg own[] = {{"next", l_next},       {"pairs", l_pairs},       {"pcall", protected_call},
                          {"xpcall", l_xpcall},   {"tostring", l_tostring}, {"setmetatable", l_setmetatable},
                          {"error", raise_value}, {nullptr, nullptr}};
  luaL_setfuncs(lua, own, 0);
}

}  // namespace reeve::script
