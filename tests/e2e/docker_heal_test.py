"""End to end on a real Docker Engine: killed, unhealthy, out of memory; each is healed once and can be proved."""
import json
import time

from docker import Docker, Witness, heal_config
from world import Engine, Peer, in_order, run_tests, wait_for

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
    assert len(restarts) <= len(intents)


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


run_tests(heals_a_killed_container, heals_an_unhealthy_container, heals_a_container_out_of_memory, a_stop_by_a_person_is_left_alone)
