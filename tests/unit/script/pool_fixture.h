/// \file
/// How do tests of the pool see what its listener hears, and make a worker misbehave?
#pragma once

#include <gmock/gmock.h>

#include "base/manual_loop.h"
#include "model/msgpack.h"
#include "script/script.h"
#include "unit/script/harness.h"

namespace reeve::script {

class Told : public Listener {
 public:
  std::vector<std::string> lines;
  std::function<void(const Call&)> then;
  void on_call(const Call& call) override {
    lines.push_back("call " + call.run + " " + call.path + " " + call.kind + " " + call.name);
    if (then) then(call);
  }
  void on_checked(const Checked& checked) override {
    lines.push_back("checked " + checked.path + " " + (checked.ok ? checked.value.text() : checked.error.text));
  }
  void on_ended(const Ended& ended) override {
    lines.push_back("ended " + ended.run + " " + ended.phase + " " + ended.result + " " + ended.message);
  }
  void on_lost(const std::string& run, bool blamed, const std::string& why) override {
    lines.push_back("lost " + run + (blamed ? " blamed " : " ") + why);
  }
};

/// A spawner whose processes do nothing until told.
class PuppetSpawner : public child::Spawner {
 public:
  struct State {
    child::Callbacks callbacks;
    std::vector<model::Value> frames;
    int killed = 0;
    bool gone = false;
  };
  struct Process : child::Process {
    explicit Process(std::shared_ptr<State> s) : state(std::move(s)) {}
    ~Process() override { state->gone = true; }
    pid_t pid() const override { return 77; }
    bool send(std::string_view message) override {
      state->frames.push_back(model::parse_msgpack(message).value());
      return true;
    }
    void close_input() override {}
    void signal(int number) override { state->killed = number; }
    void stop(base::Duration) override {}
    void pause(bool) override {}
    std::shared_ptr<State> state;
  };
  base::Result<std::unique_ptr<child::Process>> spawn(child::Command command, child::Callbacks callbacks) override {
    commands.push_back(command);
    if (refuse) return base::Error{base::Fault::kUnavailable, "no more processes"};
    states.push_back(std::make_shared<State>());
    states.back()->callbacks = std::move(callbacks);
    return std::unique_ptr<child::Process>(std::make_unique<Process>(states.back()));
  }
  const std::string& child_program() const override { return program; }
  void say(size_t i, const model::Value& frame) { states[i]->callbacks.on_message(model::to_msgpack(frame)); }
  void hello(size_t i) { say(i, model::Value::list().push("hello").push(kProtocolVersion)); }

  std::string program = "/bin/reeve-child";
  std::vector<child::Command> commands;
  std::vector<std::shared_ptr<State>> states;
  bool refuse = false;
};

inline std::string bundle(const std::string& body) {
  Bundle made;
  made.main = "pack/test.lua";
  made.files = {{made.main, ScriptHarness::body(body)}};
  return made.to_bytes();
}

struct PoolTest : testing::Test {
  base::ManualLoop loop;
  Told told;
  PuppetSpawner puppets;
  std::unique_ptr<child::Spawner> real = make_in_process_spawner(loop);

  std::unique_ptr<Pool> pool(child::Spawner& spawner, Settings settings = {}) {
    return make_pool(settings, spawner, loop, base::system_random(), &told);
  }
  static Start start(const std::string& run, const std::string& body) {
    Start wanted;
    wanted.run = run;
    wanted.bundle = bundle(body);
    wanted.now = base::Time{5'000'000};
    return wanted;
  }
  static model::Value turn(const std::string& run, const std::string& items) {
    return model::Value::list().push("turn").push(run).push(model::parse_json(items).value());
  }
};

}  // namespace reeve::script
