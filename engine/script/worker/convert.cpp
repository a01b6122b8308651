#include "script/worker/convert.h"

#include <algorithm>
#include <string>

#include "script/worker/program.h"

namespace reeve::script {

namespace {
using model::Value;
constexpr int kMaxDepth = 32;
constexpr size_t kMaxItems = 100'000, kMaxBytes = 4u << 20;

class Reader {
 public:
  Reader(lua_State* lua, const char* what) : lua_(lua), what_(what) {}

  Value read(int index, int depth) {
    if (++items_ > kMaxItems) fail("has more than 100,000 items");
    if (items_ % 64 == 0) State::of(lua_).charge(lua_, 64);
    switch (lua_type(lua_, index)) {
      case LUA_TNIL:
        return {};
      case LUA_TBOOLEAN:
        return lua_toboolean(lua_, index) != 0;
      case LUA_TNUMBER:
        if (lua_isinteger(lua_, index)) return static_cast<int64_t>(lua_tointeger(lua_, index));
        return lua_tonumber(lua_, index);
      case LUA_TSTRING:
        return text(index);
      case LUA_TTABLE:
        return table(lua_absindex(lua_, index), depth);
      case LUA_TLIGHTUSERDATA:
        if (!lua_touserdata(lua_, index)) return {};  // json.null
        [[fallthrough]];
      default:
        fail((std::string("holds a ") + luaL_typename(lua_, index)).c_str());
    }
  }

 private:
  [[noreturn]] void fail(const char* problem) { raise_error(lua_, "script", std::string(what_) + " " + problem, ""); }

  std::string text(int index) {
    size_t size = 0;
    const char* bytes = lua_tolstring(lua_, index, &size);
    count(size);
    return {bytes, size};
  }

  void count(size_t bytes) {
    bytes_ += bytes;
    if (bytes_ > kMaxBytes) fail("is larger than 4 MiB");
  }

  Value table(int index, int depth) {
    if (depth == 0) fail("is nested more than 32 levels deep");
    luaL_checkstack(lua_, 4, "nested tables");
    if (luaL_getmetafield(lua_, index, "__metatable") != LUA_TNIL)
      fail("holds something that is no data (run, a plugin, a library)");
    const lua_Unsigned length = lua_rawlen(lua_, index);
    Value::Map named;
    bool only_positions = true;
    lua_pushnil(lua_);
    while (lua_next(lua_, index)) {
      std::string key;
      if (lua_isinteger(lua_, -2)) {
        const lua_Integer at = lua_tointeger(lua_, -2);
        only_positions = only_positions && at >= 1 && static_cast<lua_Unsigned>(at) <= length;
        key = std::to_string(at);
      } else if (lua_type(lua_, -2) == LUA_TSTRING) {
        only_positions = false;
        key = text(-2);
      } else {
        fail((std::string("has a key that is a ") + luaL_typename(lua_, -2)).c_str());
      }
      // Positions are read in order below, if there is nothing else.
      named.emplace_back(std::move(key), only_positions ? Value() : read(-1, depth - 1));
      lua_pop(lua_, 1);
    }
    if (only_positions) return list(index, length, depth);
    // Positions seen before the first name have not been read yet.
    for (auto& [key, value] : named) {
      lua_Integer at = 0;
      if (!value.is_null() || !position(key, at)) continue;
      lua_rawgeti(lua_, index, at);
      value = read(-1, depth - 1);
      lua_pop(lua_, 1);
    }
    std::sort(named.begin(), named.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (size_t i = 1; i < named.size(); ++i)
      if (named[i].first == named[i - 1].first)
        fail(("has the key " + named[i].first + " as a number and as a text").c_str());
    return named;
  }

  static bool position(const std::string& key, lua_Integer& at) {
    if (key.empty() || key.size() > 9 || key[0] == '0') return false;
    at = 0;
    for (const char c : key) {
      if (c < '0' || c > '9') return false;
      at = at * 10 + (c - '0');
    }
    return true;
  }

  Value list(int index, lua_Unsigned length, int depth) {
    Value::List out;
    for (lua_Unsigned i = 1; i <= length; ++i) {
      lua_rawgeti(lua_, index, static_cast<lua_Integer>(i));
      out.push_back(read(-1, depth - 1));
      lua_pop(lua_, 1);
    }
    return out;
  }

  lua_State* lua_;
  const char* what_;
  size_t items_ = 0, bytes_ = 0;
};

void push_inside(lua_State* lua, const Value& value, bool in_list) {
  if (value.is_null()) {
    if (in_list) {
      lua_pushlightuserdata(lua, nullptr);
    } else {
      lua_pushnil(lua);
    }
    return;
  }
  push_value(lua, value);
}
}  // namespace

void push_value(lua_State* lua, const Value& value) {
  luaL_checkstack(lua, 4, "nested value");
  if (value.is_bool()) {
    lua_pushboolean(lua, value.as_bool());
  } else if (value.is_int()) {
    lua_pushinteger(lua, value.as_int());
  } else if (value.is_double()) {
    lua_pushnumber(lua, value.as_double());
  } else if (value.is_string()) {
    lua_pushlstring(lua, value.as_string().data(), value.as_string().size());
  } else if (value.is_list()) {
    lua_createtable(lua, static_cast<int>(value.as_list().size()), 0);
    lua_Integer at = 0;
    for (const Value& item : value.as_list()) {
      push_inside(lua, item, true);
      lua_rawseti(lua, -2, ++at);
    }
  } else if (value.is_map()) {
    lua_createtable(lua, 0, static_cast<int>(value.as_map().size()));
    for (const auto& [key, item] : value.as_map()) {
      lua_pushlstring(lua, key.data(), key.size());
      push_inside(lua, item, false);
      lua_rawset(lua, -3);
    }
  } else {
    lua_pushnil(lua);
  }
}

Value to_value(lua_State* lua, int index, const char* what) {
  return Reader(lua, what).read(index, kMaxDepth);
}

Value to_map(lua_State* lua, int index, const char* what) {
  Value value = to_value(lua, index, what);
  if (value.is_list() && value.as_list().empty()) return Value::map();
  return value;
}

}  // namespace reeve::script
