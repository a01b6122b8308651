/// \file
/// How much may a script use? A Lua state with its own allocator, its budgets and a kill that no script can catch.
///
/// One per live run; dropping it is the kill. A timer of this thread's CPU time sets the count hook when a script has
/// run for 20 ms without asking for anything (a hook that is always there slows Lua 1.7 times, so only a build with
/// ThreadSanitizer, which holds signals back, has one from the start); the hook then counts
/// instructions and ends the script by yielding. Library functions charge their steps to the same budget.
/// Lua is the C++ build of 5.4: its errors are exceptions, so destructors run.
#pragma once

#include <lua.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/value.h"

namespace reeve::script {

struct Limits {
  int64_t steps = 5'000'000;  ///< instructions and library steps between two calls
  int64_t steps_of_match = 1'000'000;
  base::Duration cpu = base::seconds(10);  ///< in all
  base::Duration turn = base::seconds(1);  ///< CPU time between two calls
  size_t memory = 32u << 20;
  size_t text = 4u << 20;  ///< the longest string a library function makes
};

class State {
 public:
  explicit State(const Limits& limits);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// Null when even an empty state did not fit.
  lua_State* lua() const { return lua_; }
  static State& of(lua_State* lua) { return **static_cast<State**>(lua_getextraspace(lua)); }

  /// lua_resume with the budgets armed. \return LUA_OK, LUA_YIELD or an error status; look at killed() first.
  int resume(lua_State* coroutine, int arguments, int* results);
  /// lua_pcall of a function that may not yield, likewise.
  int protected_call(int arguments, int results);

  /// Takes library steps from the budget; a state that has none left is killed (raises).
  void charge(lua_State* lua, int64_t steps);
  /// Marks the state as over its limits and raises: our pcall passes it on.
  [[noreturn]] void kill(lua_State* lua, std::string why);
  bool killed() const { return killed_; }
  const std::string& why() const { return why_; }

  /// run:done, run:fail, run:escalate: the script unwinds, closing what is to be closed; no pcall holds it.
  [[noreturn]] void finish(lua_State* lua, std::string result, std::string message);
  bool finished() const { return !result_.empty(); }
  const std::string& result() const { return result_; }
  const std::string& message() const { return message_; }
  void start_over() { result_.clear(), message_.clear(); }

  /// True while an error must not be caught by a script.
  bool stopping() const { return killed_ || finished(); }
  /// Looks at a caught status: memory that ran out is a limit, too. True: pass the error on.
  bool passes_on(int status);

  const Limits& limits() const { return limits_; }
  int64_t steps_left() const { return steps_; }

  // What the library functions keep for this state.
  class ScriptRun* run = nullptr;  ///< null while a file is only declared
  double now = 0;                  ///< seconds
  int named = 0;                   ///< tables and functions that got a stable name
  int protected_depth = 0;         ///< pcalls that have not returned
  int next_at = 0;                 ///< where `next` stands in its list of keys

 private:
  static void* allocate(void* self, void* block, size_t old_size, size_t new_size);
  static void on_count(lua_State* lua, lua_Debug* what);
  static void on_tick(int signal);
  void begin(lua_State* lua);
  void end(lua_State* lua);
  bool used_up();

  Limits limits_;
  size_t used_ = 0;
  bool armed_ = false;  ///< a script runs: the memory limit holds (what we do in between is small and must not fail)
  int64_t steps_ = 0;
  int64_t cpu_ticks_ = 0;
  bool killed_ = false;
  std::string why_, result_, message_;
  lua_State* lua_ = nullptr;
};

/// Starts the timer of this thread's CPU time, once per process. \return false when there is none (then only the
/// engine's deadline stops a loop).
bool start_ticking();

}  // namespace reeve::script
