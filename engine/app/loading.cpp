#include "app/loading.h"

#include <cstdlib>
#include <filesystem>

#include "app/lint.h"
#include "app/telling.h"

namespace reeve::app {

using base::Result;
using base::Status;

namespace {
/// The stricter of a pack's mode and what the rule's own response names.
void restrict(rule::Rule& rule, std::optional<response::Mode> mode) {
  if (!rule.run || !mode) return;
  if (!rule.run->mode || *mode < *rule.run->mode) rule.run->mode = mode;
}

Result<rule::RuleSet> load_pack(const PackUse& pack, const Config& config, const Places& places) {
  const std::string folder = pack_folder(places, "rules", pack.name);
  if (folder.empty()) return rule::RuleSet{};
  REEVE_TRY(rule::RuleSet set, rule::load({folder}, config.evaluation_interval));
  for (rule::Group& group : set.groups) {
    group.file = pack.name + "/" + group.file;
    for (rule::Rule& rule : group.rules) {
      rule.id = pack.name + "/" + rule.id;
      restrict(rule, pack.mode);
    }
  }
  return set;
}

void join(rule::RuleSet& all, rule::RuleSet&& more) {
  for (rule::Group& group : more.groups) all.groups.push_back(std::move(group));
  for (std::string& warning : more.warnings) all.warnings.push_back(std::move(warning));
  all.hash = base::hex(base::sha256(all.hash + more.hash));
}

/// What is wrong with one response, or empty.
std::string fault_of(const response::Response& response, const runbook::Library& library) {
  const runbook::Runbook* runbook = library.find(response.runbook);
  if (!runbook) {
    std::vector<std::string> names;
    for (const runbook::Runbook* known : library.all()) names.push_back(known->name);
    const std::string near = base::did_you_mean(response.runbook, names);
    return "there is no runbook \"" + response.runbook + "\"" +
           (near.empty() ? " (give its folder under runbooks:)" : " (did you mean \"" + near + "\"?)");
  }
  for (const auto& [name, text] : response.with) {
    bool known = false;
    for (const runbook::ParamSpec& param : runbook->params) known = known || param.name == name;
    if (!known) return "runbook " + runbook->name + " has no parameter \"" + name + "\"";
  }
  for (const runbook::ParamSpec& param : runbook->params) {
    bool given = !param.required || !param.from.empty() || !param.fallback.is_null();
    for (const auto& [name, text] : response.with) given = given || name == param.name;
    if (!given) return "parameter \"" + param.name + "\" of " + runbook->name + " gets no value (with:)";
  }
  return {};
}
}  // namespace

ConfigSource config_of_file(std::string path, Places places) {
  return [path = std::move(path), places = std::move(places)] {
    return load_config(path, places, [](const std::string& name) { return std::getenv(name.c_str()); });
  };
}

Result<rule::RuleSet> load_rules(const Config& config, const Places& places) {
  std::vector<std::string> errors;
  rule::RuleSet all{.default_interval = config.evaluation_interval};
  const auto add = [&](Result<rule::RuleSet> set) {
    if (!set.ok()) return errors.push_back(set.error().text);
    join(all, std::move(*set));
  };
  add(rule::load(config.rules, config.evaluation_interval));
  for (const PackUse& pack : config.packs) add(load_pack(pack, config, places));
  if (!errors.empty()) return base::invalid(base::join(errors, "\n"));
  return all;
}

std::vector<std::string> runbook_folders(const Config& config, const Places& places) {
  std::vector<std::string> folders = config.runbooks;
  for (const std::string& share : places.shares)
    if (std::filesystem::is_directory(share + "/runbooks")) folders.push_back(share + "/runbooks");
  return folders;
}

std::vector<plugin::InstanceConfig> plugin_instances(const Config& config) {
  std::vector<plugin::InstanceConfig> all = config.plugins;
  for (size_t i = 0; i < config.notify.size(); ++i) all.push_back(notify_instance(i));
  return all;
}

Status check_responses(const Config& config, const rule::RuleSet& rules, const runbook::Library& library) {
  std::vector<std::string> faults;
  const auto look = [&](const response::Response& response) {
    const std::string fault = fault_of(response, library);
    if (fault.empty()) return;
    faults.push_back(response.place ? response.place->error(fault).text : response.id + ": " + fault);
  };
  for (const response::Response& response : config.responses) look(response);
  for (const rule::Group& group : rules.groups)
    for (const rule::Rule& rule : group.rules)
      if (rule.run) look(*rule.run);
  if (!faults.empty()) return base::invalid(base::join(faults, "\n"));
  return {};
}

std::vector<std::string> taken_up_at_start(const Config& begun_with, const Config& now) {
  std::vector<std::string> keys;
  const auto look = [&keys](const char* key, bool differs) {
    if (differs) keys.emplace_back(key);
  };
  look("listen", begun_with.listen != now.listen);
  look("external_labels", !(begun_with.external_labels == now.external_labels));
  look("external_url", begun_with.external_url != now.external_url);
  look("series.memory", begun_with.series_memory != now.series_memory);
  look("ledger.anchor", begun_with.anchor != now.anchor);
  return keys;
}

Loading::Loading(Parts& parts, ConfigSource source, Done done)
    : parts_(parts), source_(std::move(source)), done_(std::move(done)) {}

void Loading::begin(base::Live<Loading>& live, base::Handle self) {
  live_ = &live;
  self_ = self;
  auto answer = live.on(self, &Loading::on_files);
  const bool taken = parts_.file_thread->submit([source = source_, places = parts_.places, answer]() -> base::Task {
    auto loaded = std::make_shared<Loaded>();
    Result<std::shared_ptr<Loaded>> result = loaded;
    if (Result<Config> config = source(); !config.ok()) {
      result = config.error();
    } else if (Result<rule::RuleSet> rules = load_rules(*config, places); !rules.ok()) {
      result = rules.error();
    } else {
      loaded->config = std::move(*config);
      loaded->rules = std::move(*rules);
    }
    return [answer, result] { answer(result); };
  });
  if (!taken) on_files(base::Error{base::Fault::kUnavailable, "too many reloads wait"});
}

void Loading::on_files(Result<std::shared_ptr<Loaded>> read) {
  if (!read.ok()) return end(read.error());
  loaded_ = *read;
  // Rail 17: an empty selection is never what was meant.
  size_t rules = 0, before = 0;
  for (const rule::Group& group : loaded_->rules.groups) rules += group.rules.size();
  if (parts_.ready)
    for (const rule::Group& group : parts_.rules->rules().groups)
      if (group.file != "builtin") before += group.rules.size();
  if (parts_.ready && rules == 0 && before > 0)
    return end(base::invalid("the new configuration has no rules, the old one has " + std::to_string(before) +
                             ": refused; stop the engine if that is meant"));
  at_ = At::kRunbooks;
  runbook::load(runbook_folders(loaded_->config, parts_.places), *parts_.spawner, parts_.loop,
                live_->on(self_, &Loading::on_runbooks));
}

void Loading::on_runbooks(Result<std::shared_ptr<const runbook::Library>> library) {
  if (!library.ok()) return end(library.error());
  loaded_->library = *library;
  if (Status status = check_responses(loaded_->config, loaded_->rules, **library); !status.ok())
    return end(status.error());
  at_ = At::kPlugins;
  std::vector<std::string> folders = loaded_->config.plugin_dirs;  // before the shipped ones
  folders.insert(folders.end(), parts_.places.plugin_folders.begin(), parts_.places.plugin_folders.end());
  parts_.fleet->search_in(std::move(folders));
  parts_.fleet->prepare(plugin_instances(loaded_->config), live_->on(self_, &Loading::on_plugins));
}

void Loading::on_plugins(Status prepared) {
  if (!prepared.ok()) return end(prepared.error());
  // Now that the manifests are known.
  std::vector<std::string> folders = loaded_->config.plugin_dirs;
  folders.insert(folders.end(), parts_.places.plugin_folders.begin(), parts_.places.plugin_folders.end());
  KnownPlugins plugins = known_plugins(*parts_.fleet, plugin_instances(loaded_->config), folders);
  plugins.shipped = parts_.places.shares;
  const Lint lint = lint_runbooks(*loaded_->library, plugins);
  if (!lint.errors.empty()) return end(base::invalid(base::join(lint.errors, "\n")));
  std::vector<std::string>& warnings = loaded_->rules.warnings;
  warnings.insert(warnings.end(), lint.findings.begin(), lint.findings.end());
  for (std::string& finding : lint_rules(loaded_->rules, plugins)) warnings.push_back(std::move(finding));
  end(loaded_);
}

void Loading::end(Result<std::shared_ptr<Loaded>> result) {
  at_ = At::kEnded;
  const Done done = std::move(done_);
  live_->erase(self_);  // this object is gone from here on
  done(std::move(result));
}

}  // namespace reeve::app
