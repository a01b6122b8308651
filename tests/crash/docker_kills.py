"""kill -9 of the engine at random moments while it heals containers; then the ledger is held against what Docker saw.

Usage: docker_kills.py [--kills 200] [--containers 8] [--seed N]. Exits 0, 1 or 77 (skipped).
Every die, oom, health_status, start, stop and restart event that a witness started before the engine has seen must be in
the ledger exactly once; no container may have been started or restarted more often than there are intents; every intent
has an outcome or is in doubt; every run ended or is parked with its reason; both verifiers pass.
"""
import argparse
import collections
import json
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from docker import Docker, Witness, heal_config  # noqa: E402
from world import Engine, Peer, percentile, wait_for  # noqa: E402

arguments = argparse.ArgumentParser()
arguments.add_argument("--kills", type=int, default=200)
arguments.add_argument("--containers", type=int, default=8)
arguments.add_argument("--heals", type=int, default=40, help="at least so many heals must have happened")
arguments.add_argument("--seed", type=int, default=int(time.time()))
options = arguments.parse_args()
chance = random.Random(options.seed)
print(f"seed {options.seed}")

peer = Peer("dockerd")
docker = Docker(peer["ADDRESS"])
CONFIG = heal_config(peer["ADDRESS"], ", breaker: off, flap: off, max_age: 1h, settles: 3s")
KINDS = ("die", "oom", "health_status", "start", "stop", "restart")


class Troublemaker(threading.Thread):
    """Kills a container whenever it has been running for a while; counts what it did."""

    def __init__(self, containers):
        super().__init__(daemon=True)
        self.containers, self.over, self.done = containers, threading.Event(), 0
        self.chance = random.Random(options.seed + 1)

    def run(self):
        since = {container: time.monotonic() for container in self.containers}
        while not self.over.wait(0.1):
            for container in self.containers:
                try:
                    running = docker.running(container)
                except (OSError, AssertionError):
                    continue
                if not running:
                    since[container] = time.monotonic()
                elif time.monotonic() - since[container] > 2.5 + self.chance.random() * 2:
                    try:
                        docker.kill(container)
                        self.done += 1
                    except AssertionError:
                        pass  # it ended by itself in between
                    since[container] = time.monotonic()


def judge(engine, witness, containers, seen_from, seen_until):
    faults = []
    entries = engine.entries("--limit", "1000000")
    ledger = collections.Counter()
    recovered = 0
    for entry in entries:
        if entry["kind"] != "events.accepted":
            continue
        for event in entry["body"]:
            action = event["type"].removeprefix("docker.")
            if event["type"].startswith("docker.") and action in KINDS:
                ledger[(event["labels"]["id"], action)] += 1
                recovered += bool(event.get("recovered"))
    seen = collections.Counter()
    for event in witness.of():
        action = event["Action"].split(":")[0]
        if action in KINDS and seen_from < event["timeNano"] <= seen_until:
            seen[(event["Actor"]["ID"], action)] += 1
    for key in sorted(set(seen) | set(ledger)):
        if key[0] in containers and seen[key] != ledger[key]:
            faults.append(f"{key[1]} of {key[0][:12]}: Docker said it {seen[key]} times, the ledger has it {ledger[key]} times")

    intents = [e for e in entries if e["kind"] == "step.intent"]
    for container in containers:
        mine = sum(container in json.dumps(e["facts"]["targets"]) for e in intents)
        for action in ("start", "restart"):
            happened = sum(e["timeNano"] > seen_from for e in witness.of(container, action))
            if happened > mine:
                faults.append(f"{container[:12]}: {happened} {action} events for {mine} intents")
    answers = collections.Counter((e["run"], e["facts"]["path"]) for e in entries if e["kind"] in ("step.outcome", "step.in_doubt"))
    for intent in intents:
        if answers[(intent["run"], intent["facts"]["path"])] < 1:
            faults.append(f"intent {intent['seq']} of run {intent['run']} has neither outcome nor in_doubt")
    outcomes = collections.Counter((e["run"], e["facts"]["path"]) for e in entries if e["kind"] == "step.outcome")
    for key, times in outcomes.items():
        if times > 1:
            faults.append(f"step {key} has {times} outcomes")
    last = {}
    for entry in entries:
        if entry["kind"] in ("run.started", "run.parked", "run.resumed", "run.ended"):
            last[entry["run"]] = entry
    for run, entry in last.items():
        if entry["kind"] != "run.ended" and not (entry["kind"] == "run.parked" and entry["facts"].get("reason")):
            faults.append(f"run {run} stands at {entry['kind']} {entry['facts']}")
    results = collections.Counter(e["facts"]["result"] for e in entries if e["kind"] == "run.ended")
    parked = collections.Counter(e["facts"]["reason"] for e in last.values() if e["kind"] == "run.parked")
    print(f"{len(entries)} entries, {sum(seen.values())} events seen by the witness, {recovered} recovered in the ledger, "
          f"{len(intents)} intents, runs ended {dict(results)}, parked {dict(parked)}")
    return faults, results


