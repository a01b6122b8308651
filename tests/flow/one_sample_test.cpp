// The life of one sample, as engine/README.md tells it: a process ends, and one read of `proc_up 0` becomes an alert, a
// decision, an act and a proof. Read this test first.
#include "flow/small_engine.h"

namespace reeve::flow {
namespace {

constexpr char kRules[] = R"(
groups:
- name: api
  rules:
  - alert: ApiDown
    expr: proc_up == 0
    run:
      runbook: proc/start
      with: {instance: "{{ $labels.instance }}"}
      mode: auto
      verify: {within: 1m, hold: 10s}
)";

class OneSample : public SmallEngine {
 protected:
  OneSample() { start(kRules); }
};

TEST_F(OneSample, BecomesADecisionAnActAndAProof) {
  process.up = false;
  loop.advance(base::minutes(1));
  EXPECT_THAT(story, testing::ElementsAre(       //
                         "collect proc_up 0",    // 1-3. collected, labelled, kept
                         "alert.firing",         // 4-5. the rule that reads it is asked, the alert fires
                         "decision allow",       // 6-7. answered by a runbook, judged by the gate
                         "run.started",          //
                         "tell firing",          //      people hear of it
                         "operator.told",        //
                         "step.read",            // 8.   the script asks for proc/api
                         "plan start",           //      and for a start: which targets, exactly?
                         "lease.acquired",       //      nobody else acts on them now
                         "step.intent",          //      what will be done, durable
                         "invoke start",         // 9.   before it is done
                         "events.accepted",      //      (its effect is seen, and known as ours)
                         "step.outcome",         //
                         "alert.resolved",       // 10.  the next sample reads 1
                         "tell resolved",        //
                         "operator.told",        //
                         "lease.released",       //      and ten seconds later it still does
                         "run.ended succeeded",  //
                         "operator.owed",        //      people are to hear of it, whatever happens to the engine
                         "tell ended: proc/start succeeded: started api",  //
                         "operator.told"));
}

TEST_F(OneSample, IsFollowedByOneCorrelation) {
  process.up = false;
  loop.advance(base::minutes(1));
  const base::Uuid born = entries("alert.firing").at(0).correlation;
  EXPECT_NE(born, base::Uuid{});
  for (const char* kind : {"alert.*", "decision", "run.*", "step.*", "lease.*"})
    for (const ledger::Stored& entry : entries(kind)) EXPECT_EQ(entry.correlation, born) << entry.kind;
}

TEST_F(OneSample, StandsAsTheCauseInTheAlertAndItsAgeInTheDecision) {
  process.up = false;
  loop.advance(base::minutes(1));
  const model::Value causes = body(entries("alert.firing").at(0))["causes"];
  ASSERT_EQ(causes.as_list().size(), 1U);
  EXPECT_EQ(causes.as_list()[0]["series"].as_string(), R"(proc_up{instance="api", job="proc"})");
  EXPECT_EQ(causes.as_list()[0]["value"].as_double(), 0);
  const model::Value saw = body(entries("decision").at(0))["inputs"];
  EXPECT_EQ(model::to_json(saw["targets"]), R"(["proc/api"])");
  EXPECT_EQ(saw["data_age_ms"].as_int(), 10) << "as long as the collect took";
  EXPECT_EQ(saw["stale_after_ms"].as_int(), 10'000) << "two intervals";
}

}  // namespace
}  // namespace reeve::flow
