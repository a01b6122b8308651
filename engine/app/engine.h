/// \file
/// How does the engine start, reload and stop? One object that owns every part and their order.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/loading.h"
#include "app/parts.h"
#include "app/pipeline.h"
#include "app/state_folder.h"
#include "base/asio_loop.h"

namespace reeve::app {

struct EngineSettings {
  Places places;
  ConfigSource source;
  std::string state;   ///< overrides the configuration's; empty: as configured
  std::string listen;  ///< likewise; api::kNoTcp: no TCP
  std::string version;
  /// Called once when everything runs, or with the error that kept it from starting.
  std::function<void(base::Status)> on_started;
  /// Sees every entry as it is appended (the demo's story, `run --local`); may be empty.
  std::function<void(const model::Entry&)> on_entry;
};

/// Thread: made and run on one thread, which becomes the core thread.
class Engine {
 public:
  explicit Engine(EngineSettings settings);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Runs until stop() or a failed start. \return the exit code: 0, or 1 when it could not start.
  int run();
  /// Core thread (post it from elsewhere): drains, saves, ends. Twice: at once.
  void stop(const std::string& why);
  /// Core thread: reads everything again; the old set stays when anything is wrong. The answer names the keys that only
  /// the next start takes up.
  void reload(const std::string& actor, api::Engine::DoneReload done);

  /// What a person's request means: no alert, no verify, his own word as approval unless the engine's mode is stricter.
  runbook::Candidate candidate_of(api::StartRequest request) const;
  /// Core thread: `reeve run`. Answered when the decision is durable.
  void start_by_hand(api::StartRequest request, api::Engine::DoneStarted done);

  Parts& parts() { return *parts_; }
  base::Loop& loop() { return loop_; }

 private:
  enum class At { kLoading, kRunning, kDraining, kStopped };

  base::Status open();
  void make_parts(const Config& config);
  void on_loaded(base::Result<std::shared_ptr<Loaded>> loaded);
  base::Status begin(Loaded& loaded);
  base::Status same_state(const Config& now) const;
  /// Keys whose new value waits for the next start.
  std::vector<std::string> waiting_for_a_start(const Config& now) const;
  void put_in_place(Loaded& loaded, const std::string& actor);
  base::Status listen();
  void tick();
  void look_at_folder();
  void look_at_clock();
  void save_series();
  void watch_signals();
  void on_signal();
  void on_drained();
  void on_flushed(base::Status status);
  void on_fleet_stopped();
  api::Engine api_ports();
  api::StatusReport status() const;
  void halt(const std::string& scope, const std::string& reason, const std::string& actor,
            api::Engine::DoneStatus done);
  void lift(const std::string& scope, const std::string& actor, api::Engine::DoneStatus done);
  void register_metrics();

  EngineSettings settings_;
  Config begun_with_;  ///< the configuration of the start
  base::AsioLoop loop_;
  std::string state_;
  std::string ledger_doubt_;  ///< what was told of the ledger at the start; empty: nothing
  std::optional<StateFolder> folder_;
  std::unique_ptr<Parts> parts_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<api::Server> server_;
  base::Live<Loading> loadings_;
  At at_ = At::kLoading;
  int exit_ = 0;
  bool folder_well_ = true, socket_well_ = true;
  int signals_ = -1;
  base::Duration wall_minus_boot_;
  int ticks_ = 0;
};

}  // namespace reeve::app
