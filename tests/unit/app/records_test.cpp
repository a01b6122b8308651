// What app's own entries tell, and what they keep out of their facts.
#include "app/records.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "model/json.h"

namespace reeve::app {
namespace {

// What was told belongs to the story of its run: `audit list --correlation`, `runs ID`. Its words are in the body.
TEST(Records, WhoWasToldCarriesRunAndCorrelationAndKeepsTheWordsInItsBody) {
  const base::Uuid story{1, 2, 3};
  const model::Entry told = delivered_entry({"message/ended/00ff", "webhook-1", "run-1", "denied by ada: why", story});
  EXPECT_EQ(told.kind, "operator.told");
  EXPECT_EQ(told.run, "run-1");
  EXPECT_EQ(told.correlation, story);
  EXPECT_EQ(model::to_json(told.facts), R"({"key":"message/ended/00ff","receiver":"webhook-1"})");
  EXPECT_EQ(told.body, R"({"text":"denied by ada: why"})");
  EXPECT_FALSE(delivered_entry({"alert/r/k/1/firing", "webhook-1", "", "", story}).body);
}

// The hash of every runbook that was loaded is in the ledger: any other text, name or number of them is another hash.
TEST(Records, WhatRunbooksWereLoadedIsInTheLedgerWhateverTheirOrder) {
  runbook::Runbook start, stop;
  start.name = "a/start";
  start.hash = base::sha256("start");
  stop.name = "a/stop";
  stop.hash = base::sha256("stop");
  const auto hash = [](std::vector<const runbook::Runbook*> runbooks) {
    const model::Entry loaded = config_entry("c", "r", 3, std::move(runbooks), "engine");
    return loaded.facts["runbooks_hash"].as_string() + " " + loaded.facts["runbooks"].text();
  };
  const std::string both = hash({&start, &stop});
  EXPECT_EQ(
      both,
      base::hex(base::sha256("a/start " + base::hex(start.hash) + "\na/stop " + base::hex(stop.hash) + "\n")) + " 2");
  EXPECT_EQ(hash({&stop, &start}), both);
  EXPECT_NE(hash({&start}), hash({&stop}));
  EXPECT_NE(hash({}), hash({&start}));
  start.hash = base::sha256("start otherwise");
  EXPECT_NE(hash({&start, &stop}), both);
}

// The last mode of each response is a row; only that it ceased to be auto starts its evidence anew.
TEST(Records, AChangedModeIsARow) {
  const auto set_of = [](const char* from, const char* to) {
    model::Entry entry;
    entry.kind = "mode.changed";
    entry.seq = 7;
    entry.facts.set("response_key", "k").set("from", from).set("to", to);
    const auto rows = project(entry);
    return rows.at(0).table + model::to_json(rows.at(0).key) + model::to_json(rows.at(0).set);
  };
  EXPECT_EQ(set_of("approve", "auto"), R"(modes{"response_key":"k"}{"seq":7,"mode":"auto"})");
  EXPECT_EQ(set_of("auto", "shadow"), R"(modes{"response_key":"k"}{"seq":7,"mode":"shadow","evidence_after":7})");
}

}  // namespace
}  // namespace reeve::app
