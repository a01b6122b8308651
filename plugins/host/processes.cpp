#include "host/processes.h"

#include <charconv>
#include <map>

#include "host/collectors.h"

namespace reeve::host {

namespace {

long long integer(std::string_view text) {
  long long number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool is_pid(std::string_view name) {
  return !name.empty() && name.find_first_not_of("0123456789") == name.npos;
}

/// States of the threads that are not their process's first one.
void count_threads(const Source& source, const ProcessStat& process, std::map<char, int>& states, int& count) {
  std::string folder = std::to_string(process.pid) + "/task";
  for (const std::string& thread : source.proc_folder(folder)) {
    auto stat = parse_process_stat(source.proc_file(folder + "/" + thread + "/stat"));
    if (!stat) continue;
    ++states[stat->state];
    ++count;
  }
}

void limit(const Source& source, const char* path, const char* name, Out& out) {
  std::string text = source.proc_file(path);
  if (!text.empty()) out.add(name, to_number(trimmed(text)));
}

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  size_t open = text.find('(');
  size_t close = text.rfind(')');  // the name itself may hold parentheses and blanks
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  auto parts = words(text.substr(close + 1));
  if (parts.size() < 22) return std::nullopt;
  ProcessStat stat;
  stat.pid = static_cast<int>(integer(trimmed(text.substr(0, open))));
  stat.name = text.substr(open + 1, close - open - 1);
  stat.state = parts[0][0];
  stat.parent = static_cast<int>(integer(parts[1]));
  stat.user_ticks = integer(parts[11]);
  stat.system_ticks = integer(parts[12]);
  stat.threads = integer(parts[17]);
  stat.start_ticks = integer(parts[19]);
  stat.resident_pages = integer(parts[21]);
  return stat;
}

std::vector<ProcessStat> all_processes(const Source& source) {
  std::vector<ProcessStat> found;
  for (const std::string& name : source.proc_folder("")) {
    if (!is_pid(name)) continue;
    auto stat = parse_process_stat(source.proc_file(name + "/stat"));
    if (stat) found.push_back(*stat);  // else it ended meanwhile
  }
  return found;
}

void collect_processes(const Source& source, Out& out) {
  std::map<char, int> states;
  std::map<char, int> thread_states;
  int threads = 0;
  auto processes = all_processes(source);
  for (const ProcessStat& process : processes) {
    ++states[process.state];
    if (process.threads > 1) {
      count_threads(source, process, thread_states, threads);
    } else {
      ++thread_states[process.state];
      ++threads;
    }
  }
  for (const auto& [state, count] : states) {
    out.add("node_processes_state", {{"state", std::string_view(&state, 1)}}, count);
  }
  for (const auto& [state, count] : thread_states) {
    out.add("node_processes_threads_state", {{"thread_state", std::string_view(&state, 1)}}, count);
  }
  out.add("node_processes_threads", threads);
  out.add("node_processes_pids", static_cast<double>(processes.size()));
  limit(source, "sys/kernel/threads-max", "node_processes_max_threads", out);
  limit(source, "sys/kernel/pid_max", "node_processes_max_processes", out);
}

}  // namespace reeve::host
