// table: our own, because stock loops in C run as long as a __len or an index says (no hook reaches them) and its sort
// draws its pivot from the clock. These work on plain tables, charge what they walk through, and sort stably.
#include <algorithm>
#include <vector>

#include "script/worker/library.h"
#include "script/worker/state.h"

namespace reeve::script {

namespace {
lua_Integer check_plain(lua_State* lua, int index) {
  luaL_checktype(lua, index, LUA_TTABLE);
  for (const char* event : {"__index", "__newindex", "__len"}) {
    if (luaL_getmetafield(lua, index, event) == LUA_TNIL) continue;
    luaL_error(lua, "table functions work on plain tables; this one has a metatable with %s", event);
  }
  return static_cast<lua_Integer>(lua_rawlen(lua, index));
}

void charge(lua_State* lua, lua_Integer steps) {
  if (steps > 0) State::of(lua).charge(lua, steps);
}

int l_insert(lua_State* lua) {
  const lua_Integer end = check_plain(lua, 1) + 1;
  lua_Integer at = end;
  if (lua_gettop(lua) == 3) {
    at = luaL_checkinteger(lua, 2);
    luaL_argcheck(lua, at >= 1 && at <= end, 2, "position out of bounds");
    charge(lua, end - at);
    for (lua_Integer i = end; i > at; --i) {
      lua_rawgeti(lua, 1, i - 1);
      lua_rawseti(lua, 1, i);
    }
  } else if (lua_gettop(lua) != 2) {
    return luaL_error(lua, "wrong number of arguments to 'insert'");
  }
  lua_rawseti(lua, 1, at);
  return 0;
}

int l_remove(lua_State* lua) {
  const lua_Integer size = check_plain(lua, 1);
  lua_Integer at = luaL_optinteger(lua, 2, size);
  luaL_argcheck(lua, at == size || (at >= 1 && at <= size + 1), 2, "position out of bounds");
  charge(lua, size - at);
  lua_rawgeti(lua, 1, at);
  for (; at < size; ++at) {
    lua_rawgeti(lua, 1, at + 1);
    lua_rawseti(lua, 1, at);
  }
  lua_pushnil(lua);
  lua_rawseti(lua, 1, at);
  return 1;
}

int l_concat(lua_State* lua) {
  const lua_Integer size = check_plain(lua, 1);
  size_t between_size = 0;
  const char* between = luaL_optlstring(lua, 2, "", &between_size);
  const lua_Integer first = luaL_optinteger(lua, 3, 1), last = luaL_optinteger(lua, 4, size);
  luaL_Buffer out;
  luaL_buffinit(lua, &out);
  for (lua_Integer i = first; i <= last; ++i) {
    charge(lua, 1);
    lua_rawgeti(lua, 1, i);
    if (!lua_isstring(lua, -1))
      return luaL_error(lua, "invalid value (%s) at index %I in table for 'concat'", luaL_typename(lua, -1),
                        static_cast<LUAI_UACINT>(i));
    luaL_addvalue(&out);
    if (i < last) luaL_addlstring(&out, between, between_size);
    if (luaL_bufflen(&out) > State::of(lua).limits().text)
      return luaL_error(lua, "table.concat: the result is larger than 4 MiB");
    if (i == LUA_MAXINTEGER) break;
  }
  luaL_pushresult(&out);
  return 1;
}

int l_unpack(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  const lua_Integer first = luaL_optinteger(lua, 2, 1);
  const lua_Integer last = lua_isnoneornil(lua, 3) ? check_plain(lua, 1) : luaL_checkinteger(lua, 3);
  if (first > last) return 0;
  const auto count = static_cast<lua_Unsigned>(last) - static_cast<lua_Unsigned>(first);
  if (count >= 100'000 || !lua_checkstack(lua, static_cast<int>(count) + 1))
    return luaL_error(lua, "too many results to unpack");
  for (lua_Integer i = first; i < last; ++i) lua_rawgeti(lua, 1, i);
  lua_rawgeti(lua, 1, last);
  return static_cast<int>(count) + 1;
}

int l_pack(lua_State* lua) {
  const int count = lua_gettop(lua);
  lua_createtable(lua, count, 1);
  lua_insert(lua, 1);
  for (int i = count; i >= 1; --i) lua_rawseti(lua, 1, i);
  lua_pushinteger(lua, count);
  lua_setfield(lua, 1, "n");
  return 1;
}

int l_move(lua_State* lua) {
  check_plain(lua, 1);
  const lua_Integer first = luaL_checkinteger(lua, 2), last = luaL_checkinteger(lua, 3);
  const lua_Integer to = luaL_checkinteger(lua, 4);
  const int target = lua_isnoneornil(lua, 5) ? 1 : 5;
  check_plain(lua, target);
  if (last >= first) {
    const auto count = static_cast<lua_Unsigned>(last) - static_cast<lua_Unsigned>(first);
    luaL_argcheck(lua, count < 10'000'000, 3, "too many elements to move");
    luaL_argcheck(lua, to <= LUA_MAXINTEGER - static_cast<lua_Integer>(count), 4, "destination wrap around");
    charge(lua, static_cast<lua_Integer>(count) + 1);
    const bool forwards = to > last || to <= first || target != 1;
    for (lua_Integer i = 0; i <= static_cast<lua_Integer>(count); ++i) {
      const lua_Integer k = forwards ? i : static_cast<lua_Integer>(count) - i;
      lua_rawgeti(lua, 1, first + k);
      lua_rawseti(lua, target, to + k);
    }
  }
  lua_pushvalue(lua, target);
  return 1;
}

// Merges runs from the bottom up: stable, and safe whatever the comparison answers.
class Sorter {
 public:
  Sorter(lua_State* lua, size_t size) : lua_(lua), order_(size), room_(size) {
    for (size_t i = 0; i < size; ++i) order_[i] = static_cast<lua_Integer>(i + 1);
  }

  void sort() {
    for (size_t width = 1; width < order_.size(); width *= 2) {
      for (size_t begin = 0; begin < order_.size(); begin += 2 * width) {
        const size_t middle = std::min(begin + width, order_.size());
        merge(begin, middle, std::min(middle + width, order_.size()));
      }
      order_.swap(room_);
    }
  }
  /// Where the element stands now that belongs at place i.
  lua_Integer source(size_t i) const { return order_[i]; }

 private:
  void merge(size_t begin, size_t middle, size_t end) {
    size_t left = begin, right = middle;
    for (size_t out = begin; out < end; ++out) {
      const bool take_right = left == middle || (right < end && less(order_[right], order_[left]));
      room_[out] = take_right ? order_[right++] : order_[left++];
    }
  }

  bool less(lua_Integer a, lua_Integer b) {
    charge(lua_, 2);
    if (lua_isnil(lua_, 2)) {
      lua_rawgeti(lua_, 1, a);
      lua_rawgeti(lua_, 1, b);
      const bool is = lua_compare(lua_, -2, -1, LUA_OPLT) != 0;
      lua_pop(lua_, 2);
      return is;
    }
    lua_pushvalue(lua_, 2);
    lua_rawgeti(lua_, 1, a);
    lua_rawgeti(lua_, 1, b);
    lua_call(lua_, 2, 1);
    const bool is = lua_toboolean(lua_, -1) != 0;
    lua_pop(lua_, 1);
    return is;
  }

  lua_State* lua_;
  std::vector<lua_Integer> order_, room_;
};

int l_sort(lua_State* lua) {
  const lua_Integer size = check_plain(lua, 1);
  if (!lua_isnoneornil(lua, 2)) luaL_checktype(lua, 2, LUA_TFUNCTION);
  lua_settop(lua, 2);
  charge(lua, size);
  if (size < 2) return 0;
  Sorter sorter(lua, static_cast<size_t>(size));
  sorter.sort();
  lua_createtable(lua, static_cast<int>(size), 0);
  for (lua_Integer i = 1; i <= size; ++i) {
    lua_rawgeti(lua, 1, sorter.source(static_cast<size_t>(i - 1)));
    lua_rawseti(lua, -2, i);
  }
  for (lua_Integer i = 1; i <= size; ++i) {
    lua_rawgeti(lua, -1, i);
    lua_rawseti(lua, 1, i);
  }
  return 0;
}
}  // namespace

void open_table(lua_State* lua) {
  const luaL_Reg own[] = {{"insert", l_insert}, {"remove", l_remove}, {"concat", l_concat}, {"unpack", l_unpack},
                          {"pack", l_pack},     {"move", l_move},     {"sort", l_sort},     {nullptr, nullptr}};
  luaL_newlib(lua, own);
}

}  // namespace reeve::script
