// A response's mode through starts and reloads: what is written of it, and what keeps it from acting by itself.
#include <thread>

#include "app/promotion.h"
#include "model/json.h"
#include "unit/app/running.h"

namespace reeve::app {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class Modes : public test::RunningEngine {
 protected:
  /// An alert of every start (of the plugin that tells people), with a response in this mode; `safety` is what the
  /// configuration says there.
  void mode(const std::string& mode, const std::string& safety = "{}", const std::string& more = "") {
    write("rules/a.yaml",
          "groups:\n- name: g\n  rules:\n  - alert: Gone\n    on: plugin.started\n"
          "    run: {runbook: do/note, with: {what: done}, verify: {within: 5s, hold: 10ms}" +
              (mode.empty() ? "" : ", mode: " + mode) +
              "}\n    verify: well == 1\n  - record: well\n    expr: vector(1)\n    labels: {job: http, instance: "
              "reeve-notify}\n");
    write("reeve.yaml",
          "state: state\nlisten: none\nevaluation_interval: 1s\nrules: [rules]\nrunbooks: [runbooks]\n"
          "notify: [{webhook: 'http://127.0.0.1:9/x'}]\nsafety: " +
              safety + "\n" + more);
  }
  bool comes(const std::string& kind) const {
    for (int i = 0; i < 1000 && entries(kind).empty(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return !entries(kind).empty();
  }
  /// "approve to auto" of each mode.changed.
  std::vector<std::string> changes() const {
    std::vector<std::string> out;
    for (const ledger::Stored& entry : entries("mode.changed"))
      out.push_back(entry.facts["from"].as_string() + " to " + entry.facts["to"].as_string());
    return out;
  }
  std::string mode_of_first_decision() const { return entries("decision").at(0).facts["mode"].as_string(); }
};

TEST_F(Modes, AFirstAutoIsWrittenOnceWithWhoAndWhere) {
  mode("auto");
  ASSERT_TRUE(start().ok());
  ASSERT_EQ(reeve({"reload"}).exit, cli::kOk);
  stop();
  ASSERT_TRUE(start().ok());
  ASSERT_EQ(reeve({"reload"}).exit, cli::kOk);
  stop();
  ASSERT_THAT(changes(), testing::ElementsAre("approve to auto")) << "unchanged at a restart and a reload";
  const ledger::Stored entry = entries("mode.changed")[0];
  EXPECT_EQ(entry.actor, "engine");
  EXPECT_EQ(entry.subject, "response/a.yaml:g/Gone");
  EXPECT_EQ(entry.facts["runbook"].as_string(), "do/note");
  EXPECT_EQ(model::to_json(entry.facts["evidence"]),
            R"({"succeeded":0,"failed":0,"cancelled":0,"would_act":0,"would_not":0})");
  EXPECT_THAT(*entry.body, HasSubstr("rules/a.yaml:6:20"));
  EXPECT_THAT(*entry.body, HasSubstr(R"("named":{"response":"auto"})"));
}

TEST_F(Modes, AReloadWritesWhoChangedWhat) {
  mode("auto");
  ASSERT_TRUE(start().ok());
  mode("shadow");
  ASSERT_EQ(reeve({"reload"}).exit, cli::kOk);
  mode("shadow", "{}", "mode: suggest\n");
  ASSERT_EQ(reeve({"reload"}).exit, cli::kOk);
  mode("", "{}", "mode: suggest\n");
  ASSERT_EQ(reeve({"reload"}).exit, cli::kOk);
  stop();
  EXPECT_THAT(changes(), testing::ElementsAre("approve to auto", "auto to shadow", "shadow to suggest"))
      << "the strictest that engine, response and runbook name";
  EXPECT_EQ(entries("mode.changed")[1].actor, "uid:" + std::to_string(getuid()));
  const auto rebuilt = ledger::rebuild(ledger_settings(state()), false);
  ASSERT_TRUE(rebuilt.ok()) << rebuilt.error().text;
  EXPECT_THAT(*rebuilt, SizeIs(0)) << "the tables follow from the entries";
}

TEST_F(Modes, AReloadWithoutTheEvidenceIsRefusedAndTheOldSetStays) {
  mode("shadow", "{promotion_evidence: 2}");
  ASSERT_TRUE(start().ok());
  ASSERT_TRUE(comes("decision"));
  mode("auto", "{promotion_evidence: 2}");
  const test::Said said = reeve({"reload"});
  EXPECT_EQ(said.exit, cli::kFailure) << said.out;
  EXPECT_THAT(said.err, HasSubstr("rules/a.yaml:6:20: do/note cannot act by itself here yet (mode auto): "
                                  "safety.promotion_evidence asks for 2 good cases, there is 1 ("));
  EXPECT_THAT(said.err, HasSubstr("it would have acted 1 time"));
  EXPECT_THAT(said.err, HasSubstr("Say `mode: shadow` here until there are enough"));
  mode("auto", "{promotion_evidence: 1}");
  EXPECT_EQ(reeve({"reload"}).exit, cli::kOk);
  stop();
  ASSERT_THAT(changes(), testing::ElementsAre("approve to shadow", "shadow to auto"));
  EXPECT_EQ(entries("mode.changed")[1].facts["evidence"]["would_act"].as_int(), 1);
  EXPECT_EQ(entries("mode.changed")[1].facts["wanted"].as_int(), 1);
  EXPECT_THAT(entries("config.loaded"), SizeIs(2));
}

TEST_F(Modes, AStartWithoutTheEvidenceHoldsItBackAndSaysSoUntilARunWentWell) {
  mode("auto", "{promotion_evidence: 1}");
  ASSERT_TRUE(start().ok()) << "an engine that does not start watches nothing";
  EXPECT_THAT(reeve({"status"}).out, HasSubstr("do/note cannot act by itself here yet"));
  ASSERT_TRUE(comes("approval.requested"));
  EXPECT_EQ(mode_of_first_decision(), "approve");
  EXPECT_EQ(reeve({"reload"}).exit, cli::kFailure);
  EXPECT_THAT(changes(), SizeIs(0));
  ASSERT_EQ(reeve({"approve", entries("approval.requested")[0].facts["id"].as_string()}).exit, cli::kOk);
  ASSERT_TRUE(comes("run.ended"));
  ASSERT_EQ(entries("run.ended")[0].facts["result"].as_string(), "succeeded");
  EXPECT_EQ(reeve({"reload"}).exit, cli::kOk);
  EXPECT_THAT(reeve({"status"}).out, testing::Not(HasSubstr("cannot act by itself")));
  stop();
  EXPECT_THAT(changes(), testing::ElementsAre("approve to auto"));
  EXPECT_EQ(entries("mode.changed")[0].facts["evidence"]["succeeded"].as_int(), 1);
}

TEST_F(Modes, WhatItDidBeforeItCeasedToActByItselfIsNoEvidence) {
  mode("shadow");
  ASSERT_TRUE(start().ok());
  ASSERT_TRUE(comes("decision"));
  mode("auto", "{promotion_evidence: 1}");
  ASSERT_EQ(reeve({"reload"}).exit, cli::kOk);
  mode("approve", "{promotion_evidence: 1}");
  ASSERT_EQ(reeve({"reload"}).exit, cli::kOk);
  mode("auto", "{promotion_evidence: 1}");
  EXPECT_EQ(reeve({"reload"}).exit, cli::kFailure);
  stop();
  ASSERT_TRUE(start().ok());
  EXPECT_THAT(reeve({"status"}).out, HasSubstr("there are 0 ("));
  stop();
}

}  // namespace
}  // namespace reeve::app
