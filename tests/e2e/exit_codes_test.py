"""The exit codes of `reeve run`, `settle` and `halt`, as the pages name them: 0 ok, 1 failure, 4 not found, 5 denied or
approval needed, 6 a safety rail refused, 7 no engine, 124 timed out."""
import subprocess

from world import REEVE, Engine, run_tests, wait_for

CONFIG = """
listen: none
plugins:
- exec: { name: box, actions: { touch: { argv: [/bin/true], class: idempotent }, spoil: { argv: [/bin/false], class: idempotent } } }
runbooks: [books/]
safety: { reason: "a test", cool_down: 1s, breaker: off, rate: 1000/m, max_age: 1h }
"""


def book(body, more=""):
    return f'return runbook {{ title = "A test", {more} }}, function(run, a)\n  local box = run:use("exec", "box")\n{body}\nend\n'


BOOKS = {
    "books/t/touch.lua": book('  box.touch {}\n  return run:done "touched"'),
    "books/t/spoil.lua": book("  box.spoil {}"),
    "books/t/fail.lua": book('  return run:fail "so it is"'),
    "books/t/ask.lua": book('  run:approve { "Really?", by = "ops", within = "5m" }\n  box.touch {}\n  return run:done "touched"'),
    "books/t/approved.lua": book('  box.touch {}\n  return run:done "touched"', 'mode = "approve"'),
    "books/t/shadow.lua": book('  box.touch {}\n  return run:done "touched"', 'mode = "shadow"'),
    "books/t/suggest.lua": book('  box.touch {}\n  return run:done "touched"', 'mode = "suggest"'),
    "books/t/many.lua": book('  box.touch {}\n  box.touch {}\n  return run:done "touched"', "limits = { changes = 1 }"),
    "books/t/slow.lua": book('  run:wait { "a while", every = "1s", timeout = "5m", check = function() return false end }', 'limits = { deadline = "2s" }'),
    "books/t/pause.lua": book('  run:wait { "a while", every = "1s", hold = "2s", timeout = "5m", check = function() return true end }\n  box.touch {}'),
}


def engine_with(*names):
    return Engine(CONFIG, files={f"books/t/{name}.lua": BOOKS[f"books/t/{name}.lua"] for name in names}).start()


def waited(engine, name, *options):
    """`reeve run t/NAME --wait` as a process that goes on beside the test."""
    return subprocess.Popen([str(REEVE), "run", "t/" + name, "--wait", "--timeout", "30s", "--config", str(engine.home / "reeve.yaml"),
                             "--state", str(engine.state), *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def approvals(engine):
    return engine.cli("approve", "-o", "json").json()


def test_a_run_that_is_waited_for_ends_with_its_code():
    engine = engine_with("touch", "spoil", "fail")
    for name, code, words in (("touch", 0, "ended: succeeded: touched"), ("spoil", 1, "ended: failed"), ("fail", 1, "ended: failed: so it is")):
        said = engine.cli("run", "t/" + name, "--wait", "--timeout", "30s", check=False)
        assert said.code == code and words in said.out, (name, vars(said))


def test_what_a_person_denies_is_5():
    engine = engine_with("approved", "ask")
    for name in ("approved", "ask"):  # at its start, and in the middle of its script
        run = waited(engine, name)
        waits = wait_for("the question", lambda: approvals(engine))
        engine.cli("deny", waits[0]["id"], "--reason", "not now")
        out, err = run.communicate(timeout=60)
        assert run.returncode == 5, (name, run.returncode, out, err)
        assert "not now" in out, (name, out, err)


def test_a_run_that_a_rail_stops_is_6_at_once():
    engine = engine_with("pause", "touch")
    run = waited(engine, "pause")
    wait_for("the run", lambda: "run.parked" in engine.kinds())
    engine.cli("halt", "--reason", "a drill")
    out, err = run.communicate(timeout=60)
    assert run.returncode == 6, (run.returncode, out, err)
    assert "stands still, parked: halted" in err and "reeve halt --lift" in err and "reeve cancel " in err, err
    assert engine.cli("run", "t/touch", "--wait", check=False).code == 6
    engine.cli("halt", "--lift")
    wait_for("the run to go on", lambda: engine.cli("runs", "-o", "json").json()[0]["result"] == "succeeded")


def test_a_run_that_stands_still_is_not_waited_for():
    engine = engine_with("many", "slow")
    for name, code, reason in (("many", 1, "limit"), ("slow", 124, "deadline")):
        said = engine.cli("run", "t/" + name, "--wait", "--timeout", "30s", check=False)
        assert said.code == code and f"stands still, parked: {reason}" in said.err, (name, vars(said))


def test_what_is_only_recorded_says_so_and_is_5():
    engine = engine_with("shadow", "suggest")
    for name in ("shadow", "suggest"):
        for options in ((), ("--wait",), ("-o", "json")):
            said = engine.cli("run", "t/" + name, *options, check=False)
            assert said.code == 5 and f"nothing was done: `mode: {name}`" in said.err, (name, options, vars(said))
    assert engine.cli("runs", "-o", "json").json() == []


def test_the_same_codes_without_an_engine():
    engine = Engine(CONFIG, files=BOOKS)
    for name, code, words in (("touch", 0, "succeeded"), ("fail", 1, "failed"), ("shadow", 5, "nothing was done"),
                              ("many", 1, "stands still, parked: limit"), ("slow", 124, "stands still, parked: deadline")):
        said = engine.cli("run", "t/" + name, "--local", "--timeout", "30s", check=False)
        assert said.code == code and words in said.out + said.err, (name, vars(said))
    assert engine.cli("run", "t/touch", check=False).code == 7
    engine.cli("halt", "--reason", "a drill")
    said = engine.cli("run", "t/touch", "--local", check=False)
    assert said.code == 6 and "safety rail 13" in said.err, vars(said)


def test_what_is_not_there_is_4():
    engine = engine_with("pause", "touch")
    run = engine.cli("run", "t/pause", "-o", "json").json()["run"]
    for command in (("settle", run, "9", "happened"), ("settle", "nosuchrun", "9", "happened"), ("cancel", "nosuchrun"), ("runs", "nosuchrun"),
                    ("approve", "nosuch"), ("deny", "nosuch"), ("run", "t/nosuch"), ("audit", "show", "99999"), ("halt", "--lift"),
                    ("reset", "t/touch", "--reason", "x"), ("plugin", "describe", "nosuch")):
        said = engine.cli(*command, check=False)
        assert said.code == 4, (command, vars(said))


if __name__ == "__main__":
    run_tests(test_a_run_that_is_waited_for_ends_with_its_code, test_what_a_person_denies_is_5, test_a_run_that_a_rail_stops_is_6_at_once,
              test_a_run_that_stands_still_is_not_waited_for, test_what_is_only_recorded_says_so_and_is_5,
              test_the_same_codes_without_an_engine, test_what_is_not_there_is_4)
