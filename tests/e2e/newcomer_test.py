"""As a newcomer: four lines of configuration keep a daemon alive; floods of events and alerts are one episode, one run."""
import json
import os
import shlex
import signal
import sys
import time

from world import Engine, folder, in_order, run_tests, wait_for

DAEMON = """
import os, sys, time
open(sys.argv[1] + ".starts", "a").write(f"{os.getpid()} {time.time()}\\n")
open(sys.argv[1], "w").write(f"{os.getpid()}\\n")
end = time.time() + float(sys.argv[2])
while time.time() < end:
    time.sleep(0.05)
"""


def daemon(lives):
    home = folder()
    (home / "daemon.py").write_text(DAEMON)
    argv = [sys.executable, str(home / "daemon.py"), str(home / "api.pid"), str(lives)]
    config = f"plugins:\n- proc: {{name: api, pidfile: {home}/api.pid, start: {json.dumps(argv)}}}\npacks:\n- proc: auto\n"
    return home, argv, config


def starts(home):
    path = home / "api.pid.starts"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def end_daemon(home):
    for pid, _ in starts(home):
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            pass


def launch(argv):
    pid = os.posix_spawn(argv[0], argv, os.environ, setsid=True)
    return pid


def four_lines_bring_a_killed_daemon_back():
    home, argv, config = daemon(100000)
    pid = launch(argv)
    wait_for("the daemon", lambda: starts(home))
    engine = Engine(config, files={}).start()
    time.sleep(1)
    killed_at = time.time()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    wait_for("it to be back", lambda: len(starts(home)) == 2, 10)
    took = float(starts(home)[1][1]) - killed_at
    print(f"      back after {took * 1000:.0f} ms")
    assert took < 1.0, took
    wait_for("the run to end", lambda: "run.ended" in engine.kinds(), 40, every=0.3)
    assert len(starts(home)) == 2, "started exactly once"
    ended = engine.entries("--kind", "run.ended")[-1]
    assert ended["facts"]["result"] == "succeeded", ended
    kinds = [e["kind"] for e in engine.entries("--correlation", ended["correlation"])]
    assert in_order(kinds, ["events.accepted", "alert.firing", "decision", "run.started", "step.intent", "step.outcome",
                            "alert.resolved", "run.ended"]), kinds
    assert engine.stop() == 0
    engine.verify()
    assert len(starts(home)) == 2 and os.path.exists(f"/proc/{starts(home)[1][0]}"), "it outlives the engine"
    end_daemon(home)


def a_daemon_that_dies_at_once_is_tried_twice_then_a_person_is_called():
    home, argv, config = daemon(0.2)
    import http.server
    import threading
    told = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    hook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=hook.serve_forever, daemon=True).start()
    config += f"notify:\n- webhook: http://127.0.0.1:{hook.server_port}/hook\n"
    pid = launch(argv)
    wait_for("the daemon", lambda: starts(home))
    engine = Engine(config).start()
    os.waitpid(pid, 0)
    wait_for("two tries", lambda: len(starts(home)) >= 3, 60)
    refused = wait_for("the breaker", lambda: [e for e in engine.entries("--kind", "decision")
                                               if e["facts"]["verdict"] == "refuse" and e["facts"]["rail"] == 6], 60, every=0.5)
    times = [float(at) for _, at in starts(home)]
    assert len(times) == 3, f"the first start is the test's, then two tries: {times}"
    assert 9.0 < times[2] - times[1] < 14.0, f"ten seconds apart: {times[2] - times[1]:.1f}"
    assert refused
    wait_for("a person to be called", lambda: any("escalation" in json.dumps(t) for t in told), 20)
    episodes = {(e["facts"]["key"], e["facts"]["episode"]) for e in engine.entries("--kind", "alert.firing")
                if "proc" in e["facts"]["rule_id"]}
    assert len(episodes) >= 2, episodes
    time.sleep(3)
    assert len(starts(home)) == 3
    a_person_resets_the_breaker(engine, refused[0], home)
    assert engine.stop() == 0
    engine.verify()
    end_daemon(home)


