#include "script/worker/state.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <ctime>

namespace reeve::script {

namespace {
constexpr int64_t kTickUs = 5000;
constexpr int kTicksBeforeCounting = 4;
constexpr int kCountEvery = 1000;

// What the signal handler sees. One thread runs scripts; the handler runs on it.
volatile sig_atomic_t g_ticks = 0;
volatile sig_atomic_t g_last_tick = 0;
lua_State* volatile g_running = nullptr;
lua_Hook g_hook = nullptr;

// ThreadSanitizer hands a signal over at the next call it watches, which a loop in Lua never makes. There the hook
// counts from the start and makes one.
#ifdef __SANITIZE_THREAD__
constexpr bool kSignalsComeLate = true;
#else
constexpr bool kSignalsComeLate = false;
#endif
}  // namespace

bool start_ticking() {
  static const bool started = [] {
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = SIGVTALRM;
    event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
    timer_t timer{};
    if (timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer) != 0) return false;
    const itimerspec every{{0, kTickUs * 1000}, {0, kTickUs * 1000}};
    return timer_settime(timer, 0, &every, nullptr) == 0;
  }();
  return started;
}

// lua_sethook is made to be called from a signal handler (lua.c does it on Ctrl-C).
void State::on_tick(int) {
  lua_State* const running = g_running;
  if (!running) return;
  g_ticks = g_ticks + 1;
  // Setting it anew would start its count anew, so only twice: to count, and when the time is over.
  if (g_ticks == kTicksBeforeCounting) lua_sethook(running, g_hook, LUA_MASKCOUNT, kCountEvery);
  if (g_ticks >= g_last_tick) lua_sethook(running, g_hook, LUA_MASKCOUNT, 1);
}

State::State(const Limits& limits) : limits_(limits) {
  g_hook = &State::on_count;
  struct sigaction action{};
  action.sa_handler = &State::on_tick;
  action.sa_flags = SA_RESTART;
  sigaction(SIGVTALRM, &action, nullptr);
  start_ticking();
  lua_ = lua_newstate(&State::allocate, this);
  if (lua_) *static_cast<State**>(lua_getextraspace(lua_)) = this;
}

State::~State() {
  if (lua_) lua_close(lua_);
}

void* State::allocate(void* self, void* block, size_t old_size, size_t new_size) {
  auto& state = *static_cast<State*>(self);
  if (!block) old_size = 0;  // then it says which kind of object it is for
  if (new_size == 0) {
    std::free(block);
    state.used_ -= old_size;
    return nullptr;
  }
  if (state.armed_ && new_size > old_size && state.used_ - old_size + new_size > state.limits_.memory) return nullptr;
  void* const got = std::realloc(block, new_size);
  if (got) state.used_ += new_size - old_size;
  return got;
}

void State::begin(lua_State* lua) {
  steps_ = limits_.steps;
  g_ticks = 0;
  g_last_tick = static_cast<sig_atomic_t>(limits_.turn.us / kTickUs) + 1;
  armed_ = true;
  g_running = lua;
  if (kSignalsComeLate) lua_sethook(lua, g_hook, LUA_MASKCOUNT, kCountEvery);
}

void State::end(lua_State* lua) {
  g_running = nullptr;
  armed_ = false;
  cpu_ticks_ += g_ticks;
  g_ticks = 0;
  if (!killed_ && used_up()) killed_ = true;
  if (!killed_) lua_sethook(lua, nullptr, 0, 0);
}

bool State::used_up() {
  if (steps_ < 0) {
    why_ = "more than " + std::to_string(limits_.steps) + " instructions between two calls";
  } else if (g_ticks * kTickUs > limits_.turn.us) {
    why_ = "more than " + base::format_duration(limits_.turn) + " of CPU time between two calls";
  } else if ((cpu_ticks_ + g_ticks) * kTickUs > limits_.cpu.us) {
    why_ = "more than " + base::format_duration(limits_.cpu) + " of CPU time in all";
  } else {
    return false;
  }
  return true;
}

// Yielding from the hook cannot be caught; where the stack does not allow it (inside sort, gsub, tostring) an error is
// raised, which our pcall passes on.
void State::on_count(lua_State* lua, lua_Debug*) {
  if (kSignalsComeLate) poll(nullptr, 0, 0);
  State& state = of(lua);
  if (!state.killed_) {
    state.steps_ -= kCountEvery;
    if (!state.used_up()) return;
    state.killed_ = true;
    lua_sethook(lua, g_hook, LUA_MASKCOUNT, 1);
  }
  if (lua_isyieldable(lua)) {
    lua_yield(lua, 0);
  } else {
    luaL_error(lua, "%s", state.why_.c_str());
  }
}

int State::resume(lua_State* coroutine, int arguments, int* results) {
  begin(coroutine);
  const int status = lua_resume(coroutine, nullptr, arguments, results);
  end(coroutine);
  if (status != LUA_OK && status != LUA_YIELD) passes_on(status);
  return status;
}

int State::protected_call(int arguments, int results) {
  begin(lua_);
  const int status = lua_pcall(lua_, arguments, results, 0);
  end(lua_);
  if (status != LUA_OK) passes_on(status);
  return status;
}

void State::charge(lua_State* lua, int64_t steps) {
  steps_ -= steps;
  if (steps_ < 0 || killed_) {
    if (!killed_) used_up();
    kill(lua, why_);
  }
}

void State::kill(lua_State* lua, std::string why) {
  killed_ = true;
  why_ = std::move(why);
  lua_sethook(lua, g_hook, LUA_MASKCOUNT, 1);  // whatever runs while it unwinds stops at once
  lua_pushstring(lua, why_.c_str());
  lua_error(lua);
  std::abort();  // lua_error does not return
}

void State::finish(lua_State* lua, std::string result, std::string message) {
  result_ = std::move(result);
  message_ = std::move(message);
  lua_pushstring(lua, result_.c_str());
  lua_error(lua);
  std::abort();
}

bool State::passes_on(int status) {
  if (status == LUA_ERRMEM && !killed_) {
    killed_ = true;
    why_ = "more than " + std::to_string(limits_.memory >> 20) + " MiB of memory";
  }
  return stopping();
}

}  // namespace reeve::script
