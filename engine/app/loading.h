/// \file
/// How is a new configuration read and checked as a whole before anything changes? Used by the start and by each
/// reload.
///
/// Core thread. Files are read on the file thread, runbooks are declared in a script worker, plugins are asked by their
/// `check`. What failed changes nothing.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/parts.h"

namespace reeve::app {

/// Everything that was read and found good. Plugins are prepared in the fleet: apply() makes them so.
struct Loaded {
  Config config;
  rule::RuleSet rules;
  std::shared_ptr<const runbook::Library> library;
  std::vector<ModeChange> mode_changes;  ///< against what the ledger knows (modes.h)
  std::vector<std::string> held;         ///< at start: what was not let act by itself, and why
};

/// Reads the configuration: the file, or the demo's text.
using ConfigSource = std::function<base::Result<Config>()>;
ConfigSource config_of_file(std::string path, Places places);

/// The rules of a configuration: its own, then its packs' (with their mode and `<pack>/` before the id). Blocking.
base::Result<rule::RuleSet> load_rules(const Config& config, const Places& places);
/// The folders of runbooks: the configuration's, then the shipped ones.
std::vector<std::string> runbook_folders(const Config& config, const Places& places);
/// The plugin instances of a configuration, the hidden one that delivers notifications among them.
std::vector<plugin::InstanceConfig> plugin_instances(const Config& config);
/// Every response must name a runbook that is there, with its parameters. \errors all of them, joined by newlines.
base::Status check_responses(const Config& config, const rule::RuleSet& rules, const runbook::Library& library);

/// The keys of `now` that differ from what the engine began with, and that are read at a start only.
std::vector<std::string> taken_up_at_start(const Config& begun_with, const Config& now);

class Loading {
 public:
  using Done = std::function<void(base::Result<std::shared_ptr<Loaded>>)>;
  Loading(Parts& parts, ConfigSource source, Done done);
  /// `self` names this object in `live`, which ends it after Done.
  void begin(base::Live<Loading>& live, base::Handle self);

 private:
  enum class At { kFiles, kRunbooks, kPlugins, kEnded };
  void on_files(base::Result<std::shared_ptr<Loaded>> read);
  void on_runbooks(base::Result<std::shared_ptr<const runbook::Library>> library);
  void on_plugins(base::Status prepared);
  void end(base::Result<std::shared_ptr<Loaded>> result);

  Parts& parts_;
  ConfigSource source_;
  Done done_;
  base::Live<Loading>* live_ = nullptr;
  base::Handle self_;
  At at_ = At::kFiles;
  std::shared_ptr<Loaded> loaded_;
};

}  // namespace reeve::app
