/// \file
/// How is the fleet tested without processes and without waiting? Plugins played by the test, on a loop of its own
/// time.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/manual_loop.h"
#include "model/json.h"
#include "plugin/fleet_impl.h"
#include "plugin/folder.h"

namespace reeve::testing {

/// One process that was spawned, as the test sees it.
struct Played {
  std::string program;
  int pid = 0;
  bool alive = true, paused = false;
  std::vector<model::Value> heard;
  std::vector<int> signals;
  child::Callbacks callbacks;
  base::Loop* loop = nullptr;

  /// What it was asked last, by the word of `ask` or `note`; null: never.
  model::Value last(const std::string& word) const {
    for (auto line = heard.rbegin(); line != heard.rend(); ++line)
      if ((*line)["ask"].as_string() == word || (*line)["note"].as_string() == word) return *line;
    return {};
  }
  int times(const std::string& word) const {
    int n = 0;
    for (const model::Value& line : heard) n += line["ask"].as_string() == word || line["note"].as_string() == word;
    return n;
  }
  void say(const std::string& line) const {
    if (alive) callbacks.on_message(line);
  }
  void reply(const model::Value& to, const std::string& more) const {
    say("{\"id\":" + std::to_string(to["id"].as_int()) + "," + more + "}");
  }
  void end(child::Exit exit) {
    if (!std::exchange(alive, false)) return;
    callbacks.on_exit(exit);
  }
};

class Plant : public ::testing::Test {
 protected:
  using Answer = std::function<void(Played&, const model::Value& request)>;
  using What = plugin::StateChange::What;

  Plant() { reset(); }
  ~Plant() override { stop(); }

  void reset(bool starts_without_broken = false) {
    plugin::Ports ports;
    ports.on_events = [this](const std::string&, std::vector<model::Event> more, std::function<void()> accepted) {
      for (model::Event& event : more) events.push_back(std::move(event));
      unaccepted.push_back(std::move(accepted));
    };
    ports.on_state = [this](const plugin::StateChange& change) { states.push_back(change); };
    ports.cursor = [this](const std::string&) { return cursor; };
    ports.starts_without_broken = starts_without_broken;
    plugin::Search search;
    search.folders = {folder.path()};
    fleet = std::make_unique<plugin::FleetImpl>(search, ports, loop, base::system_random(),
                                                std::make_unique<FakeSpawner>(*this));
  }
  void stop() {
    if (!fleet) return;
    bool stopped = false;
    fleet->stop([&] { stopped = true; });
    for (int i = 0; i < 100 && !stopped; ++i) loop.advance(base::millis(500));
    EXPECT_TRUE(stopped);
    fleet.reset();
    loop.run();
  }

  /// A program of this name, with what its manifest has beside its name.
  void install(const std::string& name, const std::string& manifest = R"("collects":true)") {
    folder.write(name, "#!/bin/sh\n", true);
    manifests[name] = R"({"name":")" + name + "\"," + manifest + "}";
  }
  std::string prepare(const std::string& plugins) {
    const auto node = yaml::parse(plugins, "reeve.yaml");
    const auto wanted = plugin::read_instances(*node);
    EXPECT_TRUE(wanted.ok());
    std::optional<base::Status> got;
    fleet->prepare(*wanted, [&](base::Status status) { got = std::move(status); });
    for (int i = 0; i < 200 && !got; ++i) loop.advance(base::millis(100));
    EXPECT_TRUE(got) << "prepare did not end";
    return !got ? "nothing" : got->ok() ? "" : got->error().text;
  }
  void run(const std::string& plugins) {
    ASSERT_EQ(prepare(plugins), "");
    fleet->apply();
    loop.run();
  }
  /// The newest process of a program that lives; nullptr: there is none.
  Played* now(const std::string& program) const {
    for (auto p = processes.rbegin(); p != processes.rend(); ++p)
      if ((*p)->alive && (*p)->program == program) return p->get();
    return nullptr;
  }
  /// The one that holds this lane.
  Played* lane(const std::string& kind) const {
    for (auto p = processes.rbegin(); p != processes.rend(); ++p)
      if ((*p)->alive && (*p)->last("open")["lane"].as_string() == kind) return p->get();
    return nullptr;
  }
  int told(What what) const {
    int n = 0;
    for (const auto& state : states) n += state.what == what;
    return n;
  }
  std::string state_of(const std::string& instance) const {
    const model::Value all = fleet->status();
    for (const model::Value& one : all.as_list())
      if (one["instance"].as_string() == instance) return one["state"].as_string();
    return "none";
  }
  std::optional<base::Result<model::Batch>> collected;
  void collect(const std::string& instance, base::Duration deadline = base::seconds(1)) {
    collected.reset();
    fleet->collect(instance, deadline, [this](auto batch) { collected.emplace(std::move(batch)); });
    loop.run();
  }
  std::vector<base::Result<plugin::InvokeReply>> invoked;
  void invoke(const std::string& instance, const std::string& action, model::Fence fence = {"run", 1},
              base::Duration deadline = base::seconds(1)) {
    fleet->invoke({instance, action, model::Value::map(), deadline}, "key", "", std::move(fence),
                  [this](auto reply) { invoked.push_back(std::move(reply)); });
    loop.run();
  }

