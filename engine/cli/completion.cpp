// How does a shell complete our words? Scripts made from the grammar.
#include <ostream>

#include "cli/commands.h"
#include "cli/grammar.h"

namespace reeve::cli {

namespace {
std::vector<std::string> words_after(const std::string& path) {
  std::vector<std::string> words;
  for (const Command& command : grammar())
    if (command.parent() == path && !command.hidden) words.push_back(command.word());
  for (const Command& command : grammar()) {
    if (command.path != path) continue;
    for (const Option& option : command.options)
      for (const std::string& name : base::split(option.name, ',')) words.push_back(name);
    for (const Positional& positional : command.positionals)
      words.insert(words.end(), positional.choices.begin(), positional.choices.end());
  }
  for (const Option& option : global_options()) words.push_back(option.key());
  words.emplace_back("--help");
  return words;
}

// One case per command; zsh reads the same script through bashcompinit.
void print_bash(std::ostream& out) {
  out << "# reeve completion for bash: source <(reeve completion bash)\n"
         "_reeve() {\n"
         "  local current=\"${COMP_WORDS[COMP_CWORD]}\" path=\"\" word words\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    case \"$path $word\" in\n";
  for (const Command& command : grammar())
    if (!command.hidden) out << "      \" " << command.path << "\") path=\" " << command.path << "\" ;;\n";
  out << "    esac\n"
         "  done\n"
         "  case \"$path\" in\n";
  for (const Command& command : grammar())
    if (!command.hidden)
      out << "    \" " << command.path << "\") words=\"" << base::join(words_after(command.path), " ") << "\" ;;\n";
  out << "    *) words=\"" << base::join(words_after(""), " ") << "\" ;;\n"
      << "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$current\"))\n"
         "}\n"
         "complete -o filenames -F _reeve reeve\n";
}

// In single quotes nothing but ' and \ is special to fish.
std::string fish_text(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

void print_fish_options(std::ostream& out, const std::string& condition, const std::vector<Option>& options) {
  for (const Option& option : options) {
    out << "complete -c reeve" << condition;
    for (const std::string& name : base::split(option.name, ','))
      out << (name.rfind("--", 0) == 0 ? " -l " + name.substr(2) : " -s " + name.substr(1));
    if (!option.value.empty()) out << " -r";
    if (!option.choices.empty()) out << " -a " << fish_text(base::join(option.choices, " "));
    out << " -d " << fish_text(option.help) << '\n';
  }
}

void print_fish(std::ostream& out) {
  out << "# reeve completion for fish: reeve completion fish | source\n";
  print_fish_options(out, "", global_options());
  for (const Command& command : grammar()) {
    if (command.hidden) continue;
    std::string condition = " -n __fish_use_subcommand";
    if (!command.parent().empty()) condition = " -n '__fish_seen_subcommand_from " + command.parent() + "'";
    out << "complete -c reeve" << condition << " -a " << command.word() << " -d " << fish_text(command.help) << '\n';
    print_fish_options(out, " -n '__fish_seen_subcommand_from " + command.word() + "'", command.options);
  }
}
}  // namespace

int completion(const Arguments& arguments, Context& context) {
  const std::string shell = arguments.text("SHELL");
  if (shell == "fish") {
    print_fish(context.out());
    return kOk;
  }
  if (shell == "zsh") context.out() << "autoload -U +X bashcompinit && bashcompinit\n";
  print_bash(context.out());
  return kOk;
}

}  // namespace reeve::cli
