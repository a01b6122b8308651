#include "script/worker/program.h"

#include <cstring>
#include <map>

#include "base/text.h"
#include "script/worker/convert.h"
#include "script/worker/library.h"
#include "script/worker/prelude.h"

namespace reeve::script {

namespace {
// Registry keys.
const char kGlobals = 0, kView = 0, kPrelude = 0, kMainFunction = 0, kModules = 0, kErrors = 0;

const std::map<std::string, std::string>& absent_names() {
  static const std::map<std::string, std::string> absent{
      {"print", "use run:note"},
      {"io", "a script has no files: use an action of a plugin"},
      {"os", "a script has no system: use now() and actions of a plugin"},
      {"coroutine", "every call waits by itself"},
      {"debug", "there is no debug library here"},
      {"package", "require works inside the pack"},
      {"load", "code comes from files only"},
      {"loadstring", "code comes from files only"},
      {"loadfile", "use require"},
      {"dofile", "use require"},
      {"collectgarbage", "memory is managed for you"},
      {"unpack", "it is table.unpack"},
      {"sleep", "use run:wait"},
  };
  return absent;
}

int load_text(lua_State* lua, const std::string& name, std::string_view text) {
  text = without_mark(text);
  return luaL_loadbufferx(lua, text.data(), text.size(), ("@" + name).c_str(), "t");
}

std::string near_name(lua_State* lua, const std::string& name) {
  if (name.size() < 2) return {};
  std::vector<std::string> names;
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kGlobals);
  lua_pushnil(lua);
  while (lua_next(lua, -2)) {
    lua_pop(lua, 1);
    if (lua_type(lua, -1) == LUA_TSTRING) names.emplace_back(lua_tostring(lua, -1));
  }
  lua_pop(lua, 1);
  return base::did_you_mean(name, names);
}

int undefined_name(lua_State* lua) {
  const std::string name = push_text(lua, 2, nullptr);
  if (const auto absent = absent_names().find(name); absent != absent_names().end())
    return luaL_error(lua, "there is no \"%s\" here: %s", name.c_str(), absent->second.c_str());
  const std::string near = near_name(lua, name);
  if (near.empty()) return luaL_error(lua, "undefined name \"%s\"", name.c_str());
  return luaL_error(lua, "undefined name \"%s\" (did you mean \"%s\"?)", name.c_str(), near.c_str());
}

int undeclared_assignment(lua_State* lua) {
  const std::string name = push_text(lua, 2, nullptr);
  const std::string near = near_name(lua, name);
  if (near == name) return luaL_error(lua, "\"%s\" cannot be changed: it is part of the sandbox", near.c_str());
  return luaL_error(lua, "assignment to undeclared variable \"%s\" (write local %s)", name.c_str(), name.c_str());
}

int l_now(lua_State* lua) {
  lua_pushnumber(lua, State::of(lua).now);
  return 1;
}

int l_suggest(lua_State* lua) {
  std::vector<std::string> names;
  luaL_checktype(lua, 2, LUA_TTABLE);
  const auto count = static_cast<lua_Integer>(lua_rawlen(lua, 2));
  for (lua_Integer i = 1; i <= count; ++i) {
    lua_rawgeti(lua, 2, i);
    if (lua_type(lua, -1) == LUA_TSTRING) names.emplace_back(lua_tostring(lua, -1));
    lua_pop(lua, 1);
  }
  lua_pushstring(lua, base::did_you_mean(luaL_checkstring(lua, 1), names).c_str());
  return 1;
}

int l_fail(lua_State* lua) {
  raise_error(lua, "script", luaL_checkstring(lua, 1), "");
}

int error_tostring(lua_State* lua) {
  lua_getfield(lua, 1, "message");
  return 1;
}
}  // namespace

std::string script_place(lua_State* lua, int* line) {
  lua_Debug about{};
  for (int level = 0; lua_getstack(lua, level, &about); ++level) {
    lua_getinfo(lua, "Sl", &about);
    if (about.source[0] != '@') continue;
    if (line) *line = about.currentline;
    return std::string(about.source + 1) + ":" + std::to_string(about.currentline);
  }
  return {};
}

void raise_error(lua_State* lua, const std::string& kind, const std::string& message, const std::string& step) {
  int line = 0;
  std::string place = script_place(lua, &line);
  // What a check raised has its place already.
  const std::string file = place.substr(0, place.rfind(':') + 1);
  if (!file.empty() && message.starts_with(file)) place.clear();
  lua_createtable(lua, 0, 4);
  lua_pushstring(lua, kind.c_str());
  lua_setfield(lua, -2, "kind");
  lua_pushstring(lua, ((place.empty() ? "" : place + ": ") + message).c_str());
  lua_setfield(lua, -2, "message");
  lua_pushstring(lua, step.c_str());
  lua_setfield(lua, -2, "step");
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kErrors);
  lua_setmetatable(lua, -2);
  lua_error(lua);
  std::abort();
}

