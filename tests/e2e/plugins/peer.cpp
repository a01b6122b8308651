#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "e2e/plugins/loaded.h"

extern char** environ;

namespace reeve::e2e {

namespace {

/// Starts argv with a pipe to its input and one from its output.
int spawn(const std::vector<std::string>& argv, int& input, int& output) {
  int in[2];
  int out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) return -1;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  std::vector<char*> pointers;
  for (const std::string& word : argv) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  pid_t pid = -1;
  if (posix_spawnp(&pid, pointers[0], &actions, nullptr, pointers.data(), environ) != 0) pid = -1;
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  input = in[1];
  output = out[0];
  return pid;
}

}  // namespace

Peer::Peer(const std::string& script, std::vector<std::string> arguments) {
  std::string path = std::string(REEVE_TEST_DIR) + "/peers/" + script;
  arguments.insert(arguments.begin(), path);
  if (path.ends_with(".py")) arguments.insert(arguments.begin(), "python3");
  pid_ = spawn(arguments, input_, output_);
  if (pid_ > 0 && read_until("READY=1")) return;
  missing_ = told_.contains("MISSING") ? told_["MISSING"] : script + " did not start";
}

bool Peer::read_until(const std::string& wanted) {
  std::string line;
  char c = 0;
  while (read(output_, &c, 1) == 1) {
    if (c != '\n') {
      line += c;
      continue;
    }
    size_t equals = line.find('=');
    if (equals != std::string::npos) told_[line.substr(0, equals)] = line.substr(equals + 1);
    if (line == wanted) return true;
    line.clear();
  }
  return false;
}

void Peer::command(const std::string& name) {
  std::string line = name + "\n";
  EXPECT_EQ(write(input_, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  EXPECT_TRUE(read_until("DONE=" + name));
}

Peer::~Peer() {
  if (input_ >= 0) close(input_);  // a peer ends when its input does
  if (output_ >= 0) close(output_);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

std::string Peer::at(const std::string& key) const {
  auto found = told_.find(key);
  return found == told_.end() ? "" : found->second;
}

std::string run(const std::vector<std::string>& argv) {
  int input = -1;
  int output = -1;
  int pid = spawn(argv, input, output);
  close(input);
  std::string text;
  char room[4096];
  ssize_t got = 0;
  while ((got = read(output, room, sizeof room)) > 0) text.append(room, static_cast<size_t>(got));
  close(output);
  int status = -1;
  if (pid > 0) waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0) << argv[0] << ": " << text;
  return text;
}

Folder::Folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "reeve-test-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}
Folder::~Folder() {
  std::error_code ignored;  // what a peer still holds is left to the system
  std::filesystem::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, const std::string& text, int mode) const {
  std::string path = path_ + "/" + name;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
  chmod(path.c_str(), static_cast<mode_t>(mode));
  return path;
}

bool eventually(const std::function<bool()>& is_true, int64_t within_ms) {
  auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(within_ms);
  while (!is_true()) {
    if (std::chrono::steady_clock::now() > until) return false;
    poll(nullptr, 0, 10);
  }
  return true;
}

}  // namespace reeve::e2e
