"""Plugins dropped into the plugin folder as README.md says: they collect without a rebuild; broken ones hurt nobody."""
import json
import os
import re
import subprocess
import time

from world import REEVE, SOURCE, Engine, folder, run_tests, wait_for

# What a newcomer writes first: 31 lines.
QUEUE = """#include <filesystem>

#include "reeve/plugin.hpp"

using namespace reeve;

struct QueueDepth : Collector {
  static void describe(Manifest& m) {
    m.name("queue_depth", "1.0.0").doc("Files that wait in a spool folder.").capabilities({"files"});
    m.config({ConfigKey("folder", Type::kText, "The spool").required()});
    m.metrics({Metric("queue_depth", "gauge", "Files that wait.").labels({"folder"})});
  }

  explicit QueueDepth(const Config& config) : folder_(config.text("folder")) {}

  void collect(Samples& out) override {
    std::error_code error;
    int files = 0;
    for (auto i = std::filesystem::directory_iterator(folder_, error); !error && i != std::filesystem::directory_iterator();
         i.increment(error))
      ++files;
    if (error) throw Error(Fault::kTransient, folder_ + ": " + error.message());
    out.add("queue_depth", files, {{"folder", folder_}});
  }

 private:
  std::string folder_;
};

REEVE_PLUGIN(QueueDepth)
"""
CRASHES = """
#include <stdlib.h>
__attribute__((constructor)) static void at_load(void) { abort(); }
"""
BASE = "listen: 127.0.0.1:0\nplugin_dirs: [plugins]\nevaluation_interval: 200ms\nplugins:\n"


def compile_c(text, target, *more):
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(target), *more], input=text, text=True, check=True)


def readme_section():
    text = (SOURCE / "README.md").read_text()
    return text[text.index("## First plugin"):text.index("## Safety")]


