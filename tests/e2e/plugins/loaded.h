/// \file
/// How does a test use a plugin as reeve-child does, in its own process? Load, collect, watch, act.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "reeve/json.hpp"
#include "reeve/plugin.h"

namespace reeve::e2e {

struct Seen {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
  int64_t at_ms = 0;  ///< 0: not said
};

struct SeenEvent {
  std::string type;
  std::map<std::string, std::string> labels;
  Json fields;
  int64_t at_us = 0;
  std::string target, cursor;
};

/// How a call ended: result is a REEVE_ fault, error the text that came with it.
struct Outcome {
  int result = 0;
  std::string error;
  Json answer;
  std::vector<Seen> samples;
  bool ok() const { return result == REEVE_OK; }
  /// The value of the one sample with this name and these labels; NaN: none.
  double value(const std::string& name, const std::map<std::string, std::string>& labels = {}) const;
};

/// One lane's engine functions, recording what it is given.
class Recorder {
 public:
  /// `secrets`: the values that secret() gives.
  explicit Recorder(Json secrets = Json::map());
  ~Recorder();
  const reeve_engine* table() const { return &table_; }
  void cancel();
  Outcome take();
  std::vector<SeenEvent> events();
  /// Waits until one of the events so far, or to come, makes `wanted` true; the first such. Fails the test after 15 s.
  SeenEvent wait_for(const std::string& what, const std::function<bool(const SeenEvent&)>& wanted);

 private:
  static Recorder& of(const reeve_engine* engine) { return *static_cast<Recorder*>(engine->context); }
  reeve_engine table_{};
  Json secrets_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Outcome outcome_;
  std::vector<SeenEvent> events_;
  std::atomic<bool> cancelled_{false};
  int cancel_fd_ = -1;
};

/// A plugin from the build tree, and one instance's configuration.
class Loaded {
 public:
  Loaded(const std::string& plugin, Json config);
  const Json& manifest() const { return manifest_; }
  /// The manifest of this instance, where it has one of its own.
  Json manifest_for() const;
  /// "" when the configuration is accepted.
  std::string check() const;
  Outcome collect(int64_t deadline_ms = 10'000);
  /// An open Collector, for what it remembers from one collect to the next.
  class Collecting {
   public:
    Collecting(const reeve_plugin* plugin, const std::string& config, const Json& secrets);
    ~Collecting();
    Outcome collect(int64_t deadline_ms);

   private:
    Recorder recorder_;
    const reeve_plugin* plugin_;
    std::string error_;
    void* lane_ = nullptr;
  };
  std::unique_ptr<Collecting> collecting() const { return std::make_unique<Collecting>(plugin_, config_, secrets_); }
  Outcome plan(const std::string& action, Json args) {
    return act(&reeve_plugin::plan, action, std::move(args), "", "");
  }
  Outcome invoke(const std::string& action, Json args, const std::string& baseline = "", int64_t deadline_ms = 30'000) {
    return act(&reeve_plugin::invoke, action, std::move(args), "key-1", baseline, deadline_ms);
  }
  Outcome probe(const std::string& action, Json args, const std::string& baseline, int64_t deadline_ms = 30'000) {
    return act(&reeve_plugin::probe, action, std::move(args), "key-1", baseline, deadline_ms);
  }

  /// The running watch of one Watcher; ends it when destroyed.
  class Watch {
   public:
    Watch(const reeve_plugin* plugin, const std::string& config, const Json& secrets, const std::string& cursor);
    ~Watch();
    Recorder& heard() { return recorder_; }
    /// The type's next event for this target.
    SeenEvent wait_for(const std::string& type, const std::string& target = "");
    /// Ends the watch and says how it ended.
    Outcome stop();
    /// Waits for its own end.
    Outcome ended();

   private:
    Recorder recorder_;
    const reeve_plugin* plugin_;
    void* lane_ = nullptr;
    std::atomic<int> result_{-1};
    std::thread thread_;
  };
  std::unique_ptr<Watch> watch(const std::string& cursor = "");

 private:
  using Step = int (*reeve_plugin::*)(void*, reeve_call, const reeve_action*);
  Outcome act(Step step, const std::string& action, Json args, const std::string& key, const std::string& baseline,
              int64_t deadline_ms = 30'000);
  const reeve_plugin* plugin_ = nullptr;
  std::string config_;  ///< as a lane gets it: without the secret keys
  std::string whole_;
  Json secrets_ = Json::map();
  Json manifest_;
};

/// A peer of tests/peers: started by its script, ended with this object.
class Peer {
 public:
  explicit Peer(const std::string& script, std::vector<std::string> arguments = {});
  ~Peer();
  Peer(const Peer&) = delete;
  /// Why it cannot run here (the test is then skipped); "" when it runs.
  const std::string& missing() const { return missing_; }
  /// What it printed as KEY=value.
  std::string at(const std::string& key) const;
  /// Gives it a command of its script and waits until it is done.
  void command(const std::string& name);

 private:
  bool read_until(const std::string& line);
  int pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::map<std::string, std::string> told_;
  std::string missing_;
};

/// Runs a program to its end; its output. The test fails when it does not end with 0.
std::string run(const std::vector<std::string>& argv);
/// A folder of this test, removed with the object.
class Folder {
 public:
  Folder();
  ~Folder();
  const std::string& path() const { return path_; }
  std::string write(const std::string& name, const std::string& text, int mode = 0644) const;

 private:
  std::string path_;
};
/// Asks until it is true, at most 15 s.
bool eventually(const std::function<bool()>& is_true, int64_t within_ms = 15'000);

}  // namespace reeve::e2e
