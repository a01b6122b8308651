#include <set>

#include "script/script.h"
#include "script/worker/core.h"

namespace reeve::script {

namespace {
/// The worker's core behind the port of a process. Frames go through the loop, as through a pipe.
class CoreProcess : public child::Process {
 public:
  CoreProcess(base::Loop& loop, child::Callbacks callbacks)
      : loop_(loop), callbacks_(std::move(callbacks)), core_([this](const std::string& frame) { put(frame); }) {
    core_.hello();
  }
  ~CoreProcess() override { *alive_ = false; }

  pid_t pid() const override { return 1; }
  bool send(std::string_view message) override {
    loop_.post([this, alive = alive_, frame = std::string(message)] {
      if (*alive && !ended_ && !core_.on_message(frame)) end({3, 0, ""});
    });
    return !ended_;
  }
  void close_input() override {
    later([this] { end({}); });
  }
  void signal(int number) override {
    later([this, number] { end({0, number, ""}); });
  }
  void stop(base::Duration) override { signal(15); }
  void pause(bool) override {}

 private:
  void later(base::Task task) {
    loop_.post([alive = alive_, task = std::move(task)] {
      if (*alive) task();
    });
  }
  void put(const std::string& frame) {
    later([this, frame] {
      if (!ended_) callbacks_.on_message(frame);
    });
  }
  void end(child::Exit exit) {
    if (ended_) return;
    ended_ = true;
    const auto on_exit = callbacks_.on_exit;  // it may destroy this object
    on_exit(exit);
  }

  base::Loop& loop_;
  child::Callbacks callbacks_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool ended_ = false;
  Core core_;
};

class InProcessSpawner : public child::Spawner {
 public:
  explicit InProcessSpawner(base::Loop& loop) : loop_(loop) {}
  base::Result<std::unique_ptr<child::Process>> spawn(child::Command command, child::Callbacks callbacks) override {
    if (command.argv != std::vector<std::string>{program_, "script"})
      return base::Error{base::Fault::kNotFound, "only the script worker runs inside this process"};
    return std::unique_ptr<child::Process>(std::make_unique<CoreProcess>(loop_, std::move(callbacks)));
  }
  const std::string& child_program() const override { return program_; }

 private:
  base::Loop& loop_;
  std::string program_ = "in-process";
};
}  // namespace

std::unique_ptr<child::Spawner> make_in_process_spawner(base::Loop& loop) {
  return std::make_unique<InProcessSpawner>(loop);
}

}  // namespace reeve::script
