#include "runbook/excerpt.h"

#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "base/text.h"
#include "script/script.h"
#include "yaml/source.h"

namespace reeve::runbook {

namespace {
struct Message {
  std::string file, text;
  int line = 0, column = 0;
};

/// A number from `at` on that a colon follows; moves behind the colon.
std::optional<int> number_at(const std::string& line, size_t& at) {
  const size_t begin = at;
  while (at < line.size() && line[at] >= '0' && line[at] <= '9') ++at;
  if (at == begin || at - begin > 9 || at == line.size() || line[at] != ':') return {};
  return std::atoi(line.substr(begin, at++ - begin).c_str());
}

/// The first ":LINE:COL: " ends the name of the file.
std::optional<Message> message_of(const std::string& line) {
  for (size_t colon = line.find(':'); colon != std::string::npos; colon = line.find(':', colon + 1)) {
    size_t at = colon + 1;
    const auto number = number_at(line, at);
    const auto column = number ? number_at(line, at) : std::nullopt;
    if (!column || at == line.size() || line[at] != ' ') continue;
    return Message{line.substr(0, colon), line.substr(at + 1), *number, *column};
  }
  return {};
}

std::optional<yaml::Source> source_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return {};
  return yaml::Source(std::string(script::without_mark(text.str())), path);
}
}  // namespace

std::string with_excerpts(const std::string& messages) {
  std::map<std::string, std::optional<yaml::Source>> sources;
  std::vector<std::string> lines = base::split(messages, '\n');
  for (std::string& line : lines) {
    const auto message = message_of(line);
    if (!message) continue;
    auto found = sources.find(message->file);
    if (found == sources.end()) found = sources.emplace(message->file, source_of(message->file)).first;
    if (!found->second) continue;
    const std::string text =
        found->second->error(found->second->offset(message->line - 1, message->column - 1), message->text).text;
    line += text.substr(std::min(text.find('\n'), text.size()));
  }
  return base::join(lines, "\n");
}

}  // namespace reeve::runbook
