// json, duration, bytes, math: the small libraries.
#include <cmath>
#include <cstring>
#include <string>

#include "base/text.h"
#include "base/time.h"
#include "model/json.h"
#include "script/worker/convert.h"
#include "script/worker/library.h"
#include "script/worker/state.h"

namespace reeve::script {

namespace {
int l_encode(lua_State* lua) {
  luaL_checkany(lua, 1);
  const model::Value value = to_value(lua, 1, "json.encode: the value");
  const std::string text = lua_toboolean(lua, 2) ? model::to_pretty_json(value) : model::to_json(value);
  lua_pushlstring(lua, text.data(), text.size());
  return 1;
}

int l_decode(lua_State* lua) {
  size_t size = 0;
  const char* text = luaL_checklstring(lua, 1, &size);
  if (size > State::of(lua).limits().text) return luaL_error(lua, "json.decode: the text is larger than 4 MiB");
  State::of(lua).charge(lua, static_cast<int64_t>(size / 8));
  const auto value = model::parse_json({text, size});
  if (!value.ok()) return luaL_error(lua, "json.decode: %s", value.error().text.c_str());
  push_value(lua, *value);
  return 1;
}

int l_duration_parse(lua_State* lua) {
  const auto read = base::parse_duration(luaL_checkstring(lua, 1));
  if (!read.ok()) return luaL_error(lua, "duration.parse: %s", read.error().text.c_str());
  lua_pushnumber(lua, read->seconds());
  return 1;
}

int l_duration_format(lua_State* lua) {
  const lua_Number seconds = luaL_checknumber(lua, 1);
  luaL_argcheck(lua, std::fabs(seconds) < 9e12, 1, "not a duration");
  lua_pushstring(lua, base::format_duration(base::micros(std::llround(seconds * 1e6))).c_str());
  return 1;
}

struct Unit {
  const char* name;
  double bytes;
};
constexpr Unit kUnits[] = {{"EiB", 0x1p60}, {"PiB", 0x1p50}, {"TiB", 0x1p40}, {"GiB", 0x1p30}, {"MiB", 0x1p20},
                           {"KiB", 0x1p10}, {"EB", 1e18},    {"PB", 1e15},    {"TB", 1e12},    {"GB", 1e9},
                           {"MB", 1e6},     {"kB", 1e3},     {"B", 1},        {"", 1}};

int l_bytes_parse(lua_State* lua) {
  const char* text = luaL_checkstring(lua, 1);
  char* rest = nullptr;
  const double number = std::strtod(text, &rest);
  const std::string unit(base::trim(rest));
  if (rest != text && std::isfinite(number) && number >= 0) {
    for (const Unit& known : kUnits) {
      if (unit != known.name || number * known.bytes >= 0x1p63) continue;
      lua_pushinteger(lua, static_cast<lua_Integer>(number * known.bytes));
      return 1;
    }
  }
  return luaL_error(lua, "bytes.parse: \"%s\" is no size like \"512 MiB\" or \"2GB\"", text);
}

int l_bytes_format(lua_State* lua) {
  const lua_Number bytes = luaL_checknumber(lua, 1);
  luaL_argcheck(lua, std::isfinite(bytes), 1, "not a size");
  for (const Unit& unit : kUnits) {
    if (unit.name[0] == '\0' || unit.name[1] != 'i' || std::fabs(bytes) < unit.bytes) continue;
    lua_pushfstring(lua, "%s %s", base::format_number(std::round(bytes / unit.bytes * 10) / 10).c_str(), unit.name);
    return 1;
  }
  lua_pushfstring(lua, "%s B", base::format_number(bytes).c_str());
  return 1;
}
}  // namespace

void open_json(lua_State* lua) {
  const luaL_Reg own[] = {{"encode", l_encode}, {"decode", l_decode}, {nullptr, nullptr}};
  luaL_newlib(lua, own);
  lua_pushlightuserdata(lua, nullptr);
  lua_setfield(lua, -2, "null");
}

void open_duration(lua_State* lua) {
  const luaL_Reg own[] = {{"parse", l_duration_parse}, {"format", l_duration_format}, {nullptr, nullptr}};
  luaL_newlib(lua, own);
}

void open_bytes(lua_State* lua) {
  const luaL_Reg own[] = {{"parse", l_bytes_parse}, {"format", l_bytes_format}, {nullptr, nullptr}};
  luaL_newlib(lua, own);
}

void open_math(lua_State* lua, uint64_t seed) {
  luaL_requiref(lua, LUA_MATHLIBNAME, luaopen_math, 0);
  lua_getfield(lua, -1, "randomseed");
  lua_pushinteger(lua, static_cast<lua_Integer>(seed));
  lua_pushinteger(lua, 0);
  lua_call(lua, 2, 0);
  lua_pushnil(lua);
  lua_setfield(lua, -2, "randomseed");
}

}  // namespace reeve::script
