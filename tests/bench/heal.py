"""From a container's death to the intent and to the act, over N heals (default 100), beside an fdatasync probe of the same disk."""
import json
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from docker import Docker, Witness, heal_config  # noqa: E402
from world import Engine, Peer, fdatasync_probe, percentile, wait_for  # noqa: E402

HEALS = int(os.environ.get("HEALS", "100"))


def measure(docker, witness, engine, containers, heals):
    """Kills one container after the other, each when the one before is back; (to the intent, to the act) in seconds."""
    seen = {entry["seq"] for entry in engine.entries("--kind", "run.ended", "--limit", "100000")}
    for heal in range(heals):
        container = containers[heal % len(containers)]
        starts = len(witness.of(container, "start"))
        docker.kill(container)
        wait_for("the restart", lambda: len(witness.of(container, "start")) > starts, 60, every=0.01)
        time.sleep(0.05)
    wait_for("the runs to end", lambda: len([e for e in engine.entries("--kind", "run.ended", "--limit", "100000")
                                             if e["seq"] not in seen]) >= heals, 120, every=1)
    deaths = {}
    for event in witness.of(action="die"):
        deaths.setdefault(event["Actor"]["ID"], []).append(event["timeNano"] / 1e3)
    to_intent, to_act = [], []
    entries = engine.entries("--limit", "1000000")
    outcomes = {(e["run"], e["facts"]["path"]): e for e in entries if e["kind"] == "step.outcome"}
    for entry in entries:
        if entry["kind"] != "step.intent":
            continue
        container = next((c for c in deaths if c in json.dumps(entry["facts"]["targets"])), None)
        died = max((at for at in deaths.get(container, []) if at <= entry["at_us"]), default=None)
        if died is None:
            continue
        to_intent.append((entry["at_us"] - died) / 1e6)
        outcome = outcomes.get((entry["run"], entry["facts"]["path"]))
        begun = outcome and outcome["facts"].get("begun_us")
        if begun:
            to_act.append((begun - died) / 1e6)
    return to_intent[-heals:], to_act[-heals:]


def config(address, plugins=""):
    return heal_config(address, ", breaker: off, flap: off", every="5s", plugins=plugins)


def show(name, values):
    if values:
        print(f"{name}: p50 {percentile(values, 0.5) * 1000:.2f} ms, p99 {percentile(values, 0.99) * 1000:.2f} ms, n {len(values)}")


def main():
    peer = Peer("dockerd")
    docker = Docker(peer["ADDRESS"])
    containers = [docker.run(f"b{i}", "sleep 100000") for i in range(12)]  # each rests longer than its cool-down
    witness = Witness(docker)
    engine = Engine(config(peer["ADDRESS"])).start()
    time.sleep(2)
    to_intent, to_act = measure(docker, witness, engine, containers, HEALS)
    show("die to step.intent", to_intent)
    show("die to the act's start", to_act)
    show("fdatasync of 512 bytes on the same disk", fdatasync_probe(engine.home))
    print("(aim 5 ms, floor 100 ms)")
    engine.stop()


if __name__ == "__main__":
    main()
