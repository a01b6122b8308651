#include "app/lint.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/text.h"
#include "runbook/excerpt.h"

namespace reeve::app {

using model::Value;

namespace {
std::string hint(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = base::did_you_mean(word, known);
  return near.empty() ? near : " (did you mean \"" + near + "\"?)";
}

/// `file:8:14: text`, for a place "8:14" and bytes of its line after it.
std::string at(const Value& use, const std::string& place, const std::string& text) {
  return use["file"].as_string() + ":" + place + ": " + text;
}

/// What a runbook's text says, judged one by one.
class Judge {
 public:
  Judge(const KnownPlugins& plugins, Lint& out) : plugins_(plugins), out_(out) {}

  void look(const Value& use) {
    const std::string& kind = use["kind"].as_string();
    if (kind == "expr") return look_at_expr(use);
    if (kind == "use") return look_at_use(use);
    const auto found = plugins_.configured.find(use["plugin"].as_string());
    if (found == plugins_.configured.end() || !found->second.manifest) return;
    std::vector<std::string> names;
    const auto specs = specs_of(found->second, use["action"].as_string(), names);
    if (kind == "call" && specs.size() == 1) look_at_arguments(use, *specs[0]);
    if (kind != "action" || !specs.empty() || names.empty()) return;
    error(
        use, use["at"].as_string(),
        found->first + " has no action \"" + use["action"].as_string() + "\"" + hint(use["action"].as_string(), names));
  }

 private:
  void error(const Value& use, const std::string& place, const std::string& text) {
    out_.errors.push_back(at(use, place, text));
  }

  /// What the plugin's instances mean by the action, and the names of all actions of theirs.
  static std::vector<const model::ActionSpec*> specs_of(const KnownPlugins::One& plugin, const std::string& action,
                                                        std::vector<std::string>& names) {
    std::vector<const plugin::Manifest*> manifests = plugin.others;
    manifests.insert(manifests.begin(), plugin.manifest);
    std::vector<const model::ActionSpec*> specs;
    for (const plugin::Manifest* manifest : manifests) {
      for (const model::ActionSpec& known : manifest->actions) names.push_back(known.name);
      if (const model::ActionSpec* spec = manifest->action(action)) specs.push_back(spec);
    }
    return specs;
  }

  void look_at_use(const Value& use) {
    const std::string& plugin = use["plugin"].as_string();
    const auto found = plugins_.configured.find(plugin);
    if (found == plugins_.configured.end()) {
      const auto& present = plugins_.present;
      if (!present.empty() && !is_shipped(use["file"].as_string()) &&
          std::find(present.begin(), present.end(), plugin) == present.end())
        out_.findings.push_back(
            at(use, use["at"].as_string(), "there is no plugin \"" + plugin + "\" here" + hint(plugin, present)));
      return;
    }
    if (use["target"].is_null()) return;
    std::vector<std::string> names;
    for (const plugin::InstanceConfig& one : found->second.instances) {
      if (use["target"].as_string() == one.id()) return;
      names.push_back(one.name);
    }
    const std::string& target = use["target"].as_string();
    if (std::find(names.begin(), names.end(), target) != names.end()) return;
    out_.findings.push_back(at(use, use["target_at"].as_string(),
                               "plugin \"" + plugin + "\" has no instance \"" + target + "\"" + hint(target, names)));
  }

  bool is_shipped(const std::string& file) const {
    return std::any_of(plugins_.shipped.begin(), plugins_.shipped.end(),
                       [&file](const std::string& folder) { return base::starts_with(file, folder + "/"); });
  }

  // As runbook/arguments.h judges a live call.
  void look_at_arguments(const Value& use, const model::ActionSpec& spec) {
    const std::string call = use["plugin"].as_string() + "." + spec.name;
    std::vector<std::string> names;
    for (const model::ArgumentSpec& argument : spec.arguments) names.push_back(argument.name);
    for (const auto& [name, place] : use["arguments"].as_map()) {
      if (name == "timeout" || name == "dry_result") continue;
      if (std::find(names.begin(), names.end(), name) == names.end())
        error(use, place.as_string(), call + " takes no argument \"" + name + "\"" + hint(name, names));
    }
    if (use["open"].as_bool()) return;
    for (const model::ArgumentSpec& argument : spec.arguments)
      if (argument.required && !use["arguments"].has(argument.name))
        error(use, use["at"].as_string(), call + " needs the argument \"" + argument.name + "\"");
  }

  // "1:7: parse error: ..." of PromQL, where the text begins at 8:14 of the file.
  void look_at_expr(const Value& use) {
    const auto expr = promql::parse(use["text"].as_string());
    if (expr.ok()) return;
    int line = 1, column = 1, first_line = 1, first_column = 1, used = 0;
    const std::string& why = expr.error().text;
    if (std::sscanf(why.c_str(), "%d:%d: %n", &line, &column, &used) != 2) used = 0;
    std::sscanf(use["at"].as_string().c_str(), "%d:%d", &first_line, &first_column);
    const int begin = line == 1 ? first_column - 1 : 0;
    error(use, std::to_string(first_line + line - 1) + ":" + std::to_string(begin + column),
          "run:wait: expr: " + why.substr(static_cast<size_t>(used)));
  }

  const KnownPlugins& plugins_;
  Lint& out_;
};

void sort_unique(std::vector<std::string>& lines) {
  std::sort(lines.begin(), lines.end());
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
}
}  // namespace

std::vector<std::string> plugin_names(const std::vector<std::string>& folders) {
  std::set<std::string> names;
  std::error_code error;
  for (const std::string& folder : folders)
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
      names.insert(entry.path().stem().string());
  return {names.begin(), names.end()};
}

KnownPlugins known_plugins(const plugin::Fleet& fleet, const std::vector<plugin::InstanceConfig>& instances,
                           const std::vector<std::string>& folders) {
  KnownPlugins known;
  known.present = plugin_names(folders);
  for (const plugin::InstanceConfig& instance : instances) {
    KnownPlugins::One& one = known.configured[instance.plugin];
    const plugin::Manifest* manifest = fleet.prepared_manifest(instance.id());
    if (one.manifest && manifest && manifest != one.manifest) one.others.push_back(manifest);
    if (!one.manifest) one.manifest = manifest;
    one.instances.push_back(instance);
  }
  return known;
}

Lint lint_runbooks(const runbook::Library& library, const KnownPlugins& plugins) {
  Lint out;
  Judge judge(plugins, out);
  for (const runbook::Runbook* runbook : library.all())
    for (const Value& use : runbook->uses.as_list()) judge.look(use);
  sort_unique(out.errors);
  sort_unique(out.findings);
  for (std::string& error : out.errors) error = runbook::with_excerpts(error);
  return out;
}

}  // namespace reeve::app
