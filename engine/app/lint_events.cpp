// Event rules that wait for what no configured plugin tells.
#include <algorithm>

#include "app/lint.h"
#include "base/text.h"
#include "yaml/yaml.h"

namespace reeve::app {

namespace {
using Strings = std::vector<std::string>;

bool has(const Strings& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::string hint(const std::string& word, const Strings& known) {
  const std::string near = base::did_you_mean(word, known);
  return near.empty() ? near : " (did you mean \"" + near + "\"?)";
}

/// The names that the selector's matchers ask for.
Strings names_asked(const rule::EventSelector& selector) {
  Strings names;
  const std::string text = selector.text();
  const size_t brace = text.find('{');
  if (brace == std::string::npos) return names;
  const auto matchers = promql::parse("event" + text.substr(brace));
  if (!matchers.ok()) return names;
  for (const promql::Selector& one : matchers->selectors())
    for (const series::Matcher& matcher : one.matchers)
      if (matcher.name != model::kNameLabel) names.push_back(matcher.name);
  return names;
}

/// What an event of this type can be asked for: its labels and fields, and what the collector adds.
Strings names_known(const plugin::EventSpec& event, const KnownPlugins::One& plugin) {
  Strings known{"job", "instance"};
  known.insert(known.end(), event.labels.begin(), event.labels.end());
  known.insert(known.end(), event.fields.begin(), event.fields.end());
  for (const plugin::InstanceConfig& instance : plugin.instances)
    for (const auto& [name, value] : instance.labels) known.emplace_back(name);
  return known;
}

struct Found {
  std::string word, text;  ///< the word of the selector it is about
};

/// What is wrong with one selector.
std::vector<Found> faults_of(const rule::EventSelector& selector, const KnownPlugins& plugins) {
  const std::string& type = selector.type();
  const std::string name = type.substr(0, type.find('.'));
  const auto plugin = plugins.configured.find(name);
  if (plugin == plugins.configured.end() || !plugin->second.manifest) return {};
  const plugin::Manifest& manifest = *plugin->second.manifest;
  if (manifest.events.empty()) return {};
  const plugin::EventSpec* event = manifest.event(type);
  if (!event) {
    Strings types;
    for (const plugin::EventSpec& known : manifest.events) types.push_back(known.type);
    const std::string near = hint(type, types);
    return {{type, "plugin \"" + name + "\" has no event \"" + type + "\"" +
                       (near.empty() ? " (it has " + base::join(types, ", ") + ")" : near)}};
  }
  std::vector<Found> found;
  if (event->labels.empty() && event->fields.empty()) return found;
  const Strings known = names_known(*event, plugin->second);
  for (const std::string& asked : names_asked(selector))
    if (!has(known, asked) && !base::starts_with(asked, "exported_"))
      found.push_back({asked, "the event " + type + " has no label or field \"" + asked + "\"" + hint(asked, known)});
  return found;
}

/// Finds the places of selectors in rule files, each read once.
class Places {
 public:
  /// The first line of the error at `word` within the selectors of the rule that stands at `position`.
  std::string finding(const std::string& position, const Found& found) {
    const yaml::Node* rule = rule_at(position);
    for (const char* key : {"on", "until"}) {
      const yaml::Node* node = rule ? rule->find(key) : nullptr;
      if (!node) continue;
      const auto& items = node->items();
      for (const yaml::Node& one : items.empty() ? std::vector<yaml::Node>{*node} : items) {
        const size_t at = one.scalar().find(found.word);
        if (at == std::string::npos || one.scalar().find('\n') < at) continue;
        const std::string whole = one.error_at(1, static_cast<int>(at) + 1, found.text).text;
        return whole.substr(0, whole.find('\n'));
      }
    }
    return position + ": " + found.text;
  }

 private:
  const yaml::Node* rule_at(const std::string& position) {
    const size_t column = position.rfind(':');
    const size_t line = column == std::string::npos || column == 0 ? column : position.rfind(':', column - 1);
    if (line == std::string::npos) return nullptr;
    const std::string file = position.substr(0, line);
    if (!files_.contains(file)) files_.emplace(file, yaml::load(file));
    const auto& loaded = files_.at(file);
    const yaml::Node* groups = loaded.ok() ? loaded->find("groups") : nullptr;
    if (!groups) return nullptr;
    for (const yaml::Node& group : groups->items())
      if (const yaml::Node* rules = group.find("rules"))
        for (const yaml::Node& rule : rules->items())
          if (rule.position().text() == position) return &rule;
    return nullptr;
  }

  std::map<std::string, base::Result<yaml::Node>> files_;
};
}  // namespace

std::vector<std::string> lint_rules(const rule::RuleSet& rules, const KnownPlugins& plugins) {
  Strings out;
  Places places;
  for (const rule::Group& group : rules.groups)
    for (const rule::Rule& rule : group.rules) {
      std::vector<rule::EventSelector> selectors = rule.until;
      if (rule.on) selectors.insert(selectors.begin(), *rule.on);
      for (const rule::EventSelector& selector : selectors)
        for (const Found& found : faults_of(selector, plugins)) out.push_back(places.finding(rule.position, found));
    }
  return out;
}

}  // namespace reeve::app
