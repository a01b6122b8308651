#include "proc/settings.h"

#include <regex.h>

#include <charconv>
#include <csignal>
#include <cstring>

namespace reeve::proc {

namespace {

std::vector<std::string> argv_of(const Config& config, const char* key) {
  std::vector<std::string> argv;
  for (const Json& word : config[key].items()) {
    if (!word.is_text() && !word.is_integer()) {
      throw Error(Fault::kInvalid, std::string(key) + ": a list of texts, one per argument");
    }
    argv.push_back(word.is_text() ? word.text() : std::to_string(word.integer()));
  }
  if (!argv.empty() && !argv[0].starts_with('/')) {
    throw Error(Fault::kInvalid, std::string(key) + ": \"" + argv[0] + "\" is no absolute path of a program");
  }
  return argv;
}

void check_pattern(const std::string& pattern) {
  regex_t compiled;
  int failed = regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB);
  if (failed == 0) return regfree(&compiled);
  char why[128];
  regerror(failed, &compiled, why, sizeof why);
  throw Error(Fault::kInvalid, "match: \"" + pattern + "\" is no regular expression: " + why);
}

void check_path(const char* key, const std::string& path) {
  if (!path.empty() && !path.starts_with('/'))
    throw Error(Fault::kInvalid, std::string(key) + " must be an absolute path");
}

}  // namespace

int signal_number(const std::string& text) {
  int number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number > 0 && number < NSIG ? number : 0;
  std::string name = text.starts_with("SIG") ? text.substr(3) : text;
  for (int each = 1; each < NSIG; ++each) {
    const char* abbreviation = sigabbrev_np(each);
    if (abbreviation != nullptr && name == abbreviation) return each;
  }
  return 0;
}

Settings Settings::of(const Config& config) {
  Settings s;
  s.name = config.name();
  s.pidfile = config.text("pidfile");
  s.match = config.text("match");
  s.start = argv_of(config, "start");
  s.stop = argv_of(config, "stop");
  s.folder = config.text("folder", "/");
  s.output = config.text("output");
  s.start_timeout = config.duration("start_timeout", s.start_timeout);
  s.stop_timeout = config.duration("stop_timeout", s.stop_timeout);
  s.stop_signal = signal_number(config.text("stop_signal", "TERM"));
  for (const auto& [key, value] : config["environment"].pairs()) {
    s.environment.emplace_back(key, value.is_text() ? value.text() : value.dump());
  }
  if (s.pidfile.empty() && s.match.empty() && s.start.empty()) {
    throw Error(Fault::kInvalid, "which process? name one of pidfile, match and start");
  }
  if (s.stop_signal == 0) throw Error(Fault::kInvalid, "stop_signal: there is no signal " + config.text("stop_signal"));
  if (!s.match.empty()) check_pattern(s.match);
  check_path("pidfile", s.pidfile);
  check_path("folder", s.folder);
  check_path("output", s.output);
  return s;
}

common::Command Settings::start_command(const std::string& key) const {
  common::Command command;
  command.argv = start;
  command.environment = environment;
  command.environment.emplace_back(kInstanceMark, name);
  command.environment.emplace_back(kKeyMark, key);
  command.folder = folder;
  command.output_file = output;
  command.own_session = true;
  return command;
}

}  // namespace reeve::proc
