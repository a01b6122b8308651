// re: regular expressions in linear time (RE2), for a user's pattern that meets a stranger's text.
#include <re2/re2.h>

#include <memory>
#include <string>
#include <vector>

#include "script/worker/library.h"
#include "script/worker/state.h"

namespace reeve::script {

namespace {
re2::StringPiece check_piece(lua_State* lua, int index) {
  size_t size = 0;
  const char* text = luaL_checklstring(lua, index, &size);
  return {text, size};
}

// Compiles the pattern at 2; a cache is not worth its memory: a run uses a handful.
std::unique_ptr<RE2> compile(lua_State* lua) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  const re2::StringPiece pattern = check_piece(lua, 2);
  luaL_argcheck(lua, pattern.size() <= 4096, 2, "a pattern is at most 4 KiB long");
  State::of(lua).charge(lua, 1000 + static_cast<int64_t>(pattern.size()) * 20);
  auto compiled = std::make_unique<RE2>(pattern, options);
  if (!compiled->ok()) luaL_error(lua, "re: bad pattern: %s", compiled->error().c_str());
  return compiled;
}

// Linear in the text, but also in the compiled pattern where its automaton does not fit: "(a?){1000}".
void charge_match(lua_State* lua, const RE2& pattern, size_t text) {
  State::of(lua).charge(lua, static_cast<int64_t>(text + 1) * (1 + pattern.ProgramSize() / 32));
}

std::vector<re2::StringPiece> search(lua_State* lua, const RE2& pattern, re2::StringPiece text, size_t from) {
  charge_match(lua, pattern, text.size() - from);
  std::vector<re2::StringPiece> groups(static_cast<size_t>(pattern.NumberOfCapturingGroups()) + 1);
  if (!pattern.Match(text, from, text.size(), RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size())))
    groups.clear();
  return groups;
}

int push_groups(lua_State* lua, const std::vector<re2::StringPiece>& groups, bool whole) {
  luaL_checkstack(lua, static_cast<int>(groups.size()), "captures");
  int pushed = 0;
  for (size_t i = groups.size() == 1 && whole ? 0 : 1; i < groups.size(); ++i, ++pushed) {
    if (groups[i].data()) {
      lua_pushlstring(lua, groups[i].data(), groups[i].size());
    } else {
      lua_pushboolean(lua, 0);  // a group that took no part; nil would end the list
    }
  }
  return pushed;
}

int l_re_match(lua_State* lua) {
  const re2::StringPiece text = check_piece(lua, 1);
  const auto groups = search(lua, *compile(lua), text, 0);
  if (groups.empty()) return lua_pushnil(lua), 1;
  return push_groups(lua, groups, true);
}

int l_re_find(lua_State* lua) {
  const re2::StringPiece text = check_piece(lua, 1);
  const auto groups = search(lua, *compile(lua), text, 0);
  if (groups.empty()) return lua_pushnil(lua), 1;
  const auto at = groups[0].data() - text.data();
  lua_pushinteger(lua, at + 1);
  lua_pushinteger(lua, at + static_cast<lua_Integer>(groups[0].size()));
  return 2 + push_groups(lua, groups, false);
}

int l_re_gsub(lua_State* lua) {
  const re2::StringPiece text = check_piece(lua, 1), with = check_piece(lua, 3);
  const auto pattern = compile(lua);
  std::string problem, out(text.data(), text.size());
  if (!pattern->CheckRewriteString(with, &problem)) return luaL_error(lua, "re.gsub: %s", problem.c_str());
  charge_match(lua, *pattern, text.size());
  luaL_argcheck(lua, (text.size() + 1) * (with.size() + 1) < (64u << 20), 3, "the result could become too large");
  const int count = RE2::GlobalReplace(&out, *pattern, with);
  if (out.size() > State::of(lua).limits().text) return luaL_error(lua, "re.gsub: the result is larger than 4 MiB");
  lua_pushlstring(lua, out.data(), out.size());
  lua_pushinteger(lua, count);
  return 2;
}
}  // namespace

void open_re(lua_State* lua) {
  const luaL_Reg own[] = {{"match", l_re_match}, {"find", l_re_find}, {"gsub", l_re_gsub}, {nullptr, nullptr}};
  luaL_newlib(lua, own);
}

}  // namespace reeve::script