  base::ManualLoop loop;
  Folder folder;
  std::map<std::string, std::string> manifests;
  std::map<std::string, Answer> answers;  ///< by the word of the request, in place of the usual answer
  std::vector<std::unique_ptr<Played>> processes;
  bool stubborn = false;  ///< ends neither with its input nor by SIGTERM
  std::vector<model::Event> events;
  std::vector<std::function<void()>> unaccepted;
  std::vector<plugin::StateChange> states;
  std::string cursor;
  std::unique_ptr<plugin::FleetImpl> fleet;

 private:
  /// What a plugin without faults does.
  void hear(Played& played, const std::string& line) {
    const model::Value request = *model::parse_json(line);
    played.heard.push_back(request);
    const std::string word = request["ask"].as_string() + request["note"].as_string();
    if (const auto own = answers.find(word); own != answers.end()) return own->second(played, request);
    if (word == "hello")
      return played.reply(request, R"("ok":true,"protocol":1,"manifest":)" + manifests[played.program]);
    if (word == "watch" || word == "durable") return;
    played.reply(request, R"("ok":true)");  // also to a cancel: it has the id of what is to end
  }

  class FakeProcess : public child::Process {
   public:
    FakeProcess(Plant& plant, Played& played) : plant_(plant), played_(played) {}
    ~FakeProcess() override { played_.alive = false; }
    pid_t pid() const override { return played_.pid; }
    bool send(std::string_view message) override {
      if (!played_.alive) return false;
      plant_.loop.post([&plant = plant_, &played = played_, line = std::string(message)] {
        if (played.alive) plant.hear(played, line);
      });
      return true;
    }
    void close_input() override { leave({}, false); }
    void stop(base::Duration) override { leave({0, 15, ""}, false); }
    void signal(int number) override {
      played_.signals.push_back(number);
      leave({0, number, ""}, true);
    }
    void pause(bool paused) override { played_.paused = paused; }

   private:
    void leave(child::Exit exit, bool must) {
      if (plant_.stubborn && !must) return;
      plant_.loop.post([&played = played_, exit] { played.end(exit); });
    }
    Plant& plant_;
    Played& played_;
  };

  class FakeSpawner : public child::Spawner {
   public:
    explicit FakeSpawner(Plant& plant) : plant_(plant) {}
    base::Result<std::unique_ptr<child::Process>> spawn(child::Command command, child::Callbacks callbacks) override {
      const std::string path = command.argv[0];
      auto played = std::make_unique<Played>();
      played->program = path.substr(path.rfind('/') + 1);
      played->pid = static_cast<int>(plant_.processes.size()) + 1000;
      played->callbacks = std::move(callbacks);
      Played& it = *played;
      plant_.processes.push_back(std::move(played));
      return std::unique_ptr<child::Process>(std::make_unique<FakeProcess>(plant_, it));
    }
    const std::string& child_program() const override { return none_; }

   private:
    Plant& plant_;
    std::string none_;
  };
};

}  // namespace reeve::testing
