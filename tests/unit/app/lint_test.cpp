// What rules and runbooks say of plugins and of PromQL, judged by who knows them.
#include "app/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "model/json.h"
#include "runbook/library.h"

namespace reeve::app {
namespace {
using model::Value;
using testing::ElementsAre;
using testing::IsEmpty;

plugin::Manifest manifest() {
  plugin::Manifest made;
  made.name = "proc";
  made.events = {{"proc.exit", "", {"name"}, {"signal", "code"}}, {"proc.start", "", {}, {}}};
  model::ActionSpec restart, stop;
  restart.name = "restart";
  restart.arguments = {{"within", "duration", false, ""}};
  stop.name = "stop";
  stop.arguments = {{"how", "string", true, ""}};
  made.actions = {restart, stop};
  return made;
}

struct LintOfContent : testing::Test {
  plugin::Manifest proc = manifest(), quiet;
  KnownPlugins plugins;
  LintOfContent() {
    plugin::InstanceConfig api, other;
    api.plugin = "proc";
    api.name = "api";
    api.labels.set("role", "web");
    other.plugin = "quiet";
    other.name = "one";
    plugins.configured["proc"] = {&proc, {api}};
    plugins.configured["quiet"] = {&quiet, {other}};
    plugins.configured["broken"] = {nullptr, {other}};
    plugins.present = {"broken", "docker", "proc", "quiet"};
    plugins.shipped = {"share"};
  }
  Lint runbook(const std::string& uses, const std::string& file = "r/a.lua") const {
    runbook::Runbook one;
    one.name = "a";
    const auto read = model::parse_json(uses);
    EXPECT_TRUE(read.ok()) << uses;
    for (Value use : read->as_list()) one.uses.push(std::move(use.set("file", file)));
    runbook::Shelf shelf;
    shelf.put(one);
    return lint_runbooks(shelf, plugins);
  }
};

TEST_F(LintOfContent, AnActionOfAnyOfAPluginsInstancesIsKnown) {
  plugin::Manifest second;
  second.name = "proc";
  second.actions.resize(1);
  second.actions[0].name = "fresh";
  const char* uses = R"uses([{"kind": "action", "at": "1:2", "plugin": "proc", "action": "fresh"},
    {"kind": "action", "at": "2:2", "plugin": "proc", "action": "stop"},
    {"kind": "action", "at": "3:2", "plugin": "proc", "action": "fersh"}])uses";
  EXPECT_EQ(runbook(uses).errors.size(), 2u);
  plugins.configured["proc"].others = {&second};
  EXPECT_THAT(runbook(uses).errors, ElementsAre("r/a.lua:3:2: proc has no action \"fersh\" (did you mean \"fresh\"?)"));
}

TEST_F(LintOfContent, WhatCanNeverWorkIsAnError) {
  const Lint lint = runbook(R"uses([
    {"kind": "action", "at": "1:2", "plugin": "proc", "action": "restrat"},
    {"kind": "call", "at": "2:2", "plugin": "proc", "action": "restart", "arguments": {"witin": "2:9"}, "open": true},
    {"kind": "call", "at": "3:2", "plugin": "proc", "action": "stop", "arguments": {}, "open": false},
    {"kind": "expr", "at": "4:20", "text": "rate(up)"},
    {"kind": "expr", "at": "5:20", "text": "up\n  == =="}])uses");
  EXPECT_THAT(lint.errors,
              ElementsAre("r/a.lua:1:2: proc has no action \"restrat\" (did you mean \"restart\"?)",
                          "r/a.lua:2:9: proc.restart takes no argument \"witin\" (did you mean \"within\"?)",
                          "r/a.lua:3:2: proc.stop needs the argument \"how\"",
                          "r/a.lua:4:25: run:wait: expr: parse error: expected type range vector in call to function "
                          "\"rate\", got instant vector",
                          "r/a.lua:6:6: run:wait: expr: parse error: unexpected <op:==>"));
  EXPECT_THAT(lint.findings, IsEmpty());
}