def without_a_receiver_the_log_and_the_status_call_the_person():
    home, argv, config = daemon(0.2)
    pid = launch(argv)
    wait_for("the daemon", lambda: starts(home))
    engine = Engine(config).start()
    os.waitpid(pid, 0)
    told = lambda words: [line for line in engine.log.read_text().splitlines() if words in line]
    refused = wait_for("the refusal in the log", lambda: told("remediation refused, a person is needed"), 60, every=0.5)
    command = 'reeve reset proc/restart_process proc/api --reason "..."'
    assert len(refused) == 1 and "level=warn" in refused[0] and 'rail="6 breaker"' in refused[0], refused
    for words in ("alert=ProcessDown", "target=proc/api", "failed 2 times on proc/api", json.dumps(command)):
        assert words in refused[0], (words, refused[0])
    assert len(told("no receiver is configured")) == 1 and "level=warn" in told("no receiver is configured")[0]
    kinds = engine.kinds()
    for kind, words in (("alert.firing", '"alert firing"'), ("run.started", '"run started"'), ("run.ended", '"run ended')):
        assert len(told(words)) == kinds.count(kind) > 0, (kind, told(words))
    for restarted in (False, True):
        if restarted:
            assert engine.stop() == 0
            engine.start()
        status = engine.cli("status").out
        for words in ("ProcessDown of proc/api: proc/restart_process was refused by the rail breaker because",
                      command, "nobody was called: the configuration names no receiver"):
            assert words in status, (restarted, status)
    assert len(told("remediation refused, a person is needed")) == 1, "once, also over a restart"
    engine.cli("reset", "proc/restart_process", "--reason", "mended")
    assert "To act: reeve run proc/restart_process" in engine.cli("status").out
    assert engine.stop() == 0
    end_daemon(home)


def a_person_resets_the_breaker(engine, refused, home):
    """With the very words of the refusal; then a run by hand acts at once."""
    by_hand = ["run", "proc/restart_process", "--param", "instance=api"]
    again = engine.cli(*by_hand, check=False)
    assert again.code == 6 and "reeve reset proc/restart_process proc/api --reason" in again.err, again.err
    said = shlex.split(refused["body"]["reason"].partition(": a person must look, then: ")[2])
    assert said == ["reeve", "reset", "proc/restart_process", "proc/api", "--reason", "..."], said
    other = engine.cli("reset", "proc/restart_process", "proc/other", "--reason", "x", check=False)
    assert other.code == 4 and "open: proc/restart_process for proc/api" in other.err, other.err
    assert engine.cli("reset", *said[2:4], check=False).code == 2, "never without a reason"
    engine.cli(*said[1:-1], "the disk is back")
    assert engine.cli("reset", *said[2:4], "--reason", "x", check=False).code == 4, "it is closed now"
    entry = engine.entries("--kind", "operator.breaker_reset")[0]
    assert entry["facts"] == {"runbook": "proc/restart_process", "target": "proc/api"}, entry
    assert entry["body"] == {"reason": "the disk is back"} and entry["actor"] == f"uid:{os.getuid()}", entry
    engine.cli(*by_hand)
    wait_for("the act of the person's run", lambda: len(starts(home)) == 4, 20)


FLOOD_CONFIG = """
listen: 127.0.0.1:0
plugin_dirs: [mine]
plugins:
- pulse: {{ name: here, folder: "{home}" }}
rules: [rules]
runbooks: [books]
"""

FLOOD_RULES = """
groups:
  - name: flood
    rules:
      - alert: Flood
        on: pulse.beat
        by: [job, instance]
        keep: 4s
        run: { runbook: mine/note, mode: auto, with: { key: flood } }
      - alert: Many
        on: pulse.many
        by: [n]
        keep: 4s
        run: { runbook: mine/note, mode: auto, with: { key: shared } }
"""

NOTE = """
return runbook { title = "Takes a note", params = { key = p.string {} }, dedup = "note:${key}" }, function(run, a)
  run:wait { "a moment", every = "200ms", timeout = "2s", check = function() return false end, on_timeout = "continue" }
  run:note "seen"
  return run:done "seen"
end
"""

PULSE = """#!/usr/bin/env python3
# Tells of 50 events at once when a file named beat (50 equal ones) or many (50 different ones) is put into its folder.
import json, os, select, sys
MANIFEST = {"name": "pulse", "version": "1", "doc": "Beats.", "watches": True, "capabilities": ["files"],
            "config": [{"name": "folder", "type": "string", "required": True, "doc": "where it looks"}],
            "events": [{"type": "pulse.beat", "help": "A beat."}, {"type": "pulse.many", "labels": ["n"], "help": "One of many."}]}
number, folder = 0, ""
def say(message): print(json.dumps(message), flush=True)
def watch():
    global number
    while True:
        for kind in ("beat", "many"):
            if os.path.exists(f"{folder}/{kind}"):
                os.unlink(f"{folder}/{kind}")
                for i in range(50):
                    number += 1
                    say({"note": "event", "type": f"pulse.{kind}", "labels": {"n": str(i)} if kind == "many" else {}, "cursor": str(number)})
        if select.select([0], [], [], 0.05)[0] and "cancel" in sys.stdin.readline(): return
for line in sys.stdin:
    ask = json.loads(line)
    if "id" not in ask: continue
    if ask["ask"] == "open": folder = ask["config"]["folder"]; number = int(ask["cursor"] or 0)
    if ask["ask"] == "watch": watch()
    say({"id": ask["id"], "ok": True, **({"protocol": 1, "manifest": MANIFEST} if ask["ask"] == "hello" else {})})
"""


