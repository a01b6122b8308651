"""A bad reload changes nothing and says where and what to do; a half-written file never empties the rule set."""
import json
import pathlib
import signal
import time

from world import Engine, free_port, run_tests, wait_for

BROKEN = pathlib.Path(__file__).parent / "broken"
EXPECTED = json.loads((BROKEN / "expected.json").read_text())
CONFIG = "listen: 127.0.0.1:0\nrules: [rules]\nrunbooks: [books]\nevaluation_interval: 200ms\n"
GOOD = """groups:
  - name: good
    rules:
      - alert: AlwaysOn
        expr: vector(1)
"""
BOOK = 'return runbook { title = "Says so" }, function(run, a) return run:done "ok" end\n'


def fresh():
    engine = Engine(CONFIG, files={"rules/good.yaml": GOOD, "books/mine/say.lua": BOOK})
    return engine.start()


def rule_names(engine):
    status, text = engine.http("GET", "/api/v1/rules")
    assert status == 200, text
    return sorted(rule["name"] for group in json.loads(text)["data"]["groups"] for rule in group["rules"])


def every_broken_file_is_refused_with_its_place():
    engine = fresh()
    before = rule_names(engine)
    assert "AlwaysOn" in before
    faults = []
    for name, wanted in EXPECTED.items():
        home = {"rules": "rules", "runbooks": "books/mine", "config": "conf.d"}[wanted["kind"]]
        target = engine.home / home / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes((BROKEN / name).read_bytes())
        answer = engine.cli("reload", check=False)
        text = answer.out + answer.err
        if answer.code == 0:
            faults.append(f"{name}: was accepted")
        elif f"{name}:{wanted['place']}" not in text or wanted["hint"] not in text:
            faults.append(f"{name}: wanted {wanted}, got:\n{text}")
        target.unlink()
        if rule_names(engine) != before:
            faults.append(f"{name}: the rule set changed to {rule_names(engine)}")
    assert not faults, "\n".join(faults)
    assert engine.cli("reload").code == 0
    assert len([e for e in engine.entries("--kind", "config.loaded")]) == 2, "only good ones are loaded"
    assert engine.stop() == 0
    engine.verify()


def a_half_written_file_never_empties_the_rules():
    engine = fresh()
    before = rule_names(engine)
    whole = GOOD * 1
    for cut in range(0, len(whole), 7):
        engine.write("rules/good.yaml", whole[:cut])
        engine.process.send_signal(signal.SIGHUP)
        engine.cli("reload", check=False)
        names = rule_names(engine)
        # A cut that is itself a whole file with the alert in it is that file; anything else keeps the old set.
        assert names == before, f"cut at {cut}: {names}"
    engine.write("rules/good.yaml", whole)
    assert engine.cli("reload").code == 0
    assert engine.stop() == 0


def a_good_reload_by_signal_takes_effect():
    engine = fresh()
    wait_for("the first alert", lambda: "alert.firing" in engine.kinds(), 10)
    engine.write("rules/more.yaml", GOOD.replace("good", "more").replace("AlwaysOn", "Another"))
    engine.process.send_signal(signal.SIGHUP)
    wait_for("the new rule", lambda: "Another" in rule_names(engine), 10)
    kept = [e for e in engine.entries("--kind", "alert.firing") if e["body"]["labels"]["alertname"] == "AlwaysOn"]
    assert len(kept) == 1, "an alert whose rule did not change goes on as the same episode"
    time.sleep(1)
    assert engine.stop() == 0


def a_start_on_broken_files_says_so_and_ends():
    engine = Engine(CONFIG, files={"rules/bad.yaml": (BROKEN / "01-unknown-key.yaml").read_text(), "books/mine/say.lua": BOOK})
    engine.start(wait=False)
    assert engine.process.wait(20) == 1
    text = engine.log.read_text()
    assert "bad.yaml:6:9: " in text and 'unknown field "fro" (did you mean "for"?)' in text and "^" in text, text


def what_became_no_file_is_refused():
    engine = fresh()
    before = rule_names(engine)
    for name in ("rules/good.yaml", "books/mine/say.lua"):
        path = engine.home / name
        text = path.read_text()
        for become in (lambda: path.symlink_to("gone"), path.mkdir):
            path.unlink()
            become()
            check = engine.cli("check", str(engine.home / "reeve.yaml"), check=False)
            answer = engine.cli("reload", check=False)
            for said in (check, answer):
                assert said.code == 1 and str(path) + ": is a " in said.err, f"{name}: {said.code} {said.out}{said.err}"
            assert rule_names(engine) == before
            path.rmdir() if path.is_dir() else path.unlink()
            path.write_text(text)
    assert engine.cli("reload").out == "reloaded\n"
    assert engine.stop() == 0


