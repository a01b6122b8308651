// string: stock functions that cannot run away, and our own for those that can (patterns, rep).
#include <algorithm>
#include <cstring>
#include <string_view>

#include "script/worker/library.h"
#include "script/worker/pattern.h"
#include "script/worker/state.h"

namespace reeve::script {

int l_format(lua_State* lua);  // lib_format.cpp

namespace {
std::string_view check_text(lua_State* lua, int index) {
  size_t size = 0;
  const char* text = luaL_checklstring(lua, index, &size);
  return {text, size};
}

// A matcher on the budget of one match, which is given back to the state's at the end.
class Search {
 public:
  Search(lua_State* lua, std::string_view text, std::string_view pattern)
      : lua_(lua),
        state_(State::of(lua)),
        given_(std::min(state_.limits().steps_of_match, std::max<int64_t>(0, state_.steps_left()))),
        left_(given_),
        matcher_(text, pattern, left_) {}

  /// \return whether there was a match; raises for a bad pattern and for one that never ends.
  bool search(size_t from, Match& match) { return judge(matcher_.search(from, match)); }
  bool match_at(size_t from, Match& match) { return judge(matcher_.match_at(from, match)); }
  bool anchored() const { return matcher_.anchored(); }

 private:
  bool judge(Matcher::Outcome outcome) {
    if (outcome == Matcher::Outcome::kMalformed) luaL_error(lua_, "%s", matcher_.problem());
    if (outcome == Matcher::Outcome::kOutOfSteps)
      state_.kill(lua_, "a pattern took more than " + std::to_string(given_) + " steps");
    state_.charge(lua_, given_ - left_);
    given_ = left_ = std::min(state_.limits().steps_of_match, state_.steps_left());
    return outcome == Matcher::Outcome::kMatch;
  }

