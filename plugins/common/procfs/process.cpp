#include "common/procfs/process.h"

#include <algorithm>
#include <charconv>

#include "common/procfs/files.h"

namespace reeve::common {

namespace {

template <class Number>
void take(std::string_view text, Number& number) {
  std::from_chars(text.data(), text.data() + text.size(), number);
}

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  size_t open = text.find('(');
  size_t close = text.rfind(')');  // the name itself may hold parentheses and blanks
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  auto parts = words(text.substr(close + 1));
  if (parts.size() < 22) return std::nullopt;
  ProcessStat stat;
  take(trimmed(text.substr(0, open)), stat.pid);
  stat.name = text.substr(open + 1, close - open - 1);
  stat.state = parts[0][0];
  take(parts[1], stat.parent);
  take(parts[3], stat.session);
  take(parts[11], stat.user_ticks);
  take(parts[12], stat.system_ticks);
  take(parts[17], stat.threads);
  take(parts[19], stat.start_ticks);
  take(parts[20], stat.virtual_bytes);
  take(parts[21], stat.resident_pages);
  return stat;
}

std::optional<ProcessStat> process_of(const std::string& proc, int pid) {
  return parse_process_stat(read_file(proc + "/" + std::to_string(pid) + "/stat"));
}

std::string command_line(const std::string& proc, const ProcessStat& process, size_t room) {
  std::string command = read_file(proc + "/" + std::to_string(process.pid) + "/cmdline");
  while (!command.empty() && command.back() == '\0') command.pop_back();
  std::replace(command.begin(), command.end(), '\0', ' ');
  if (command.size() > room) command.resize(room);
  return command.empty() ? "[" + process.name + "]" : command;
}

std::vector<ProcessStat> all_processes(const std::string& proc) {
  std::vector<ProcessStat> found;
  for (const std::string& name : read_folder(proc)) {
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    auto stat = parse_process_stat(read_file(proc + "/" + name + "/stat"));
    if (stat) found.push_back(*stat);  // else it ended meanwhile
  }
  return found;
}

double boot_time_s(const std::string& proc) {
  std::string stat = read_file(proc + "/stat");
  for (std::string_view line : lines(stat)) {
    auto parts = words(line);
    if (parts.size() > 1 && parts[0] == "btime") return to_number(parts[1]);
  }
  return 0;
}

}  // namespace reeve::common
