#include "cli/scaffold_texts.h"

namespace reeve::cli {

namespace {
constexpr char kRule[] =
    R"(# An alerting rule, as Prometheus reads it. What to do about it: `run:` below, or `responses:` in reeve.yaml.
groups:
  - name: @name@
    rules:
      - alert: @Name@
        expr: up == 0
        for: 1m
        labels:
          severity: warning
        annotations:
          summary: "{{ $labels.job }} of {{ $labels.instance }} does not answer"
)";

constexpr char kRuleTest[] = R"(# reeve test rules rules/@name@_test.yaml
rule_files: [@name@.yaml]
evaluation_interval: 15s
tests:
  - interval: 15s
    input_series:
      - series: 'up{job="api", instance="a"}'
        values: 1 1 0x8
    alert_rule_test:
      - eval_time: 1m15s  # down since 30s: not long enough
        alertname: @Name@
      - eval_time: 2m
        alertname: @Name@
        exp_alerts:
          - exp_labels: {severity: warning, job: api, instance: a}
            exp_annotations: {summary: "api of a does not answer"}
)";

constexpr char kRunbook[] = R"(-- A runbook: every step is durable, every change passes the safety gate first.
-- See what it would do: reeve run @name@ --param service=api --dry-run
return runbook {
  title  = "Restart a service that does not answer",
  alerts = { "@Name@" },
  params = { service = p.string { from = "alert.labels.instance", doc = "the instance of the proc plugin" } },
}, function(run, a)
  local proc = run:use("proc", a.service)
  proc.restart {}
  run:wait { "the service is back", expr = 'proc_up{instance="' .. a.service .. '"} == 1', every = "2s", timeout = "2m" }
  return run:done "restarted"
end
)";

constexpr char kCpp[] = R"(// The plugin @name@: build with `make`, see it with `reeve plugin describe @name@`.
#include <reeve/plugin.hpp>

#include <fstream>

namespace {
struct @Name@ : reeve::Collector {
  static void describe(reeve::Manifest& m) {
    m.name("@name@", "0.1.0").doc("The load of this machine.");
    m.config({reeve::ConfigKey("path", reeve::Type::kText, "where the load is read").by_default("/proc/loadavg")});
    m.metrics({reeve::Metric("@name_@_load1", "gauge", "Load average over one minute.")});
  }
  explicit @Name@(const reeve::Config& config) : path_(config.text("path")) {}

  void collect(reeve::Samples& out) override {
    double load = 0;
    if (!(std::ifstream(path_) >> load)) throw reeve::Error(reeve::Fault::kTransient, "cannot read " + path_);
    out.add("@name_@_load1", load);
  }

 private:
  std::string path_;
};
}  // namespace

REEVE_PLUGIN(@Name@)
)";

constexpr char kMake[] =
    R"(# REEVE_SDK: the folder that holds reeve/plugin.hpp (sdk/include of the sources, or the installed include folder).
REEVE_SDK ?= /usr/local/include
@name@.so: @name@.cpp
	$(CXX) -std=c++17 -shared -fPIC -O2 -Wall -I $(REEVE_SDK) $< -o $@
)";

constexpr char kPython[] = R"(#!/usr/bin/env python3
"""The plugin @name@: one JSON object a line on standard input and output (sdk/PROTOCOL.md)."""
import json
import sys

MANIFEST = {
    "name": "@name@",
    "version": "0.1.0",
    "doc": "The load of this machine.",
    "collects": True,
    "config": [{"name": "path", "type": "string", "default": "/proc/loadavg", "doc": "where the load is read"}],
    "metrics": [{"name": "@name_@_load1", "type": "gauge", "help": "Load average over one minute."}],
}


def collect(config):
    with open(config.get("path", "/proc/loadavg")) as file:
        return [{"name": "@name_@_load1", "value": float(file.read().split()[0])}]


