#include "app/restore.h"

#include <algorithm>

#include "app/clock_marks.h"
#include "app/owed.h"
#include "model/json.h"
#include "rule/records.h"

namespace reeve::app {

using base::Status;

namespace {
/// However old; in the order of the ledger, since lifting everything lifts what was pulled before it.
void fold_switches(Parts& parts) {
  const auto rows = parts.reader->rows("switches");
  if (!rows.ok()) return base::log_error("the switches cannot be read", {{"error", rows.error().text}});
  std::vector<uint64_t> seqs;
  for (const model::Value& row : *rows) seqs.push_back(static_cast<uint64_t>(row["seq"].as_int()));
  std::sort(seqs.begin(), seqs.end());
  for (const uint64_t seq : seqs)
    if (const auto entry = parts.reader->entry(seq); entry.ok() && *entry)
      parts.memory.apply(**entry, parts.clock.boot());
  for (const auto& [scope, reason, owner] : parts.memory.recorded_switches())
    base::log_warn("halted since before the start",
                   {{"scope", scope.empty() ? "*" : scope}, {"reason", reason}, {"owner", owner}});
}

/// What people were told as firing and not yet as over; of what was redacted, nobody can tell the end.
void restore_news(Parts& parts) {
  const auto rows = parts.reader->rows("standing");
  if (!rows.ok()) return base::log_warn("what was told cannot be read", {{"error", rows.error().text}});
  for (const model::Value& row : *rows) {
    const auto entry = parts.reader->entry(static_cast<uint64_t>(row["seq"].as_int()));
    if (!entry.ok() || !*entry || !(*entry)->body) continue;
    const auto body = model::parse_json(*(*entry)->body);
    if (body.ok() && body->has("standing"))
      parts.notifier->restore_standing(row["delivery_key"].as_string(), (*body)["standing"], (*entry)->at);
  }
}

/// Which alerts changed their state too often, as far as their rules ask for it.
void restore_flapping(Parts& parts, const std::vector<model::Alert>& alerts) {
  const base::Duration window = parts.rules->flapping_window();
  if (window.us == 0) return;
  ledger::Filter last;
  last.to = parts.started;
  last.newest_first = true;
  last.limit = 1;
  last.bodies = false;
  std::optional<base::Time> until;
  std::vector<rule::PastChange> changes;
  Status status = parts.reader->scan(last, [&](const ledger::Stored& entry) { return until = entry.at, true; });
  if (status.ok() && until) {
    ledger::Filter past;
    past.kind = "alert.*";
    past.from = *until - window;
    past.to = parts.started;
    past.bodies = false;
    status = parts.reader->scan(
        past, [&](const ledger::Stored& entry) { return changes.push_back(rule::past_change_of(entry)), true; });
    parts.rules->restore_flapping(alerts, changes, *until);
  }
  if (!status.ok()) base::log_warn("which alerts flap cannot be read", {{"error", status.error().text}});
}
}  // namespace

void fold_memory(Parts& parts) {
  std::vector<ClockMark> marks;
  ledger::Filter clocks;
  const auto keep_mark = [&marks](const ledger::Stored& entry) { return marks.push_back(mark_of(entry)), true; };
  for (const char* kind : {"engine.start", "clock.stepped"}) {
    clocks.kind = kind;
    clocks.bodies = false;
    if (Status status = parts.reader->scan(clocks, keep_mark); !status.ok())
      base::log_warn("clock marks cannot be read", {{"error", status.error().text}});
  }
  std::sort(marks.begin(), marks.end(), [](const ClockMark& a, const ClockMark& b) { return a.seq < b.seq; });
  const auto apply = [&](const ledger::Stored& entry) {
    parts.memory.apply(entry, boot_of(marks, entry.seq, entry.at, parts.clock));
    return true;
  };
  const base::Time day_ago = parts.clock.wall() - base::hours(24);
  if (auto runs = parts.reader->rows("runs"); runs.ok()) {
    for (const model::Value& row : *runs) {
      if (row["state"].as_string() == "ended" || row["started_us"].as_int() >= day_ago.us) continue;
      ledger::Filter of_run;
      of_run.run = row["run"].as_string();
      of_run.to = day_ago;
      (void)parts.reader->scan(of_run, apply);  // a run that cannot be read is parked by the runner's restore
    }
  }
  ledger::Filter last_day;
  last_day.from = day_ago;
  last_day.bodies = false;
  if (Status status = parts.reader->scan(last_day, apply); !status.ok())
    base::log_error("the last day's entries cannot be read", {{"error", status.error().text}});
  fold_switches(parts);
}

Status restore(Parts& parts) {
  REEVE_TRY(const auto sources, parts.reader->rows("sources"));
  REEVE_TRY(const auto targets, parts.reader->rows("targets"));
  parts.collector->restore(sources, targets);
  REEVE_TRY(const auto deliveries, parts.reader->rows("deliveries"));
  std::vector<std::pair<std::string, std::string>> told;
  for (const model::Value& row : deliveries)
    told.emplace_back(row["delivery_key"].as_string(), row["receiver"].as_string());
  parts.notifier->restore(told);
  REEVE_TRY(const auto rows, parts.reader->rows("alerts"));
  std::vector<model::Alert> alerts;
  for (const model::Value& row : rows) {
    REEVE_TRY(const auto entry, parts.reader->entry(static_cast<uint64_t>(row["seq"].as_int())));
    if (entry) alerts.push_back(rule::alert_of(*entry));
  }
  parts.rules->restore(alerts);
  restore_flapping(parts, alerts);
  restore_news(parts);
  parts.needs.restore(alerts, *parts.reader);
  REEVE_CHECK(parts.runner->restore(*parts.reader));
  restore_owed(parts, ToldPairs(told.begin(), told.end()));
  return {};
}

}  // namespace reeve::app
