"""What waits for a person, or for its time, outlives the engine: also a run that a second alert has joined."""
import contextlib
import json
import os
import signal
import sqlite3
import sys
import time

from world import Engine, folder, in_order, run_tests, wait_for

DAEMON = """
import os, sys, time
open(sys.argv[1] + ".starts", "a").write(f"{os.getpid()} {time.time()}\\n")
open(sys.argv[1], "w").write(f"{os.getpid()}\\n")
time.sleep(100000)
"""

# Answers the same exit as the rule of the pack, with the same runbook for the same process: it joins that run.
SECOND_RULE = """
groups:
  - name: mine
    rules:
      - alert: Killed
        on: proc.exit{signal="9"}
        by: [job, instance]
        until: proc.start
        verify: proc_up == 1
        run: { runbook: proc/restart_process, mode: MODE, with: { instance: web } }
"""


class Daemon:
    """A process with a pidfile, watched and started again by an engine's plugin `proc`."""

    def __init__(self):
        self.home = folder()
        self.pidfile = self.home / "web.pid"
        (self.home / "daemon.py").write_text(DAEMON)
        self.argv = [sys.executable, str(self.home / "daemon.py"), str(self.pidfile)]
        self.pid = os.posix_spawn(self.argv[0], self.argv, os.environ, setsid=True)
        wait_for("the daemon", self.starts)

    def starts(self):
        path = self.home / "web.pid.starts"
        return path.read_text().splitlines() if path.exists() else []

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def end(self):
        for line in self.starts():
            try:
                os.kill(int(line.split()[0]), signal.SIGKILL)
            except ProcessLookupError:
                pass


def engine_over(daemon, mode):
    config = (f"listen: 127.0.0.1:0\nplugins:\n- proc: {{name: web, pidfile: {daemon.pidfile}, start: {json.dumps(daemon.argv)}}}\n"
              f"packs:\n- proc: {mode}\nrules: [mine.yaml]\n")
    engine = Engine(config, files={"mine.yaml": SECOND_RULE.replace("MODE", mode)}).start()
    wait_for("the plugin", lambda: "plugin.started" in engine.kinds())
    time.sleep(1)
    return engine


def joined_run(engine):
    """The one run that waits, once the second alert has joined it."""
    wait_for("the second alert to join", lambda: "run.joined" in engine.kinds())
    runs = [run for run in engine.cli("runs", "-o", "json").json() if run["state"] != "ended"]
    assert len(runs) == 1, runs
    return runs[0]["run"]


def waits(engine):
    return [(one["run"], one["id"], one["text"], one["until_us"]) for one in engine.cli("approve", "-o", "json").json()]


def kinds_of(engine, run):
    kinds = [entry["kind"] for entry in engine.entries("--run", run)]
    assert kinds == [entry["kind"] for entry in engine.cli("runs", run, "-o", "json").json()["entries"]]
    return kinds


def is_mended(engine, daemon, run):
    wait_for("the run to end", lambda: "run.ended" in engine.kinds(), 60, every=0.3)
    assert len(daemon.starts()) == 2, daemon.starts()
    kinds = kinds_of(engine, run)
    assert kinds[0] == "decision" and kinds[-1] == "run.ended", kinds
    assert in_order(kinds, ["run.joined", "run.started", "step.intent", "step.outcome", "run.ended"]), kinds
    assert kinds.count("run.started") == kinds.count("step.intent") == kinds.count("run.joined") == 1, kinds
    assert {e["run"] for e in engine.entries("--kind", "run.*")} == {run}, "no other run"
    assert "cannot be taken up" not in engine.log.read_text()
    assert engine.stop() == 0
    engine.verify()
    assert engine.cli("audit", "rebuild").code == 0
    time.sleep(1)
    assert len(daemon.starts()) == 2, "started exactly once"
    daemon.end()


def an_approval_that_a_second_alert_joined_outlives_a_kill_of_the_engine():
    daemon = Daemon()
    engine = engine_over(daemon, "approve")
    daemon.kill()
    run = joined_run(engine)
    waiting = waits(engine)
    assert [one[0] for one in waiting] == [run], waiting
    before = kinds_of(engine, run)
    assert in_order(before, ["decision", "approval.requested", "run.joined"]), before
    for _ in range(2):
        engine.kill()
        engine.start()
        assert waits(engine) == waiting
        assert kinds_of(engine, run) == before
    engine.cli("approve", waiting[0][1])
    is_mended(engine, daemon, run)


def a_deferred_run_that_a_second_alert_joined_outlives_a_restart_of_the_engine():
    daemon = Daemon()
    engine = engine_over(daemon, "auto")
    engine.cli("halt", "--reason", "hands off")
    daemon.kill()
    run = joined_run(engine)
    before = kinds_of(engine, run)
    assert engine.stop() == 0
    engine.start()
    assert kinds_of(engine, run) == before
    engine.cli("halt", "--lift")
    is_mended(engine, daemon, run)


def forget_what_it_is(engine, run):
    """Takes the words of a run's decisions away, as somebody with a shell could: its terms stand there."""
    with contextlib.closing(sqlite3.connect(engine.state / "ledger-1.db")) as db:
        (trigger,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'bodies_update'").fetchone()
        db.execute("DROP TRIGGER bodies_update")
        db.execute("UPDATE bodies SET salt = NULL, body = NULL WHERE seq IN "
                   "(SELECT seq FROM entries WHERE kind = 'decision' AND run = ?)", (run,))
        db.execute(trigger)
        db.commit()


def a_run_that_nothing_can_tell_any_more_is_ended_and_its_alerts_are_decided_on_again():
    daemon = Daemon()
    engine = engine_over(daemon, "approve")
    daemon.kill()
    lost = joined_run(engine)
    assert engine.stop() == 0
    forget_what_it_is(engine, lost)
    for _ in range(3):
        engine.start()
        (waiting,) = waits(engine)
        assert waiting[0] != lost
        wait_for("that to be durable", lambda: "run.ended" in engine.kinds())
        engine.kill()
    engine.start()
    ended = engine.cli("runs", lost, "-o", "json").json()
    assert (ended["state"], ended["result"], ended["reason"]) == ("ended", "cancelled", "lost"), ended
    assert "cannot be taken up again" in ended["message"], ended
    assert engine.kinds().count("run.ended") == 1 and engine.kinds().count("approval.requested") == 2
    engine.cli("approve", waiting[1])
    wait_for("the other run to end", lambda: engine.kinds().count("run.ended") == 2, 60, every=0.3)
    assert engine.kinds("--run", waiting[0]).count("run.joined") == 1, "both alerts were decided on again"
    assert engine.stop() == 0 and engine.log.read_text().count("cannot be taken up again, it is ended") == 1
    assert len(daemon.starts()) == 2, "started exactly once"
    daemon.end()


run_tests(an_approval_that_a_second_alert_joined_outlives_a_kill_of_the_engine,
          a_deferred_run_that_a_second_alert_joined_outlives_a_restart_of_the_engine,
          a_run_that_nothing_can_tell_any_more_is_ended_and_its_alerts_are_decided_on_again)
