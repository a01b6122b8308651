#include "unit/ledger/python_verifier.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "base/hash.h"
#include "model/json.h"

extern char** environ;  // NOLINT: POSIX

namespace reeve::ledger {

PythonVerifier::PythonVerifier() {
  std::signal(SIGPIPE, SIG_IGN);
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) return;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  std::string program = "python3", script = REEVE_SOURCE_DIR "/sdk/tools/verify_ledger.py", batch = "--batch";
  char* arguments[] = {program.data(), script.data(), batch.data(), nullptr};
  if (posix_spawnp(&pid_, "python3", &actions, nullptr, arguments, environ) != 0) pid_ = 0;
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  to_ = fdopen(in[1], "w");
  from_ = fdopen(out[0], "r");
}

PythonVerifier::~PythonVerifier() {
  if (to_) std::fclose(to_);
  if (from_) std::fclose(from_);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

model::Value PythonVerifier::verify(const std::string& folder_or_file, const std::string& anchors) {
  std::fprintf(to_, "%s\t%s\n", folder_or_file.c_str(), anchors.c_str());
  std::fflush(to_);
  char* line = nullptr;
  size_t size = 0;
  const ssize_t length = getline(&line, &size, from_);
  const std::string answer(line, length > 0 ? static_cast<size_t>(length) : 0);
  std::free(line);
  auto parsed = model::parse_json(answer);
  return parsed.ok() ? *parsed : model::Value("the verifier died: " + answer);
}

std::string disagreement(const Verification& ours, const model::Value& theirs) {
  if (!theirs.is_map()) return "no answer: " + theirs.text();
  if (ours.ok != theirs["ok"].as_bool())
    return std::string("ours is ") + (ours.ok ? "ok" : "not ok") + ", theirs: " + model::to_json(theirs);
  const auto unreadable = [](const std::string& fault) {
    return fault.find(": cannot be read: ") != std::string::npos;
  };
  if (std::any_of(ours.faults.begin(), ours.faults.end(), unreadable)) return "";
  std::vector<std::string> faults;
  for (const model::Value& fault : theirs["faults"].as_list()) faults.push_back(fault.as_string());
  if (faults != ours.faults) {
    std::string text = "ours:";
    for (const std::string& fault : ours.faults) text += "\n  " + fault;
    return text + "\ntheirs: " + model::to_json(theirs["faults"]);
  }
  if (static_cast<int64_t>(ours.entries) != theirs["entries"].as_int()) return "another number of entries";
  if (static_cast<int64_t>(ours.checkpoints) != theirs["checkpoints"].as_int()) return "another number of checkpoints";
  if (ours.head.seq > 0 && base::hex(ours.head.hash) != theirs["head"]["hash"].as_string()) return "another head";
  if (ours.notices.size() != theirs["notices"].as_list().size())
    return "other notices: " + model::to_json(theirs["notices"]);
  return "";
}

}  // namespace reeve::ledger
