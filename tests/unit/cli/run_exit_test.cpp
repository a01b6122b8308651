// The exit code of a run that somebody waits for, of what its entries tell.
#include "cli/run_exit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/decision.h"
#include "model/json.h"

namespace reeve::cli {
namespace {

using model::Value;

struct Case {
  const char* what;
  std::vector<std::pair<const char*, const char*>> entries;  ///< kind, facts
  const char* result;
  int exit;
};

const Case kCases[] = {
    {"it did what it should", {{"run.started", "{}"}, {"step.intent", "{}"}}, "succeeded", kOk},
    {"its script failed", {{"run.started", "{}"}, {"step.intent", "{}"}, {"step.outcome", "{}"}}, "failed", kFailure},
    {"denied before it began", {{"decision", R"({"verdict":"ask"})"}, {"approval.denied", "{}"}}, "cancelled", kDenied},
    {"nobody answered", {{"decision", R"({"verdict":"ask"})"}, {"approval.expired", "{}"}}, "cancelled", kDenied},
    {"one of its steps was denied",
     {{"run.started", "{}"}, {"step.intent", "{}"}, {"approval.denied", "{}"}, {"step.read", "{}"}},
     "failed",
     kDenied},
    {"denied, and its undo acted",
     {{"run.started", "{}"}, {"approval.denied", "{}"}, {"run.cleaning", "{}"}, {"step.intent", "{}"}},
     "failed",
     kDenied},
    {"denied, but it went another way",
     {{"run.started", "{}"}, {"approval.denied", "{}"}, {"step.intent", "{}"}, {"step.outcome", "{}"}},
     "failed",
     kFailure},
    {"approved by one, denied by another", {{"approval.given", "{}"}, {"approval.denied", "{}"}}, "cancelled", kDenied},
    {"approved, then it failed", {{"approval.given", "{}"}, {"run.started", "{}"}}, "failed", kFailure},
    {"denied, then cancelled by a person",
     {{"approval.denied", "{}"}, {"operator.cancelled", "{}"}},
     "cancelled",
     kFailure},
    {"deferred, then refused",
     {{"decision", R"({"verdict":"defer"})"}, {"decision", R"({"verdict":"refuse"})"}},
     "cancelled",
     kRefused},
    {"deferred until its deadline", {{"decision", R"({"verdict":"defer"})"}}, "cancelled", kRefused},
    {"deferred, cancelled by a person",
     {{"decision", R"({"verdict":"defer"})"}, {"operator.cancelled", "{}"}},
     "cancelled",
     kFailure},
    {"deferred, then it began and failed",
     {{"decision", R"({"verdict":"defer"})"}, {"decision", R"({"verdict":"allow"})"}, {"run.started", "{}"}},
     "failed",
     kFailure},
    {"failed, and a rail held up its clean-up for a while",
     {{"run.started", "{}"}, {"run.cleaning", "{}"}, {"decision", R"({"verdict":"refuse"})"}, {"step.intent", "{}"}},
     "failed",
     kFailure},
    {"lost over a restart",
     {{"approval.expired", "{}"}, {"run.ended", R"({"result":"cancelled","reason":"lost"})"}},
     "cancelled",
     kFailure},
    {"ended for good", {{"approval.denied", "{}"}, {"run.ended", R"({"result":"cancelled"})"}}, "cancelled", kDenied},
};

TEST(RunExit, IsWhyTheRunEnded) {
  for (const Case& one : kCases) {
    RunExit exit;
    for (const auto& [kind, facts] : one.entries) exit.add(kind, *model::parse_json(facts));
    EXPECT_EQ(exit.of_end(one.result), one.exit) << one.what;
  }
}

TEST(RunExit, IsKnownWhereARunStandsStill) {
  const std::pair<const char*, std::optional<int>> cases[] = {
      {"refused", kRefused},  {"halted", kRefused},       {"deadline", kTimedOut},    {"limit", kFailure},
      {"diverged", kFailure}, {"quarantined", kFailure},  {"approval", std::nullopt}, {"in_doubt", std::nullopt},
      {"wait", std::nullopt}, {"deferred", std::nullopt}, {"ledger", std::nullopt},   {"plugin_gone", std::nullopt},
  };
  for (const auto& [reason, exit] : cases) EXPECT_EQ(exit_of_parked(reason), exit) << reason;
  EXPECT_EQ(way_on("halted", "r-1"), "it goes on after reeve halt --lift; to end it: reeve cancel r-1");
  EXPECT_EQ(way_on("refused", "r-1"), "to end it: reeve cancel r-1");
}

TEST(RunExit, OfWhatOnlyItsModeRecordsIsDenied) {
  model::Decision decision;
  decision.reason = "every rail allows it";
  decision.inputs.set("mode", "shadow");
  const base::Error only_recorded = not_begun(decision.to_value());
  EXPECT_EQ(exit_of(only_recorded), kDenied);
  EXPECT_EQ(
      only_recorded.text,
      "nothing was done: `mode: shadow` only records what would be decided (allow: every rail allows it); to act, "
      "set `mode:` of reeve.yaml or of the runbook to approve or auto");
  decision.verdict = model::Verdict::kRefuse;
  decision.rail = 6;
  decision.rail_name = "breaker";
  decision.reason = "failed twice";
  const base::Error refused = not_begun(decision.to_value());
  EXPECT_EQ(exit_of(refused), kRefused);
  EXPECT_EQ(refused.text, "refused by the safety rail 6 (breaker): failed twice");
}

}  // namespace
}  // namespace reeve::cli
