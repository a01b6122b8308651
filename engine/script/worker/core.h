/// \file
/// What does the worker do with a frame? The whole of it but reading and writing: the same in a process of its own and
/// inside a test.
///
/// Engine to worker: ["declare", id, bundle], ["start", run, {bundle, params, alert, now}], ["answer", run, path, ok,
/// value | {kind, message}, now], ["check", run, path, now], ["clean_up", run, now], ["drop", run].
/// Worker to engine: ["hello", version], ["declared", id, {kind, table, places, errors}], ["turn", run, items]: exactly
/// one for each start, answer, check and clean_up, in order.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "script/worker/script_run.h"

namespace reeve::script {

inline constexpr int kProtocolVersion = 1;

class Core {
 public:
  using Send = std::function<void(const std::string& frame)>;
  explicit Core(Send send, const Limits& limits = {});

  void hello();
  /// False: the frame makes no sense; the worker ends.
  bool on_message(std::string_view frame);
  size_t runs() const { return runs_.size(); }

 private:
  bool start(const std::string& run, const model::Value& what);
  void declare(const model::Value& id, const std::string& bytes);
  bool on_run(const std::string& kind, const std::string& run, const model::Value::List& frame);
  void turn(const std::string& run, ScriptRun::Items items);
  std::shared_ptr<const Bundle> bundle(const std::string& bytes);

  Send send_;
  Limits limits_;
  std::map<std::string, std::unique_ptr<ScriptRun>> runs_;
  std::map<std::string, std::weak_ptr<const Bundle>> bundles_;
};

/// Declares a bundle and looks it through: {kind, table, places, errors: [{file, line, col, text}]}.
model::Value declare_bundle(const Bundle& bundle, const Limits& limits);

}  // namespace reeve::script
