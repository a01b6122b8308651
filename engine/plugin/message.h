/// \file
/// What is said between the engine and a plugin, whatever bytes carry it? Requests and what is told back.
///
/// Two dialects carry them: frames (shared objects, plugin/process/wire.h) and JSON lines (exec, sdk/PROTOCOL.md).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/base.h"
#include "child/child.h"
#include "model/action.h"
#include "model/event.h"
#include "model/sample.h"
#include "plugin/catalog.h"

namespace reeve::plugin {

enum class LaneKind { kCollector, kWatcher, kActor };
const char* lane_name(LaneKind kind);  ///< "collector", "watcher", "actor"

enum class Ask { kHello, kCheck, kOpen, kCollect, kWatch, kPlan, kInvoke, kProbe, kClose };
const char* ask_name(Ask ask);  ///< "hello", "check", ...

/// Has an id and gets exactly one reply. Which of the rest count depends on what is asked.
struct Request {
  Ask ask = Ask::kHello;
  uint64_t id = 0, lane = 0;
  LaneKind kind = LaneKind::kCollector;
  std::string instance;
  model::Value config;
  std::vector<std::pair<std::string, std::string>> secrets;
  std::string cursor;
  std::string action, key, baseline;
  model::Value args = model::Value::map();
  model::Fence fence;
  base::Duration deadline;
};

/// One message from a plugin.
struct Told {
  enum class What { kHello, kReply, kSamples, kEvent, kLog };
  What what = What::kReply;
  uint64_t id = 0;     ///< of the request; kEvent, kLog of frames: the lane
  base::Status fault;  ///< kReply, kHello
  model::Value value;  ///< the answer, or the manifest
  std::vector<model::Sample> samples;
  model::Event event;  ///< type, labels, fields, at (zero: not said), target, cursor
  base::Level level = base::Level::kInfo;
  std::string text;
};

class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual child::Channel channel() const = 0;
  virtual std::vector<std::string> argv(const Program& program, const std::string& child_program) const = 0;
  /// True: the process says hello by itself; else it is asked.
  virtual bool greets() const = 0;
  virtual std::string encode(const Request& request) const = 0;
  virtual std::string cancel(uint64_t call, uint64_t lane) const = 0;
  virtual std::string credit(uint64_t lane, int64_t count, const std::string& cursor) const = 0;
  /// \errors kInvalid: this is not the protocol.
  virtual base::Result<Told> decode(std::string_view message) const = 0;
};
std::unique_ptr<Dialect> make_frames();
std::unique_ptr<Dialect> make_lines();

}  // namespace reeve::plugin
