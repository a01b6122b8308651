"""kill -9 of the docker plugin's process, and of the script worker, in the middle of a run: the run still ends well."""
import os
import signal
import sqlite3
import time

from docker import Docker, Witness, heal_config
from world import Engine, Peer, children_of, run_tests, wait_for

peer = Peer("dockerd")
docker = Docker(peer["ADDRESS"])
CONFIG = heal_config(peer["ADDRESS"], ", breaker: off, settles: 3s")


def count(engine, kind):
    """Straight from the file, read-only: quick enough to hit a moment."""
    file = max(engine.state.glob("ledger-*.db"))
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        return database.execute("select count(*) from entries where kind = ?", (kind,)).fetchone()[0]


def child(engine, word):
    return next((pid for pid, line in children_of(engine.process.pid).items() if word in line), None)


def kill_in_the_middle(engine, word, kind, container, witness):
    """Breaks the container, kills the child as soon as `kind` is in the ledger; returns the run's end."""
    before, ended = count(engine, kind), count(engine, "run.ended")
    starts = len(witness.of(container, "start"))
    docker.kill(container)
    wait_for(kind, lambda: count(engine, kind) > before, 20, every=0.0005)
    pid = child(engine, word)
    assert pid, children_of(engine.process.pid)
    os.kill(pid, signal.SIGKILL)
    wait_for("the run to end", lambda: count(engine, "run.ended") > ended, 60, every=0.1)
    run = engine.entries("--kind", "run.ended")[-1]
    assert run["facts"]["result"] == "succeeded", (run, engine.log.read_text()[-2000:])
    intents = [e for e in engine.entries("--run", run["run"], "--kind", "step.intent")]
    assert len(witness.of(container, "start")) - starts == 1, "healed by exactly one start"
    assert len(intents) == 1, intents
    return run


def fresh(name):
    container = docker.run(name, "sleep 100000")
    witness = Witness(docker)
    engine = Engine(CONFIG).start()
    time.sleep(1.5)
    return container, witness, engine


def the_docker_plugin_dies_while_it_restarts():
    container, witness, engine = fresh("p1")
    for _ in range(3):
        kill_in_the_middle(engine, "docker.so", "step.intent", container, witness)
        time.sleep(2)
    crashed = [e for e in engine.entries("--kind", "plugin.crashed")]
    assert len(crashed) >= 3, crashed
    assert engine.stop() == 0
    engine.verify()


def the_script_worker_dies_in_the_middle():
    container, witness, engine = fresh("s1")
    for kind in ("run.started", "step.intent", "run.started"):
        kill_in_the_middle(engine, "script", kind, container, witness)
        time.sleep(2)
    assert engine.stop() == 0
    engine.verify()


def the_engine_dies_between_intent_and_outcome():
    container, witness, engine = fresh("e1")
    for _ in range(3):
        before, ended = count(engine, "step.intent"), count(engine, "run.ended")
        starts = len(witness.of(container, "start"))
        docker.kill(container)
        wait_for("the intent", lambda: count(engine, "step.intent") > before, 20, every=0.0005)
        engine.kill()
        engine.start()
        wait_for("the run to end", lambda: count(engine, "run.ended") > ended, 60, every=0.1)
        run = engine.entries("--kind", "run.ended")[-1]
        assert run["facts"]["result"] == "succeeded", run
        assert len(witness.of(container, "start")) - starts == 1, "one start for one intent"
        time.sleep(2)
    assert engine.stop() == 0
    engine.verify()


run_tests(the_docker_plugin_dies_while_it_restarts, the_script_worker_dies_in_the_middle,
          the_engine_dies_between_intent_and_outcome)
