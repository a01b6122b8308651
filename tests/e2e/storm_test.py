"""While one exec plugin floods, one hangs and one crashes in a loop, the heals of a fourth go on as fast as before.

HEALS: how many are measured in calm and as many in the storm (default 30; tests/bench/storm.py takes 100).
"""
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))
from docker import Docker, Witness  # noqa: E402
from heal import config, measure, show  # noqa: E402
from world import Engine, Peer, folder, percentile, run_tests, wait_for  # noqa: E402

HEALS = int(os.environ.get("HEALS", "30"))

HEAD = """#!/usr/bin/env python3
import json, os, sys, time
NAME = os.path.basename(sys.argv[0])
MANIFEST = {"name": NAME, "version": "1", "doc": "Misbehaves.", "collects": True, "watches": True,
            "metrics": [{"name": NAME + "_x", "type": "gauge", "help": "x"}], "events": [{"type": NAME + ".x", "help": "x"}]}
def say(message): sys.stdout.write(json.dumps(message) + "\\n"); sys.stdout.flush()
for line in sys.stdin:
    ask = json.loads(line)
    if "id" not in ask: continue
    if ask["ask"] in ("collect", "watch"): misbehave = True
    else: say({"id": ask["id"], "ok": True, **({"protocol": 1, "manifest": MANIFEST} if ask["ask"] == "hello" else {})}); continue
"""
BAD = {
    "flooder": """    n = 0
    while True:
        n += 1
        say({"note": "event", "type": "flooder.x", "labels": {"n": str(n % 1000)}, "cursor": str(n)})
""",
    "hanger": "    time.sleep(100000)\n",
    "crasher": "    os.kill(os.getpid(), 11)\n",
}


def the_heals_of_others_go_on():
    peer = Peer("dockerd")
    docker = Docker(peer["ADDRESS"])
    containers = [docker.run(f"s{i}", "sleep 100000") for i in range(12)]  # each rests longer than its cool-down
    witness = Witness(docker)
    home = folder()
    files = {f"bad/{name}/{name}": HEAD + body for name, body in BAD.items()}
    engine = Engine("plugin_dirs: [bad]\n" + config(peer["ADDRESS"]), home=home, files=files)
    for name in BAD:
        (home / f"bad/{name}/{name}").chmod(0o755)
    engine.start()
    time.sleep(2)
    calm = measure(docker, witness, engine, containers, HEALS)[0]
    bad = "".join(f"  - {name}: {{ name: bad, every: 1s }}\n" for name in BAD)
    engine.write("reeve.yaml", "plugin_dirs: [bad]\n" + config(peer["ADDRESS"], bad))
    engine.cli("reload")
    time.sleep(12)  # long enough for the hang to be seen
    storm = measure(docker, witness, engine, containers, HEALS)[0]
    show("die to step.intent, calm", calm)
    show("die to step.intent, storm", storm)
    allowed = max(2 * percentile(calm, 0.99), 0.1)  # 100 ms: the floor a heal has anyway
    assert len(calm) == len(storm) == HEALS
    assert percentile(storm, 0.99) <= allowed, f"p99 {percentile(storm, 0.99):.3f} s, allowed {allowed:.3f} s"

    def told():
        firing = {(a["labels"]["alertname"], a["labels"].get("job")) for a in engine.cli("alerts", "-o", "json").json()}
        return {job for _, job in firing} >= {"hanger", "crasher"}
    wait_for("alerts about the bad plugins", told, 90, every=1)
    print("     ", engine.cli("plugin", "list").out.replace("\n", "\n      "))
    assert engine.stop() == 0
    engine.verify()


run_tests(the_heals_of_others_go_on)
