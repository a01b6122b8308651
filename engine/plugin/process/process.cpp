#include "plugin/process/process.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <memory>

#include "child/frame.h"
#include "model/msgpack.h"
#include "plugin/fences.h"
#include "plugin/process/lane.h"
#include "plugin/process/library.h"

namespace reeve::plugin {

using wire::Kind;

namespace {
constexpr int kPatienceMs = 1000;

class PluginProcess {
 public:
  PluginProcess(const Library& library, int in, int out) : library_(library), in_(in), writer_(out) {}
  int run();

 private:
  void hello();
  void take(std::string_view frame);
  void check(uint64_t call, std::string_view config);
  void open(uint64_t call, uint64_t lane, model::Unpacker& in);
  void call(Kind kind, uint64_t call, uint64_t lane, model::Unpacker& in);
  void refuse(uint64_t call, int fault, std::string_view text) { reply(call, fault, text, {}); }
  void reply(uint64_t call, int fault, std::string_view text, std::string_view answer);
  void leave();

  const Library& library_;
  int in_;
  Writer writer_;
  std::map<uint64_t, std::shared_ptr<LaneThread>> lanes_;
  Fences fences_;
};

int PluginProcess::run() {
  hello();
  std::string frame;
  while (library_.plugin && child::read_frame(in_, frame)) take(frame);
  leave();
  return library_.plugin ? 0 : 1;
}

void PluginProcess::hello() {
  std::string frame;
  model::Packer out(frame);
  out.list(4);
  out.integer(static_cast<int64_t>(Kind::kHello));
  out.string(wire::kBuild);
  out.string(library_.error);
  out.string(library_.manifest);
  writer_.write(frame);
}

void PluginProcess::take(std::string_view frame) {
  model::Unpacker in(frame);
  in.list();
  const Kind kind = static_cast<Kind>(in.integer());
  const auto first = static_cast<uint64_t>(in.integer());
  if (kind == Kind::kCheck) return check(first, in.string());
  if (kind == Kind::kCredit) {
    const int64_t count = in.integer();
    if (auto found = lanes_.find(first); found != lanes_.end()) found->second->credit(count, std::string(in.string()));
    return;
  }
  const auto lane = static_cast<uint64_t>(in.integer());
  if (kind == Kind::kOpen) return open(first, lane, in);
  if (kind == Kind::kCancel) {
    if (auto found = lanes_.find(lane); found != lanes_.end()) found->second->cancel(first);
    return;
  }
  call(kind, first, lane, in);
}

void PluginProcess::check(uint64_t call, std::string_view config) {
  char error[4096] = {};
  int fault = REEVE_OK;
  if (library_.plugin->check) fault = library_.plugin->check({config.data(), config.size()}, error, sizeof error);
  error[sizeof error - 1] = '\0';
  std::string answer;
  if (fault == REEVE_OK) answer = manifest_for(*library_.plugin, config);
  reply(call, fault, error, answer);
}

void PluginProcess::open(uint64_t call, uint64_t lane, model::Unpacker& in) {
  Opening opening;
  opening.what = static_cast<wire::Lane>(in.integer());
  opening.config = in.string();
  for (size_t i = in.list(); i > 1; i -= 2) {
    const std::string name(in.string());
    opening.secrets[name] = in.string();
  }
  opening.cursor = in.string();
  if (!in.ok()) return refuse(call, REEVE_INTERNAL, "a frame that cannot be read");
  auto& slot = lanes_[lane];
  slot = std::make_shared<LaneThread>(lane, *library_.plugin, std::move(opening), writer_);
  LaneThread::start(slot);
  Task task;
  task.call = call;
  slot->push(std::move(task));
}

void PluginProcess::call(Kind kind, uint64_t call, uint64_t lane, model::Unpacker& in) {
  const auto found = lanes_.find(lane);
  if (found == lanes_.end()) return refuse(call, wire::kUnavailable, "no such lane");
  Task task;
  task.kind = kind;
  task.call = call;
  if (kind == Kind::kPlan || kind == Kind::kInvoke || kind == Kind::kProbe) {
    task.action = in.string();
    task.args = in.string();
    task.key = in.string();
    task.baseline = in.string();
  }
  if (kind != Kind::kWatch && kind != Kind::kClose) task.deadline_ms = in.integer();
  if (kind == Kind::kInvoke) {
    const std::string run(in.string());
    if (!fences_.admit(run, static_cast<uint64_t>(in.integer())))
      return refuse(call, wire::kRefused, "run " + run + " has been taken over by a newer epoch");
  }
  if (!in.ok()) return refuse(call, REEVE_INTERNAL, "a frame that cannot be read");
  found->second->push(std::move(task));
  if (kind == Kind::kClose) lanes_.erase(found);
}

void PluginProcess::reply(uint64_t call, int fault, std::string_view text, std::string_view answer) {
  std::string frame;
  model::Packer out(frame);
  out.list(6);
  out.integer(static_cast<int64_t>(Kind::kReply));
  out.integer(static_cast<int64_t>(call));
  out.integer(fault);
  out.string(text);
  out.integer(0);
  out.string(answer);
  writer_.write(frame);
}

// The engine has closed: the lanes get a moment to leave their calls and close what they hold.
void PluginProcess::leave() {
  Task close;
  close.kind = Kind::kClose;
  for (auto& [id, lane] : lanes_) {
    lane->push(close);
    lane->cancel_all();
  }
  for (auto& [id, lane] : lanes_) lane->wait_ended(kPatienceMs);
}
}  // namespace

int process_main(const std::string& path) {
  ::signal(SIGPIPE, SIG_IGN);
  // What a plugin prints must not fall between the frames: they get descriptors of their own.
  const int in = ::fcntl(0, F_DUPFD_CLOEXEC, 3), out = ::fcntl(1, F_DUPFD_CLOEXEC, 3);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (in < 0 || out < 0 || null < 0) return 1;
  ::dup2(null, 0);
  ::dup2(2, 1);
  const Library library = load_library(path);
  const int code = PluginProcess(library, in, out).run();
  std::fflush(nullptr);
  ::_exit(code);  // threads may still be inside the plugin: no destructors under their feet
}

}  // namespace reeve::plugin
