#include "app/engine.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <filesystem>

#include "app/actions.h"
#include "app/modes.h"
#include "app/records.h"
#include "app/restore.h"

namespace reeve::app {

using base::Result;
using base::Status;

Engine::Engine(EngineSettings settings) : settings_(std::move(settings)), loop_(base::system_clock()) {}

Engine::~Engine() {
  if (signals_ >= 0) close(signals_);
}

// ---- Start: folder, ledger, parts; then the loop reads the configuration and puts it in place. ---------------------

int Engine::run() {
  base::declare_core_thread(true);
  watch_signals();  // before any thread is made: each inherits that these signals are blocked
  if (Status status = open(); !status.ok()) {
    if (settings_.on_started) settings_.on_started(status);
    return 1;
  }
  loop_.post([this] {
    const base::Handle handle = loadings_.add(std::make_unique<Loading>(
        *parts_, settings_.source, [this](Result<std::shared_ptr<Loaded>> loaded) { on_loaded(std::move(loaded)); }));
    loadings_.find(handle)->begin(loadings_, handle);
  });
  loop_.run();
  base::declare_core_thread(true);
  return exit_;
}

Status Engine::open() {
  // State folder, ledger and series are needed before everything else: what the configuration says about them holds
  // from the start. The whole of it is read again, and checked, by Loading.
  REEVE_TRY(const Config config, settings_.source());
  const std::string& state = settings_.state.empty() ? config.state : settings_.state;
  state_ = std::filesystem::absolute(state).lexically_normal().string();
  auto folder = StateFolder::take(state_);
  if (!folder.ok()) return folder.error();
  folder_.emplace(std::move(*folder));
  base::set_crash_folder(state_);
  make_parts(config);
  Parts& parts = *parts_;
  ledger::Settings record = ledger_settings(state_);
  record.anchor_file = config.anchor;
  record.on_doubt = [this](const std::string& why) { ledger_doubt_ = halt_for_doubt(state_, why); };
  REEVE_TRY(parts.file, ledger::open(std::move(record), loop_, parts.clock, parts.random));
  REEVE_TRY(parts.reader, ledger::open_reader(state_));
  parts.ledger = std::make_unique<Recorder>(*parts.file, parts.clock, [this](const model::Entry& entry) {
    pipeline_->on_entry(entry);
    if (settings_.on_entry) settings_.on_entry(entry);
  });
  return {};
}

void Engine::make_parts(const Config& config) {
  parts_ = std::make_unique<Parts>(loop_, settings_.places);
  Parts& parts = *parts_;
  pipeline_ = std::make_unique<Pipeline>(parts);
  parts.started = parts.clock.wall();
  parts.version = settings_.version;
  parts.halt = std::make_unique<HaltFile>(state_);
  parts.series = std::make_unique<series::Head>(series::HeadLimits{.memory_bytes = config.series_memory});
  parts.spawner = child::make_spawner(parts.places.child_program, loop_);
  parts.query_thread = std::make_unique<base::Worker>("query", loop_, 64);
  parts.reader_thread = std::make_unique<base::Worker>("reader", loop_, 64);
  parts.file_thread = std::make_unique<base::Worker>("files", loop_, 8);
  parts.queries = std::make_unique<api::Queries>(*parts.series, *parts.query_thread, loop_);
  parts.fleet = plugin::make_fleet({parts.places.plugin_folders, parts.places.child_program}, pipeline_->from_plugins(),
                                   loop_, parts.random);
  parts.collector = collect::make_collector(*parts.fleet, pipeline_->from_collect(), loop_);
  parts.actions = std::make_unique<Actions>(*parts.fleet);
}

void Engine::on_loaded(Result<std::shared_ptr<Loaded>> loaded) {
  Status status = loaded.ok() ? begin(**loaded) : Status(loaded.error());
  if (settings_.on_started) settings_.on_started(status);
  if (status.ok()) return;
  exit_ = 1;
  stop("it could not start");
}

Status Engine::begin(Loaded& loaded) {
  Parts& parts = *parts_;
  const Config& config = begun_with_ = loaded.config;
  parts.ledger->append(engine_entry("engine.start", parts.clock, settings_.version));
  wall_minus_boot_ = base::Duration{parts.clock.wall().us - parts.clock.boot().us};
  parts.rules = rule::make_engine(*parts.series, pipeline_->from_rules(), loop_, parts.random,
                                  {config.external_labels, config.external_url, config.evaluation_interval});
  parts.notifier = alert::make_notifier(pipeline_->from_notifier(), loop_, parts.random, config.external_url);
  parts.runner = runbook::make_runner(pipeline_->from_runs(), *parts.ledger, *parts.spawner, loop_, parts.random);
  fold_memory(parts);
  pipeline_->look_at_halt();
  parts.series->load(state_ + "/series", parts.clock.wall().ms());
  REEVE_CHECK(judge_modes_at_start(parts, loaded));
  put_in_place(loaded, "engine");
  REEVE_CHECK(restore(parts));
  if (!ledger_doubt_.empty())
    parts.notifier->tell(
        {"escalation", "ledger/doubted/" + std::to_string(parts.started.us), ledger_doubt_, "", "", {}});
  REEVE_CHECK(listen());
  parts.fleet->apply();
  parts.collector->schedule();
  parts.rules->start();
  pipeline_->decide_what_fires();
  parts.ready = true;
  at_ = At::kRunning;
  tick();
  if (config.notify.empty())
    base::log_warn("no receiver is configured: when a person is needed, only this log and reeve status say so",
                   {{"do", "name one under notify: in the configuration"}});
  base::log_info("reeve runs", {{"version", settings_.version}, {"state", state_}, {"pid", getpid()}});
  return {};
}

/// At start and at each reload, once everything was found good.
void Engine::put_in_place(Loaded& loaded, const std::string& actor) {
  Parts& parts = *parts_;
  parts.config = std::move(loaded.config);
  parts.library = loaded.library;
  parts.problems.clear();
  for (const std::string& warning : loaded.rules.warnings) base::log_warn("lint", {{"finding", warning}});
  size_t rules = 0;
  for (const rule::Group& group : loaded.rules.groups) rules += group.rules.size();
  parts.ledger->append(config_entry(parts.config.hash, loaded.rules.hash, rules, loaded.library->all(), actor));
  record_modes(parts, loaded, actor);
  for (const std::string& dropped : parts.rules->install(std::move(loaded.rules)))
    base::log_info("an alert's state was dropped: its rule changed or is gone", {{"alert", dropped}});
  parts.notifier->use(parts.config.notify);
  parts.runner->use(parts.library);
}

Status Engine::listen() {
  server_ = std::make_unique<api::Server>(loop_);
  api::add_routes(*server_, api_ports(), parts_->clock);
  register_metrics();
  REEVE_CHECK(server_->listen_unix(state_ + "/reeve.sock"));
  return server_->listen_tcp(settings_.listen.empty() ? parts_->config.listen : settings_.listen);
}

// ---- Running: once a second the switch file and the clock, once a minute the series. ------------------------------

void Engine::tick() {
  if (at_ != At::kRunning) return;
  pipeline_->look_at_halt();
  look_at_folder();
  look_at_clock();
  ++ticks_;
  if (ticks_ % 5 == 0) parts_->series->expire(parts_->clock.wall().ms());
  if (ticks_ % 60 == 0) {
    save_series();
    parts_->memory.forget_before(parts_->clock.boot() - base::hours(24));
  }
  loop_.after(base::seconds(1), [this] { tick(); });
}

/// Somebody may delete what he should not: what can be put back is, and without its folder no engine acts.
void Engine::look_at_folder() {
  if (at_ != At::kRunning) return;
  if (const Status status = folder_->look(); status.ok() != folder_well_) {
    folder_well_ = status.ok();
    if (!status.ok()) base::log_error("the state folder is not well", {{"error", status.error().text}});
    if (!status.ok() && status.error().fault == base::Fault::kConflict) {
      exit_ = 1;
      return stop("it lost its state folder");
    }
  }
  const base::Result<int> restored = server_->restore_unix();
  if (restored.ok() && *restored > 0) base::log_warn("the socket was gone, it is there again", {{"folder", state_}});
  if (restored.ok() != socket_well_ && !restored.ok())
    base::log_error("the socket is gone and cannot be made again", {{"error", restored.error().text}});
  socket_well_ = restored.ok();
}

/// A step of the wall clock of more than 2 s is recorded: entries before and after it convert by their own mark.
void Engine::look_at_clock() {
  const base::Duration now{parts_->clock.wall().us - parts_->clock.boot().us};
  const base::Duration step = now - wall_minus_boot_;
  if (step < base::seconds(2) && base::seconds(-2) < step) return;
  wall_minus_boot_ = now;
  model::Entry entry = engine_entry("clock.stepped", parts_->clock, settings_.version);
  entry.facts.set("step_us", step.us);
  parts_->ledger->append(std::move(entry));
  base::log_warn("the wall clock was set", {{"step", base::format_duration(step)}});
}

void Engine::save_series() {
  if (!folder_well_) return;
  if (Status status = parts_->series->save(state_ + "/series"); !status.ok())
    base::log_warn("the series cache cannot be saved", {{"error", status.error().text}});
}

/// The ledger, the lock and the socket are where they were at the start, and people would look for them elsewhere.
Status Engine::same_state(const Config& now) const {
  if (!settings_.state.empty() || now.state == begun_with_.state) return {};
  const std::string text = "the state folder cannot change while the engine runs (it runs on " + state_ +
                           "): put it back, or stop the engine and start it anew";
  return now.state_place ? now.state_place->error(text) : base::invalid(now.file + ": state: " + text);
}

std::vector<std::string> Engine::waiting_for_a_start(const Config& now) const {
  std::vector<std::string> keys = taken_up_at_start(begun_with_, now);
  if (!settings_.listen.empty()) std::erase(keys, "listen");  // the flag's word counts at the next start too
  return keys;
}

void Engine::reload(const std::string& actor, api::Engine::DoneReload done) {
  if (at_ != At::kRunning) return done(base::Error{base::Fault::kUnavailable, "the engine is not running"});
  const auto on_read = [this, actor, done](Result<std::shared_ptr<Loaded>> loaded) {
    Status good = loaded.ok() ? same_state((*loaded)->config) : Status(loaded.error());
    if (good.ok()) good = judge_modes(*parts_, **loaded);
    if (good.ok() && at_ != At::kRunning) good = base::Error{base::Fault::kUnavailable, "the engine is stopping"};
    if (!good.ok()) {
      base::log_error("reload refused, the old configuration stays", {{"error", good.error().text}});
      return done(good.error());
    }
    put_in_place(**loaded, actor);
    parts_->fleet->apply();
    parts_->collector->schedule();
    const std::vector<std::string> waiting = waiting_for_a_start(parts_->config);
    base::log_info("reloaded", {{"hash", parts_->config.hash}});
    if (!waiting.empty()) base::log_warn("taken up at the next start only", {{"keys", base::join(waiting, ", ")}});
    parts_->ledger->flush(
        [done, waiting](const Status& durable) { durable.ok() ? done(waiting) : done(durable.error()); });
  };
  const base::Handle handle = loadings_.add(std::make_unique<Loading>(*parts_, settings_.source, on_read));
  loadings_.find(handle)->begin(loadings_, handle);
}

// ---- Signals. -------------------------------------------------------------------------------------------------------

void Engine::watch_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&set, number);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signals_ = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  loop_.watch(signals_, base::Interest::kRead, [this] { on_signal(); });
}

