/// \file
/// How is the whole route tested in one process? app's own pipeline over a clock that moves when told to, a ledger in
/// memory, a script worker in this process, and a plugin whose only process is a boolean.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/actions.h"
#include "app/pipeline.h"
#include "app/records.h"
#include "app/restore.h"
#include "base/manual_loop.h"
#include "ledger/memory_ledger.h"
#include "model/json.h"
#include "script/script.h"

namespace reeve::flow {

/// What happened, in order: what plugins were asked, and what was written to the ledger.
using Story = std::vector<std::string>;

/// The world: it outlives every engine.
struct Process {
  bool up = true;
  bool start_helps = true;
  int starts = 0;
};

/// The plugin `proc` with one instance, `proc/api`, and the hidden `http` that tells people.
class FakeProc : public plugin::Fleet {
 public:
  FakeProc(base::Loop& loop, Process& process, Story& story) : loop_(loop), process_(process), story_(story) {
    config_.plugin = "proc";
    config_.name = "api";
    config_.every = base::seconds(5);
    manifest_.name = "proc";
    manifest_.target_key = "proc/{instance}";
    manifest_.collects = manifest_.watches = manifest_.acts = true;
    for (const char* type : {"proc.exit", "proc.start"}) manifest_.events.emplace_back().type = type;
    model::ActionSpec& start = manifest_.actions.emplace_back();
    start.name = "start";
    start.effect = model::Effect::kChange;
    start.cls = model::ActionClass::kProbed;
    start.causes = {"proc.start"};
    start.settles = base::seconds(2);
    start.has_plan = start.has_probe = true;
  }

  /// Killed with its engine: what it has not answered yet, it never answers.
  ~FakeProc() override {
    for (const base::Loop::Id answer : answers_) loop_.cancel(answer);
  }

  base::Task on_effect;  ///< what its watcher tells of a start

  void collect(const std::string& instance, base::Duration,
               std::function<void(base::Result<model::Batch>)> done) override {
    model::Batch batch{instance, loop_.clock().wall()};
    batch.samples.push_back({{{std::string(model::kNameLabel), "proc_up"}}, process_.up ? 1.0 : 0.0});
    if (!process_.up) story_.push_back("collect proc_up 0");
    later([done = std::move(done), batch] { done(batch); });
  }
  void plan(Call call, std::function<void(base::Result<model::Plan>)> done) override {
    story_.push_back("plan " + call.action);
    model::Plan plan;
    plan.targets = {call.instance};
    later([done = std::move(done), plan] { done(plan); });
  }
  void invoke(Call call, std::string, std::string, model::Fence,
              std::function<void(base::Result<plugin::InvokeReply>)> done) override {
    if (call.instance != "proc/api") return tell(call.args, std::move(done));
    story_.push_back("invoke " + call.action);
    ++process_.starts;
    process_.up = process_.start_helps;
    if (process_.up) on_effect();
    later([done = std::move(done)] { done(plugin::InvokeReply{model::Value::map()}); });
  }

  void prepare(std::vector<plugin::InstanceConfig>, std::function<void(base::Status)> done) override { done({}); }
  void apply() override {}
  void stop(std::function<void()> done) override { done(); }
  void probe(Call, std::string, std::string, std::function<void(base::Result<model::ProbeAnswer>)> done) override {
    done(process_.up ? model::ProbeAnswer::kDone : model::ProbeAnswer::kNotStarted);
  }
  std::vector<plugin::InstanceConfig> instances() const override { return {config_}; }
  const plugin::Manifest* manifest(const std::string& id) const override {
    return id == config_.id() ? &manifest_ : nullptr;
  }
  const model::ActionSpec* action(const std::string& id, const std::string& name) const override {
    return manifest(id) ? manifest_.action(name) : nullptr;
  }
  model::Value status() const override { return {}; }

 private:
  void later(base::Task answer) { answers_.push_back(loop_.after(base::millis(10), std::move(answer))); }
  void tell(const model::Value& request, std::function<void(base::Result<plugin::InvokeReply>)> done) {
    const auto alert = (*model::parse_json(request["body"].as_string()))["alerts"].as_list().at(0);
    const model::Value& message = alert["labels"]["reeve_escalation"];
    story_.push_back("tell " + (message.is_null()
                                    ? alert["status"].as_string()
                                    : message.as_string() + ": " + alert["annotations"]["summary"].as_string()));
    loop_.post([done = std::move(done)] { done(plugin::InvokeReply{model::Value::map().set("status", 200)}); });
  }

