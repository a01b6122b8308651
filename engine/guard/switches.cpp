// Kill switches: those of people are in the ledger, those of the file `<state>/HALT` are what the file says now.
#include <algorithm>

#include "guard/guard.h"
#include "model/json.h"

namespace reeve::guard {

namespace {
using Switch = State::Switch;

std::string reason_of(const model::Entry& entry) {
  if (!entry.body) return {};
  auto body = model::parse_json(*entry.body);
  return body.ok() ? (*body)["reason"].text() : *entry.body;
}

bool covers(const Switch& pulled, const std::string& target) {
  return pulled.scope.empty() || base::matches_glob(pulled.scope, target);
}

/// As it stands in a line of the file.
std::string one_line(const std::string& reason) {
  std::string line = reason;
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return std::string(base::trim(line));
}

const Switch* of_scope(const std::vector<Switch>& list, const std::string& scope) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Switch& s) { return s.scope == scope; });
  return found == list.end() ? nullptr : &*found;
}

void lift(std::vector<Switch>& list, const std::string& scope) {
  std::erase_if(list, [&](const Switch& s) { return scope.empty() || s.scope == (scope == "*" ? "" : scope); });
}

void pull(std::vector<Switch>& list, Switch pulled) {
  std::erase_if(list, [&](const Switch& s) { return s.scope == pulled.scope; });
  list.push_back(std::move(pulled));
}
}  // namespace

void State::switched(const model::Entry& entry) {
  const std::string scope = entry.facts["scope"].as_string();
  const bool of_file = entry.facts["source"].as_string() == "file";
  if (entry.kind == "switch.lifted") {
    lift(seen_in_file_, scope);
    if (!of_file) lift(switches_, scope);
    return;
  }
  const Switch pulled{scope, reason_of(entry), entry.actor};
  pull(of_file ? seen_in_file_ : switches_, pulled);
  // `reeve halt` writes the file first: was that seen before the engine was told, it is the person's from now on.
  if (!of_file)
    std::erase_if(seen_in_file_,
                  [&](const Switch& s) { return s.scope == scope && s.reason == one_line(pulled.reason); });
}

std::vector<State::FileChange> State::unrecorded() const {
  std::vector<Switch> there;  // one a scope
  for (const Switch& line : file_switches_) {
    const Switch* persons = of_scope(switches_, line.scope);
    if (persons && one_line(persons->reason) == line.reason) continue;
    const Switch* before = of_scope(there, line.scope);
    pull(there, before ? Switch{line.scope, before->reason + "; " + line.reason, line.owner} : line);
  }
  std::vector<FileChange> changes;
  for (const Switch& seen : seen_in_file_)
    if (!of_scope(there, seen.scope)) changes.push_back({false, seen});
  for (const Switch& line : there)
    if (const Switch* seen = of_scope(seen_in_file_, line.scope); !seen || seen->reason != line.reason)
      changes.push_back({true, line});
  return changes;
}

const State::Switch* State::halted(const std::vector<std::string>& targets) const {
  for (const std::vector<Switch>* list : {&file_switches_, &switches_}) {
    for (const Switch& pulled : *list) {
      if (pulled.scope.empty() || pulled.scope == "*") return &pulled;
      for (const std::string& target : targets)
        if (covers(pulled, target)) return &pulled;
    }
  }
  return nullptr;
}

std::vector<State::Switch> State::switches() const {
  std::vector<Switch> all = file_switches_;
  for (const Switch& pulled : switches_)
    if (!of_scope(all, pulled.scope)) all.push_back(pulled);
  return all;
}

std::vector<State::Switch> State::recorded_switches() const {
  std::vector<Switch> all = seen_in_file_;
  all.insert(all.end(), switches_.begin(), switches_.end());
  return all;
}

std::vector<State::Switch> read_halt_file(const std::string& text) {
  std::vector<State::Switch> out;
  for (const std::string& raw : base::split(text, '\n')) {
    const std::string line(base::trim(raw));
    if (line.empty()) continue;
    const size_t space = line.find_first_of(" \t");
    std::string scope = line.substr(0, space);
    if (scope == "*") scope.clear();
    out.push_back({scope, space == std::string::npos ? "" : std::string(base::trim(line.substr(space))), "file"});
  }
  if (out.empty()) out.push_back({"", "the file HALT is there", "file"});
  return out;
}

}  // namespace reeve::guard
