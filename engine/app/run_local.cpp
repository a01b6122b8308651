// `reeve run NAME --local`: an engine for this one run, under the lock of the state folder.
#include <unistd.h>

#include <iostream>
#include <map>

#include "app/engine.h"
#include "app/serve.h"
#include "model/json.h"

namespace reeve::app {

namespace {
/// What became of the one run.
struct Outcome {
  int exit = cli::kFailure;
  std::string run;                           ///< known when its decision is durable
  std::map<std::string, std::string> ended;  ///< results by run; a quick one ends before its name is known
};

int exit_of_end(const std::string& result) {
  return result == "succeeded" ? cli::kOk : cli::kFailure;
}

int exit_of_verdict(const model::Decision& decision) {
  return decision.verdict == model::Verdict::kAsk ? cli::kDenied : cli::kRefused;
}

/// Prints the plan and ends the engine.
void plan(Engine& engine, api::StartRequest request, Outcome& outcome, std::ostream& out, std::ostream& err) {
  runbook::Candidate candidate = engine.candidate_of(std::move(request));
  candidate.dry = true;
  engine.parts().runner->dry_run(std::move(candidate), [&](base::Result<model::Value> plan) {
    if (plan.ok()) {
      out << model::to_pretty_json(*plan) << "\n";
      outcome.exit = cli::exit_of_plan(*plan);
    } else {
      err << plan.error().text << "\n";
      outcome.exit = cli::exit_of(plan.error());
    }
    engine.stop("the plan is made");
  });
}

/// Ends the engine when the one run has ended.
void look(Engine& engine, Outcome& outcome, std::ostream& out) {
  const auto found = outcome.ended.find(outcome.run);
  if (found == outcome.ended.end()) return;
  outcome.exit = exit_of_end(found->second);
  out << "run " << outcome.run << " " << found->second << "\n";
  engine.loop().post([&engine] { engine.stop("the run ended"); });
}

/// Starts the run; what keeps it from starting ends the engine.
void start(Engine& engine, api::StartRequest request, Outcome& outcome, std::ostream& out, std::ostream& err) {
  engine.start_by_hand(std::move(request), [&](base::Result<runbook::Started> started) {
    if (started.ok() && !started->run.empty()) {
      outcome.run = started->run;
      return look(engine, outcome, out);
    }
    err << (started.ok() ? started->decision.reason : started.error().text) << "\n";
    outcome.exit = started.ok() ? exit_of_verdict(started->decision) : cli::exit_of(started.error());
    engine.stop("it did not start");
  });
}
}  // namespace

int run_local(const cli::LocalRun& local, const std::string& version, std::ostream& out, std::ostream& err) {
  const auto path = cli::find_config(local.globals.config);
  if (!path.ok() || path->empty()) {
    err << (path.ok() ? "no configuration: write ./reeve.yaml, or give --config FILE" : path.error().text) << "\n";
    return cli::kUsage;
  }
  Outcome outcome;
  Engine* engine = nullptr;
  EngineSettings settings;
  settings.places = find_places();
  settings.source = config_of_file(*path, settings.places);
  settings.state = local.globals.state;
  settings.listen = "none";
  settings.version = version;
  settings.on_entry = [&](const model::Entry& entry) {
    if (entry.kind != "run.ended") return;
    outcome.ended[entry.run] = entry.facts["result"].as_string();
    if (entry.run == outcome.run) look(*engine, outcome, out);
  };
  settings.on_started = [&](const base::Status& status) {
    if (!status.ok()) {
      err << status.error().text << "\n";
      return;
    }
    const api::StartRequest request{local.runbook, local.params, "uid:" + std::to_string(getuid())};
    if (local.dry) return plan(*engine, request, outcome, out, err);
    start(*engine, request, outcome, out, err);
    if (local.timeout.us > 0) {
      engine->loop().after(local.timeout, [&] {
        outcome.exit = cli::kTimedOut;
        engine->stop("timed out");
      });
    }
  };
  Engine made(std::move(settings));
  engine = &made;
  const int ran = made.run();
  return ran != 0 && outcome.run.empty() ? cli::kFailure : outcome.exit;
}

}  // namespace reeve::app
