"""End to end on a real Docker Engine: killed, unhealthy, out of memory; each is healed once and can be proved."""
import json
import os
import signal
import time

from docker import Docker, Witness, heal_config
from world import Engine, Peer, children_of, in_order, run_tests, wait_for

peer = Peer("dockerd")
docker = Docker(peer["ADDRESS"])

CONFIG = heal_config(peer["ADDRESS"])

ROUTE = ["events.accepted", "alert.firing", "decision", "run.started", "step.intent", "step.outcome", "alert.resolved", "run.ended"]


def ended_runs(engine, container, since=0):
    return [entry for entry in engine.entries("--kind", "run.ended") if entry["seq"] > since
            and any(container in json.dumps(e["facts"]) for e in engine.entries("--run", entry["run"], "--kind", "step.intent"))]


def healed(engine, container, alert, since, timeout=40):
    """Waits for the run of this container's heal, and judges its story."""
    def done():
        return ended_runs(engine, container, since)
    run = wait_for(f"{alert} of {container[:12]} to be healed", done, timeout, every=0.3)[-1]
    assert run["facts"]["result"] == "succeeded", run
    story = engine.entries("--correlation", run["correlation"])
    kinds = [entry["kind"] for entry in story]
    assert in_order(kinds, ROUTE), f"out of order: {kinds}"
    decision = next(entry for entry in story if entry["kind"] == "decision")
    assert decision["facts"]["verdict"] == "allow", decision
    names = {entry["body"]["labels"]["alertname"] for entry in story if entry["kind"] == "alert.firing"}
    assert alert in names, names
    return story


def one_restart_per_intent(engine, witness, container, starts_before):
    intents = [e for e in engine.entries("--kind", "step.intent") if container in json.dumps(e["facts"])]
    restarts = witness.of(container, "restart")
    starts = witness.of(container, "start")
    assert len(starts) - starts_before == len(intents), (len(starts), starts_before, len(intents))
    assert len(restarts) <= len(intents), (restarts, intents)


def start():
    engine = Engine(CONFIG).start()
    head = int(engine.cli("audit", "verify", "-o", "json").json()["head"]["seq"])
    return engine, head


def heals_a_killed_container():
    witness = Witness(docker)
    container = docker.run("killed", "sleep 100000")
    engine, head = start()
    docker.kill(container)
    healed(engine, container, "ContainerDied", head)
    assert docker.running(container)
    one_restart_per_intent(engine, witness, container, 1)
    time.sleep(3)
    one_restart_per_intent(engine, witness, container, 1)
    died = [e for e in engine.entries("--kind", "alert.firing") if container in json.dumps(e["body"])]
    assert len(died) == 1, [e["body"]["labels"] for e in died]
    assert engine.stop() == 0
    engine.verify()
    docker.ask("DELETE", f"/containers/{container}?force=1")


def heals_an_unhealthy_container():
    witness = Witness(docker)
    # The restart begins a fresh sleep; the file that makes it sick goes with its tmpfs-like first command.
    container = docker.run("sick", "rm -f /tmp/sick; sleep 100000", health="test ! -f /tmp/sick")
    engine, head = start()
    wait_for("health to be good", lambda: docker.inspect(container)["State"]["Health"]["Status"] == "healthy", 20)
    docker.exec(container, "touch /tmp/sick")
    healed(engine, container, "ContainerUnhealthy", head)
    one_restart_per_intent(engine, witness, container, 1)
    assert engine.stop() == 0
    engine.verify()
    docker.ask("DELETE", f"/containers/{container}?force=1")


def heals_a_container_out_of_memory():
    witness = Witness(docker)
    container = docker.run("fat", "while [ ! -f /tmp/eat ]; do sleep 0.2; done; rm /tmp/eat; tail /dev/zero", memory=8 << 20)
    engine, head = start()
    docker.exec(container, "touch /tmp/eat")
    wait_for("the kernel to kill it", lambda: witness.of(container, "die"), 30)
    story = healed(engine, container, "ContainerOutOfMemory", head)
    assert witness.of(container, "oom"), "no oom event was seen"
    runs = {entry["run"] for entry in story if entry["kind"] == "run.started"}
    assert len(runs) == 1, f"oom and die are one remediation: {runs}"
    one_restart_per_intent(engine, witness, container, 1)
    assert engine.stop() == 0
    engine.verify()
    docker.ask("DELETE", f"/containers/{container}?force=1")


def a_stop_by_a_person_is_left_alone():
    container = docker.run("stopped", "trap 'exit 0' TERM; while true; do sleep 0.1; done")
    engine, head = start()
    docker.ask("POST", f"/containers/{container}/stop?t=5")
    time.sleep(3)
    assert not ended_runs(engine, container, head)
    assert not docker.running(container)
    assert engine.stop() == 0
    docker.ask("DELETE", f"/containers/{container}?force=1")


def events_of(engine, container, kind):
    return [event for entry in engine.entries("--kind", "events.accepted") for event in entry["body"]
            if event["type"] == kind and event["labels"].get("id") == container]


