#!/usr/bin/env python3
"""Ledger entries a second, hashed and durable, and verified, beside raw SQLite and fdatasync of the same run.

Uses the program of the ledger's unit tests in REEVE_BUILD_DIR (built like a release); 5 runs, the medians are read off.
"""
import os
import subprocess
import sys

program = os.path.join(os.environ.get("REEVE_BUILD_DIR", "build/release"), "bin", "unit_ledger")
if not os.path.exists(program):
    print(f"ledger: {program} is not built; skipped")
    sys.exit(77)
for run in range(int(os.environ.get("REEVE_BENCH_RUNS", "5"))):
    out = subprocess.run([program, "--gtest_filter=Throughput.*"], check=True, capture_output=True, text=True,
                         env={**os.environ, "REEVE_BENCH": os.environ.get("REEVE_BENCH", "400000")}).stdout
    for line in out.splitlines():
        if line.startswith(("raw", "ledger ", "verify", "fdatasync", "intent")):
            print(line)
