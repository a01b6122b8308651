/// \file
/// How does the engine talk to plugins? Manifests, instances and their lanes, calls with deadlines, quarantine.
///
/// Core thread. Every plugin runs in a process of its own (`reeve-child plugin X.so`, or an exec program); no call here
/// blocks, each answer arrives once on the core thread, also when the process dies (fault kUnknownOutcome for an invoke
/// that had begun, kUnavailable for what had not).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/base.h"
#include "child/child.h"
#include "model/action.h"
#include "model/event.h"
#include "model/sample.h"
#include "yaml/yaml.h"

namespace reeve::plugin {

/// One item of `plugins:`.
struct InstanceConfig {
  std::string plugin;                         ///< "docker"
  std::string name;                           ///< "local"
  model::Value config = model::Value::map();  ///< the plugin's own keys; secrets already read
  base::Duration every = base::seconds(10);
  base::Duration timeout;  ///< of one collect; zero: `every`, at most 30 s
  model::Labels labels;
  /// Where it stands in the configuration, for the place of an error; no part of its identity.
  struct Source {
    std::optional<yaml::Node> node;
    bool operator==(const Source&) const { return true; }
  } source;
  std::string id() const { return plugin + "/" + name; }
  bool operator==(const InstanceConfig&) const = default;
};

struct MetricSpec {
  std::string name, type, unit, help;
  std::vector<std::string> labels;
};
/// How a stated present gives back an event that was missed: sdk/include/reeve/manifest.hpp, Recovers.
struct RecoverSpec {
  std::string event, at, when, since, with, changed, reset_by;
  std::vector<std::string> ignore, fields;
};
struct EventSpec {
  std::string type, help;
  std::vector<std::string> labels, fields;
  bool state = false;  ///< it states the present of its target
  std::vector<RecoverSpec> recovers;
  bool ends_target = false;
  /// How this state gives back an event of that type; null when it does not.
  const RecoverSpec* recovery_of(const std::string& event) const {
    for (const RecoverSpec& spec : recovers)
      if (spec.event == event) return &spec;
    return nullptr;
  }
};
struct Manifest {
  std::string name, version, doc;
  std::vector<MetricSpec> metrics;
  std::vector<EventSpec> events;
  std::vector<model::ActionSpec> actions;
  bool collects = false, watches = false, acts = false;
  int actor_lanes = 1;
  std::vector<std::string> capabilities;  ///< "network", "files", "exec"
  /// From which labels a sample's target key is made: "docker/{instance}/{id}"; empty: none.
  std::string target_key;
  model::Value config_schema;  ///< list of {name, type, unit, default, required, secret, doc}
  model::Value raw;            ///< as the plugin gave it
  const EventSpec* event(const std::string& type) const;
  const model::ActionSpec* action(const std::string& action) const;
};
/// \errors kInvalid: no name, an action of unknown class or effect, a bad event.
base::Result<Manifest> read_manifest(const model::Value& raw);

/// Where plugins are looked for, first match wins: `X.so`, `X/X.so`, or an executable `X` / `X/X` (exec protocol).
struct Search {
  std::vector<std::string> folders;
  std::string child_program;  ///< path of reeve-child
  /// What plugin processes get as their environment, all of it.
  std::vector<std::pair<std::string, std::string>> environment = {
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, {"LANG", "C.UTF-8"}};
};

/// What an instance's process or lane did, for `plugin.*` entries and the alert about it.
struct StateChange {
  enum class What { kStarted, kStopped, kCrashed, kHung, kFlooded, kQuarantined, kRecovered };
  What what = What::kStarted;
  std::string instance;
  std::string detail;
  int consecutive = 0;
};

struct Ports {
  /// Events as the plugin gave them, labels of the configuration not yet added. Call `accepted` when durable: it gives
  /// the credit back and moves durable(). An instance has at most `credit` events unaccepted.
  std::function<void(const std::string& instance, std::vector<model::Event> events, std::function<void()> accepted)>
      on_events;
  std::function<void(const StateChange&)> on_state;
  /// The stored cursor with which a Watcher is opened.
  std::function<std::string(const std::string& instance)> cursor;
  /// True: the first prepare() does not fail for a plugin whose program does not come up (it is not there, no
  /// shared object, another ABI, a bad manifest, it crashes, it hangs). It is told as crashed, tried again for ever,
  /// and runs as soon as it does. So one broken plugin keeps no engine from starting. A later prepare() fails for every
  /// one that was not broken before.
  bool starts_without_broken = false;
};

struct InvokeReply {
  model::Value value;
};

/// All plugin instances of the engine.
class Fleet {
 public:
  virtual ~Fleet() = default;

  /// From the next prepare() on, plugins are looked for in these folders.
  virtual void search_in(std::vector<std::string> /*folders*/) {}
  /// Checks names, finds every plugin, reads its manifest and asks its `check`. Asynchronous: spawns. `done` gets all
  /// errors joined by newlines, or nothing has changed. Then apply() makes it so.
  virtual void prepare(std::vector<InstanceConfig> wanted, std::function<void(base::Status)> done) = 0;
  /// Starts, reopens (after its running call) and stops what differs from the last prepared configuration.
  virtual void apply() = 0;
  /// Ends all processes; `done` when they are gone. Running calls have 2 s to end, then their processes are ended (who
  /// needs longer stops starting calls first, and waits). After `done` it may be destroyed, not before.
  virtual void stop(std::function<void()> done) = 0;

  virtual std::vector<InstanceConfig> instances() const = 0;
  /// Of what runs, else of what was last prepared. nullptr: no such instance, or its manifest is not known yet.
  virtual const Manifest* manifest(const std::string& instance) const = 0;
  /// Of what was last prepared: what apply() will make run. nullptr likewise.
  virtual const Manifest* prepared_manifest(const std::string& instance) const { return manifest(instance); }
  /// nullptr likewise, or no such action.
  virtual const model::ActionSpec* action(const std::string& instance, const std::string& name) const = 0;

  /// One collect. At most one at a time per instance (a second is answered kConflict).
  virtual void collect(const std::string& instance, base::Duration deadline,
                       std::function<void(base::Result<model::Batch>)> done) = 0;

  struct Call {
    std::string instance, action;
    model::Value args = model::Value::map();
    base::Duration deadline = base::seconds(60);
  };
  virtual void plan(Call call, std::function<void(base::Result<model::Plan>)> done) = 0;
  virtual void invoke(Call call, std::string key, std::string baseline, model::Fence fence,
                      std::function<void(base::Result<InvokeReply>)> done) = 0;
  virtual void probe(Call call, std::string key, std::string baseline,
                     std::function<void(base::Result<model::ProbeAnswer>)> done) = 0;

  /// For status: {instance, state, pid, restarts, last_error, ...} each.
  virtual model::Value status() const = 0;
};

std::unique_ptr<Fleet> make_fleet(Search search, Ports ports, base::Loop& loop, base::Random& random);

/// `plugins:` of the configuration (a list of one-key maps). Unknown keys stay in `config`: the plugin's `check`
/// judges.
base::Result<std::vector<InstanceConfig>> read_instances(const yaml::Node& node);

}  // namespace reeve::plugin
