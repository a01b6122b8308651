"""An idle engine with the host plugin: PSS of all its processes after 60 s, start time, stripped binary size."""
import os
import pathlib
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from world import BUILD, REEVE, Engine, children_of, folder, percentile, wait_for  # noqa: E402

SECONDS = int(os.environ.get("SECONDS_IDLE", "60"))


def pss_kb(pid):
    for line in open(f"/proc/{pid}/smaps_rollup"):
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def cpu_ms(pid):
    fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def main():
    starts = []
    for _ in range(10):
        engine = Engine("plugins: [{host: {name: here}}]\nlisten: 127.0.0.1:0\n")
        begin = time.perf_counter()
        engine.start(wait=False)
        wait_for("ready", lambda: engine.http("GET", "/-/ready")[0] == 200, every=0.001)
        starts.append(time.perf_counter() - begin)
        engine.stop()
    engine = Engine("plugins: [{host: {name: here}}]\nlisten: 127.0.0.1:0\n").start()
    time.sleep(5)
    processes = [engine.process.pid, *children_of(engine.process.pid)]
    before = sum(map(cpu_ms, processes))
    time.sleep(SECONDS)
    names = {engine.process.pid: "reeve", **children_of(engine.process.pid)}
    total = 0
    for pid, name in names.items():
        size = pss_kb(pid)
        total += size
        print(f"  {size / 1024:6.1f} MB  {name[-60:]}")
    spent = sum(cpu_ms(pid) for pid in names if pathlib.Path(f"/proc/{pid}").exists()) - before
    engine.stop()
    home = folder()
    sizes = {}
    for binary in [REEVE, BUILD / "bin/reeve-child", *sorted((BUILD / "lib/reeve/plugins").glob("*.so"))]:
        shutil.copy(binary, home / binary.name)
        subprocess.run(["strip", str(home / binary.name)], check=True)
        sizes[binary.name] = (home / binary.name).stat().st_size
    print(f"PSS of all processes after {SECONDS} s: {total / 1024:.1f} MB (goal 8, floor 15)")
    print(f"CPU: {spent / SECONDS:.2f} ms a second (goal 0.3, floor 2)")
    print(f"start to ready: p50 {percentile(starts, 0.5) * 1000:.0f} ms, max {max(starts) * 1000:.0f} ms (floor 100)")
    print("stripped: " + ", ".join(f"{name} {size / 1e6:.2f} MB" for name, size in sizes.items()) + " (reeve: floor 10)")


main()
