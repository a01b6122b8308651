#!/usr/bin/env python3
"""How many lines of test stand beside the code? Test lines (C++, Python and data) by module; fails below 0.8 in all."""
import pathlib
import re
import subprocess
import sys

LEAST = 0.8
files = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.split("\n")
CODE = re.compile(r"^(engine|plugins|sdk|runbooks|rules)/.*\.(cpp|h|hpp|c|lua|py|yaml|yml)$")
TEST = re.compile(r"^tests/(?!lint/|bench/).*\.(cpp|h|py|sh|test|yaml|yml|lua|jsonl|json|txt|tmpl|cases)$"
                  r"|(_test|\.test)\.(lua|yaml|yml)$|/testcases/")
CORPUS = re.compile(r"/corpus/")


def lines(name):
    path = pathlib.Path(name)
    return sum(1 for _ in path.open(errors="replace")) if path.is_file() else 0


code, test = {}, {}
for name in files:
    if not name or CORPUS.search(name):
        continue
    parts = name.split("/")
    if TEST.search(name):
        module = parts[2] if name.startswith("tests/unit/") and len(parts) > 3 else parts[1] if parts[0] != "tests" else parts[1]
        test[module] = test.get(module, 0) + lines(name)
    elif CODE.search(name):
        module = parts[1]
        code[module] = code.get(module, 0) + lines(name)

for module in sorted(set(code) | set(test)):
    print(f"  {module:12} code {code.get(module, 0):6}  test {test.get(module, 0):6}")
total_code, total_test = sum(code.values()), sum(test.values())
ratio = total_test / max(1, total_code)
print(f"  {'all':12} code {total_code:6}  test {total_test:6}  ratio {ratio:.2f} (at least {LEAST})")
sys.exit(0 if ratio >= LEAST else 1)
