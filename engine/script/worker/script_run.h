/// \file
/// How does one run's script go on? Its branches (coroutines), what each waits for, and what it asked.
///
/// One branch at a time; each of the functions below runs Lua until every branch waits, and returns what happened
/// meanwhile as items of a "turn" frame: ["call", path, kind, name, args, line], ["checked", path, ok, value | error],
/// ["ended", phase, result, message, undos].
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/value.h"
#include "script/worker/program.h"

namespace reeve::script {

/// An answer as it comes in a frame.
struct Reply {
  bool ok = true;
  model::Value value;
  std::string kind, message;  ///< of an error
};

class ScriptRun {
 public:
  /// `bundle` is shared by the runs of one hash.
  ScriptRun(std::string id, std::shared_ptr<const Bundle> bundle, model::Value params, model::Value alert,
            const Limits& limits);
  ~ScriptRun();

  using Items = model::Value::List;
  Items start(double now);
  Items answer(const std::string& path, Reply reply, double now);
  Items check(const std::string& path, double now);
  Items clean_up(double now);

 private:
  friend void add_run_primitives(lua_State* lua);
  struct Branch {
    std::string prefix;  ///< "", "cleanup/", "7/web-3/"
    int calls = 0;
    lua_State* lua = nullptr;
    int reference = 0;
    enum class Wait {
      kNothing,
      kAnswer,
      kCheck,  ///< an answer, or to be asked its check
      kBranches
    } wait = Wait::kNothing;
    std::string path;        ///< of the call it waits for
    std::string check_path;  ///< of the wait whose check is being asked, or empty
    int check_calls = 0;
    Branch* parent = nullptr;
    size_t open = 0;   ///< branches it waits for
    size_t index = 0;  ///< in the parent's list of results
    bool done = false;
  };

  static ScriptRun& of(lua_State* lua);
  static int l_call(lua_State* lua);
  static int call_done(lua_State* lua, int status, lua_KContext);
  static int l_wait(lua_State* lua);
  static int l_checked(lua_State* lua);
  static int wait_done(lua_State* lua, int status, lua_KContext);
  static int l_finish(lua_State* lua);
  static int l_undos(lua_State* lua);
  static int l_error_text(lua_State* lua);
  static int l_tried(lua_State* lua);
  static int l_branches(lua_State* lua);
  static int branches_done(lua_State* lua, int status, lua_KContext);

  Branch& new_branch(const std::string& prefix, Branch* parent);
  Branch* waiting_for(const std::string& path, bool to_check);
  static int begin_main(lua_State* lua);
  static int begin_child(lua_State* lua);
  static int body_done(lua_State* lua, int status, lua_KContext);
  void ask(lua_State* lua, const char* kind, int name, int args);
  void go_on(Branch& first);
  void settle(Branch& branch, int status, int results);
  void end_main(Branch& branch, int status, int results);
  void end_child(Branch& branch, int status, int results);
  void end(const std::string& result, const std::string& message);
  Items take();

  std::string id_;
  std::shared_ptr<const Bundle> bundle_;
  model::Value params_, alert_;
  Program program_;
  std::vector<std::unique_ptr<Branch>> branches_;
  std::vector<Branch*> ready_;  ///< new branches and parents whose branches have ended, in order
  Branch* running_ = nullptr;
  std::string phase_ = "main";
  Reply reply_;
  bool check_ = false;  ///< the running branch was woken to ask its check
  int undos_ = 0;
  bool over_ = false;  ///< ended for this phase
  Items items_;
};

}  // namespace reeve::script