// Runs `body` with this program as its light userdata argument.
base::Status Program::protect(int (*body)(lua_State*)) {
  lua_State* lua = state_.lua();
  if (!lua) return base::Error{base::Fault::kRefused, "no memory for a script"};
  lua_pushcfunction(lua, body);
  lua_pushlightuserdata(lua, this);
  const int status = state_.protected_call(1, 0);
  if (status == LUA_OK && !state_.killed()) return {};
  if (state_.killed()) return base::Error{base::Fault::kRefused, bundle_.main + ": " + state_.why()};
  const std::string text = error_text(lua, -1);
  lua_settop(lua, 0);
  return base::invalid(text);
}

base::Status Program::open(uint64_t seed) {
  REEVE_CHECK(open_sandbox(seed));
  return open_main();
}

base::Status Program::open_sandbox(uint64_t seed) {
  seed_ = seed;
  return protect([](lua_State* lua) {
    auto* self = static_cast<Program*>(lua_touserdata(lua, 1));
    lua_settop(lua, 0);
    self->open_globals(lua);
    self->open_prelude(lua);
    return 0;
  });
}

base::Status Program::open_main() {
  return protect([](lua_State* lua) {
    auto* self = static_cast<Program*>(lua_touserdata(lua, 1));
    lua_settop(lua, 0);
    self->run_main(lua);
    return 0;
  });
}

std::string Program::syntax_problem(const std::string& name, const std::string& text) {
  lua_State* lua = state_.lua();
  std::string problem;
  if (load_text(lua, name, text) != LUA_OK) problem = error_text(lua, -1);
  lua_settop(lua, 0);
  return problem;
}

namespace {
std::set<std::string> keys_of(lua_State* lua, int index) {
  std::set<std::string> keys;
  index = lua_absindex(lua, index);
  lua_pushnil(lua);
  while (lua_next(lua, index)) {
    lua_pop(lua, 1);
    if (lua_type(lua, -1) == LUA_TSTRING) keys.insert(lua_tostring(lua, -1));
  }
  return keys;
}
}  // namespace

Names Program::names() {
  Names names;
  names.absent = absent_names();
  lua_State* lua = state_.lua();
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kGlobals);
  for (const std::string& name : keys_of(lua, -1)) {
    lua_getfield(lua, -1, name.c_str());
    std::set<std::string> members;
    // A library is a view; its metatable's __index is the table.
    if (lua_type(lua, -1) == LUA_TTABLE && lua_getmetatable(lua, -1)) {
      if (lua_getfield(lua, -1, "__index") == LUA_TTABLE) members = keys_of(lua, -1);
      lua_pop(lua, 2);
    } else if (lua_type(lua, -1) == LUA_TTABLE) {
      members = keys_of(lua, -1);
    }
    lua_pop(lua, 1);
    names.globals[name] = std::move(members);
  }
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kPrelude);
  lua_getfield(lua, -1, "keys");
  for (const std::string& what : keys_of(lua, -1)) {
    lua_getfield(lua, -1, what.c_str());
    names.keys[what] = keys_of(lua, -1);
    lua_pop(lua, 1);
  }
  lua_settop(lua, 0);
  return names;
}

void Program::open_globals(lua_State* lua) {
  lua_newtable(lua);
  lua_pushvalue(lua, -1);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &kGlobals);
  open_base(lua);
  const auto library = [lua](const char* name) {
    freeze(lua, name);
    lua_setfield(lua, -2, name);
  };
  open_string(lua);
  library("string");
  open_table(lua);
  library("table");
  open_math(lua, seed_);
  library("math");
  luaL_requiref(lua, LUA_UTF8LIBNAME, luaopen_utf8, 0);
  library("utf8");
  open_json(lua);
  library("json");
  open_duration(lua);
  library("duration");
  open_bytes(lua);
  library("bytes");
  open_re(lua);
  library("re");
  lua_pushcfunction(lua, l_now);
  lua_setfield(lua, -2, "now");
  lua_pushlightuserdata(lua, this);
  lua_pushcclosure(lua, &Program::require, 1);
  lua_setfield(lua, -2, "require");

  lua_createtable(lua, 0, 1);
  lua_pushcfunction(lua, undefined_name);
  lua_setfield(lua, -2, "__index");
  lua_setmetatable(lua, -2);

  lua_newtable(lua);  // what scripts have as _ENV
  lua_createtable(lua, 0, 3);
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  lua_pushcfunction(lua, undeclared_assignment);
  lua_setfield(lua, -2, "__newindex");
  lua_pushliteral(lua, "locked");
  lua_setfield(lua, -2, "__metatable");
  lua_setmetatable(lua, -2);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &kView);
  lua_pop(lua, 1);

  lua_createtable(lua, 0, 1);
  lua_pushcfunction(lua, error_tostring);
  lua_setfield(lua, -2, "__tostring");
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &kErrors);
  lua_newtable(lua);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &kModules);
}