  lua_State* lua_;
  State& state_;
  int64_t given_, left_;
  Matcher matcher_;
};

void push_capture(lua_State* lua, std::string_view text, const Match& match, int i) {
  if (i >= match.captures) {
    if (i != 0) luaL_error(lua, "invalid capture index %%%d", i + 1);
    lua_pushlstring(lua, text.data() + match.begin, match.end - match.begin);
  } else if (match.capture[i].length == Capture::kPosition) {
    lua_pushinteger(lua, static_cast<lua_Integer>(match.capture[i].at + 1));
  } else {
    lua_pushlstring(lua, text.data() + match.capture[i].at, static_cast<size_t>(match.capture[i].length));
  }
}

// \return how many were pushed: the captures, or the whole match when there are none.
int push_captures(lua_State* lua, std::string_view text, const Match& match, bool whole) {
  const int count = match.captures == 0 && whole ? 1 : match.captures;
  luaL_checkstack(lua, count, "too many captures");
  for (int i = 0; i < count; ++i) push_capture(lua, text, match, i);
  return count;
}

size_t start_of(lua_State* lua, int index, size_t size) {
  const lua_Integer from = luaL_optinteger(lua, index, 1);
  if (from > 0) return static_cast<size_t>(from - 1);
  if (from == 0 || -from > static_cast<lua_Integer>(size)) return 0;
  return size - static_cast<size_t>(-from);
}

bool has_specials(std::string_view pattern) {
  return pattern.find_first_of("^$*+?.([%-") != std::string_view::npos;
}

int find_plain(lua_State* lua, std::string_view text, std::string_view what, size_t from) {
  State::of(lua).charge(lua, static_cast<int64_t>((text.size() - from) / 64));
  const void* found =
      what.empty() ? text.data() + from : memmem(text.data() + from, text.size() - from, what.data(), what.size());
  if (!found) return lua_pushnil(lua), 1;
  const auto at = static_cast<const char*>(found) - text.data();
  lua_pushinteger(lua, at + 1);
  lua_pushinteger(lua, at + static_cast<lua_Integer>(what.size()));
  return 2;
}

int find_or_match(lua_State* lua, bool find) {
  const std::string_view text = check_text(lua, 1), pattern = check_text(lua, 2);
  const size_t from = start_of(lua, 3, text.size());
  if (from > text.size()) return lua_pushnil(lua), 1;
  if (find && (lua_toboolean(lua, 4) || !has_specials(pattern))) return find_plain(lua, text, pattern, from);
  Search search(lua, text, pattern);
  Match match;
  if (!search.search(from, match)) return lua_pushnil(lua), 1;
  if (!find) return push_captures(lua, text, match, true);
  lua_pushinteger(lua, static_cast<lua_Integer>(match.begin + 1));
  lua_pushinteger(lua, static_cast<lua_Integer>(match.end));
  return push_captures(lua, text, match, false) + 2;
}

int l_find(lua_State* lua) {
  return find_or_match(lua, true);
}
int l_match(lua_State* lua) {
  return find_or_match(lua, false);
}

// Upvalues: text, pattern, where to go on, where the last match ended (-1: none).
int gmatch_next(lua_State* lua) {
  const std::string_view text = check_text(lua, lua_upvalueindex(1)), pattern = check_text(lua, lua_upvalueindex(2));
  auto from = static_cast<size_t>(lua_tointeger(lua, lua_upvalueindex(3)));
  const lua_Integer last = lua_tointeger(lua, lua_upvalueindex(4));
  Search search(lua, text, pattern);
  Match match;
  while (from <= text.size() && search.search(from, match)) {
    if (static_cast<lua_Integer>(match.end) == last) {  // an empty match right after the last one
      from = match.begin + 1;
      continue;
    }
    lua_pushinteger(lua, static_cast<lua_Integer>(match.end));
    lua_copy(lua, -1, lua_upvalueindex(3));
    lua_copy(lua, -1, lua_upvalueindex(4));
    lua_pop(lua, 1);
    return push_captures(lua, text, match, true);
  }
  return 0;
}

int l_gmatch(lua_State* lua) {
  const std::string_view text = check_text(lua, 1);
  const std::string_view pattern = check_text(lua, 2);
  // `^` has no special meaning in gmatch: "%^" says the same to the matcher.
  const bool literal = !pattern.empty() && pattern[0] == '^';
  const size_t from = std::min(start_of(lua, 3, text.size()), text.size() + 1);
  lua_pushvalue(lua, 1);
  if (literal) {
    lua_pushliteral(lua, "%");
    lua_pushvalue(lua, 2);
    lua_concat(lua, 2);
  } else {
    lua_pushvalue(lua, 2);
  }
  lua_pushinteger(lua, static_cast<lua_Integer>(from));
  lua_pushinteger(lua, -1);
  lua_pushcclosure(lua, gmatch_next, 4);
  return 1;
}

// "%1" and "%%" in a replacement text.
void add_expanded(lua_State* lua, luaL_Buffer* out, std::string_view text, const Match& match) {
  const std::string_view with = check_text(lua, 3);
  for (size_t i = 0; i < with.size(); ++i) {
    if (with[i] != '%') {
      luaL_addchar(out, with[i]);
      continue;
    }
    const char c = ++i < with.size() ? with[i] : 0;
    if (c == '%') {
      luaL_addchar(out, c);
    } else if (c == '0') {
      luaL_addlstring(out, text.data() + match.begin, match.end - match.begin);
    } else if (c >= '1' && c <= '9') {
      push_capture(lua, text, match, c - '1');
      luaL_tolstring(lua, -1, nullptr);  // a position capture is a number
      lua_remove(lua, -2);
      luaL_addvalue(out);
    } else {
      luaL_error(lua, "invalid use of '%%' in replacement string");
    }
  }
}

void add_replacement(lua_State* lua, luaL_Buffer* out, std::string_view text, const Match& match) {
  switch (lua_type(lua, 3)) {
    case LUA_TFUNCTION: {
      lua_pushvalue(lua, 3);
      const int count = push_captures(lua, text, match, true);
      lua_call(lua, count, 1);
      break;
    }
    case LUA_TTABLE:
      push_capture(lua, text, match, 0);
      lua_gettable(lua, 3);
      break;
    default:
      return add_expanded(lua, out, text, match);
  }
  if (!lua_toboolean(lua, -1)) {
    lua_pop(lua, 1);
    luaL_addlstring(out, text.data() + match.begin, match.end - match.begin);
  } else if (!lua_isstring(lua, -1)) {
    luaL_error(lua, "invalid replacement value (a %s)", luaL_typename(lua, -1));
  } else {
    luaL_addvalue(out);
  }
}

int l_gsub(lua_State* lua) {
  const std::string_view text = check_text(lua, 1), pattern = check_text(lua, 2);
  const int type = lua_type(lua, 3);
  luaL_argexpected(lua, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE, 3,
                   "string/function/table");
  const lua_Integer most = luaL_optinteger(lua, 4, static_cast<lua_Integer>(text.size() + 1));
  State& state = State::of(lua);
  Search search(lua, text, pattern);
  luaL_Buffer out;
  luaL_buffinit(lua, &out);
  size_t at = 0, made = 0;
  lua_Integer count = 0;
  bool have_last = false;
  size_t last = 0;
  while (count < most) {
    Match match;
    const bool found = search.match_at(at, match);
    if (found && !(have_last && match.end == last)) {
      ++count;
      add_replacement(lua, &out, text, match);
      at = last = match.end;
      have_last = true;
    } else if (at < text.size()) {
      luaL_addchar(&out, text[at]);
      ++at;
    } else {
      break;
    }
    made = luaL_bufflen(&out);
    if (made > state.limits().text) luaL_error(lua, "string.gsub: the result is larger than 4 MiB");
    if (search.anchored()) break;
  }
  if (at < text.size()) luaL_addlstring(&out, text.data() + at, text.size() - at);
  luaL_pushresult(&out);
  lua_pushinteger(lua, count);
  return 2;
}

int l_rep(lua_State* lua) {
  const std::string_view text = check_text(lua, 1);
  const lua_Integer count = luaL_checkinteger(lua, 2);
  size_t between_size = 0;
  const char* between = luaL_optlstring(lua, 3, "", &between_size);
  if (count <= 0) return lua_pushliteral(lua, ""), 1;
  State& state = State::of(lua);
  const size_t one = text.size() + between_size;
  if (one > 0 && static_cast<size_t>(count) > state.limits().text / one)
    return luaL_error(lua, "string.rep: the result is larger than 4 MiB");
  if (one == 0) return lua_pushliteral(lua, ""), 1;
  state.charge(lua, static_cast<int64_t>(one * static_cast<size_t>(count) / 64));
  luaL_Buffer out;
  luaL_buffinitsize(lua, &out, one * static_cast<size_t>(count));
  for (lua_Integer i = 0; i < count; ++i) {
    luaL_addlstring(&out, text.data(), text.size());
    if (i + 1 < count) luaL_addlstring(&out, between, between_size);
  }
  luaL_pushresult(&out);
  return 1;
}

// The metatable of strings as stock Lua made it (arithmetic on numbers in text), with our methods, and locked.
void lock_string_metatable(lua_State* lua) {
  lua_pushliteral(lua, "");
  lua_getmetatable(lua, -1);
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  lua_pushliteral(lua, "locked");
  lua_setfield(lua, -2, "__metatable");
  lua_pop(lua, 2);
}
}  // namespace

void open_string(lua_State* lua) {
  lua_createtable(lua, 0, 16);
  luaL_requiref(lua, LUA_STRLIBNAME, luaopen_string, 0);
  for (const char* name : {"byte", "char", "len", "lower", "upper", "reverse", "sub"}) {
    lua_getfield(lua, -1, name);
    lua_setfield(lua, -3, name);
  }
  lua_pop(lua, 1);
  const luaL_Reg own[] = {{"find", l_find}, {"match", l_match},   {"gmatch", l_gmatch}, {"gsub", l_gsub},
                          {"rep", l_rep},   {"format", l_format}, {nullptr, nullptr}};
  luaL_setfuncs(lua, own, 0);
  lock_string_metatable(lua);
}

}  // namespace reeve::script