def states_again(engine):
    """Waits until a watcher opened anew has stated the present: a container made for it is in the ledger."""
    mark = docker.run(f"mark-{time.monotonic_ns()}", "sleep 100000")
    wait_for("the events after the opening", lambda: events_of(engine, mark, "docker.start"), 30, every=0.2)
    docker.ask("DELETE", f"/containers/{mark}?force=1")


def a_healed_kill_for_lack_of_memory_is_told_once():
    """Docker 20.10 shows OOMKilled until the next end: the watcher sees it each time it is opened."""
    witness = Witness(docker)
    container = docker.run("told-once", "while [ ! -f /tmp/eat ]; do sleep 0.2; done; rm /tmp/eat; tail /dev/zero", memory=8 << 20)
    healthy = docker.run("well", "sleep 100000", health="true")
    engine, head = start()
    wait_for("health to be good", lambda: docker.inspect(healthy)["State"]["Health"]["Status"] == "healthy", 20)
    docker.exec(container, "touch /tmp/eat")
    wait_for("the kernel to kill it", lambda: witness.of(container, "die"), 30)
    healed(engine, container, "ContainerOutOfMemory", head)
    docker.ask("POST", f"/containers/{healthy}/pause")  # and so it is "unhealthy", though no check said it
    assert docker.inspect(container)["State"]["OOMKilled"], "this Docker forgets it: the test shows nothing"
    for _ in range(2):
        engine.kill()
        engine.start()
        states_again(engine)
    plugin = next(pid for pid, line in children_of(engine.process.pid).items() if "plugin" in line and "docker" in line)
    os.kill(plugin, signal.SIGKILL)
    states_again(engine)
    for kind in ("docker.oom", "docker.die"):
        told = events_of(engine, container, kind)
        assert len(told) == 1, told
    assert not [e for e in events_of(engine, healthy, "docker.health_status") if e["fields"]["status"] == "unhealthy"]
    assert len(ended_runs(engine, container)) == 1 and not ended_runs(engine, healthy)
    one_restart_per_intent(engine, witness, container, 1)
    assert engine.stop() == 0
    engine.verify()
    for each in (container, healthy):
        docker.ask("DELETE", f"/containers/{each}?force=1")


def who_has_the_name_now_is_left_alone():
    witness = Witness(docker)
    old = docker.run("moved", "sleep 100000")
    engine, head = start()
    docker.kill(old)
    docker.ask("POST", f"/containers/{old}/rename?name=moved-old")
    new = docker.run("moved", "sleep 100000")
    healed(engine, old, "ContainerDied", head)
    assert docker.running(old)
    time.sleep(2)
    assert len(witness.of(new, "start")) == 1 and not witness.of(new, "die"), "the one that has the name now was touched"
    # A person may give the name: then it is the one that has it now.
    engine.cli("run", "docker/restart_container", "--param", "container=moved", "--param", "instance=local")
    wait_for("the restart by name", lambda: witness.of(new, "restart"), 30)
    assert not witness.of(old, "restart")[1:]
    assert engine.stop() == 0
    engine.verify()
    for each in (old, new):
        docker.ask("DELETE", f"/containers/{each}?force=1")


def a_new_name_while_it_is_verified_changes_nothing():
    witness = Witness(docker)
    container = docker.run("renamed", "sleep 100000")
    engine, head = start()
    docker.kill(container)
    wait_for("the restart", lambda: len(witness.of(container, "start")) > 1, 30, every=0.002)
    docker.ask("POST", f"/containers/{container}/rename?name=renamed-since")
    healed(engine, container, "ContainerDied", head)
    assert engine.stop() == 0
    docker.ask("DELETE", f"/containers/{container}?force=1")


def a_removed_container_calls_nobody():
    """`docker rm -f` kills it first: that is a death, answered, and nothing is left to restart."""
    engine, head = start()
    removed = []
    for round in range(6):
        removed.append(docker.run(f"removed-{round}", "sleep 100000"))
        docker.ask("DELETE", f"/containers/{removed[-1]}?force=1")

    def ended():
        started, over = (engine.entries("--kind", kind) for kind in ("run.started", "run.ended"))
        return len(over) == len(started) >= len(removed) and over
    over = wait_for("every run to end", ended, 40, every=0.3)
    results = [(entry["facts"]["result"], entry["body"]["message"]) for entry in over]
    assert all(result in ("succeeded", "cancelled") for result, _ in results), results
    assert any("was removed: nothing to restart" in message for _, message in results), results
    # Nothing was held against the runbook: the next one that dies is healed.
    container = docker.run("healed-after", "sleep 100000")
    docker.kill(container)
    healed(engine, container, "ContainerDied", head)
    assert engine.stop() == 0
    engine.verify()
    docker.ask("DELETE", f"/containers/{container}?force=1")


run_tests(heals_a_killed_container, heals_an_unhealthy_container, heals_a_container_out_of_memory,
          a_stop_by_a_person_is_left_alone, a_healed_kill_for_lack_of_memory_is_told_once,
          who_has_the_name_now_is_left_alone, a_new_name_while_it_is_verified_changes_nothing,
          a_removed_container_calls_nobody)
