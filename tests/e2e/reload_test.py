"""A bad reload changes nothing and says where and what to do; a half-written file never empties the rule set."""
import json
import pathlib
import signal
import time

from world import Engine, run_tests, wait_for

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


run_tests(every_broken_file_is_refused_with_its_place, a_half_written_file_never_empties_the_rules,
          a_good_reload_by_signal_takes_effect, a_start_on_broken_files_says_so_and_ends)
