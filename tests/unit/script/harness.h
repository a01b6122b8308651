/// \file
/// How do tests talk to a script without a worker process? A run with its questions and answers in one line each.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "model/json.h"
#include "script/worker/core.h"

namespace reeve::script {

/// One run of a script whose function body is `body`, or of a whole file.
class ScriptHarness {
 public:
  static std::shared_ptr<const Bundle> file(const std::string& text) {
    auto bundle = std::make_shared<Bundle>();
    bundle->main = "pack/test.lua";
    bundle->files = {{"pack/test.lua", text}};
    return bundle;
  }
  static std::string body(const std::string& text) {
    return "return runbook { title = \"t\" }, function(run, a)\n" + text + "\nend\n";
  }

  explicit ScriptHarness(const std::string& text, const Limits& limits = {}, model::Value params = model::Value::map(),
                         const std::string& run = "run-1")
      : ScriptHarness(file(text), limits, std::move(params), run) {}
  ScriptHarness(std::shared_ptr<const Bundle> bundle, const Limits& limits, model::Value params,
                const std::string& run = "run-1")
      : run_(run, std::move(bundle), std::move(params), {}, limits) {}

  /// Each item as JSON: `["call","1","note","hello",{},2]`.
  std::vector<std::string> start() { return texts(run_.start(1000)); }
  std::vector<std::string> answer(const std::string& path, const std::string& json, double now = 1001) {
    Reply reply;
    reply.value = model::parse_json(json).value();
    return texts(run_.answer(path, reply, now));
  }
  std::vector<std::string> fail(const std::string& path, const std::string& kind, const std::string& message) {
    return texts(run_.answer(path, {false, {}, kind, message}, 1001));
  }
  std::vector<std::string> check(const std::string& path) { return texts(run_.check(path, 1002)); }
  std::vector<std::string> clean_up() { return texts(run_.clean_up(1003)); }

 private:
  static std::vector<std::string> texts(const model::Value::List& items) {
    std::vector<std::string> out;
    for (const model::Value& item : items) out.push_back(model::to_json(item));
    return out;
  }
  ScriptRun run_;
};

/// A file below tests/unit/script.
std::string read_file(const std::string& name);
/// What was played must be what the file says. With REEVE_RECORD in the environment the file is written instead: look
/// at the difference before you keep it.
void compare(const std::string& name, const std::string& wanted, const std::string& played);

/// What `return EXPRESSION` gives, as text; an error gives "error: message" (without its place).
std::string evaluate(const std::string& expression, const Limits& limits = {});
/// The same of a function body.
std::string run_body(const std::string& body, const Limits& limits = {});

}  // namespace reeve::script