  base::Loop& loop_;
  Process& process_;
  Story& story_;
  std::vector<base::Loop::Id> answers_;
  plugin::InstanceConfig config_;
  plugin::Manifest manifest_;
};

/// What app::Engine is without processes, disk and clock: the same parts, joined by the same pipeline.
class SmallEngine : public testing::Test {
 protected:
  SmallEngine() { begin(); }
  ~SmallEngine() override {
    end();
    std::filesystem::remove_all(folder);
  }

  /// Puts rules and the runbook `proc/start` in place and lets samples come in.
  void start(const std::string& rules, const std::string& runbook = kStart) {
    rules_ = rules;
    std::filesystem::create_directories(folder / "proc");
    std::ofstream(folder / "proc/start.lua") << runbook;
    put_in_place();
    loop.advance(base::seconds(30));
    story.clear();
  }
  /// kill -9 and a new engine over what was durable.
  void restart() {
    end();
    memory.crash();
    begin();
    put_in_place();
  }

  /// What the watcher of proc/api tells; `accepted` counts what was acknowledged to it.
  void event(const std::string& type) {
    model::Event event;
    event.type = type;
    event.instance = event.target = "proc/api";
    event.at = loop.clock().wall();
    parts->collector->take_events("proc/api", {event}, [this] { ++accepted; });
  }

  std::vector<ledger::Stored> entries(const std::string& kind) const { return memory.find(kind); }
  model::Value body(const ledger::Stored& entry) const { return *model::parse_json(entry.body.value_or("null")); }
  std::vector<std::string> told(const std::string& what) const {
    std::vector<std::string> lines;
    for (const std::string& line : story)
      if (line.starts_with("tell " + what)) lines.push_back(line);
    return lines;
  }

  static constexpr char kStart[] = R"(
return runbook { title = "Start a process", params = { instance = p.string {} } }, function(run, a)
  run:use("proc", a.instance).start {}
  return run:done("started " .. a.instance)
end
)";

  base::ManualLoop loop{base::Time{1'700'000'000'000'000}};
  std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) /
      ("reeve_flow_" + base::uuid_text(base::new_uuid(base::Time{0}, base::system_random())));
  ledger::MemoryLedger memory{loop, app::ledger_settings("")};
  Process process;
  Story story;
  std::unique_ptr<app::Parts> parts;
  std::unique_ptr<app::Pipeline> pipeline;
  int accepted = 0;

 private:
  static std::string line_of(const model::Entry& entry) {
    std::string line = entry.kind;
    for (const char* fact : {"verdict", "result"})
      if (entry.facts.has(fact)) line += " " + entry.facts[fact].as_string();
    return line;
  }

  void begin() {
    parts = std::make_unique<app::Parts>(loop, app::Places{});
    pipeline = std::make_unique<app::Pipeline>(*parts);
    auto fleet = std::make_unique<FakeProc>(loop, process, story);
    fleet->on_effect = [this] { event("proc.start"); };
    parts->fleet = std::move(fleet);
    parts->reader = memory.reader();
    parts->ledger = std::make_unique<app::Recorder>(memory, parts->clock, [this](const model::Entry& entry) {
      pipeline->on_entry(entry);
      story.push_back(line_of(entry));
    });
    parts->halt = std::make_unique<app::HaltFile>(folder.string());
    parts->series = std::make_unique<series::Head>();
    parts->spawner = script::make_in_process_spawner(loop);
    parts->collector = collect::make_collector(*parts->fleet, pipeline->from_collect(), loop);
    parts->actions = std::make_unique<app::Actions>(*parts->fleet);
    parts->rules = rule::make_engine(*parts->series, pipeline->from_rules(), loop, parts->random,
                                     {.default_interval = base::seconds(5)});
    parts->notifier = alert::make_notifier(pipeline->from_notifier(), loop, parts->random, "");
    parts->runner = runbook::make_runner(pipeline->from_runs(), *parts->ledger, *parts->spawner, loop, parts->random);
  }

  void put_in_place() {
    auto set = rule::read(rules_, "rules.yaml", base::seconds(5));
    ASSERT_TRUE(set.ok()) << set.error().text;
    parts->rules->install(std::move(*set));
    runbook::load({folder.string()}, *parts->spawner, loop, [this](auto library) {
      ASSERT_TRUE(library.ok()) << library.error().text;
      parts->library = *library;
    });
    loop.run();
    parts->config.plugins = parts->fleet->instances();
    parts->config.notify = {{.name = "oncall"}};
    parts->runner->use(parts->library);
    parts->notifier->use(parts->config.notify);
    app::fold_memory(*parts);
    ASSERT_TRUE(app::restore(*parts).ok());
    parts->collector->schedule();
    parts->rules->start();
    pipeline->decide_what_fires();
  }

  void end() {
    parts->collector->stop();
    parts->rules->stop();
    loop.stop();
    parts.reset();
    pipeline.reset();
  }

  std::string rules_;
};

}  // namespace reeve::flow
