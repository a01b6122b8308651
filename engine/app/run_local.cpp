// `reeve run NAME --local`: an engine for this one run, under the lock of the state folder.
#include <unistd.h>

#include <iostream>
#include <map>
#include <optional>

#include "api/sockets.h"
#include "app/engine.h"
#include "app/serve.h"
#include "cli/run_exit.h"
#include "model/json.h"

namespace reeve::app {

namespace {
/// How far a run is: nothing of it is waited for any more where `over` has its exit code.
struct Course {
  cli::RunExit exit;
  std::optional<int> over;
  std::string words;  ///< "succeeded"; "stands still, parked: refused: why"

  void add(const model::Entry& entry) {
    exit.add(entry.kind, entry.facts);
    if (entry.kind == "run.ended") {
      words = entry.facts["result"].as_string();
      over = exit.of_end(words);
    } else if (entry.kind == "run.parked") {
      const std::string& reason = entry.facts["reason"].as_string();
      over = cli::exit_of_parked(reason);
      const auto body = model::parse_json(entry.body.value_or("null"));
      words = "stands still, parked: " + reason + (body.ok() ? ": " + (*body)["text"].text() : "") + "; " +
              cli::way_on(reason, entry.run);
    }
  }
};

/// What became of the one run.
struct Outcome {
  int exit = cli::kFailure;
  std::string run;                        ///< known when its decision is durable
  std::map<std::string, Course> courses;  ///< by run; a quick one ends before its name is known
};

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

/// Ends the engine when the one run has ended, or stands where only a person helps.
void look(Engine& engine, Outcome& outcome, std::ostream& out) {
  const auto found = outcome.courses.find(outcome.run);
  if (found == outcome.courses.end() || !found->second.over) return;
  outcome.exit = *found->second.over;
  out << "run " << outcome.run << " " << found->second.words << "\n";
  engine.loop().post([&engine] { engine.stop("the run is over"); });
}

/// What the run waits for from its start; its socket takes the answer.
void say_wait(Engine& engine, const runbook::Started& started, std::ostream& err) {
  const model::Verdict verdict = started.decision.verdict;
  if (verdict == model::Verdict::kDefer) err << "deferred: " << started.decision.reason << "\n";
  if (verdict != model::Verdict::kAsk) return;
  err << "approval needed: " << started.decision.reason << "\n";
  const model::Value approvals = engine.parts().runner->approvals();
  for (const model::Value& one : approvals.as_list())
    if (one["run"].as_string() == started.run) err << "       reeve approve " << one["id"].text() << "\n";
}

/// Starts the run; what keeps it from starting ends the engine.
void start(Engine& engine, api::StartRequest request, Outcome& outcome, std::ostream& out, std::ostream& err) {
  engine.start_by_hand(std::move(request), [&](base::Result<runbook::Started> started) {
    if (started.ok() && !started->run.empty()) {
      outcome.run = started->run;
      say_wait(engine, *started, err);
      return look(engine, outcome, out);
    }
    const base::Error why = started.ok() ? cli::not_begun(started->decision.to_value()) : started.error();
    err << why.text << "\n";
    outcome.exit = cli::exit_of(why);
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
  settings.listen = api::kNoTcp;
  settings.version = version;
  settings.on_entry = [&](const model::Entry& entry) {
    if (entry.run.empty()) return;
    outcome.courses[entry.run].add(entry);
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
