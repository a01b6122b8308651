// Is what people wrote right? Checks and tests of configuration, rules, runbooks and plugins.
#include <filesystem>
#include <ostream>

#include "cli/commands.h"
#include "cli/kinds.h"
#include "rule/rule.h"

namespace reeve::cli {

namespace {
// A failure outweighs findings, findings outweigh nothing.
int worse(int a, int b) {
  const auto weight = [](int exit) { return exit == kOk ? 0 : exit == kLint ? 1 : 2; };
  return weight(b) > weight(a) ? b : a;
}

bool is_there(const char* path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

/// Those of the usual folders that are here.
std::vector<std::string> usual_folders(std::initializer_list<const char*> names) {
  std::vector<std::string> folders;
  for (const char* folder : names)
    if (is_there(folder)) folders.emplace_back(folder);
  return folders;
}

/// What is told in lines for people and CI has no other form.
int only_text(const Context& context) {
  return context.usage(context.command + " prints text only: leave -o " + context.globals.output + " out");
}

int skipped(const Context& context, const char* what) {
  context.err() << "reeve " << context.command << ": " << what << ": not in this version yet\n";
  return kFailure;
}

int say_broken(const Context& context, const Found& found) {
  for (const std::string& message : found.broken) context.err() << message << '\n';
  return found.broken.empty() ? kOk : kFailure;
}

int check_found(const Context& context, const Found& found, bool strict) {
  int exit = say_broken(context, found);
  for (const std::string& config : found.configs) {
    if (!context.commands.check_config) return skipped(context, "configuration");
    exit = worse(exit, context.commands.check_config(config, strict, context.out(), context.err()));
  }
  if (!found.rules.empty()) exit = worse(exit, rule::check_rules(found.rules, context.out(), {"all", strict}));
  if (!found.runbooks.empty()) {
    if (!context.commands.check_runbooks) return skipped(context, "runbooks");
    exit = worse(exit, context.commands.check_runbooks(found.runbooks, strict, context.out(), context.err()));
  }
  return exit;
}

int test_found(const Context& context, const Found& found, const rule::TestOptions& options) {
  int exit = say_broken(context, found);
  if (!found.rule_tests.empty()) exit = worse(exit, rule::test_rules(found.rule_tests, options, context.out()));
  if (!found.runbook_tests.empty()) {
    if (!context.commands.test_runbooks) return skipped(context, "tests of runbooks");
    exit = worse(exit, context.commands.test_runbooks(found.runbook_tests, context.out(), context.err()));
  }
  if (!found.plugins.empty()) {
    if (!context.commands.test_plugins) return skipped(context, "tests of plugins");
    exit = worse(exit, context.commands.test_plugins(found.plugins, context.out(), context.err()));
  }
  return exit;
}

rule::TestOptions test_options(const Arguments& arguments) {
  rule::TestOptions options;
  options.run = arguments.list("--run");
  options.diff = arguments.has("--diff");
  options.ignore_unknown_fields = arguments.has("--ignore-unknown-fields");
  options.junit = arguments.text("--junit");
  return options;
}

// promtool's spelling without a file, beside a folder of that name: the folder is meant.
std::vector<std::string> files_or_rules_folder(const Arguments& arguments) {
  std::vector<std::string> files = arguments.list("FILE");
  if (files.empty() && is_there("rules")) files.emplace_back("rules");
  return files;
}

// promtool takes files as they are; a folder stands for the files of that kind in it.
base::Result<std::vector<std::string>> expand(const std::vector<std::string>& paths,
                                              std::vector<std::string> Found::* kind) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(path, ignored)) {
      files.push_back(path);
      continue;
    }
    REEVE_TRY(const Found found, find_content({path}));
    files.insert(files.end(), (found.*kind).begin(), (found.*kind).end());
  }
  return files;
}
}  // namespace

int check(const Arguments& arguments, Context& context) {
  if (!context.is_table()) return only_text(context);
  const bool strict = arguments.has("--strict");
  std::vector<std::string> paths = arguments.list("PATH");
  bool configured = false;
  if (paths.empty()) {
    const auto config = find_config(context.globals.config);
    if (!config.ok()) return context.fail(config.error());
    if (std::error_code ignored; std::filesystem::is_directory(*config, ignored))
      return context.usage(*config + " is a folder, not a configuration");
    configured = !config->empty();
    paths = config->empty() ? usual_folders({"rules", "runbooks"}) : std::vector<std::string>{*config};
    if (paths.empty()) return context.usage("nothing to check: no reeve.yaml, rules/ or runbooks/ here, and no PATH");
  }
  auto found = configured ? Found() : find_content(paths);
  if (!found.ok()) return context.fail(found.error());
  if (configured) found->configs = paths;  // what --config names is a configuration, whatever stands in it
  if (found->configs.empty() && found->rules.empty() && found->runbooks.empty() && found->broken.empty())
    return context.fail({base::Fault::kNotFound,
                         "nothing to check in " + base::join(paths, ", ") + ": no configuration, rules or runbooks"});
  return check_found(context, *found, strict);
}

int check_rules(const Arguments& arguments, Context& context) {
  if (!context.is_table()) return only_text(context);
  const auto files = expand(files_or_rules_folder(arguments), &Found::rules);
  if (!files.ok()) return context.fail(files.error());
  if (files->empty()) return context.usage("check rules: which files?");
  rule::CheckOptions options;
  if (arguments.has("--lint")) options.lint = arguments.text("--lint");
  options.lint_fatal = arguments.has("--lint-fatal");
  return rule::check_rules(*files, context.out(), options);
}

int test(const Arguments& arguments, Context& context) {
  if (!context.is_table()) return only_text(context);
  std::vector<std::string> paths = arguments.list("PATH");
  if (paths.empty()) paths = usual_folders({"rules", "runbooks", "plugins"});
  if (paths.empty()) paths.emplace_back(".");
  const auto found = find_content(paths);
  if (!found.ok()) return context.fail(found.error());
  if (found->rule_tests.empty() && found->runbook_tests.empty() && found->plugins.empty() && found->broken.empty())
    return context.fail({base::Fault::kNotFound, "no tests in " + base::join(paths, ", ")});
  const bool others = !found->runbook_tests.empty() || !found->plugins.empty();
  for (const char* option : {"--run", "--diff", "--junit"})
    if (others && arguments.has(option))
      return context.usage(std::string("test: ") + option +
                           " is of the tests of rules, and there are tests of runbooks or plugins too: name the files "
                           "of rules' tests, or reeve test rules");
  return test_found(context, *found, test_options(arguments));
}

int test_rules(const Arguments& arguments, Context& context) {
  if (!context.is_table()) return only_text(context);
  const auto files = expand(files_or_rules_folder(arguments), &Found::rule_tests);
  if (!files.ok()) return context.fail(files.error());
  if (files->empty()) return context.usage("test rules: which files?");
  return rule::test_rules(*files, test_options(arguments), context.out());
}

}  // namespace reeve::cli