TEST_F(LintOfContent, WhatMayOnlyBeMissingHereIsAFinding) {
  const char* uses = R"([{"kind": "use", "at": "1:2", "plugin": "porc"},
    {"kind": "use", "at": "2:2", "plugin": "proc", "target": "apii", "target_at": "2:9"}])";
  EXPECT_THAT(runbook(uses).findings,
              ElementsAre("r/a.lua:1:2: there is no plugin \"porc\" here (did you mean \"proc\"?)",
                          "r/a.lua:2:9: plugin \"proc\" has no instance \"apii\" (did you mean \"api\"?)"));
  EXPECT_THAT(runbook(uses).errors, IsEmpty());
  EXPECT_EQ(runbook(uses, "share/runbooks/a.lua").findings.size(), 1u);
}

TEST_F(LintOfContent, OfPluginsThatAreNotKnownNothingIsSaid) {
  const Lint lint = runbook(R"([
    {"kind": "use", "at": "1:2", "plugin": "docker", "target": "x", "target_at": "1:9"},
    {"kind": "action", "at": "1:2", "plugin": "docker", "action": "restrat"},
    {"kind": "action", "at": "1:2", "plugin": "broken", "action": "restrat"},
    {"kind": "action", "at": "1:2", "plugin": "quiet", "action": "restrat"},
    {"kind": "use", "at": "1:2", "plugin": "proc", "target": "proc/api", "target_at": "1:9"},
    {"kind": "action", "at": "1:2", "plugin": "proc", "action": "stop"},
    {"kind": "call", "at": "2:2", "plugin": "proc", "action": "restart",
     "arguments": {"timeout": "2:9", "dry_result": "2:10"}, "open": false},
    {"kind": "call", "at": "3:2", "plugin": "proc", "action": "stop", "arguments": {}, "open": true},
    {"kind": "expr", "at": "4:20", "text": "up == 1"}])");
  EXPECT_THAT(lint.errors, IsEmpty());
  EXPECT_THAT(lint.findings, IsEmpty());
}

std::vector<std::string> lint_of(const std::string& text, const KnownPlugins& plugins) {
  const std::string file = testing::TempDir() + "/lint_of_events.yaml";
  std::ofstream(file) << text;
  const auto rules = rule::read(text, file, base::seconds(10));
  EXPECT_TRUE(rules.ok()) << rules.error().text;
  std::vector<std::string> out;
  for (const std::string& line : rules.ok() ? lint_rules(*rules, plugins) : std::vector<std::string>{})
    out.push_back(line.substr(line.find("events.yaml") + 12));
  std::filesystem::remove(file);
  return out;
}

TEST_F(LintOfContent, EventRulesThatWaitForWhatIsNeverTold) {
  EXPECT_THAT(lint_of(R"(groups:
- name: g
  rules:
  - {alert: A, on: proc.exitt, keep: 1m}
  - alert: B
    on: 'proc.exit{sginal="9", job="proc"}'
    until: [proc.start, proc.stopped]
  - alert: C
    on: |
      proc.exit{nonsense=~"x"}
    keep: 1m
)",
                      plugins),
              ElementsAre("4:20: plugin \"proc\" has no event \"proc.exitt\" (did you mean \"proc.exit\"?)",
                          "6:20: the event proc.exit has no label or field \"sginal\" (did you mean \"signal\"?)",
                          "7:25: plugin \"proc\" has no event \"proc.stopped\" (it has proc.exit, proc.start)",
                          "10:17: the event proc.exit has no label or field \"nonsense\""));
}

TEST_F(LintOfContent, EventsFromOutsideRaiseNoFalseAlarm) {
  EXPECT_THAT(lint_of(R"(groups:
- name: g
  rules:
  - {alert: A, on: 'docker.dye{x="1"}', until: docker.start}
  - {alert: B, on: 'deploy.done{x="1"}', keep: 1m}
  - {alert: C, on: quiet.anything, keep: 1m}
  - {alert: D, on: 'proc.exit{signal="9",name!="x",role="web",instance="api",exported_job="y"}', keep: 1m}
  - {alert: E, on: 'proc.start{anything="1"}', keep: 1m}
  - {alert: F, expr: up == 0}
)",
                      plugins),
              IsEmpty());
}

}  // namespace
}  // namespace reeve::app