void Engine::on_signal() {
  signalfd_siginfo info{};
  while (read(signals_, &info, sizeof info) == sizeof info) {
    const std::string actor = "uid:" + std::to_string(info.ssi_uid);
    if (info.ssi_signo == SIGHUP) {
      reload(actor, [](const Result<std::vector<std::string>>&) {});
    } else if (info.ssi_signo == SIGUSR1) {
      halt("*", "SIGUSR1", actor, [](const Status&) {});
    } else {
      stop(info.ssi_signo == SIGTERM ? "SIGTERM" : "SIGINT");
    }
  }
}

// ---- Stop: no new step, then what is under way, then the record, then the processes. -------------------------------

void Engine::stop(const std::string& why) {
  if (at_ == At::kDraining || at_ == At::kStopped) return loop_.stop();
  const bool ran = at_ == At::kRunning;
  at_ = At::kDraining;
  parts_->draining = true;
  if (!ran) return on_fleet_stopped();
  base::log_info("stopping", {{"why", why}});
  parts_->collector->stop();
  parts_->rules->stop();
  parts_->bus.close();
  parts_->runner->drain(base::seconds(30), [this] { on_drained(); });
}

void Engine::on_drained() {
  save_series();
  parts_->notifier->stop();
  parts_->ledger->append(engine_entry("engine.stop", parts_->clock, settings_.version),
                         [this](Status status) { on_flushed(std::move(status)); });
}

void Engine::on_flushed(Status status) {
  if (!status.ok()) base::log_error("the last entries are not on disk", {{"error", status.error().text}});
  server_->stop(base::seconds(2), [this] { parts_->fleet->stop([this] { on_fleet_stopped(); }); });
}

void Engine::on_fleet_stopped() {
  at_ = At::kStopped;
  loop_.stop();
}

}  // namespace reeve::app
