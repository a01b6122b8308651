#include "proc/actor.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "proc/starts.h"

namespace reeve::proc {

namespace {

using common::Deadline;
using common::Pidfd;
using common::ProcessStat;

/// A program that is still there after this long, and shows no pid file, stays in the foreground.
constexpr int64_t kForegroundMs = 300;

Deadline deadline_of(const Action& action, Milliseconds at_most) {
  return Deadline::after_ms(std::min(action.left(), at_most).count())
      .stopped_by([&action] { return action.cancelled(); }, action.cancel_fd());
}

Error error_of(const common::Fault& fault) {
  switch (fault.kind) {
    case common::Kind::kNotFound:
      return Error(Fault::kNotFound, fault.text);
    case common::Kind::kDenied:
      return Error(Fault::kDenied, fault.text);
    case common::Kind::kInvalid:
      return Error(Fault::kInvalid, fault.text);
    default:
      return Error(Fault::kTransient, fault.text);
  }
}

/// How a child of ours ended, without reaping it: the Watcher wants to see it too. "" while it lives.
std::string end_of(const Pidfd& child) {
  if (!child.ended()) return "";
  auto death = child.death();
  if (!death) return "unknown";
  return death->signal != 0 ? "signal " + std::to_string(death->signal) : "exit " + std::to_string(death->code);
}

void send(const Pidfd& handle, int signal, const ProcessStat& process) {
  if (handle.send(signal) || errno == ESRCH) return;
  throw Error(
      errno == EPERM ? Fault::kDenied : Fault::kTransient,
      "signal " + std::to_string(signal) + " to process " + std::to_string(process.pid) + ": " + std::strerror(errno));
}

bool wait_for_end(const Pidfd& handle, const Deadline& deadline) {
  return handle.ended() || deadline.wait(handle.fd(), POLLIN) == Deadline::Wake::kReady;
}

int signal_of(const Action& action) {
  std::string text =
      action.args["signal"].is_integer() ? std::to_string(action.args.integer("signal")) : action.args.text("signal");
  int number = signal_number(text);
  if (number == 0) throw Error(Fault::kInvalid, "there is no signal \"" + text + "\"");
  return number;
}

}  // namespace

Probe judge(const std::string& action, const Life& before, const Life& now, bool starting) {
  bool gone = before.up() && now != before;
  bool fresh = now.up() && now != before;
  if (action == "start" && now.up()) return Probe::kDone;
  if (action == "restart" && fresh) return Probe::kDone;
  if (action == "stop") return gone || !now.up() ? Probe::kDone : Probe::kNotStarted;
  if (action == "signal") return gone ? Probe::kDone : Probe::kUnknown;
  // Gone but not back is half of a restart; what is missing is then only the start.
  return starting ? Probe::kRunning : Probe::kNotStarted;
}

Plan ProcActor::plan(const Action& action) {
  if ((action.name == "start" || action.name == "restart") && settings_.start.empty()) {
    throw Error(Fault::kInvalid, "proc/" + settings_.name + ": the configuration has no start command");
  }
  auto process = find(settings_);
  if (action.name == "signal" && !process) throw Error(Fault::kNotFound, settings_.target() + " is not running");
  Plan plan;
  plan.targets = {settings_.target()};
  plan.baseline = (process ? Life::of(*process) : Life{}).text();
  std::string what = process ? "which runs as " + std::to_string(process->pid) : "which is not running";
  plan.preview = "would " + action.name + " " + settings_.target() + ", " + what;
  if (action.name == "signal") plan.preview += ", with signal " + std::to_string(signal_of(action));
  if (action.name == "start") plan.settles = settings_.start_timeout;
  if (action.name == "stop") plan.settles = settings_.stop_timeout;
  if (action.name == "restart") plan.settles = settings_.stop_timeout + settings_.start_timeout;
  return plan;
}

Json ProcActor::invoke(const Action& action) {
  for (const Pidfd& child : children_) child.reap();
  children_.erase(std::remove_if(children_.begin(), children_.end(), [](const Pidfd& child) { return child.ended(); }),
                  children_.end());
  if (action.name == "signal") return signal(action);
  Starts::begin(settings_.name);
  if (action.name == "start") return start(action);
  if (action.name == "stop") return stop(action);
  stop(action);
  return start(action);
}

Json ProcActor::start(const Action& action) {
  if (settings_.start.empty()) throw Error(Fault::kInvalid, settings_.target() + ": there is no start command");
  if (auto process = find(settings_)) return report(*process, false);
  auto pid = common::spawn(settings_.start_command(action.key));
  if (!pid) throw error_of(pid.fault());
  Starts::tell(settings_.name, *pid);
  Pidfd handle = Pidfd::of(*pid);
  keep_child(Pidfd::of(*pid));
  ProcessStat process = wait_until_up(*pid, handle, action);
  // What stays in the foreground writes no pid file: the next look needs one.
  if (!settings_.pidfile.empty() && !find_shown(settings_) && !write_pid(settings_.pidfile, process.pid)) {
    action.log(Log::kWarn, settings_.target() + ": cannot write " + settings_.pidfile + ": " + std::strerror(errno));
  }
  return report(process, true);
}

ProcessStat ProcActor::wait_until_up(pid_t pid, const Pidfd& handle, const Action& action) {
  Deadline deadline = deadline_of(action, settings_.start_timeout);
  Deadline foreground = Deadline::after_ms(kForegroundMs);
  while (true) {
    if (auto shown = find_shown(settings_)) return *shown;
    std::string end = end_of(handle);
    if (!end.empty() && end != "exit 0") {
      throw Error(Fault::kTransient, settings_.target() + ": " + settings_.start[0] + " ended at once: " + end);
    }
    bool stays = end.empty() && foreground.passed();
    if (auto process = stays ? common::process_of(settings_.proc, pid) : std::nullopt) return *process;
    if (!deadline.sleep_ms(10)) {
      throw Error(Fault::kTimeout, settings_.target() + ": it did not come up in time" +
                                       (end.empty() ? "" : " after its start command ended well"));
    }
  }
}

Json ProcActor::stop(const Action& action) {
  auto process = find(settings_);
  if (!process) return Json::map().set("up", false).set("changed", false);
  Pidfd handle = hold(settings_, *process);
  if (handle.open()) ask_to_stop(*process, handle, action);
  return Json::map().set("up", false).set("changed", true).set("pid", process->pid);
}

void ProcActor::ask_to_stop(const ProcessStat& process, const Pidfd& handle, const Action& action) {
  Milliseconds patience = action.args.duration("timeout", settings_.stop_timeout);
  Deadline deadline = deadline_of(action, patience);
  if (settings_.stop.empty()) {
    send(handle, settings_.stop_signal, process);
  } else {
    common::Command command;
    command.argv = settings_.stop;
    command.environment = settings_.environment;
    command.folder = settings_.folder;
    auto ended = common::run(command, "", deadline);
    if (!ended) throw error_of(ended.fault());
    if (ended->code != 0 || ended->signal != 0) {
      action.log(Log::kWarn, settings_.target() + ": " + settings_.stop[0] + ": " + ended->text() + " " + ended->err);
    }
  }
  if (wait_for_end(handle, deadline)) return;
  if (action.cancelled()) throw Error(Fault::kUnknownOutcome, settings_.target() + ": cancelled while it was ending");
  action.log(Log::kWarn, settings_.target() + ": it did not end by itself, so it is killed");
  send(handle, SIGKILL, process);
  if (wait_for_end(handle, deadline_of(action, Milliseconds(5'000)))) return;
  throw Error(Fault::kTimeout, settings_.target() + ": process " + std::to_string(process.pid) + " does not end");
}

Json ProcActor::signal(const Action& action) {
  int number = signal_of(action);
  auto process = find(settings_);
  // The one that plan() saw, and no other.
  if (!process || (!action.baseline.empty() && Life::of(*process).text() != action.baseline)) {
    throw Error(Fault::kNotFound, settings_.target() + " is not running, or is another process by now");
  }
  Pidfd handle = hold(settings_, *process);
  if (!handle.open()) throw Error(Fault::kNotFound, settings_.target() + " has ended meanwhile");
  send(handle, number, *process);
  return report(*process, true).set("signal", number);
}

Probe ProcActor::probe(const Action& action) {
  auto process = find(settings_);
  bool starting = !process && find_marked(settings_, kKeyMark, action.key);
  return judge(action.name, Life::parse(action.baseline), process ? Life::of(*process) : Life{}, starting);
}

void ProcActor::keep_child(Pidfd handle) {
  if (handle.open()) children_.push_back(std::move(handle));
}

Json ProcActor::report(const ProcessStat& process, bool changed) const {
  return Json::map().set("up", true).set("changed", changed).set("pid", process.pid);
}

}  // namespace reeve::proc