def answer(request, state):
    ask = request["ask"]
    if ask == "hello":
        return {"ok": True, "protocol": 1, "manifest": MANIFEST}
    if ask == "open":
        state["config"] = request["config"]
    if ask == "collect":
        return {"ok": True, "samples": collect(state["config"])}
    if ask in ("check", "open", "close"):
        return {"ok": True}
    return {"error": {"kind": "invalid", "text": "unknown request " + ask}}


def main():
    state = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "ask" not in request:
            continue  # a note asks for nothing
        try:
            reply = answer(request, state)
        except (OSError, ValueError) as error:
            reply = {"error": {"kind": "transient", "text": str(error)}}
        print(json.dumps({"id": request["id"], **reply}), flush=True)


main()
)";

constexpr char kShell[] = R"(#!/bin/sh
# The plugin @name@: one JSON object a line on standard input and output (sdk/PROTOCOL.md).
# The engine writes "id" and "ask" first, so no JSON reader is needed.
while IFS= read -r line; do
  id=${line#*'"id":'} id=${id%%[,\}]*}
  ask=${line#*'"ask":"'} ask=${ask%%'"'*}
  case $ask in
    hello)
      echo "{\"id\":$id,\"ok\":true,\"protocol\":1,\"manifest\":{\"name\":\"@name@\",\"version\":\"0.1.0\",\"collects\":true,"\
"\"doc\":\"The load of this machine.\",\"metrics\":[{\"name\":\"@name_@_load1\",\"type\":\"gauge\","\
"\"help\":\"Load average over one minute.\"}]}}" ;;
    check | open | close) echo "{\"id\":$id,\"ok\":true}" ;;
    collect)
      read -r load _ < /proc/loadavg
      echo "{\"id\":$id,\"ok\":true,\"samples\":[{\"name\":\"@name_@_load1\",\"value\":$load}]}" ;;
    *)
      case $line in
        *'"note":'*) ;;
        *) echo "{\"id\":$id,\"error\":{\"kind\":\"invalid\",\"text\":\"unknown request\"}}" ;;
      esac ;;
  esac
done
)";

constexpr char kSample[] = R"(# In reeve.yaml; plugins/ is searched when `plugin_dirs: [plugins/]` stands there too.
plugins:
  - @name@: {name: local, every: 10s}
)";

constexpr char kReadme[] = R"(# @name@
Collects `@name_@_load1`, the load average of this machine over one minute.

```yaml
plugin_dirs: [plugins/]
plugins:
  - @name@: {name: local, every: 10s}
```
)";
}  // namespace

std::vector<ScaffoldFile> scaffold_files(const std::string& kind, const std::string& lang) {
  if (kind == "rule") return {{"rules/@name@.yaml", kRule}, {"rules/@name@_test.yaml", kRuleTest}};
  if (kind == "runbook") return {{"runbooks/@name@.lua", kRunbook}};
  if (kind != "plugin") return {};
  std::vector<ScaffoldFile> files{{"plugins/@name@/README.md", kReadme}, {"plugins/@name@/sample.yaml", kSample}};
  if (lang == "cpp") {
    files.push_back({"plugins/@name@/@name@.cpp", kCpp});
    files.push_back({"plugins/@name@/Makefile", kMake});
  } else if (lang == "python") {
    files.push_back({"plugins/@name@/@name@", kPython, true});
  } else if (lang == "sh") {
    files.push_back({"plugins/@name@/@name@", kShell, true});
  } else {
    return {};
  }
  return files;
}

std::vector<std::string> scaffold_hints(const std::string& kind, const std::string& lang) {
  if (kind == "rule") return {"reeve test rules rules/@name@_test.yaml"};
  if (kind == "runbook") return {"reeve check runbooks/@name@.lua", "reeve run @name@ --param service=NAME --dry-run"};
  std::vector<std::string> hints;
  if (lang == "cpp") hints.emplace_back("make -C plugins/@name@ REEVE_SDK=SOURCES/sdk/include");
  hints.emplace_back("add to reeve.yaml: what plugins/@name@/sample.yaml shows");
  hints.emplace_back("reeve plugin describe @name@");
  return hints;
}

}  // namespace reeve::cli
