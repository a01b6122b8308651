#include "cli/run_text.h"

#include <ostream>
#include <set>

namespace reeve::cli {

using model::Value;

std::string state_text(const Value& run) {
  const std::string& state = run["state"].as_string();
  const std::string& why = run[state == "ended" ? "result" : "reason"].as_string();
  return why.empty() ? state : state + ": " + why;
}

Colour colour_of(const Value& run) {
  const std::string& state = run["state"].as_string();
  if (state == "parked") return Colour::kYellow;
  if (state != "ended") return Colour::kNone;
  return run["result"].as_string() == "succeeded" ? Colour::kGreen : Colour::kRed;
}

std::string took(const Value& run, base::Time now) {
  const base::Time started{run["started_us"].as_int()};
  const base::Time ended{run["ended_us"].as_int()};
  if (started.us == 0) return "-";
  return span((ended.us == 0 ? now : ended) - started);
}

std::vector<std::string> settle_commands(const Value& story) {
  std::set<std::string> paths;
  for (const Value& entry : story["entries"].as_list()) {
    const std::string& kind = entry["kind"].as_string();
    const std::string path = entry["facts"]["path"].text();
    if (kind == "step.in_doubt") paths.insert(path);
    if (kind == "operator.settled" || kind == "step.outcome") paths.erase(path);
    if (kind == "run.ended") paths.clear();
  }
  std::vector<std::string> commands;
  for (const std::string& path : paths)
    commands.push_back("reeve settle " + story["run"].text() + " " + path + " happened|repeat|abort");
  return commands;
}

void say_in_doubt(std::ostream& out, const std::string& reason, const std::string& run) {
  if (reason == "in_doubt") out << "  in doubt, say what became of its step: reeve runs " << run << " shows how\n";
}

}  // namespace reeve::cli