void Program::open_prelude(lua_State* lua) {
  const std::string_view text = prelude_text();
  if (luaL_loadbufferx(lua, text.data(), text.size(), "=reeve", "t") != LUA_OK) lua_error(lua);
  lua_newtable(lua);
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kGlobals);
  for (const char* name : {"pairs", "ipairs", "type", "tostring", "setmetatable", "error", "select", "rawget"}) {
    lua_getfield(lua, -1, name);
    lua_setfield(lua, -3, name);
  }
  const auto borrow = [lua](const char* library, const char* name) {
    lua_getfield(lua, -1, library);
    lua_getfield(lua, -1, name);
    lua_setfield(lua, -4, name);
    lua_pop(lua, 1);
  };
  borrow("string", "gsub");
  borrow("string", "match");
  borrow("table", "insert");
  borrow("table", "remove");
  borrow("table", "concat");
  borrow("math", "min");
  lua_pop(lua, 1);
  const luaL_Reg own[] = {{"suggest", l_suggest}, {"fail", l_fail}, {"protected", protected_call}, {nullptr, nullptr}};
  luaL_setfuncs(lua, own, 0);
  add_run_primitives(lua);
  lua_call(lua, 1, 1);
  lua_pushvalue(lua, -1);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &kPrelude);
  lua_getfield(lua, -1, "globals");
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kGlobals);
  for (const char* name : {"p", "runbook", "runbook_test"}) {
    lua_getfield(lua, -2, name);
    if (lua_type(lua, -1) == LUA_TTABLE) freeze(lua, name);
    lua_setfield(lua, -2, name);
  }
  lua_pop(lua, 3);
}

void Program::load(lua_State* lua, const std::string& name, const std::string& text) {
  if (load_text(lua, name, text) != LUA_OK) lua_error(lua);
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kView);
  lua_setupvalue(lua, -2, 1);
}

void Program::run_main(lua_State* lua) {
  for (const auto& [name, text] : bundle_.files) {
    if (name != bundle_.main) continue;
    load(lua, name, text);
    lua_call(lua, 0, 2);
    declared_ = lua_type(lua, 1) == LUA_TTABLE ? to_map(lua, 1, "what the file returns") : model::Value();
    has_function_ = lua_type(lua, 2) == LUA_TFUNCTION;
    lua_rawsetp(lua, LUA_REGISTRYINDEX, &kMainFunction);
    if (!declared_["kind"].is_string())
      luaL_error(lua, "%s:1: the file must return runbook { ... }, function(run, params) ... end", name.c_str());
    return;
  }
  luaL_error(lua, "the bundle has no file %s", bundle_.main.c_str());
}

int Program::require(lua_State* lua) {
  const auto* self = static_cast<const Program*>(lua_touserdata(lua, lua_upvalueindex(1)));
  const std::string name = luaL_checkstring(lua, 1);
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kModules);
  if (lua_getfield(lua, -1, name.c_str()) != LUA_TNIL) {
    if (lua_islightuserdata(lua, -1))
      return luaL_error(lua, "require \"%s\": the modules require each other", name.c_str());
    return 1;
  }
  lua_pop(lua, 1);
  const std::string file = self->bundle_.main.substr(0, self->bundle_.main.find('/') + 1) + name + ".lua";
  for (const auto& [known, text] : self->bundle_.files) {
    if (known != file) continue;
    lua_pushlightuserdata(lua, nullptr);
    lua_setfield(lua, -2, name.c_str());
    const_cast<Program*>(self)->load(lua, known, text);
    lua_call(lua, 0, 1);
    if (lua_isnil(lua, -1)) {
      lua_pop(lua, 1);
      lua_pushboolean(lua, 1);
    }
    lua_pushvalue(lua, -1);
    lua_setfield(lua, -3, name.c_str());
    return 1;
  }
  return luaL_error(lua, "require \"%s\": the pack has no %s", name.c_str(), file.c_str());
}

void Program::push_function(lua_State* lua) const {
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kMainFunction);
}

void Program::push_prelude(lua_State* lua, const char* name) const {
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kPrelude);
  lua_getfield(lua, -1, name);
  lua_remove(lua, -2);
}

}  // namespace reeve::script
