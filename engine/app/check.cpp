// `reeve check` and `reeve plugin describe`: what a start would find, without starting.
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "app/engine.h"
#include "app/lint.h"
#include "app/serve.h"

namespace reeve::app {

namespace {
using base::Result;
using base::Status;

/// The parts that a check needs, on a loop of its own: no ledger, no state folder.
class Checker {
 public:
  explicit Checker(const std::vector<std::string>& plugin_dirs = {})
      : loop_(base::system_clock()), parts_(loop_, find_places()) {
    base::declare_core_thread(true);
    parts_.places.plugin_folders.insert(parts_.places.plugin_folders.begin(), plugin_dirs.begin(), plugin_dirs.end());
    parts_.file_thread = std::make_unique<base::Worker>("files", loop_, 8);
    parts_.spawner = child::make_spawner(parts_.places.child_program, loop_);
    plugin::Ports silent;
    silent.on_events = [](const std::string&, std::vector<model::Event>, const std::function<void()>&) {};
    silent.on_state = [](const plugin::StateChange&) {};
    silent.cursor = [](const std::string&) { return std::string(); };
    parts_.fleet =
        plugin::make_fleet({parts_.places.plugin_folders, parts_.places.child_program}, silent, loop_, parts_.random);
  }

  Result<std::shared_ptr<Loaded>> load(ConfigSource source) {
    Result<std::shared_ptr<Loaded>> result = base::Error{};
    const auto done = [&](Result<std::shared_ptr<Loaded>> loaded) {
      result = std::move(loaded);
      loop_.stop();
    };
    const base::Handle handle = live_.add(std::make_unique<Loading>(parts_, std::move(source), done));
    loop_.post([this, handle] { live_.find(handle)->begin(live_, handle); });
    loop_.run();
    return result;
  }

  Status runbooks(const std::vector<std::string>& folders) {
    Status result;
    runbook::load(folders, *parts_.spawner, loop_, [&](Result<std::shared_ptr<const runbook::Library>> library) {
      if (!library.ok()) {
        result = library.error();
      } else if (const Lint lint = lint_runbooks(**library, {}); !lint.errors.empty()) {
        result = base::invalid(base::join(lint.errors, "\n"));  // without a configuration no plugin is known
      }
      loop_.stop();
    });
    loop_.run();
    return result;
  }

  Status prepare(std::vector<plugin::InstanceConfig> wanted) {
    Status result;
    parts_.fleet->prepare(std::move(wanted), [&](Status status) {
      result = std::move(status);
      loop_.stop();
    });
    loop_.run();
    return result;
  }

  Parts& parts() { return parts_; }

 private:
  base::AsioLoop loop_;
  Parts parts_;
  base::Live<Loading> live_;
};
}  // namespace

int check_config(const std::string& path, bool strict, std::ostream& out, std::ostream& err) {
  Checker checker;
  const auto loaded = checker.load(config_of_file(path, checker.parts().places));
  if (!loaded.ok()) {
    err << loaded.error().text << "\n";
    return cli::kFailure;
  }
  const rule::RuleSet& rules = (*loaded)->rules;
  for (const std::string& warning : rules.warnings) err << warning << "\n";
  size_t count = 0;
  for (const rule::Group& group : rules.groups) count += group.rules.size();
  out << path << ": ok: " << (*loaded)->config.plugins.size() << " plugin instances, " << count << " rules, "
      << (*loaded)->library->all().size() << " runbooks\n";
  for (const rule::Group& group : rules.groups)
    for (const rule::Rule& rule : group.rules)
      if (rule.expr)
        out << "  " << rule.id << ": needs " << base::format_duration(rule.expr->window()) << " of samples\n";
  return strict && !rules.warnings.empty() ? cli::kLint : cli::kOk;
}

int check_runbooks(const std::vector<std::string>& paths, bool, std::ostream& out, std::ostream& err) {
  Checker checker;
  const Status status = checker.runbooks(paths);
  if (!status.ok()) {
    err << status.error().text << "\n";
    return cli::kFailure;
  }
  for (const std::string& path : paths) out << path << ": ok\n";
  return cli::kOk;
}

Result<model::Value> describe_plugins(const cli::Globals& globals, const std::string& name) {
  std::vector<std::string> dirs;
  const auto path = cli::find_config(globals.config);
  const Places places = find_places();
  if (path.ok() && !path->empty())
    if (const auto config = config_of_file(*path, places)(); config.ok()) dirs = config->plugin_dirs;
  std::vector<std::string> folders = dirs;
  folders.insert(folders.end(), places.plugin_folders.begin(), places.plugin_folders.end());
  model::Value out = model::Value::list();
  for (const std::string& plugin : plugin_names(folders)) {
    if (!name.empty() && plugin != name) continue;
    Checker checker(dirs);
    plugin::InstanceConfig instance;
    instance.plugin = plugin;
    instance.name = "describe";
    const Status status = checker.prepare({instance});
    const plugin::Manifest* manifest = checker.parts().fleet->manifest(instance.id());
    model::Value row = model::Value::map().set("plugin", plugin);
    if (manifest) {
      row.set("manifest", manifest->raw);
    } else {
      row.set("error", status.ok() ? std::string("no manifest") : status.error().text);
    }
    out.push(std::move(row));
  }
  if (!name.empty() && out.as_list().empty())
    return base::Error{base::Fault::kNotFound, "there is no plugin \"" + name + "\" in " + base::join(folders, ", ")};
  return out;
}

}  // namespace reeve::app
