#include "cli/run_exit.h"

namespace reeve::cli {

using model::Value;

void RunExit::add(const std::string& kind, const Value& facts) {
  // One that a restart could not take up again was ended by the engine, whatever was asked of people before.
  if (kind == "run.ended" && !facts["reason"].as_string().empty()) reason_ = kFailure;
  if (cleans_) return;
  if (kind == "run.cleaning") {
    cleans_ = true;
  } else if (kind == "approval.denied" || kind == "approval.expired") {
    reason_ = kDenied;
  } else if (kind == "decision") {
    const std::string& verdict = facts["verdict"].as_string();
    if (verdict == "refuse" || verdict == "defer") reason_ = kRefused;
    if (verdict == "allow") reason_ = kFailure;
  } else if (kind == "run.started" || kind == "step.intent" || kind == "approval.given" ||
             kind == "operator.cancelled") {
    reason_ = kFailure;
  }
}

int RunExit::of_end(const std::string& result) const {
  return result == "succeeded" ? kOk : reason_;
}

std::optional<int> exit_of_parked(const std::string& reason) {
  if (reason == "refused" || reason == "halted") return kRefused;
  if (reason == "deadline") return kTimedOut;
  if (reason == "diverged" || reason == "quarantined" || reason == "limit") return kFailure;
  return std::nullopt;
}

std::string way_on(const std::string& reason, const std::string& run) {
  const std::string end = "to end it: reeve cancel " + run;
  return reason == "halted" ? "it goes on after reeve halt --lift; " + end : end;
}

base::Error not_begun(const Value& decision) {
  if (decision["verdict"].as_string() == "refuse") {
    const int64_t rail = decision["rail"].as_int();
    return {base::Fault::kRefused, "refused by the safety rail " + (rail ? std::to_string(rail) + " (" : "(") +
                                       decision["rail_name"].text() + "): " + decision["reason"].text()};
  }
  const std::string& mode = decision["inputs"]["mode"].as_string();
  return {base::Fault::kDenied, "nothing was done: `mode: " + mode + "` only records what would be decided (" +
                                    decision["verdict"].text() + ": " + decision["reason"].text() +
                                    "); to act, set `mode:` of reeve.yaml or of the runbook to approve or auto"};
}

}  // namespace reeve::cli
