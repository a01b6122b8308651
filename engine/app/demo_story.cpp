#include "app/demo_story.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cstdio>
#include <ostream>

#include "cli/cli.h"
#include "ledger/ledger.h"
#include "model/json.h"

namespace reeve::app {

namespace {
constexpr int kTicksASecond = 5;
constexpr int kLimitSeconds = 55;

std::string body_text(const model::Entry& entry, const char* key) {
  if (!entry.body) return {};
  const auto body = model::parse_json(*entry.body);
  return body.ok() && (*body)[key].is_string() ? (*body)[key].as_string() : std::string();
}

std::string last_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}
}  // namespace

void DemoStory::on_started(const base::Status& status, base::Loop& loop, int port) {
  if (!status.ok()) {
    out_ << status.error().text << "\n";
    return;
  }
  loop_ = &loop;
  say("engine", "watching a small HTTP service on 127.0.0.1:" + std::to_string(port) + " (pid " +
                    std::to_string(stage_.patient()) + ") by its process and by its answers");
  loop.after(base::millis(200), [this] { tick(); });
}

void DemoStory::tick() {
  ++ticks_;
  ++since_;
  if (at_ == At::kOver) return;
  if (at_ == At::kWatching && since_ >= 3 * kTicksASecond) hang();
  if (at_ == At::kBetween && since_ >= 3 * kTicksASecond) crash();
  if (!stage_.stay && ticks_ > kLimitSeconds * kTicksASecond) {
    say("demo", "no heal within " + std::to_string(kLimitSeconds) + " s: giving up");
    at_ = At::kOver;
    return stage_.end();
  }
  progress();
  loop_->after(base::millis(200), [this] { tick(); });
}

void DemoStory::hang() {
  const pid_t patient = stage_.patient();
  if (patient <= 0 || kill(patient, SIGSTOP) != 0) return;
  at_ = At::kHung;
  since_ = 0;
  broken_at_ = loop_->clock().boot();
  say("demo", "BREAK 1: the service hangs (SIGSTOP to pid " + std::to_string(patient) + ")");
}

void DemoStory::crash() {
  const pid_t patient = stage_.patient();
  if (patient <= 0 || kill(patient, SIGKILL) != 0) return;
  at_ = At::kCrashed;
  since_ = 0;
  broken_at_ = loop_->clock().boot();
  say("demo", "BREAK 2: the service crashes (SIGKILL to pid " + std::to_string(patient) + ")");
}

void DemoStory::on_entry(const model::Entry& entry) {
  if (!loop_) return;
  const model::Value& facts = entry.facts;
  const std::string seq = " [entry " + std::to_string(entry.seq) + "]";
  if (entry.kind == "alert.firing") {
    const auto body = model::parse_json(entry.body.value_or("{}"));
    const std::string name = body.ok() ? (*body)["labels"]["alertname"].text() : entry.subject;
    say("detect", "alert " + name + " fires" + seq);
  } else if (entry.kind == "alert.resolved" && facts["fired"].as_bool()) {
    say("detect", "the alert is resolved" + seq);
  } else if (entry.kind == "decision") {
    const std::string reason = body_text(entry, "reason");
    say("decide", facts["verdict"].text() + (reason.empty() ? "" : ": " + reason) + seq);
  } else if (entry.kind == "run.started") {
    say("heal", "runbook " + facts["runbook"].text() + " starts" + seq);
  } else if (entry.kind == "step.intent") {
    say("heal", "step " + facts["path"].text() + ": " + last_of(facts["instance"].text()) + " " +
                    facts["action"].text() + " on " + entry.subject + ", written down before it is done" + seq);
  } else if (entry.kind == "step.outcome") {
    say("heal", std::string("step ") + facts["path"].text() + (facts["ok"].as_bool() ? " done" : " failed") + seq);
  } else if (entry.kind == "run.ended") {
    say("verify", "run " + facts["result"].text() + seq);
    on_run_ended(facts["result"].as_string());
  }
}

void DemoStory::on_run_ended(const std::string& result) {
  if (result != "succeeded" || (at_ != At::kHung && at_ != At::kCrashed)) return;
  ++healed_;
  const base::Duration took = loop_->clock().boot() - broken_at_;
  say("demo", "healed and verified " + base::format_duration(base::millis(took.ms())) + " after the break; it is pid " +
                  std::to_string(stage_.patient()) + " now");
  since_ = 0;
  at_ = at_ == At::kHung ? At::kBetween : At::kOver;
  if (at_ != At::kOver) return;
  if (stage_.stay) {
    say("demo", "staying; look with `reeve status`, end with Ctrl-C");
  } else {
    loop_->after(base::millis(200), [this] { stage_.end(); });
  }
}

void DemoStory::say(const std::string& who, const std::string& text) {
  char time[16];
  std::snprintf(time, sizeof time, "%5.1fs", ticks_ / static_cast<double>(kTicksASecond));
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  out_ << (terminal ? "\r\033[K" : "") << time << "  " << who << std::string(who.size() < 7 ? 7 - who.size() : 1, ' ')
       << text << "\n"
       << std::flush;
}

/// One line that is written over, on a terminal only.
void DemoStory::progress() {
  if (isatty(STDOUT_FILENO) != 1 || at_ == At::kOver) return;
  static constexpr const char* kNow[] = {"watching", "it hangs: waiting for reeve", "healthy again: watching",
                                         "it crashed: waiting for reeve", ""};
  static constexpr char kWheel[] = "|/-\\";
  out_ << "\r\033[K" << kWheel[ticks_ % 4] << " " << kNow[static_cast<int>(at_)] << std::flush;
}

bool spawn_detached(const std::vector<const char*>& argv) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  for (const int fd : {0, 1, 2})
    posix_spawn_file_actions_addopen(&files, fd, "/dev/null", fd == 0 ? O_RDONLY : O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  pid_t pid = 0;
  const int failed = posix_spawn(&pid, argv[0], &files, &attributes, const_cast<char* const*>(argv.data()), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return failed == 0;
}

int prove(const std::string& state, std::ostream& out) {
  const auto verified = ledger::verify(state);
  if (!verified.ok() || !verified->ok) {
    out << "\nThe ledger does not verify: "
        << (verified.ok() ? base::join(verified->faults, "; ") : verified.error().text) << "\n";
    return cli::kFailure;
  }
  out << "\nTwice broken, twice healed, and here is the proof: " << verified->entries
      << " ledger entries, each chained to the one before, verify.\nhead: seq " << verified->head.seq << ", "
      << base::format_time(verified->head.at) << ", " << base::hex(verified->head.hash)
      << "\nLook again:  reeve audit verify --state " << state << "\n             reeve audit list --state " << state
      << "\n";
  return cli::kOk;
}

}  // namespace reeve::app
