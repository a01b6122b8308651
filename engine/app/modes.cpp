#include "app/modes.h"

namespace reeve::app {

using base::Status;
using model::Value;
using response::Mode;

namespace {
Status look_for_changes(Parts& parts, Loaded& loaded) {
  Status read;
  const auto evidence = [&](const std::string& key, uint64_t after) -> Evidence {
    const auto rows = parts.reader->rows("evidence", Value::map().set("response_key", key));
    if (rows.ok()) return evidence_of(*rows, after);
    read = rows.error();
    return {};
  };
  loaded.mode_changes = mode_changes(standings(loaded.config, loaded.rules, *loaded.library), parts.modes, evidence);
  return read;
}

/// Every response with this key names `mode` from here on; the strictest that is named is in force.
void hold(Loaded& loaded, const std::string& key, Mode mode) {
  const auto look = [&](response::Response& response) {
    if (key_of(response) == key && (!response.mode || mode < *response.mode)) response.mode = mode;
  };
  for (response::Response& response : loaded.config.responses) look(response);
  for (rule::Group& group : loaded.rules.groups)
    for (rule::Rule& rule : group.rules)
      if (rule.run) look(*rule.run);
}
}  // namespace

Status judge_modes_at_start(Parts& parts, Loaded& loaded) {
  REEVE_TRY(const auto rows, parts.reader->rows("modes"));
  for (const Value& row : rows)
    if (const auto mode = response::mode_of(row["mode"].as_string()); mode.ok())
      parts.modes[row["response_key"].as_string()] = {*mode, static_cast<uint64_t>(row["evidence_after"].as_int())};
  REEVE_CHECK(look_for_changes(parts, loaded));
  std::erase_if(loaded.mode_changes, [&](const ModeChange& change) {
    const std::string why = shortfall(change);
    if (why.empty()) return false;
    hold(loaded, change.now.key, change.from);
    const std::string place = change.now.place ? change.now.place->position().text() : change.now.id;
    loaded.held.push_back(place + ": " + why + "; it stays in mode " + response::mode_name(change.from));
    return true;
  });
  return {};
}

Status judge_modes(Parts& parts, Loaded& loaded) {
  REEVE_CHECK(look_for_changes(parts, loaded));
  std::vector<std::string> faults;
  for (const ModeChange& change : loaded.mode_changes)
    if (const std::string why = shortfall(change); !why.empty())
      faults.push_back(change.now.place ? change.now.place->error(why).text : change.now.id + ": " + why);
  if (!faults.empty()) return base::invalid(base::join(faults, "\n"));
  return {};
}

void record_modes(Parts& parts, const Loaded& loaded, const std::string& actor) {
  for (const std::string& why : loaded.held) {
    base::log_error("a response is held back", {{"error", why}});
    parts.problems.push_back(why);
  }
  for (const ModeChange& change : loaded.mode_changes) {
    const uint64_t seq = parts.ledger->append(mode_entry(change, actor));
    KnownMode& known = parts.modes[change.now.key];
    known.mode = change.now.mode;
    if (change.from == Mode::kAuto) known.evidence_after = seq;
    base::log_info("a response changed its mode", {{"response", change.now.id},
                                                   {"runbook", change.now.runbook},
                                                   {"from", response::mode_name(change.from)},
                                                   {"to", response::mode_name(change.now.mode)},
                                                   {"evidence", change.evidence.text()}});
  }
}

}  // namespace reeve::app
