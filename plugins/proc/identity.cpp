#include "proc/identity.h"

#include <fcntl.h>
#include <regex.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <ctime>
#include <memory>

#include "common/procfs/files.h"

namespace reeve::proc {

namespace {

using common::ProcessStat;

constexpr size_t kCommandRoom = 4096;

class Pattern {
 public:
  explicit Pattern(const std::string& text)
      : usable_(regcomp(&compiled_, text.c_str(), REG_EXTENDED | REG_NOSUB) == 0) {}
  ~Pattern() {
    if (usable_) regfree(&compiled_);
  }
  Pattern(const Pattern&) = delete;
  bool matches(const std::string& text) const {
    return usable_ && regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
  }

 private:
  regex_t compiled_;
  bool usable_;
};

std::optional<ProcessStat> by_pidfile(const Settings& settings) {
  int pid = pid_in_file(settings.pidfile);
  if (pid == 0) return std::nullopt;
  auto process = common::process_of(settings.proc, pid);
  if (!process || process->ended()) return std::nullopt;
  // The file of a dead daemon may name somebody else by now.
  bool ours = settings.match.empty() ||
              Pattern(settings.match).matches(common::command_line(settings.proc, *process, kCommandRoom));
  return ours ? process : std::nullopt;
}

/// The oldest one: its children and helpers often have the same command line.
std::optional<ProcessStat> oldest(std::optional<ProcessStat> best, const ProcessStat& each) {
  return !best || each.start_ticks < best->start_ticks ? each : best;
}

std::optional<ProcessStat> by_command(const Settings& settings) {
  Pattern pattern(settings.match);
  std::optional<ProcessStat> best;
  for (const ProcessStat& each : common::all_processes(settings.proc)) {
    bool us = each.pid == getpid() || each.pid == getppid();
    if (us || each.ended() || !pattern.matches(common::command_line(settings.proc, each, kCommandRoom))) continue;
    best = oldest(best, each);
  }
  return best;
}

double seconds_of(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// A step of the wall clock in between can only spoil the search by mark.
bool written_since(const std::string& path, const ProcessStat& process) {
  struct stat file{};
  timespec wall{};
  timespec boot{};
  if (stat(path.c_str(), &file) != 0) return false;
  clock_gettime(CLOCK_REALTIME, &wall);
  clock_gettime(CLOCK_BOOTTIME, &boot);
  double age = seconds_of(boot) - static_cast<double>(process.start_ticks) / ticks_per_second();
  constexpr double kCoarse = 0.02;  // file times lag by a timer tick, start times are counted in hundredths
  return seconds_of(file.st_mtim) + kCoarse > seconds_of(wall) - age;
}

}  // namespace

std::string Life::text() const {
  return up() ? std::to_string(pid) + " " + std::to_string(start_ticks) + " " + boot : "0";
}

Life Life::parse(const std::string& text) {
  Life life;
  auto parts = common::words(text);
  if (parts.size() != 3) return life;
  std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), life.pid);
  std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), life.start_ticks);
  life.boot = parts[2];
  return life;
}

Life Life::of(const ProcessStat& process) {
  return {process.pid, process.start_ticks, boot_id()};
}

std::string boot_id() {
  return std::string(common::trimmed(common::read_file("/proc/sys/kernel/random/boot_id")));
}

double ticks_per_second() {
  return static_cast<double>(sysconf(_SC_CLK_TCK));
}

long long ticks_now() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  double seconds = static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
  return static_cast<long long>(seconds * ticks_per_second());
}

std::optional<ProcessStat> find_shown(const Settings& settings) {
  if (!settings.pidfile.empty()) return by_pidfile(settings);
  return settings.match.empty() ? std::nullopt : by_command(settings);
}

std::optional<ProcessStat> find(const Settings& settings) {
  auto shown = find_shown(settings);
  if (shown || settings.start.empty()) return shown;
  // Started by us, and not (yet) shown: its starter may have died before it wrote the pid file.
  auto marked = find_marked(settings, kInstanceMark, settings.name);
  // But where a pid file was written since, the daemon has shown itself, and is gone: this is only what started it.
  bool left_over = marked && !settings.pidfile.empty() && written_since(settings.pidfile, *marked);
  return left_over ? std::nullopt : marked;
}

std::optional<ProcessStat> find_marked(const Settings& settings, const std::string& name, const std::string& value) {
  std::string wanted = name + "=" + value;
  std::optional<ProcessStat> best;
  for (const ProcessStat& each : common::all_processes(settings.proc)) {
    // What a dead daemon left behind has its mark too, but leads no session.
    if (each.ended() || each.session != each.pid) continue;
    std::string environment = common::read_file(settings.proc + "/" + std::to_string(each.pid) + "/environ");
    std::string_view rest = environment;
    while (!rest.empty()) {
      std::string_view entry = rest.substr(0, rest.find('\0'));
      rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
      if (entry == wanted) best = oldest(best, each);
    }
  }
  return best;
}

common::Pidfd hold(const Settings& settings, const ProcessStat& process) {
  common::Pidfd handle = common::Pidfd::of(process.pid);
  // The handle is on whoever had the number when it was made: is that still the one?
  auto again = common::process_of(settings.proc, process.pid);
  bool same = handle.open() && again && again->start_ticks == process.start_ticks;
  return same ? std::move(handle) : common::Pidfd();
}

int pid_in_file(const std::string& path) {
  std::string text = common::read_file(path);
  std::string_view number = common::trimmed(text);
  number = number.substr(0, number.find_first_of(" \t\n"));  // PostgreSQL's has more lines
  int pid = 0;
  auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), pid);
  return error == std::errc() && end == number.data() + number.size() && pid > 0 ? pid : 0;
}

bool write_pid(const std::string& path, int pid) {
  std::string next = path + ".reeve-" + std::to_string(getpid());
  std::string text = std::to_string(pid) + "\n";
  common::Descriptor file(open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!file.open()) return false;
  bool written = write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (written && rename(next.c_str(), path.c_str()) == 0) return true;
  unlink(next.c_str());
  return false;
}

}  // namespace reeve::proc
