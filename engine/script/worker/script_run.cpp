#include "script/worker/script_run.h"

#include <cstring>

#include "base/hash.h"
#include "script/worker/convert.h"
#include "script/worker/library.h"

namespace reeve::script {

namespace {
using model::Value;

Value item(const char* kind) {
  return Value::list().push(kind);
}

void push_map(lua_State* lua, const Value& value) {
  if (value.is_map()) return push_value(lua, value);
  lua_newtable(lua);
}
}  // namespace

ScriptRun::ScriptRun(std::string id, std::shared_ptr<const Bundle> bundle, Value params, Value alert,
                     const Limits& limits)
    : id_(std::move(id)),
      bundle_(std::move(bundle)),
      params_(std::move(params)),
      alert_(std::move(alert)),
      program_(*bundle_, limits) {
  program_.state().run = this;
}

ScriptRun::~ScriptRun() = default;

ScriptRun& ScriptRun::of(lua_State* lua) {
  return *State::of(lua).run;
}

ScriptRun::Items ScriptRun::take() {
  return std::exchange(items_, {});
}

void ScriptRun::end(const std::string& result, const std::string& message) {
  over_ = true;
  items_.push_back(item("ended").push(phase_).push(result).push(message).push(undos_));
}

ScriptRun::Items ScriptRun::start(double now) {
  program_.state().now = now;
  // Chance is the same in every replay: it is drawn from the run's name.
  program_.state().run = nullptr;  // the top level has no actions
  const base::Status opened = program_.open(base::fnv1a(id_));
  program_.state().run = this;
  if (!opened.ok() || !program_.has_function()) {
    const bool limit = !opened.ok() && opened.error().fault == base::Fault::kRefused;
    end(limit ? "limit" : "failed", opened.ok() ? bundle_->main + ": there is no function" : opened.error().text);
    return take();
  }
  go_on(new_branch("", nullptr));
  return take();
}

ScriptRun::Items ScriptRun::answer(const std::string& path, Reply reply, double now) {
  if (Branch* branch = waiting_for(path, false); branch && !over_) {
    program_.state().now = now;
    reply_ = std::move(reply);
    check_ = false;
    go_on(*branch);
  }
  return take();
}

ScriptRun::Items ScriptRun::check(const std::string& path, double now) {
  if (Branch* branch = waiting_for(path, true); branch && !over_) {
    program_.state().now = now;
    check_ = true;
    go_on(*branch);
  }
  return take();
}

// The branches stop where they are; the undo functions run in a branch of their own.
ScriptRun::Items ScriptRun::clean_up(double now) {
  phase_ = "cleanup";
  if (program_.state().killed()) {
    end("limit", program_.state().why());
    return take();
  }
  over_ = false;
  for (const auto& branch : branches_) branch->done = true;
  program_.state().now = now;
  program_.state().start_over();
  go_on(new_branch("cleanup/", nullptr));
  return take();
}

ScriptRun::Branch& ScriptRun::new_branch(const std::string& prefix, Branch* parent) {
  branches_.push_back(std::make_unique<Branch>());
  Branch& branch = *branches_.back();
  branch.prefix = prefix;
  branch.parent = parent;
  lua_State* lua = program_.state().lua();
  branch.lua = lua_newthread(lua);
  branch.reference = luaL_ref(lua, LUA_REGISTRYINDEX);
  return branch;
}

ScriptRun::Branch* ScriptRun::waiting_for(const std::string& path, bool to_check) {
  for (const auto& branch : branches_) {
    const bool waits = branch->wait == Branch::Wait::kCheck || (!to_check && branch->wait == Branch::Wait::kAnswer);
    if (!branch->done && waits && branch->path == path) return branch.get();
  }
  return nullptr;
}

// A branch's first function calls the rest protected, so that what is to be closed (`local x <close>`) is closed when
// an error leaves it: lua_resume alone would not.
int ScriptRun::body_done(lua_State* lua, int status, lua_KContext) {
  if (status != LUA_OK && status != LUA_YIELD) return lua_error(lua);
  return lua_gettop(lua);
}

// main(fn, about, params, declared params), or clean_up(): built here, because here an error is caught.
int ScriptRun::begin_main(lua_State* lua) {
  ScriptRun& run = of(lua);
  const bool main = run.phase_ == "main";
  run.program_.push_prelude(lua, main ? "main" : "clean_up");
  if (main) {
    run.program_.push_function(lua);
    lua_createtable(lua, 0, 2);
    lua_pushstring(lua, run.id_.c_str());
    lua_setfield(lua, -2, "id");
    push_value(lua, run.alert_);
    lua_setfield(lua, -2, "alert");
    push_map(lua, run.params_);
    push_map(lua, run.program_.declared()["table"]["params"]);
  }
  return body_done(lua, lua_pcallk(lua, main ? 4 : 0, LUA_MULTRET, 0, 0, &ScriptRun::body_done), 0);
}

int ScriptRun::begin_child(lua_State* lua) {
  return body_done(lua, lua_pcallk(lua, 0, LUA_MULTRET, 0, 0, &ScriptRun::body_done), 0);
}

void ScriptRun::go_on(Branch& first) {
  ready_.push_back(&first);
  while (!ready_.empty() && !over_) {
    Branch& branch = *ready_.front();
    ready_.erase(ready_.begin());
    running_ = &branch;
    int arguments = 0;
    if (branch.wait == Branch::Wait::kNothing) {
      lua_pushcfunction(branch.lua, branch.parent ? &ScriptRun::begin_child : &ScriptRun::begin_main);
      if (branch.parent) {
        lua_insert(branch.lua, 1);  // under the function that is its argument
        arguments = 1;
      }
    }
    int results = 0;
    const int status = program_.state().resume(branch.lua, arguments, &results);
    running_ = nullptr;
    settle(branch, status, results);
  }
  ready_.clear();
  std::erase_if(branches_, [](const auto& branch) { return branch->done; });
}

void ScriptRun::settle(Branch& branch, int status, int results) {
  State& state = program_.state();
  if (state.killed()) {
    items_.clear();  // what it asked in this turn is not done any more
    return end("limit", state.why());
  }
  if (status == LUA_YIELD) return;
  branch.done = true;
  if (branch.parent) {
    end_child(branch, status, results);
  } else {
    end_main(branch, status, results);
  }
}

void ScriptRun::end_main(Branch& branch, int status, int results) {
  State& state = program_.state();
  if (state.finished()) return end(state.result(), state.message());
  if (status != LUA_OK) return end("failed", error_text(branch.lua, -1));
  size_t size = 0;
  const bool text = results > 0 && lua_type(branch.lua, -results) == LUA_TSTRING;
  const char* message = text ? lua_tolstring(branch.lua, -results, &size) : "";
  end("done", {message, size});
}

// Leaves {ok, value} or {ok, err} in the parent's list of results, which lies on the top of the parent's stack.
void ScriptRun::end_child(Branch& branch, int status, int results) {
  State& state = program_.state();
  if (state.finished()) return end(state.result(), state.message());
  Branch& parent = *branch.parent;
  const bool ok = status == LUA_OK;
  lua_State* lua = parent.lua;
  luaL_checkstack(lua, 4, nullptr);
  lua_createtable(lua, 0, 2);
  lua_pushboolean(lua, ok);
  lua_setfield(lua, -2, "ok");
  if (!ok || results > 0) {
    lua_pushvalue(branch.lua, ok ? -results : -1);
    lua_xmove(branch.lua, lua, 1);
    lua_setfield(lua, -2, ok ? "value" : "err");
  }
  lua_rawseti(lua, -2, static_cast<lua_Integer>(branch.index));
  luaL_unref(lua, LUA_REGISTRYINDEX, branch.reference);
  if (--parent.open == 0) ready_.push_back(&parent);
}

void ScriptRun::ask(lua_State* lua, const char* kind, int name, int args) {
  Branch& branch = *running_;
  std::string text = luaL_checkstring(lua, name);
  Value given = to_map(lua, args, "an argument");
  if (!given.is_map()) luaL_error(lua, "arguments have names");
  if (branch.check_path.empty()) {
    branch.path = branch.prefix + std::to_string(++branch.calls);
  } else {
    branch.path = branch.check_path + "?" + std::to_string(++branch.check_calls);
  }
  branch.wait = Branch::Wait::kAnswer;
  int line = 0;
  script_place(lua, &line);
  items_.push_back(item("call").push(branch.path).push(kind).push(std::move(text)).push(std::move(given)).push(line));
}

}  // namespace reeve::script