def flooded(kind):
    """The engine's ledger after 50 events of this kind within a moment, and what `reeve alerts` said meanwhile."""
    home = folder()
    engine = Engine(FLOOD_CONFIG.format(home=home), home=home,
                    files={"rules/flood.yaml": FLOOD_RULES, "books/mine/note.lua": NOTE, "mine/pulse/pulse": PULSE})
    (home / "mine/pulse/pulse").chmod(0o755)
    engine.start()
    wait_for("the plugin", lambda: "plugin.started" in engine.kinds(), 20)
    time.sleep(0.5)
    (home / kind).touch()
    wait_for("the run", lambda: "run.started" in engine.kinds(), 10)
    time.sleep(1)
    alerts = engine.cli("alerts", "-o", "json").json()
    wait_for("the end of all", lambda: engine.kinds().count("alert.resolved") == len(alerts) and "run.ended" in engine.kinds(), 40, every=0.2)
    entries = engine.entries()
    assert engine.stop() == 0
    engine.verify()
    return entries, alerts


def fifty_equal_events_are_one_episode_and_one_run():
    entries, alerts = flooded("beat")
    assert [alert["count"] for alert in alerts] == [50], alerts
    kinds = [entry["kind"] for entry in entries]
    assert sum(entry["facts"]["count"] for entry in entries if entry["kind"] == "events.accepted") == 50
    assert kinds.count("alert.firing") == 1 and kinds.count("run.started") == 1 and kinds.count("run.joined") == 0, kinds
    resolved = [entry for entry in entries if entry["kind"] == "alert.resolved"]
    assert [entry["facts"]["count"] for entry in resolved] == [50], resolved
    ended = [(e["facts"]["result"], e["body"]) for e in entries if e["kind"] == "run.ended"]
    assert len(ended) == 1 and "nobody knows whether it helped" in ended[0][1]["message"], "a rule without verify: is told so"


def fifty_alerts_that_share_a_dedup_key_are_one_run():
    entries, alerts = flooded("many")
    assert len(alerts) == 50
    kinds = [entry["kind"] for entry in entries]
    assert kinds.count("alert.firing") == 50, kinds.count("alert.firing")
    assert kinds.count("run.started") == 1 and kinds.count("run.joined") == 49, (kinds.count("run.started"), kinds.count("run.joined"))
    started = next(entry for entry in entries if entry["kind"] == "run.started")
    joined = [entry for entry in entries if entry["kind"] == "run.joined"]
    assert {entry["run"] for entry in joined} == {started["run"]}
    assert len({entry["correlation"] for entry in joined} | {started["correlation"]}) == 50, "each alert keeps its own story"


def a_halt_by_file_is_in_the_ledger():
    engine = Engine("listen: none\n").start()
    switches = lambda: [(e["kind"], e["actor"], e["facts"]) for e in engine.entries("--kind", "switch.*")]
    owner = f"file:uid:{os.getuid()}"
    pulled = ("switch.pulled", owner, {"scope": "", "source": "file"})
    lifted = ("switch.lifted", "file", {"scope": "*", "source": "file"})
    halt = engine.state / "HALT"
    halt.touch()
    wait_for("the entry of the touch", lambda: switches() == [pulled], 5, every=0.2)
    assert engine.stop() == 0
    engine.start()
    time.sleep(1.5)
    assert switches() == [pulled], "there before and after: once"
    halt.unlink()
    wait_for("the entry of the rm", lambda: switches() == [pulled, lifted], 5, every=0.2)
    engine.cli("halt", "--reason", "mine")
    halt.unlink()
    time.sleep(1.5)
    assert "HALTED everything: mine" in engine.cli("status").out, "a person's latch stays without the file"
    engine.cli("halt", "--lift")
    time.sleep(1.2)
    me = f"uid:{os.getuid()}"
    assert [(kind, actor) for kind, actor, _ in switches()[2:]] == [("switch.pulled", me), ("switch.lifted", me)], switches()
    halt.touch()
    wait_for("the touch", lambda: len(switches()) == 5, 5, every=0.2)
    engine.cli("halt", "--lift")
    time.sleep(1.2)
    assert [(kind, actor) for kind, actor, _ in switches()[4:]] == [("switch.pulled", owner), ("switch.lifted", me)], switches()
    assert engine.stop() == 0
    engine.verify()


def bad_flags_are_usage_errors():
    engine = Engine("listen: 127.0.0.1:0\n").start()
    assert engine.cli("statu", check=False).code == 2
    assert engine.cli("run", "no/such", check=False).code == 4
    engine.stop()
    assert engine.cli("run", "proc/restart_process", check=False).code == 7, "no engine runs"


run_tests(four_lines_bring_a_killed_daemon_back, a_daemon_that_dies_at_once_is_tried_twice_then_a_person_is_called,
          without_a_receiver_the_log_and_the_status_call_the_person, fifty_equal_events_are_one_episode_and_one_run, fifty_alerts_that_share_a_dedup_key_are_one_run,
          a_halt_by_file_is_in_the_ledger, bad_flags_are_usage_errors)
