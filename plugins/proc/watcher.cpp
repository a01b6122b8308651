#include "proc/watcher.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace reeve::proc {

namespace {

int64_t wall_us() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

void ProcWatcher::watch(Events& out) {
  watch_folder();
  catch_up(out);
  tell_state(out);
  while (!out.cancelled()) wait(out);
}

void ProcWatcher::catch_up(Events& out) {
  auto now = find(settings_);
  if (now) hold(*now);
  Life life = process_ ? Life::of(*process_) : Life{};
  if (!seen_before_ || life == last_) {
    last_ = life;
    return;
  }
  Life before = last_;
  last_ = life;
  // Somebody else has brought it back meanwhile: then its end is no news that asks for an act.
  if (life.up()) return tell_start(Seen::kLate, out);
  tell_exit(before, std::nullopt, Seen::kLate, out);
}

void ProcWatcher::watch_folder() {
  if (settings_.pidfile.empty()) return;
  folder_ = common::Descriptor(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  std::string folder = settings_.pidfile.substr(0, settings_.pidfile.rfind('/') + 1);
  if (inotify_add_watch(folder_.get(), folder.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO | IN_MODIFY) < 0) folder_.reset();
}

int ProcWatcher::timeout_ms() const {
  constexpr int kLook = 500;
  constexpr int kSeldom = 60'000;
  bool told_of_others = settings_.pidfile.empty() || folder_.open();
  return process_ && told_of_others && dead_.empty() ? kSeldom : kLook;
}

void ProcWatcher::wait(Events& out) {
  std::array<pollfd, 4> watched = {{{out.cancel_fd(), POLLIN, 0},
                                    {process_ ? handle_.fd() : -1, POLLIN, 0},
                                    {starts_.fd(), POLLIN, 0},
                                    {folder_.get(), POLLIN, 0}}};
  int ready = poll(watched.data(), watched.size(), timeout_ms());
  if (out.cancelled()) return;
  if (watched[3].revents != 0) {
    std::array<char, 4096> ignored;
    while (read(folder_.get(), ignored.data(), ignored.size()) > 0) {
    }
  }
  // In this order: a restart of ours ends one life and begins another.
  std::vector<pid_t> started = starts_.take();
  // On a busy machine the new life may be there before this thread sees the end of the old one: an act explains it.
  if (watched[1].revents != 0) on_end(!started.empty() || starts_.acts() != acts_when_held_, out);
  if (!started.empty()) on_started_by_us(started, out);
  if (ready == 0 || watched[3].revents != 0) look(out);
  if (!settings_.pidfile.empty() && !folder_.open()) watch_folder();
  reap();
}

void ProcWatcher::reap() {
  auto due = [](const auto& each) { return each.second.passed(); };
  for (const auto& each : dead_) {
    if (due(each)) each.first.reap();
  }
  dead_.erase(std::remove_if(dead_.begin(), dead_.end(), due), dead_.end());
}

void ProcWatcher::look(Events& out) {
  auto now = process_ ? find_shown(settings_) : find(settings_);
  if (!now || (process_ && now->pid == process_->pid)) return;
  // A daemon that started its own successor: the old one may still be finishing its work.
  bool successor = process_.has_value() && !handle_.ended();
  if (!hold(*now)) return;
  last_ = Life::of(*process_);
  if (successor) return tell_state(out);
  tell_start(Seen::kNow, out);
}

void ProcWatcher::on_started_by_us(const std::vector<pid_t>& started, Events& out) {
  for (pid_t pid : started) {
    auto process = common::process_of(settings_.proc, pid);
    // A zombie has a handle too, and an end to tell: its starter keeps it for us.
    if (!process || (process_ && process_->pid == pid)) continue;
    if (process_ && !handle_.ended()) continue;
    if (!hold(*process)) continue;
    ours_ = true;
    last_ = Life::of(*process_);
    tell_start(Seen::kNow, out);
  }
}

bool ProcWatcher::hold(const common::ProcessStat& process) {
  common::Pidfd handle = proc::hold(settings_, process);
  if (!handle.open()) return false;
  process_ = process;
  handle_ = std::move(handle);
  acts_when_held_ = starts_.acts();
  ours_ = false;
  return true;
}

void ProcWatcher::on_end(bool restarted, Events& out) {
  auto death = handle_.death();
  common::ProcessStat ended = *process_;
  process_.reset();
  dead_.emplace_back(std::move(handle_), common::Deadline::after_ms(settings_.start_timeout.count()));
  if (!restarted && handed_over(ended, patience(ended, death), out)) return;
  Life life = last_;
  last_ = {};
  tell_exit(life, death, Seen::kNow, out);
}

Milliseconds ProcWatcher::patience(const common::ProcessStat& ended, std::optional<common::Death> death) const {
  bool well = ours_ && death && death->signal == 0 && death->code == 0;
  bool shows_itself = !settings_.pidfile.empty() || !settings_.match.empty();
  // What the pid file names is no starter, but the one that was meant.
  if (!well || !shows_itself || pid_in_file(settings_.pidfile) == ended.pid) return Milliseconds(0);
  return settings_.pidfile.empty() ? Milliseconds(300) : settings_.start_timeout;
}

bool ProcWatcher::handed_over(const common::ProcessStat& ended, Milliseconds patience, Events& out) {
  // Who has the same command line may as well be a child that the ended one left behind.
  if (settings_.pidfile.empty() && patience.count() == 0) return false;
  long long ended_ticks = ticks_now();
  auto until = common::Deadline::after_ms(patience.count());
  do {
    auto now = find_shown(settings_);
    // A successor was there before the end; what was started after it is a new life.
    bool successor = now && now->pid != ended.pid && (patience.count() > 0 || now->start_ticks < ended_ticks);
    if (successor && hold(*now)) {
      last_ = Life::of(*process_);
      tell_state(out);
      return true;
    }
    if (until.passed() || out.cancelled()) return false;
    poll(nullptr, 0, 10);
  } while (true);
}

Event ProcWatcher::event(const char* type) const {
  Event event;
  event.type = type;
  event.target = settings_.target();
  event.at_us = wall_us();
  event.cursor = "is " + last_.text();
  return event;
}

void ProcWatcher::tell_start(Seen seen, Events& out) {
  Event start = event("proc.start");
  start.fields.set("pid", last_.pid);
  if (seen == Seen::kLate) start.fields.set("late", true);
  out.emit(start);
}

void ProcWatcher::tell_exit(const Life& life, std::optional<common::Death> death, Seen seen, Events& out) {
  Event exit = event("proc.exit");
  exit.fields.set("pid", life.pid);
  std::string reason = "unknown";
  if (death && death->signal != 0) {
    exit.fields.set("signal", death->signal);
    reason = "signal " + std::to_string(death->signal);
  } else if (death) {
    exit.fields.set("code", death->code);
    reason = "exit " + std::to_string(death->code);
  }
  exit.fields.set("reason", reason);
  if (life.boot == boot_id()) {
    exit.fields.set("uptime", static_cast<double>(ticks_now() - life.start_ticks) / ticks_per_second());
  }
  if (seen == Seen::kLate) exit.fields.set("late", true);
  out.emit(exit);
}

void ProcWatcher::tell_state(Events& out) {
  Event state = event("proc.state");
  state.fields.set("up", last_.up()).set("pid", last_.pid);
  out.emit(state);
}

}  // namespace reeve::proc
