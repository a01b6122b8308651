// A case with kill -9 of the engine before, between and after everything that its journal says.
#include <algorithm>
#include <set>

#include "runbook/rehearsal/play.h"

namespace reeve::runbook {

namespace {
struct Kill {
  base::Duration at;    ///< after the begin: nothing later is durable
  base::Duration more;  ///< and the kill so much later
  bool arrive = true;   ///< requests on their way
  std::string text() const {
    return "killed " + base::format_duration(at + more) + " after the start" +
           (arrive ? "" : " (requests on their way are lost)");
  }
};

/// Around each moment at which something was appended, and in the middle of each act.
std::vector<Kill> kills_of(Play& play, base::Time began, const Case& of) {
  base::Duration longest;
  for (const auto& [name, action] : of.actions) longest = std::max(longest, action.takes);
  std::set<base::Duration> moments;
  for (const ledger::Stored& entry : play.stage().memory->entries()) moments.insert(entry.at - began);
  std::vector<Kill> kills;
  for (const base::Duration moment : moments)
    for (const base::Duration more : {base::micros(0), base::millis(3), base::micros(longest.us / 4),
                                      base::micros(longest.us * 3 / 4), base::micros(longest.us * 5 / 4)})
      for (const bool arrive : {true, false}) kills.push_back({moment, more, arrive});
  return kills;
}

std::string problem_after(Play& play, const Play& whole, const std::string& end) {
  for (const auto& [what, times] : play.effects()) {
    const auto found = whole.effects().find(what);
    const int most = found == whole.effects().end() ? 0 : found->second;
    if (times > most) return what + " happened " + std::to_string(times) + " times, not " + std::to_string(most);
  }
  const Seen seen = play.seen();
  if (seen.ended != end) return "wanted the end \"" + end + "\", got \"" + seen.ended + "\"";
  if (play.over() && !play.stage().memory->reader()->rows("leases").value_or({}).empty())
    return "it left a lease behind";
  return {};
}

/// A step of class once that nobody can ask about: a person says that it happened.
void settle_doubt(Play& play) {
  for (int i = 0; i < 20 && !play.over(); ++i) {
    const auto runs = play.stage().runner->runs();
    if (runs.empty() || runs[0].reason != "in_doubt") return;
    if (!play.stage().runner->settle(runs[0].id, "", "happened", "operator").ok()) return;
    play.finish();
  }
}
}  // namespace

std::vector<std::string> crash_problems(const Case& of, const Runbook& runbook) {
  Play whole(of, runbook);
  const base::Time began = whole.stage().loop.clock().wall();
  whole.begin();
  whole.finish();
  const std::string end = whole.seen().ended;
  for (const Kill& kill : kills_of(whole, began, of)) {
    Play play(of, runbook);
    play.begin();
    play.advance(kill.at);
    play.stage().memory->hold();
    play.advance(kill.more);
    if (play.over()) continue;
    play.stage().kill(kill.arrive);
    play.stage().memory->release();
    if (!play.stage().start_engine().ok()) return {of.place + ": " + kill.text() + ": it cannot be taken up again"};
    play.finish();
    settle_doubt(play);
    const std::string why = problem_after(play, whole, end);
    if (!why.empty()) return {of.place + ": " + kill.text() + ": " + why};
  }
  return {};
}

}  // namespace reeve::runbook
