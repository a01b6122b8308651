// What an error says to people, whatever value it is: a text, a table with a message, anything else as it is written.
#include <cstdio>
#include <map>
#include <tuple>

#include "base/base.h"
#include "script/worker/library.h"
#include "script/worker/program.h"

namespace reeve::script {

namespace {
// Registry keys: the last value that is no text and was raised, and where.
const char kRaised = 0, kRaisedAt = 0;

constexpr int kDepth = 3;
constexpr size_t kItems = 20, kBytes = 200, kAll = 1000;

std::string cut(std::string text, size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most) + "...";
}

std::string bytes(std::string_view text) {
  const bool readable = base::is_utf8(text);
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f && (byte < 0x80 || readable)) {
      out += c;
      continue;
    }
    char room[8];
    std::snprintf(room, sizeof room, "\\x%02x", byte);
    out += c == '\n' ? "\\n" : room;
  }
  return out;
}

std::string string_at(lua_State* lua, int index) {
  size_t size = 0;
  const char* text = lua_tolstring(lua, index, &size);
  return cut(bytes({text, size}), kBytes);
}

std::string number_at(lua_State* lua, int index) {
  if (lua_isinteger(lua, index)) return std::to_string(lua_tointeger(lua, index));
  char room[40];
  std::snprintf(room, sizeof room, "%.14g", lua_tonumber(lua, index));
  return room;
}

std::string written(lua_State* lua, int index, int depth);

// In the order of its keys; raw, for nothing may be called here. A large one is only counted: which of its items are
// met first is not the same in every replay.
std::string table_at(lua_State* lua, int index, int depth) {
  if (depth == 0 || !lua_checkstack(lua, 4)) return "{...}";
  size_t count = 0;
  for (lua_pushnil(lua); lua_next(lua, index); lua_pop(lua, 1)) ++count;
  if (count > kItems) return "{" + std::to_string(count) + " items}";
  std::multimap<std::tuple<int, lua_Number, std::string>, std::string> items;
  for (lua_pushnil(lua); lua_next(lua, index); lua_pop(lua, 1)) {
    const int key = lua_gettop(lua) - 1, type = lua_type(lua, key);
    std::string value = written(lua, key + 1, depth - 1);
    if (type == LUA_TNUMBER) {
      items.emplace(std::tuple{0, lua_tonumber(lua, key), number_at(lua, key)}, std::move(value));
    } else {
      const bool text = type == LUA_TSTRING;
      items.emplace(std::tuple{1, 0.0, text ? string_at(lua, key) : "[" + written(lua, key, 0) + "]"},
                    std::move(value));
    }
  }
  std::string out;
  lua_Number next = 1;  // what stands at its position needs no key
  for (const auto& [key, value] : items) {
    const auto& [kind, number, text] = key;
    const bool position = kind == 0 && number == next;
    if (position) ++next;
    out += out.empty() ? "" : ", ";
    out += position ? value : (kind == 0 ? "[" + text + "]" : text) + " = " + value;
  }
  return "{" + out + "}";
}

std::string written(lua_State* lua, int index, int depth) {
  switch (lua_type(lua, index)) {
    case LUA_TBOOLEAN:
      return lua_toboolean(lua, index) ? "true" : "false";
    case LUA_TNUMBER:
      return number_at(lua, index);
    case LUA_TSTRING:
      return "\"" + string_at(lua, index) + "\"";
    case LUA_TTABLE:
      return table_at(lua, index, depth);
    default:
      return luaL_typename(lua, index);
  }
}

// "file:line: " where that value was raised, if that is known.
std::string raised_at(lua_State* lua, int index) {
  if (!lua_checkstack(lua, 4) || lua_rawgetp(lua, LUA_REGISTRYINDEX, &kRaisedAt) != LUA_TSTRING) {
    lua_pop(lua, 1);
    return {};
  }
  std::string place = lua_tostring(lua, -1);
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kRaised);
  if (!lua_rawequal(lua, -1, index)) place.clear();
  lua_pop(lua, 2);
  return place;
}
}  // namespace

// As Lua's own, which has a place for texts only: it is remembered beside the value.
int raise_value(lua_State* lua) {
  const auto level = static_cast<int>(luaL_optinteger(lua, 2, 1));
  lua_settop(lua, 1);
  if (level > 0 && lua_type(lua, 1) == LUA_TSTRING) {
    luaL_where(lua, level);
    lua_insert(lua, 1);
    lua_concat(lua, 2);
  } else if (level > 0 && (lua_type(lua, 1) != LUA_TTABLE || raised_at(lua, 1).empty())) {  // not what is raised again
    lua_pushvalue(lua, 1);
    lua_rawsetp(lua, LUA_REGISTRYINDEX, &kRaised);
    luaL_where(lua, level);
    lua_rawsetp(lua, LUA_REGISTRYINDEX, &kRaisedAt);
  }
  return lua_error(lua);
}

std::string error_text(lua_State* lua, int index) {
  index = lua_absindex(lua, index);
  if (lua_type(lua, index) == LUA_TSTRING) return lua_tostring(lua, index);
  if (lua_type(lua, index) == LUA_TTABLE) {
    lua_pushstring(lua, "message");
    lua_rawget(lua, index);
    const std::string text = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "";
    lua_pop(lua, 1);
    if (!text.empty()) return text;
  }
  const std::string place = raised_at(lua, index);
  if (lua_isnil(lua, index)) return place + "an error that is nil";
  return place + "an error that is a " + luaL_typename(lua, index) + ": " + cut(written(lua, index, kDepth), kAll);
}

}  // namespace reeve::script
