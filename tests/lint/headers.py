#!/usr/bin/env python3
"""Does each header compile alone? Compiles every header of engine/, sdk/ and plugins/ by itself, syntax only."""
import os
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
FLAGS = ["g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-I", str(ROOT / "engine"), "-I", str(ROOT / "sdk/include"),
         "-I", str(ROOT / "plugins"), "-I", "/usr/include/lua5.4", "-x", "c++"]


def compile_alone(header):
    name = header.relative_to(ROOT)
    source = f'#include "{header}"\nint main() {{}}\n'
    done = subprocess.run(FLAGS + ["-"], input=source, capture_output=True, text=True)
    return None if done.returncode == 0 else f"{name}: does not compile alone\n{done.stderr[:600]}"


headers = [h for folder in ("engine", "sdk/include", "plugins") for h in sorted((ROOT / folder).rglob("*.h*"))
           if h.suffix in (".h", ".hpp")]
with ThreadPoolExecutor(os.cpu_count()) as pool:
    faults = [fault for fault in pool.map(compile_alone, headers) if fault]
print("\n".join(faults), end="\n" if faults else "")
sys.exit(1 if faults else 0)
