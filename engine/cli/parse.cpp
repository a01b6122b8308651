#include "cli/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

namespace reeve::cli {

namespace {
/// A CLI11 program built from the grammar, and where it leaves what was typed.
class Tree {
 public:
  explicit Tree(const std::string& version);
  Parsed parse(std::vector<std::string> arguments);
  CLI::App& app() { return app_; }
  CLI::App* find(const std::string& path);

 private:
  struct Node {
    const Command* command;
    CLI::App* app;
    std::vector<std::pair<std::string, CLI::Option*>> values;  // by Arguments' name
  };
  void add_command(const Command& command);
  Node* chosen();
  bool words_went_to_parents_of(const Node& node) const;
  Parsed unknown(const std::vector<std::string>& rest);
  Parsed usage(const std::string& text, const CLI::App& at);

  CLI::App app_{"reeve watches systems, decides by rules, acts by runbooks, and can prove what it did."};
  std::vector<std::pair<std::string, CLI::Option*>> globals_;
  std::vector<std::unique_ptr<Node>> nodes_;
};

CLI::Option* add_option(CLI::App& app, const Option& option) {
  if (option.value.empty()) return app.add_flag(option.name, option.help)->disable_flag_override();
  CLI::Option* added = app.add_option(option.name, option.help)->type_name(option.value);
  added->expected(1);
  if (option.repeated) {
    added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  } else {
    added->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  }
  if (!option.choices.empty()) added->check(CLI::IsMember(option.choices));
  return added;
}

CLI::Option* add_positional(CLI::App& app, const Positional& positional) {
  CLI::Option* added = app.add_option(positional.name, positional.help)->type_name("");
  added->expected(1, positional.many ? CLI::detail::expected_max_vector_size : 1);
  added->allow_extra_args(positional.many);
  if (positional.required) added->required();
  if (!positional.choices.empty()) added->check(CLI::IsMember(positional.choices));
  return added;
}

Tree::Tree(const std::string& version) {
  app_.name("reeve");
  app_.set_version_flag("--version", "reeve " + version);
  app_.require_subcommand(0);
  app_.fallthrough();
  app_.allow_extras();
  for (const Option& option : global_options()) globals_.emplace_back(option.key(), add_option(app_, option));
  for (const Command& command : grammar()) add_command(command);
}

CLI::App* Tree::find(const std::string& path) {
  for (const auto& node : nodes_)
    if (node->command->path == path) return node->app;
  return nullptr;
}

void Tree::add_command(const Command& command) {
  CLI::App* parent = command.parent().empty() ? &app_ : find(command.parent());
  auto node = std::make_unique<Node>();
  node->command = &command;
  node->app = parent->add_subcommand(command.word(), command.help);
  node->app->fallthrough();
  node->app->allow_extras();
  if (command.hidden) node->app->group("");
  if (command.takes_anything) node->app->prefix_command();
  for (const Option& option : command.options) node->values.emplace_back(option.key(), add_option(*node->app, option));
  for (const Positional& positional : command.positionals)
    node->values.emplace_back(positional.name, add_positional(*node->app, positional));
  nodes_.push_back(std::move(node));
}

// The command whose words were typed last.
Tree::Node* Tree::chosen() {
  Node* found = nullptr;
  for (const auto& node : nodes_)
    if (node->app->parsed() && (!found || node->command->path.size() > found->command->path.size())) found = node.get();
  return found;
}

// `reeve check runbooks rules`: a folder whose name is a command's.
bool Tree::words_went_to_parents_of(const Node& node) const {
  return std::any_of(nodes_.begin(), nodes_.end(), [&node](const auto& other) {
    if (other->command->path != node.command->parent()) return false;
    return std::any_of(other->command->positionals.begin(), other->command->positionals.end(),
                       [&other](const Positional& p) { return other->app->get_option(p.name)->count() > 0; });
  });
}

std::vector<std::string> words_below(const std::string& path) {
  std::vector<std::string> words;
  for (const Command& command : grammar())
    if (command.parent() == path && !command.hidden) words.push_back(command.word());
  return words;
}

std::vector<std::string> options_of(const Command* command) {
  std::vector<std::string> names{"--help", "--version"};
  const auto add = [&names](const std::vector<Option>& options) {
    for (const Option& option : options)
      for (const std::string& name : base::split(option.name, ',')) names.push_back(name);
  };
  add(global_options());
  if (command) add(command->options);
  return names;
}

// `app.help()` names only its last word.
std::string help_text(const CLI::App& app) {
  std::string before;
  for (const CLI::App* up = app.get_parent(); up; up = up->get_parent())
    before = up->get_name() + (before.empty() ? "" : " ") + before;
  return app.help(before) + (before.empty() ? "" : "Options of every command: reeve --help\n");
}

Parsed Tree::usage(const std::string& text, const CLI::App& at) {
  Parsed parsed;
  std::string path = at.get_name();
  for (const CLI::App* up = at.get_parent(); up; up = up->get_parent()) path = up->get_name() + " " + path;
  parsed.text = "reeve: " + text + "\nTry: " + path + " --help\n";
  parsed.exit = kUsage;
  return parsed;
}

// The first word that nobody expected, with the nearest one that is known.
Parsed Tree::unknown(const std::vector<std::string>& rest) {
  const Node* node = chosen();
  const CLI::App& at = node ? *node->app : app_;
  const std::string word = rest[0].substr(0, rest[0].find('='));
  const bool is_option = word.size() > 1 && word[0] == '-';
  const auto below = words_below(node ? node->command->path : "");
  const std::string what = is_option ? "unknown option" : below.empty() ? "unexpected argument" : "unknown command";
  const std::string near = base::did_you_mean(word, is_option ? options_of(node ? node->command : nullptr) : below);
  return usage(what + " \"" + word + "\"" + (near.empty() ? "" : " (did you mean \"" + near + "\"?)"), at);
}

Parsed Tree::parse(std::vector<std::string> arguments) {
  Parsed parsed;
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  try {
    app_.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    const Node* node = chosen();
    parsed.text = help_text(node ? *node->app : app_);
    return parsed;
  } catch (const CLI::CallForVersion& version) {
    parsed.text = std::string(version.what()) + "\n";
    return parsed;
  } catch (const CLI::ParseError& error) {
    // A misspelt word often makes another one look missing: the misspelling is the better news.
    if (const auto rest = app_.remaining(true); !rest.empty()) return unknown(rest);
    const Node* node = chosen();
    return usage(error.what(), node ? *node->app : app_);
  }
  Node* node = chosen();
  if (node && node->command->takes_anything) {
    parsed.command = node->command;
    return parsed;
  }
  if (const auto rest = app_.remaining(true); !rest.empty()) return unknown(rest);
  if (!node || !node->command->run) {
    parsed.text = help_text(node ? *node->app : app_);
    parsed.exit = kUsage;
    return parsed;
  }
  if (words_went_to_parents_of(*node))
    return usage(
        "\"" + node->command->word() + "\" is a command; a folder of that name is \"" + node->command->word() + "/\"",
        *node->app);
  parsed.command = node->command;
  for (const auto& [name, option] : node->values)
    if (option->count() > 0) parsed.arguments.set(name, option->results());
  std::map<std::string, std::string*> fields{{"--config", &parsed.globals.config},
                                             {"--state", &parsed.globals.state},
                                             {"--server", &parsed.globals.server},
                                             {"--output", &parsed.globals.output}};
  for (const auto& [name, option] : globals_)
    if (option->count() > 0) *fields.at(name) = option->results().back();
  return parsed;
}
}  // namespace

Parsed parse(const std::vector<std::string>& arguments, const std::string& version) {
  return Tree(version).parse(arguments);
}

std::string help_of(const std::string& path) {
  Tree tree("");
  CLI::App* app = path.empty() ? &tree.app() : tree.find(path);
  return app ? help_text(*app) : "";
}

}  // namespace reeve::cli