def a_key_of_the_start_is_not_said_to_be_taken_up():
    engine = fresh()
    engine.write("reeve.yaml", CONFIG.replace("127.0.0.1:0", f"127.0.0.1:{free_port()}"))
    assert engine.cli("reload").out == "reloaded; `listen` is taken up at the next start\n"
    for bad in ("nope", "127.0.0.1:99999", "'127.0.0.1:'", "5"):
        engine.write("reeve.yaml", CONFIG.replace("127.0.0.1:0", bad))
        for answer in (engine.cli("check", str(engine.home / "reeve.yaml"), check=False), engine.cli("reload", check=False)):
            assert answer.code == 1 and "reeve.yaml:1:9: " in answer.err and "write IP:PORT" in answer.err, f"{bad}: {answer.err}"
    assert engine.stop() == 0


def a_folder_is_for_one_engine_whatever_is_deleted():
    engine = fresh()
    (engine.state / "lock").unlink()
    second = Engine(CONFIG, home=engine.home, files={})
    second.log = engine.home / "second.log"
    second.start(wait=False)
    assert second.process.wait(20) == 1
    assert "one engine per folder" in second.log.read_text(), second.log.read_text()
    (engine.state / "reeve.sock").unlink()
    wait_for("the socket", lambda: engine.http("GET", "/-/ready")[0] == 200, 10)
    assert (engine.state / "lock").read_text() == f"{engine.process.pid}\n"
    assert engine.cli("halt", "--reason", "a drill").code == 0, "the switch needs no lock that an engine holds"
    assert engine.cli("halt", "--lift").code == 0
    assert engine.stop() == 0
    engine.verify()


def a_plugin_that_is_gone_keeps_no_engine_from_starting():
    plugin = "plugins:\n- first: {name: a}\n"
    engine = Engine(CONFIG + plugin, files={"rules/good.yaml": GOOD, "books/mine/say.lua": BOOK})
    assert engine.cli("check", str(engine.home / "reeve.yaml"), check=False).code == 1
    engine.start()
    wait_for("the alert", lambda: "PluginFailing" in engine.cli("alerts").out, 10)
    wait_for("all else to run", lambda: "AlwaysOn" in engine.cli("alerts").out, 10)
    assert 'no plugin "first"' in engine.cli("status").out
    engine.write("reeve.yaml", CONFIG + plugin + "- second: {name: a}\n")
    answer = engine.cli("reload", check=False)
    assert answer.code == 1 and 'no plugin "second"' in answer.err, answer.err
    assert engine.stop() == 0


def runbooks_are_judged_by_the_actions_that_the_reload_brings():
    def plugins(*actions):
        lines = "".join(f"      {name}: {{argv: [/bin/true], class: idempotent}}\n" for name in actions)
        return CONFIG + "plugins:\n- exec:\n    name: t\n    actions:\n" + lines
    def book(action):
        return ('return runbook { title = "t" }, function(run, a)\n  local t = run:use("exec", "t")\n'
                f"  t.{action} {{}}\n  return run:done 'ok'\nend\n")
    engine = Engine(plugins("old"), files={"rules/good.yaml": GOOD, "books/mine/say.lua": book("old")}).start()
    def both(want):
        for answer in (engine.cli("check", str(engine.home / "reeve.yaml"), check=False), engine.cli("reload", check=False)):
            assert answer.code == (1 if want else 0) and want in answer.err, f"{answer.code} {answer.out}{answer.err}"
    engine.write("reeve.yaml", plugins("old", "fresh"))
    engine.write("books/mine/say.lua", book("fresh"))
    both("")
    assert engine.cli("run", "mine/say", "--dry-run", check=False).err.count("has no action") == 0
    engine.write("reeve.yaml", plugins("old"))
    both('say.lua:3:5: exec has no action "fresh"')
    both('say.lua:3:5: exec has no action "fresh"')
    engine.write("books/mine/say.lua", book("old"))
    # Each instance has actions of its own, whichever is written first.
    two = plugins("old") + "- exec:\n    name: u\n    actions:\n      other: {argv: [/bin/true], class: idempotent}\n"
    engine.write("reeve.yaml", two)
    both("")
    assert engine.stop() == 0
    engine.start()
    assert engine.stop() == 0


run_tests(every_broken_file_is_refused_with_its_place, a_half_written_file_never_empties_the_rules,
          a_good_reload_by_signal_takes_effect, a_start_on_broken_files_says_so_and_ends, what_became_no_file_is_refused,
          a_key_of_the_start_is_not_said_to_be_taken_up, a_folder_is_for_one_engine_whatever_is_deleted,
          a_plugin_that_is_gone_keeps_no_engine_from_starting,
          runbooks_are_judged_by_the_actions_that_the_reload_brings)
