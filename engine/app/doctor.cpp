// `reeve doctor`: what would keep reeve from working here? Looks, and changes nothing.
#include <sqlite3.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <sstream>

#include "app/loading.h"
#include "app/places.h"
#include "app/rights.h"
#include "app/serve.h"
#include "ledger/ledger.h"

namespace reeve::app {

namespace {
namespace fs = std::filesystem;

constexpr uint64_t kLeastDiskMib = 100;

/// What was looked at, in this order.
class Findings {
 public:
  void judge(bool ok, const std::string& text) { add(ok ? "ok" : "bad", text); }
  void info(const std::string& text) { add("info", text); }
  bool bad() const {
    return std::any_of(list_.as_list().begin(), list_.as_list().end(),
                       [](const model::Value& one) { return one["verdict"].as_string() == "bad"; });
  }
  void print(const std::string& output, std::ostream& out) const {
    if (output == "json" || output == "jsonl") return cli::print_data(out, output, list_);
    for (const model::Value& one : list_.as_list()) {
      const std::string& verdict = one["verdict"].as_string();
      out << (verdict == "ok" ? "ok  " : verdict == "bad" ? "BAD " : "info") << "  " << one["text"].as_string() << "\n";
    }
  }

 private:
  void add(const char* verdict, const std::string& text) {
    list_.push(model::Value::map().set("verdict", verdict).set("text", text));
  }
  model::Value list_ = model::Value::list();
};

void look_at_program(Findings& findings) {
  const Places places = find_places();
  findings.judge(access(places.child_program.c_str(), X_OK) == 0,
                 "reeve-child beside the program: " + places.child_program);
  findings.judge(!places.plugin_folders.empty(), "shipped plugins: " + base::join(places.plugin_folders, ", "));
  findings.judge(!packs(places).empty(), "shipped packs: " + base::join(packs(places), ", "));
  findings.info(std::string("SQLite ") + sqlite3_libversion());
}

void look_at_configuration(Findings& findings, const cli::Globals& globals) {
  const auto path = cli::find_config(globals.config);
  if (!path.ok() || path->empty()) {
    findings.judge(path.ok(),
                   path.ok() ? "no configuration here: ./reeve.yaml or /etc/reeve/reeve.yaml" : path.error().text);
    return;
  }
  std::ostringstream said, wrong;
  const int checked = check_config(*path, false, said, wrong);
  findings.judge(checked == cli::kOk, "configuration " + *path + (wrong.str().empty() ? "" : ":\n" + wrong.str()));
}

void look_at_ledger(Findings& findings, const std::string& state) {
  const auto verified = ledger::verify(state);
  if (verified.ok()) {
    findings.judge(verified->ok, "ledger: " + std::to_string(verified->entries) + " entries" +
                                     (verified->ok ? " verify" : ": " + base::join(verified->faults, "; ")));
  } else if (verified.error().fault != base::Fault::kNotFound) {
    findings.judge(false, "ledger: " + verified.error().text);
  }
}

/// The folder need not be there: `reeve serve` makes it, where it can.
void look_at_state(Findings& findings, const std::string& state) {
  std::error_code error;
  fs::path near = fs::absolute(state, error);
  while (near.has_relative_path() && !fs::exists(near, error)) near = near.parent_path();
  const bool is_there = fs::exists(state, error);
  if (!fs::is_directory(near, error)) {
    findings.judge(false, "state folder " + state + ": " + near.string() + " is no folder; name one with --state DIR");
    return;
  }
  findings.judge(access(near.c_str(), W_OK | X_OK) == 0,
                 is_there ? "state folder can be written: " + state
                          : "state folder is not there yet, reeve serve makes it in " + near.string() + ": " + state);
  struct statvfs disk{};
  if (statvfs(near.c_str(), &disk) == 0) {
    const uint64_t free_mib = static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize >> 20;
    findings.judge(free_mib >= kLeastDiskMib, "free disk: " + std::to_string(free_mib) + " MiB");
  }
  if (is_there) look_at_ledger(findings, state);
}
/// Only what can be told: a configuration that cannot be read was named before.
void look_at_rights(Findings& findings, const cli::Globals& globals, const std::string& state) {
  const Places places = find_places();
  const auto path = cli::find_config(globals.config);
  const auto config = path.ok() && !path->empty() ? config_of_file(*path, places)() : base::Result<Config>(Config());
  std::vector<std::string> paths = trusted_paths(config.ok() ? *config : Config(), places);
  if (!config.ok() && path.ok()) paths.push_back(*path);
  paths.push_back(state);
  const std::vector<std::string> open = open_to_others(paths);
  for (const std::string& one : open) findings.judge(false, one);
  if (open.empty())
    findings.judge(true, "nobody else can change the configuration, rules, runbooks, plugins or the state folder");
}
}  // namespace

int doctor(const cli::Globals& globals, std::ostream& out, std::ostream& err) {
  Findings findings;
  look_at_program(findings);
  look_at_configuration(findings, globals);
  const auto state = cli::find_state(globals);
  look_at_rights(findings, globals, state.ok() ? state->folder : "");
  if (state.ok()) {
    if (!state->note.empty()) findings.info(state->note);
    look_at_state(findings, state->folder);
  }
  findings.print(globals.output, out);
  if (findings.bad()) err << "doctor: something is wrong, see the lines marked BAD\n";
  return findings.bad() ? cli::kFailure : cli::kOk;
}

}  // namespace reeve::app