def commands():
    """The lines of README.md's first plugin section that a shell runs, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", readme_section(), re.S)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]


def value(engine, query):
    answer = engine.cli("query", query, "-o", "json", check=False)
    if answer.code != 0:
        return None
    result = answer.json()["result"]
    return float(result[0]["value"][1]) if result else None


def listed(engine):
    return {row["instance"]: row for row in engine.cli("plugin", "list", "-o", "json").json()}


def firing(engine):
    return [(e["body"]["labels"]["alertname"], e["body"]["labels"]["job"], e["body"]["annotations"]["summary"])
            for e in engine.entries("--kind", "alert.firing")]


def the_steps_of_the_readme_work_as_they_stand():
    engine = Engine("listen: 127.0.0.1:0\n")
    text = readme_section()
    blocks = re.findall(r"```(sh|yaml)\n(.*?)```", text, re.S)
    assert [kind for kind, _ in blocks] == ["sh", "yaml", "sh"], "make, configure, take up"
    engine.start()
    before = engine.process.pid
    for line in commands():
        if line.startswith("reeve new "):
            done = subprocess.run([str(REEVE), *line.split()[1:]], cwd=engine.home, capture_output=True, text=True)
        elif line.startswith("g++ "):
            done = subprocess.run(line.replace("sdk/include", str(SOURCE / "sdk/include")).split(), cwd=engine.home,
                                  capture_output=True, text=True)
            engine.write("reeve.yaml", "listen: 127.0.0.1:0\n" + blocks[1][1])
        elif line.startswith("reeve query "):
            for name in ("first_load1", line.split()[2]):
                wait_for(f"{name} to be there", lambda: value(engine, name) is not None, 15, every=0.2)
            continue
        elif "describe" in line:  # on the disk: the running engine does not know it yet
            done = subprocess.run([str(REEVE), *line.split()[1:], "--config", str(engine.home / "reeve.yaml"), "--state", "none"],
                                  capture_output=True, text=True)
            assert "second_load1" in done.stdout, done
        else:
            done = engine.cli(*line.split()[1:])
            continue
        assert done.returncode == 0, (line, done.stdout, done.stderr)
    rows = listed(engine)
    assert rows["first/local"]["state"] == "up" and rows["second/local"]["state"] == "up", rows
    assert engine.process.pid == before
    assert engine.stop() == 0


def new_plugins_are_taken_up_by_a_running_engine():
    spool = folder()
    (spool / "a.txt").write_text("12345")
    engine = Engine("listen: 127.0.0.1:0\nplugins: [host]\n").start()
    assert len(QUEUE.splitlines()) <= 40
    engine.write("queue_depth.cpp", QUEUE)
    (engine.home / "plugins").mkdir()
    for source, name in ((engine.home / "queue_depth.cpp", "queue_depth"),
                         (SOURCE / "examples/plugins/loadavg/loadavg.cpp", "loadavg")):
        subprocess.run(["g++", "-shared", "-fPIC", "-I", str(SOURCE / "sdk/include"), str(source), "-o",
                        str(engine.home / "plugins" / f"{name}.so")], check=True)
    (engine.home / "plugins" / "spool").write_bytes((SOURCE / "examples/plugins/spool/spool").read_bytes())
    (engine.home / "plugins" / "spool").chmod(0o755)
    engine.write("reeve.yaml", BASE + f"- queue_depth: {{ name: q, every: 500ms, folder: {spool} }}\n"
                 f"- loadavg: {{ every: 500ms }}\n- spool: {{ name: mail, every: 500ms, folder: {spool} }}\n")
    engine.cli("reload")
    for query, want in ((f'queue_depth{{job="queue_depth",instance="q",folder="{spool}"}}', 1),
                        ('count(loadavg{job="loadavg",instance="local"})', 3), ('spool_bytes{instance="mail"}', 5),
                        ('sum(up{job=~"queue_depth|loadavg|spool"})', 3)):
        wait_for(query, lambda: value(engine, query) == want, 15, every=0.2)
    (spool / "b.txt").write_text("x")
    wait_for("the new file to be seen", lambda: value(engine, "queue_depth") == 2, 10, every=0.2)
    wait_for("the event of the Python plugin", lambda: any("spool/mail/b.txt" in json.dumps(e) for e in
                                                            engine.entries("--kind", "events.accepted")), 10, every=0.3)
    rows = listed(engine)
    assert {rows[i]["state"] for i in ("queue_depth/q", "loadavg/local", "spool/mail")} == {"up"}, rows
    assert engine.cli("plugin", "describe", "queue_depth").out.count("queue_depth") >= 2
    assert engine.stop() == 0


def broken(engine):
    """A plugin folder full of what cannot be loaded: each with the words that its message has to have."""
    plugins = engine.home / "plugins"
    plugins.mkdir(exist_ok=True)
    (plugins / "garbage.so").write_bytes(b"no shared object\n" * 500)
    header = (SOURCE / "sdk/include/reeve/plugin.h").read_text().replace("REEVE_ABI_MAJOR 1", "REEVE_ABI_MAJOR 9")
    engine.write("foreign/reeve/plugin.h", header)
    text = '#include "reeve/plugin.h"\nREEVE_EXPORT const reeve_plugin reeve_plugin_v1 = { REEVE_MAGIC, sizeof(reeve_plugin), ' \
           'REEVE_ABI_MAJOR, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };\n'
    compile_c(text, plugins / "foreign.so", "-I", str(engine.home / "foreign"))
    compile_c(CRASHES, plugins / "crashes.so")
    (plugins / "silent").write_text("#!/bin/sh\necho 'cannot find my libraries' >&2\nexit 3\n")
    (plugins / "silent").chmod(0o755)
    return {"garbage": ["garbage.so", "ELF"], "foreign": ["foreign.so", "9.0", "1.0"], "crashes": ["crashes.so", "signal 6"],
            "silent": ["plugins/silent", "exit 3", "cannot find my libraries"]}


def a_reload_refuses_what_cannot_be_loaded_and_changes_nothing():
    spool = folder()
    good = BASE + "- host: { every: 500ms }\n"
    engine = Engine(good)
    wanted = broken(engine)
    engine.start()
    pid = wait_for("the host plugin", lambda: listed(engine)["host/local"]["state"] == "up" and listed(engine)["host/local"]["pid"], 10)
    for name, words in wanted.items():
        engine.write("reeve.yaml", good + f"- {name}: {{ every: 1s }}\n")
        answer = engine.cli("reload", check=False)
        said = answer.out + answer.err
        assert answer.code == 1 and "reeve.yaml:6:" in said, said
        assert all(word in said for word in words), (words, said)
        assert said.count(f"{name}/local: ") == 1, f"said once: {said}"
        rows = listed(engine)
        assert set(rows) == {"host/local"} and rows["host/local"]["pid"] == pid, rows
    assert engine.stop() == 0


def a_start_runs_without_what_cannot_be_loaded():
    engine = Engine("")
    wanted = broken(engine)
    names = "".join(f"- {name}: {{ every: 500ms }}\n" for name in wanted)
    engine.write("reeve.yaml", BASE + names + "- host: { every: 500ms }\n")
    engine.start()
    wait_for("the host's series", lambda: value(engine, "node_load1") is not None, 15, every=0.2)
    alerts = wait_for("an alert for each", lambda: (lambda got: {job for name, job, _ in got if name == "PluginFailing"} >=
                                                    set(wanted) and got)(firing(engine)), 10, every=0.3)
    rows = listed(engine)
    for name, words in wanted.items():
        summary = next(text for alert, job, text in alerts if alert == "PluginFailing" and job == name)
        for said in (summary, rows[f"{name}/local"]["last_error"]):
            assert all(word in said for word in words), (words, said)
        assert rows[f"{name}/local"]["state"] in ("broken", "quarantined"), rows
        wait_for("it to be down", lambda: value(engine, f'up{{job="{name}"}}') == 0, 10, every=0.2)
    assert rows["host/local"]["state"] == "up" and not rows["host/local"]["restarts"], rows
    # A reload is not held up by what was broken before, and what is mended runs without one.
    engine.write("reeve.yaml", BASE + names + "- host: { every: 400ms }\n")
    engine.cli("reload")
    engine.write("crashes.cpp", QUEUE.replace("queue_depth", "crashes").replace(".required()", '.by_default("/proc/self/task")'))
    subprocess.run(["g++", "-shared", "-fPIC", "-I", str(SOURCE / "sdk/include"), str(engine.home / "crashes.cpp"), "-o",
                    str(engine.home / "crashes.new")], check=True)
    os.rename(engine.home / "crashes.new", engine.home / "plugins/crashes.so")
    wait_for("the mended plugin", lambda: value(engine, "crashes") is not None, 40, every=0.3)
    assert "plugin.recovered" in engine.kinds()
    assert value(engine, 'up{job="host"}') == 1
    assert engine.stop() == 0
    engine.verify()


run_tests(the_steps_of_the_readme_work_as_they_stand, new_plugins_are_taken_up_by_a_running_engine,
          a_reload_refuses_what_cannot_be_loaded_and_changes_nothing, a_start_runs_without_what_cannot_be_loaded)
