#!/usr/bin/env python3
"""What may a file include, and from where may time and chance come? The rules of the house that text can tell.

Usage: rules.py [ROOT]. Prints `file:line: finding`, exits 1 when there is one.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
CLOCKS = re.compile(r"\b(system_clock::now|steady_clock::now|high_resolution_clock|clock_gettime|gettimeofday|time\(nullptr\)"
                    r"|time\(NULL\)|time\(0\)|std::rand\b|random_device)")
CLOCK_HOMES = {"engine/base/clock.cpp"}
# The child side measures real deadlines of real code: it is an edge, like a plugin.
CLOCK_EDGES = ("engine/plugin/process/", "engine/script/worker/")
MARKS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
THIRD_PARTY = ("boost/", "yaml-cpp/", "lua", "SQLiteCpp/", "sqlite3", "spdlog/", "fmt/", "curl/", "libssh2", "re2/", "nettle/", "CLI/",
               "simdjson")


def layers():
    uses = {}
    for line in (ROOT / "engine/LAYERS").read_text().splitlines():
        found = re.match(r"^([a-z]+):([^|]*)", line)
        if found:
            name, allowed = found.group(1), found.group(2).split()
            for other in allowed:
                if other not in uses:
                    yield_error("engine/LAYERS", 0, f"{name} names {other}, which is not below it")
            uses[name] = set(allowed) | {name}
    return uses


findings = []


def yield_error(path, line, text):
    findings.append(f"{path}:{line}: {text}")


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".cpp", ".h", ".hpp", ".c") and path.is_file():
                yield path


def check_engine(uses):
    for path in sources("engine"):
        name = str(path.relative_to(ROOT))
        module = name.split("/")[1]
        if module not in uses:
            yield_error(name, 1, f"module {module} has no line in engine/LAYERS")
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            include = INCLUDE.match(line)
            if include and include.group(1) == '"':
                target = include.group(2).split("/")[0]
                if "/" not in include.group(2):
                    yield_error(name, number, f"include {include.group(2)!r} by its module's path")
                elif target == "plugins" or target.startswith("."):
                    yield_error(name, number, "the engine includes nothing from plugins/ and nothing by a relative path")
                elif target in uses and target not in uses[module]:
                    yield_error(name, number, f"{module} may not include {target} (engine/LAYERS)")
                elif target not in uses and target != "reeve":
                    yield_error(name, number, f"unknown module {target!r}")
            front = name == f"engine/{module}/{module}.h"
            if include and include.group(1) == "<" and front and include.group(2).startswith(THIRD_PARTY):
                yield_error(name, number, f"third-party header {include.group(2)} in a front door")
            if CLOCKS.search(line) and name not in CLOCK_HOMES and not name.startswith(CLOCK_EDGES):
                yield_error(name, number, "time and chance come through base's ports (base/clock.h, base/hash.h)")
            if MARKS.search(line):
                yield_error(name, number, "unfinished mark")


def check_plugins():
    for path in sources("plugins"):
        name = str(path.relative_to(ROOT))
        own = name.split("/")[1]
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            include = INCLUDE.match(line)
            if include and include.group(1) == '"':
                target = include.group(2).split("/")[0]
                if target not in ("common", "reeve", own):
                    yield_error(name, number, f"a plugin includes only sdk/ and plugins/common/, not {include.group(2)!r}")
            if MARKS.search(line):
                yield_error(name, number, "unfinished mark")


def check_headers_begin():
    for path in sources("engine", "sdk", "plugins"):
        if path.suffix == ".cpp" or path.suffix == ".c":
            continue
        text = path.read_text(errors="replace")
        name = str(path.relative_to(ROOT))
        if not re.match(r"(///|/\*\*?) ?\\file|/// \\file|/\* \\file", text) and "\\file" not in text[:200]:
            yield_error(name, 1, "a header begins with `/// \\file` and the question it answers")
        if "#pragma once" not in text and path.suffix != ".c" and "#ifndef" not in text:
            yield_error(name, 1, "no #pragma once")


def check_content():
    """rules/ and runbooks/ are content, each file beside its test."""
    for path in sorted((ROOT / "rules").rglob("*.y*ml")):
        if not re.search(r"[._]test\.ya?ml$", path.name) and not list(path.parent.glob(path.stem + "*test.y*ml")):
            yield_error(str(path.relative_to(ROOT)), 1, "a rule file stands beside its test")
    for path in sorted((ROOT / "runbooks").rglob("*.lua")):
        if not path.name.endswith("_test.lua") and not list(path.parent.glob(path.stem + "*test*")):
            yield_error(str(path.relative_to(ROOT)), 1, "a runbook stands beside its test")


check_engine(layers())
check_plugins()
check_headers_begin()
check_content()
print("\n".join(findings), end="\n" if findings else "")
sys.exit(1 if findings else 0)
