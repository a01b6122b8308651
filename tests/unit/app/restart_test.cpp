// What one engine leaves to the next: alerts whose entries were redacted meanwhile.
#include <filesystem>
#include <thread>

#include "base/asio_loop.h"
#include "model/json.h"
#include "unit/app/running.h"

namespace reeve::app {
namespace {

using testing::SizeIs;

class Restart : public test::RunningEngine {
 protected:
  Restart() {
    write("rules/a.yaml",
          "groups:\n- name: g\n  rules:\n  - alert: Always\n    expr: vector(1)\n    labels: {who: somebody}\n"
          "    run: {runbook: do/note, with: {what: done}, mode: auto}\n");
    write("reeve.yaml", "state: state\nlisten: none\nevaluation_interval: 1s\nrules: [rules]\nrunbooks: [runbooks]\n");
  }

  void wait_for(const std::string& kind) const {
    for (int i = 0; i < 1000 && entries(kind).empty(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_FALSE(entries(kind).empty()) << kind;
  }
  /// As a person would, between two engines.
  void redact(uint64_t seq) const {
    std::thread([&] {
      base::declare_core_thread(true);
      base::AsioLoop loop(base::system_clock());
      auto file = ledger::open(ledger_settings(state()), loop, base::system_clock(), base::system_random());
      ASSERT_TRUE(file.ok()) << file.error().text;
      (*file)->redact(seq, "uid:0", "a name stood in it", [&loop](const base::Status& status) {
        EXPECT_TRUE(status.ok()) << status.error().text;
        loop.stop();
      });
      loop.run();
    }).join();
  }
  std::string labels_now() const { return model::to_json(json({"alerts"})); }
};

TEST_F(Restart, ARedactedFiringAlertGoesOnAndIsNotDecidedAgain) {
  ASSERT_TRUE(start().ok());
  wait_for("decision");
  stop();
  std::filesystem::remove_all(state() + "/series");
  ASSERT_THAT(entries("alert.firing"), SizeIs(1));
  const ledger::Stored fired = entries("alert.firing")[0];
  redact(fired.seq);
  ASSERT_TRUE(start().ok());
  EXPECT_NE(labels_now().find("Always"), std::string::npos) << labels_now();
  for (int i = 0; i < 1000 && labels_now().find("somebody") == std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_NE(labels_now().find("somebody"), std::string::npos) << "its rule knows the labels: " << labels_now();
  stop();
  EXPECT_THAT(entries("alert.firing"), SizeIs(1)) << "no second firing";
  EXPECT_THAT(entries("alert.resolved"), SizeIs(0));
  EXPECT_THAT(entries("decision"), SizeIs(1)) << "nothing is decided twice";
  const auto verified = ledger::verify(state());
  ASSERT_TRUE(verified.ok());
  EXPECT_TRUE(verified->ok) << base::join(verified->faults, "\n");
}

TEST_F(Restart, AnAlertThatFlappedIsKnownForIt) {
  write("rules/a.yaml",
        "groups:\n- name: g\n  interval: 100ms\n  rules:\n  - alert: Always\n    expr: floor(vector(time() * 10)) % 2 "
        "== 0\n"
        "    flapping: {high: 30, low: 20}\n    run: {runbook: do/note, with: {what: done}, mode: auto}\n");
  const auto flaps = [](const ledger::Stored& decision) {
    return decision.body.value_or("").find("\"flapping\":true") != std::string::npos;
  };
  ASSERT_TRUE(start().ok());
  const auto last_flaps = [&] { return !entries("decision").empty() && flaps(entries("decision").back()); };
  for (int i = 0; i < 1000 && !last_flaps(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_TRUE(last_flaps());
  stop();
  const size_t before = entries("decision").size();
  ASSERT_TRUE(start().ok());
  for (int i = 0; i < 1000 && entries("decision").size() == before; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  stop();
  ASSERT_GT(entries("decision").size(), before);
  EXPECT_TRUE(flaps(entries("decision")[before])) << *entries("decision")[before].body;
}

}  // namespace
}  // namespace reeve::app