def main():
    containers = [docker.run(f"c{i}", "sleep 100000") for i in range(options.containers)]
    witness = Witness(docker)
    docker.kill(containers[0])  # an event of each kind of connection: the witness is known to see
    wait_for("the witness", lambda: witness.of(containers[0], "die"))
    docker.ask("POST", f"/containers/{containers[0]}/start")
    wait_for("the witness", lambda: witness.of(containers[0], "start"))
    seen_from = max(e["timeNano"] for e in witness.events)
    engine = Engine(CONFIG).start()
    trouble = Troublemaker(containers)
    trouble.start()
    begin, starts = time.monotonic(), []
    for kill in range(options.kills):
        time.sleep(chance.uniform(0.05, 1.9))
        engine.kill()
        at = time.monotonic()
        engine.start(wait=chance.random() < 0.5)
        starts.append(time.monotonic() - at)
        if kill % 20 == 19:
            print(f"  {kill + 1} kills, {trouble.done} containers broken, {time.monotonic() - begin:.0f} s", flush=True)
    trouble.over.set()
    trouble.join()
    engine.wait_ready()

    def quiet():
        runs = engine.cli("runs", "-o", "json", check=False)
        live = [r for r in json.loads(runs.out or "[]") if r["state"] not in ("ended", "parked")] if runs.code == 0 else ["?"]
        return not live and all(docker.running(c) for c in containers)
    unrest = []
    try:
        wait_for("every container to be healed and every run to end or park", quiet, 60, every=1)
    except AssertionError as error:
        unrest = [f"{error}\n{engine.cli('status', check=False).out}\n{engine.cli('runs', check=False).out}"]
    time.sleep(2)
    seen_until = max((e["timeNano"] for e in witness.events), default=0)
    time.sleep(1)
    assert engine.stop() == 0
    print(f"{options.kills} kills in {time.monotonic() - begin:.0f} s, {trouble.done} containers broken, "
          f"start p50 {percentile(starts, 0.5) * 1000:.0f} ms")
    faults, results = judge(engine, witness, containers, seen_from, seen_until)
    faults = unrest + faults
    print(engine.verify().strip())
    if results["succeeded"] < options.heals:
        faults.append(f"only {results['succeeded']} heals, {options.heals} wanted")
    for fault in faults[:40]:
        print("FAULT:", fault)
    if faults:
        print("state kept for a look:", engine.state)
        import atexit
        import shutil
        keep = pathlib.Path("/tmp/reeve-crash-state")
        shutil.rmtree(keep, ignore_errors=True)
        shutil.copytree(engine.home, keep, ignore=shutil.ignore_patterns("reeve.sock"))
    print(f"{1 if not faults else 0} passed, {len(faults)} failed")
    sys.exit(1 if faults else 0)


main()
