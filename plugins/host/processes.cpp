#include <map>

#include "common/procfs/process.h"
#include "host/collectors.h"

namespace reeve::host {

using common::parse_process_stat;
using common::ProcessStat;

namespace {

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

void collect_processes(const Source& source, Out& out) {
  std::map<char, int> states;
  std::map<char, int> thread_states;
  int threads = 0;
  auto processes = common::all_processes(source.proc);
  if (processes.empty()) return;  // a tree without them; a machine has at least one
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
