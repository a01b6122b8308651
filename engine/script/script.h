/// \file
/// How does a Lua script run without running in the engine? The engine's side of the script worker.
///
/// Core thread. Scripts run in `reeve-child script`: one process, single-threaded, many runs interleaved, one Lua state
/// each. A script does nothing but ask: each call arrives here and is answered once. The worker does not know whether
/// an answer is fresh or comes from a journal, so a run is resumed by starting it again and repeating the recorded
/// answers. Design: RUNBOOKS, "Sandbox".
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"
#include "child/child.h"
#include "model/value.h"

namespace reeve::script {

/// What scripts see and how their calls are numbered; a run keeps the level it was started with.
inline constexpr int kApiLevel = 1;

/// A file with everything it may `require`, as the ledger keeps it by hash.
struct Bundle {
  std::string main;                                        ///< "docker/restart_container.lua"
  std::vector<std::pair<std::string, std::string>> files;  ///< name and text, sorted by name; main among them

  /// The bytes that are hashed and stored (JSON, stable).
  std::string to_bytes() const;
  /// \errors kInvalid.
  static base::Result<Bundle> from_bytes(const std::string& bytes);
};

/// A file's text without the byte order mark of UTF-8, which some editors put before it.
std::string_view without_mark(std::string_view text);

/// What a file declares: its top level ran with no action available.
struct Declared {
  std::string kind;  ///< "runbook" or "test"
  model::Value table = model::Value::map();
  /// Where each key stands: {"title": "3:3", "params.container": "5:14"}.
  model::Value places = model::Value::map();
  /// What its files use of plugins and PromQL in constants: Linted::uses (script/lint/lint.h), each with its `file`.
  model::Value uses = model::Value::list();
};

struct Start {
  std::string run;
  std::string bundle;  ///< Bundle::to_bytes
  model::Value params = model::Value::map();
  model::Value alert;  ///< null: none
  int level = kApiLevel;
  base::Time now;  ///< what now() says until the first answer
};

/// One question of a script. It waits for Pool::answer on (run, path).
struct Call {
  std::string run;
  std::string path;  ///< the place in call order: "7", "cleanup/1"; inside a wait's check "7?1", never journaled
  std::string kind;  ///< "use", "action", "wait", "approve", "note", "attach", "table"
  std::string name;  ///< "docker.restart"
  model::Value args = model::Value::map();
  int line = 0;  ///< of the script
};

/// What a wait's `check` gave.
struct Checked {
  std::string run, path;
  bool ok = true;  ///< false: it raised `error`
  model::Value value;
  base::Error error;
};

/// The script came to its end (`phase` "main"), or its undo functions did ("cleanup"). Its state stays until drop().
struct Ended {
  std::string run;
  std::string phase;
  std::string result;   ///< "done", "failed", "escalated", "limit"
  std::string message;  ///< for people; of an error with file and line
  int undos = 0;        ///< functions declared with run:undo and not yet run
};

/// What happens to the runs of a pool. Core thread; must outlive the pool.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void on_call(const Call& call) = 0;
  virtual void on_checked(const Checked& checked) = 0;
  virtual void on_ended(const Ended& ended) = 0;
  /// The worker is gone and with it the run's state. `blamed`: this run was being worked on when it died, was killed
  /// for being late, or ran away with its memory. Start it again to resume it.
  virtual void on_lost(const std::string& run, bool blamed, const std::string& why) = 0;
};

struct Settings {
  base::Duration idle = base::minutes(5);           ///< a worker without runs leaves after this
  base::Duration answer_within = base::seconds(5);  ///< later than this it is killed
  int64_t memory_bytes = 1LL << 30;
};

/// Starts a worker at the first use, ends it when idle, kills it when late, starts it again with back-off.
class Pool {
 public:
  virtual ~Pool() = default;

  using OnDeclared = std::function<void(base::Result<Declared>)>;
  /// Runs the top level of `bundle` and the lint. \errors kInvalid: every finding, a line each, `file:line:col: ...`;
  /// kUnavailable: no worker could be started.
  virtual void declare(const std::string& bundle, OnDeclared done) = 0;

  /// A run that is already there is dropped first.
  virtual void start(Start start) = 0;
  virtual bool has(const std::string& run) const = 0;
  /// The answer to a call; `now` is what now() says from then on.
  virtual void answer(const std::string& run, const std::string& path, base::Result<model::Value> value,
                      base::Time now) = 0;
  /// Asks a wait's `check` (again): on_checked follows.
  virtual void check(const std::string& run, const std::string& path, base::Time now) = 0;
  /// Instead of an answer, or after on_ended: the run stops where it is and its undo functions run, last declared
  /// first.
  virtual void clean_up(const std::string& run, base::Time now) = 0;
  /// The run's state is not needed any more (ended, or waits long: it is started again for its answer).
  virtual void drop(const std::string& run) = 0;

  virtual size_t runs() const = 0;
  /// The worker's process, or 0.
  virtual pid_t pid() const = 0;
};

/// `listener` may be null when only declare() is used.
std::unique_ptr<Pool> make_pool(Settings settings, child::Spawner& spawner, base::Loop& loop, base::Random& random,
                                Listener* listener);

/// A spawner that runs the worker inside this process: for tests and for `reeve test`, where the operator's own scripts
/// meet a virtual clock. Other programs are refused.
std::unique_ptr<child::Spawner> make_in_process_spawner(base::Loop& loop);

}  // namespace reeve::script
