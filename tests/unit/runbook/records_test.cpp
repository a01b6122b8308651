// Which rows each entry changes: live and in a rebuild alike.
#include <gtest/gtest.h>

#include "model/json.h"
#include "runbook/runbook.h"

namespace reeve::runbook {
namespace {
using model::Value;

struct RecordCase {
  const char *kind, *facts, *wanted;
};

/// `table key {changes}`, a line each; "-" for an erased row.
std::string changes_of(const char* kind, const char* facts) {
  model::Entry entry;
  entry.seq = 9;
  entry.kind = kind;
  entry.at = base::Time{5'000'000};
  entry.actor = "uid:0";
  entry.subject = "box/a";
  entry.run = "r1";
  entry.facts = model::parse_json(facts).value();
  std::string out;
  for (const model::RowChange& row : project(entry)) {
    Value key = Value::map(), set = Value::map();
    for (const auto& [name, value] : row.key.as_map()) key.set(name, value);
    for (const auto& [name, value] : row.set.as_map())
      if (name != "seq" && name != "correlation") set.set(name, value);
    out += row.table + " " + model::to_json(key) + " " + (row.erase ? "-" : model::to_json(set)) + "\n";
  }
  return out;
}

class Record : public testing::TestWithParam<RecordCase> {};
TEST_P(Record, ChangesItsRows) {
  EXPECT_EQ(changes_of(GetParam().kind, GetParam().facts), GetParam().wanted) << GetParam().kind;
}

#define RUN "runs {\"run\":\"r1\"} "
INSTANTIATE_TEST_SUITE_P(
    OfRuns, Record,
    testing::Values(
        RecordCase{"run.started", R"({"runbook":"box/heal","dedup":"d"})",
                   RUN R"({"runbook":"box/heal","state":"running","reason":"","result":"","dedup":"d",)"
                       R"("started_us":5000000,"started_seq":9,"steps":0})"
                       "\n"},
        RecordCase{"run.parked", R"({"reason":"wait"})", RUN "{\"state\":\"parked\",\"reason\":\"wait\"}\n"},
        RecordCase{"run.resumed", "{}", RUN "{\"state\":\"running\",\"reason\":\"\"}\n"},
        RecordCase{"run.resumed", R"({"cleaning":true})", RUN "{\"state\":\"cleaning\",\"reason\":\"\"}\n"},
        RecordCase{"run.cleaning", "{}", RUN "{\"state\":\"cleaning\",\"reason\":\"\"}\n"},
        RecordCase{"run.ended", R"({"result":"failed","steps":3})",
                   RUN R"({"state":"ended","reason":"","result":"failed","ended_us":5000000,"steps":3})"
                       "\n"},
        RecordCase{"run.ended", R"({"result":"cancelled","reason":"lost","steps":0})",
                   RUN R"({"state":"ended","reason":"lost","result":"cancelled","ended_us":5000000,"steps":0})"
                       "\n"},
        RecordCase{"run.joined", "{}", ""}, RecordCase{"run.unheard_of", "{}", ""}));

INSTANTIATE_TEST_SUITE_P(
    OfDecisions, Record,
    testing::Values(
        RecordCase{"decision", R"({"point":"step","verdict":"defer","rail":2})", ""},
        RecordCase{
            "decision",
            R"({"point":"start","verdict":"allow","rail":0,"response":"p","rule_id":"u","key":"k","episode":2,)"
            R"("runbook":"b"})",
            R"(decisions {"response":"p","rule_id":"u","alert_key":"k"} {"episode":2,"verdict":"allow","rail":0,)"
            R"("runbook":"b","run":"r1","joined":false,"at_us":5000000})"
            "\n"},
        RecordCase{"decision", R"({"point":"start","verdict":"defer","rail":5,"runbook":"b","dedup":"d"})",
                   RUN R"({"runbook":"b","state":"parked","reason":"deferred","result":"","dedup":"d",)"
                       R"("started_us":5000000,"started_seq":9,"steps":0})"
                       "\n"},
        // Deferred again for another reason: it began when it was first decided on.
        RecordCase{"decision",
                   R"({"point":"start","verdict":"defer","rail":13,"runbook":"b","dedup":"d","again":true})",
                   RUN R"({"runbook":"b","state":"parked","reason":"halted","result":"","dedup":"d"})"
                       "\n"},
        RecordCase{"decision", R"({"point":"start","verdict":"ask","rail":14,"runbook":"b","dedup":"","again":true})",
                   RUN R"({"runbook":"b","state":"parked","reason":"approval","result":"","dedup":""})"
                       "\n"},
        RecordCase{"decision", R"({"point":"start","verdict":"refuse","rail":19})", ""}));

#define EVIDENCE(item, outcome) "evidence {\"response_key\":\"e\",\"item\":\"" item "\"} {\"mode\":\"" outcome "\"}\n"
// What counts for letting a response act by itself: what it would have done, and what a person let it do.
INSTANTIATE_TEST_SUITE_P(
    OfEvidence, Record,
    testing::Values(
        RecordCase{"decision", R"({"point":"start","verdict":"allow","mode":"shadow","response_key":"e"})",
                   EVIDENCE("decision 9", "shadow\",\"outcome\":\"would_act")},
        RecordCase{"decision", R"({"point":"start","verdict":"refuse","mode":"suggest","response_key":"e"})",
                   EVIDENCE("decision 9", "suggest\",\"outcome\":\"would_not")},
        RecordCase{"decision", R"({"point":"start","verdict":"allow","mode":"approve","response_key":"e"})", ""},
        RecordCase{"decision", R"({"point":"start","verdict":"allow","mode":"shadow"})", ""},
        RecordCase{"run.ended", R"({"result":"succeeded","steps":3,"mode":"approve","response_key":"e"})",
                   RUN R"({"state":"ended","reason":"","result":"succeeded","ended_us":5000000,"steps":3})"
                       "\n" EVIDENCE("r1", "approve\",\"outcome\":\"succeeded")},
        RecordCase{"run.ended", R"({"result":"succeeded","steps":3,"mode":"auto","response_key":"e"})",
                   RUN R"({"state":"ended","reason":"","result":"succeeded","ended_us":5000000,"steps":3})"
                       "\n"}));

INSTANTIATE_TEST_SUITE_P(
    OfSteps, Record,
    testing::Values(
        RecordCase{"step.read", R"({"path":"2","n":2})", RUN "{\"steps\":2,\"state\":\"running\",\"reason\":\"\"}\n"},
        RecordCase{"step.read", R"({"path":"2","n":2,"cleaning":true})",
                   RUN "{\"steps\":2,\"state\":\"cleaning\",\"reason\":\"\"}\n"},
        RecordCase{"step.intent", R"({"path":"3","name":"box.stop","class":"probed"})",
                   R"(steps {"run":"r1","path":"3"} {"state":"open","action":"box.stop","class":"probed",)"
                   R"("target":"box/a","intent_seq":9,"intent_us":5000000})"
                   "\n" RUN "{\"state\":\"running\",\"reason\":\"\"}\n"},
        RecordCase{"step.outcome", R"({"path":"3","ok":true,"n":4})",
                   R"(steps {"run":"r1","path":"3"} {"state":"done","fault":"","outcome_us":5000000})"
                   "\n" RUN "{\"steps\":4,\"state\":\"running\",\"reason\":\"\"}\n"},
        RecordCase{"step.outcome", R"({"path":"3","ok":false,"fault":"timeout","n":4,"cleaning":true})",
                   R"(steps {"run":"r1","path":"3"} {"state":"failed","fault":"timeout","outcome_us":5000000})"
                   "\n" RUN "{\"steps\":4,\"state\":\"cleaning\",\"reason\":\"\"}\n"},
        RecordCase{"step.in_doubt", R"({"path":"3"})",
                   R"(steps {"run":"r1","path":"3"} {"state":"in_doubt"})"
                   "\n" RUN "{\"state\":\"running\",\"reason\":\"\"}\n"}));

INSTANTIATE_TEST_SUITE_P(
    OfPeopleAndLeases, Record,
    testing::Values(
        RecordCase{"approval.requested", R"({"id":"i","path":"4","until_us":7})",
                   R"(approvals {"id":"i","run":"r1"} {"state":"requested","path":"4","since_us":5000000,"until_us":7})"
                   "\n"},
        RecordCase{"approval.given", R"({"id":"i"})",
                   R"(approvals {"id":"i","run":"r1"} {"state":"given","answered_us":5000000,"by":"uid:0"})"
                   "\n"},
        RecordCase{"approval.expired", R"({"id":"i"})",
                   R"(approvals {"id":"i","run":"r1"} {"state":"expired","answered_us":5000000,"by":"uid:0"})"
                   "\n"},
        RecordCase{"lease.acquired", R"({"epoch":2})",
                   R"(leases {"target":"box/a"} {"run":"r1","epoch":2,"since_us":5000000})"
                   "\n"},
        RecordCase{"lease.released", R"({"epoch":2})", "leases {\"target\":\"box/a\"} -\n"},
        RecordCase{"operator.settled", R"({"path":"4"})", ""}, RecordCase{"alert.firing", "{}", ""}));

TEST(Tables, HoldEveryColumnThatAProjectionSets) {
  std::map<std::string, std::set<std::string>> columns;
  for (const ledger::Table& table : tables()) {
    for (const auto& column : table.key) columns[table.name].insert(column.substr(0, column.find(' ')));
    for (const auto& column : table.columns) columns[table.name].insert(column.substr(0, column.find(' ')));
  }
  for (const char* kind : {"run.started", "run.parked", "run.ended", "step.intent", "step.outcome",
                           "approval.requested", "approval.given", "lease.acquired"}) {
    model::Entry entry;
    entry.kind = kind;
    for (const model::RowChange& row : project(entry))
      for (const auto& [name, value] : row.set.as_map())
        EXPECT_TRUE(columns[row.table].contains(name)) << kind << ": " << row.table << "." << name;
  }
}

}  // namespace
}  // namespace reeve::runbook
