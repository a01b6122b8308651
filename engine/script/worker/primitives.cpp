// The primitives of the prelude that need a run: asking, waiting, ending, undoing, branching.
#include <cstdio>

#include "script/worker/convert.h"
#include "script/worker/library.h"
#include "script/worker/script_run.h"

namespace reeve::script {

namespace {
using model::Value;

/// A key within a path: what separates there, or is no plain letter, is written as %XX, so that no key of an item (a
/// name from outside) makes a path that means another place.
std::string path_piece(const std::string& key) {
  std::string out;
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 32 && byte < 127 && c != '/' && c != '?' && c != '%') {
      out += c;
      continue;
    }
    char room[4];
    std::snprintf(room, sizeof room, "%%%02X", byte);
    out += room;
  }
  return out;
}

void must_be_able_to_wait(lua_State* lua) {
  if (!State::of(lua).run) raise_error(lua, "script", "there is no action at the top level of a file", "");
  if (!lua_isyieldable(lua))
    raise_error(lua, "script", "a call of run or of a plugin cannot stand inside a sort or gsub function", "");
}
}  // namespace

int ScriptRun::l_call(lua_State* lua) {
  must_be_able_to_wait(lua);
  of(lua).ask(lua, luaL_checkstring(lua, 1), 2, 3);
  return lua_yieldk(lua, 0, 0, call_done);
}

int ScriptRun::call_done(lua_State* lua, int, lua_KContext) {
  ScriptRun& run = of(lua);
  if (!run.reply_.ok) raise_error(lua, run.reply_.kind, run.reply_.message, run.running_->path);
  push_value(lua, run.reply_.value);
  return 1;
}

int ScriptRun::l_wait(lua_State* lua) {
  must_be_able_to_wait(lua);
  ScriptRun& run = of(lua);
  if (!run.running_->check_path.empty()) raise_error(lua, "script", "run:wait cannot stand inside a check", "");
  run.ask(lua, "wait", 1, 2);
  run.running_->wait = Branch::Wait::kCheck;
  return lua_yieldk(lua, 0, 0, wait_done);
}

// "check": ask the function and come back with core.checked; else the result.
int ScriptRun::wait_done(lua_State* lua, int, lua_KContext) {
  ScriptRun& run = of(lua);
  Branch& branch = *run.running_;
  if (run.check_) {
    run.check_ = false;
    branch.check_path = branch.path;
    branch.check_calls = 0;
    lua_pushliteral(lua, "check");
    return 1;
  }
  if (!run.reply_.ok) raise_error(lua, run.reply_.kind, run.reply_.message, branch.path);
  lua_pushliteral(lua, "done");
  push_value(lua, run.reply_.value);
  return 2;
}

int ScriptRun::l_checked(lua_State* lua) {
  ScriptRun& run = of(lua);
  Branch& branch = *run.running_;
  const bool ok = lua_toboolean(lua, 1) != 0;
  Value value;
  if (ok) {
    value = to_value(lua, 2, "what check returns");
  } else {
    lua_pushnil(lua);
    const bool table = lua_type(lua, 2) == LUA_TTABLE && (lua_getfield(lua, 2, "kind"), lua_isstring(lua, -1));
    value = Value::map().set("kind", table ? lua_tostring(lua, -1) : "script").set("message", error_text(lua, 2));
  }
  branch.path = branch.check_path;
  branch.check_path.clear();
  branch.wait = Branch::Wait::kCheck;
  run.items_.push_back(Value::list().push("checked").push(branch.path).push(ok).push(std::move(value)));
  return lua_yieldk(lua, 0, 0, wait_done);
}

int ScriptRun::l_finish(lua_State* lua) {
  ScriptRun& run = of(lua);
  const std::string result = luaL_checkstring(lua, 1), message = push_text(lua, 2, nullptr);
  if (run.running_->parent && result == "done")
    raise_error(lua, "script", "run:done ends the whole run: inside run:each just return", "");
  if (run.phase_ == "cleanup" && result == "done")
    raise_error(lua, "script", "run:done ends a run that goes well: an undo function just returns", "");
  if (run.phase_ == "cleanup" || run.running_->parent || !run.running_->check_path.empty())
    raise_error(lua, result, message, run.running_->path);
  State::of(lua).finish(lua, result, message);
}

int ScriptRun::l_undos(lua_State* lua) {
  of(lua).undos_ = static_cast<int>(luaL_checkinteger(lua, 1));
  return 0;
}

int ScriptRun::l_error_text(lua_State* lua) {
  lua_settop(lua, 1);
  lua_pushstring(lua, error_text(lua, 1).c_str());
  return 1;
}

// ok, value or err; an error that is plain text gets the form of the others.
int ScriptRun::l_tried(lua_State* lua) {
  if (lua_toboolean(lua, 1) || lua_type(lua, 2) == LUA_TTABLE) return lua_gettop(lua);
  const std::string text = error_text(lua, 2);
  lua_settop(lua, 1);
  lua_createtable(lua, 0, 2);
  lua_pushliteral(lua, "script");
  lua_setfield(lua, -2, "kind");
  lua_pushstring(lua, text.c_str());
  lua_setfield(lua, -2, "message");
  return 2;
}

// core.branches{{key, fn}, ...}: runs each as a branch of its own; gives the list of {ok, value | err}.
int ScriptRun::l_branches(lua_State* lua) {
  must_be_able_to_wait(lua);
  ScriptRun& run = of(lua);
  Branch& parent = *run.running_;
  if (!parent.check_path.empty()) raise_error(lua, "script", "run:each cannot stand inside a check", "");
  const auto count = static_cast<lua_Integer>(lua_rawlen(lua, 1));
  const std::string place = parent.prefix + std::to_string(++parent.calls);
  parent.path = place;
  parent.wait = Branch::Wait::kBranches;
  parent.open = static_cast<size_t>(count);
  for (lua_Integer i = 1; i <= count; ++i) {
    lua_rawgeti(lua, 1, i);
    lua_rawgeti(lua, -1, 1);
    const std::string key = lua_tostring(lua, -1);
    lua_State* thread = lua_newthread(lua);
    run.branches_.push_back(std::make_unique<Branch>());
    Branch& branch = *run.branches_.back();
    branch.prefix = place + "/" + path_piece(key) + "/";
    branch.parent = &parent;
    branch.index = static_cast<size_t>(i);
    branch.lua = thread;
    branch.reference = luaL_ref(lua, LUA_REGISTRYINDEX);
    lua_pop(lua, 1);  // the key
    lua_rawgeti(lua, -1, 2);
    lua_xmove(lua, thread, 1);
    lua_pop(lua, 1);
    run.ready_.push_back(&branch);
  }
  lua_settop(lua, 0);
  lua_createtable(lua, static_cast<int>(count), 0);
  return lua_yieldk(lua, 0, 0, branches_done);
}

int ScriptRun::branches_done(lua_State* lua, int, lua_KContext) {
  lua_settop(lua, 1);
  return 1;
}

void add_run_primitives(lua_State* lua) {
  const luaL_Reg own[] = {{"call", ScriptRun::l_call},
                          {"wait", ScriptRun::l_wait},
                          {"checked", ScriptRun::l_checked},
                          {"finish", ScriptRun::l_finish},
                          {"undos", ScriptRun::l_undos},
                          {"tried", ScriptRun::l_tried},
                          {"branches", ScriptRun::l_branches},
                          {"error_text", ScriptRun::l_error_text},
                          {nullptr, nullptr}};
  luaL_setfuncs(lua, own, 0);
}

}  // namespace reeve::script
