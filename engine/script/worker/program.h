/// \file
/// How does a bundle become a Lua state that can run? Sandbox, prelude, and the main file's top level.
#pragma once

#include <lua.hpp>

#include <string>

#include "base/result.h"
#include "script/lint/lint.h"
#include "script/script.h"
#include "script/worker/state.h"

namespace reeve::script {

/// A state with a bundle loaded. The bundle must outlive it.
class Program {
 public:
  Program(const Bundle& bundle, const Limits& limits) : bundle_(bundle), state_(limits) {}

  /// open_sandbox(), then open_main().
  /// \errors kInvalid with `file:line: message`; kRefused for a limit.
  base::Status open(uint64_t seed);
  /// Libraries and prelude. `seed` is that of math.random.
  base::Status open_sandbox(uint64_t seed);
  /// Runs the main file's top level. Afterwards declared() and push_function() work.
  base::Status open_main();
  /// What Lua says about the syntax of a file, or empty.
  std::string syntax_problem(const std::string& name, const std::string& text);
  /// What scripts may name, for the lint. After open_sandbox().
  Names names();

  /// {kind, table} as `runbook{...}` gave it.
  const model::Value& declared() const { return declared_; }
  bool has_function() const { return has_function_; }

  State& state() { return state_; }
  /// Pushes the second value that the main file returned, or a function of the prelude ("main", "clean_up").
  void push_function(lua_State* lua) const;
  void push_prelude(lua_State* lua, const char* name) const;

 private:
  base::Status protect(int (*body)(lua_State*));
  static int require(lua_State* lua);
  void open_globals(lua_State* lua);
  void open_prelude(lua_State* lua);
  void load(lua_State* lua, const std::string& name, const std::string& text);
  void run_main(lua_State* lua);

  const Bundle& bundle_;
  State state_;
  uint64_t seed_ = 0;
  model::Value declared_;
  bool has_function_ = false;
};

/// The primitives that need a run: core.call, core.wait, ... Adds them to the table at the top of the stack.
void add_run_primitives(lua_State* lua);
/// `docker/restart_container.lua:12` of the innermost script function, or empty.
std::string script_place(lua_State* lua, int* line);
/// Raises {kind, message, step} with the script's place in front of the message.
[[noreturn]] void raise_error(lua_State* lua, const std::string& kind, const std::string& message,
                              const std::string& step);
/// The text of an error value for people: with `file:line: ` where that is known, at most about 1 kB of a value. Calls
/// nothing, so it needs no protected call.
std::string error_text(lua_State* lua, int index);

}  // namespace reeve::script
