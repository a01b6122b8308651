"""Who could not be told while the engine ran is told by the next one: once, and only what still matters."""
import http.server
import json
import threading
import time

from world import Engine, run_tests, wait_for

FAILS = 'return runbook { title = "cannot" }, function(run) return run:fail "the disk is gone" end\n'
ACTS = 'return runbook { title = "notes" }, function(run) run:note "seen"; return run:done "noted" end\n'


class Hook:
    """A receiver that answers as told and keeps what it took."""

    def __init__(self):
        self.status, self.told, self.refused = 200, [], 0
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assert self.headers["Content-Type"] == "application/json"
                status = hook.status(body) if callable(hook.status) else hook.status
                if status == 200:
                    hook.told.append(body)
                else:
                    hook.refused += 1
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def heard(self, status, **labels):
        return [t for t in self.told if t["status"] == status
                and all(t["commonLabels"].get(k, "").startswith(v) for k, v in labels.items())]


def rule(name, expr, run=""):
    return f"  - alert: {name}\n    expr: {expr}\n{run}"


def engine_for(hook, *rules):
    config = ("listen: none\nevaluation_interval: 200ms\nplugins: [{host: {every: 500ms}}]\nrules: [rules.yaml]\nrunbooks: [runbooks]\n"
              f"notify:\n- webhook: http://127.0.0.1:{hook.server.server_port}/hook\n")
    files = {"rules.yaml": "groups:\n- name: g\n  rules:\n" + "".join(rules), "runbooks/x/fail.lua": FAILS,
             "runbooks/x/act.lua": ACTS}
    return Engine(config, files=files)


def told_once(engine, hook, status, **labels):
    wait_for(f"{status} {labels} to be told", lambda: hook.heard(status, **labels), 30)
    wait_for("that to be kept", lambda: engine.kinds().count("operator.told") >= len(hook.told))
    engine.kill()
    engine.start()
    time.sleep(2)
    assert len(hook.heard(status, **labels)) == 1, hook.told
    assert engine.stop() == 0
    engine.verify()
    assert engine.cli("audit", "rebuild").code == 0


def an_escalation_outlives_a_kill_while_its_receiver_is_down():
    hook = Hook()
    hook.status = 500
    engine = engine_for(hook, rule("Bad", "node_load1 >= 0", "    run: {runbook: x/fail, mode: auto}\n")).start()
    wait_for("the run to fail", lambda: "run.ended" in engine.kinds())
    wait_for("it to be owed", lambda: "operator.owed" in engine.kinds())
    wait_for("a try", lambda: hook.refused >= 2)
    engine.kill()
    assert not hook.told
    hook.status = 200
    engine.start()
    told_once(engine, hook, "firing", alertname="Bad", reeve_escalation="escalation")


def a_question_outlives_a_stop_while_its_receiver_is_down():
    hook = Hook()
    hook.status = 500
    engine = engine_for(hook, rule("Bad", "node_load1 >= 0", "    run: {runbook: x/act, mode: approve}\n")).start()
    asked = wait_for("the question", lambda: engine.entries("--kind", "approval.requested"))[0]["facts"]["id"]
    assert engine.stop() == 0
    hook.status = 200
    engine.start()
    told_once(engine, hook, "firing", reeve_approval=asked)


def a_question_that_was_answered_meanwhile_wakes_nobody():
    hook = Hook()
    hook.status = 500
    engine = engine_for(hook, rule("Bad", "node_load1 >= 0", "    run: {runbook: x/act, mode: approve}\n")).start()
    asked = wait_for("the question", lambda: engine.entries("--kind", "approval.requested"))[0]["facts"]["id"]
    engine.cli("deny", asked, "--reason", "not now")
    wait_for("the run to end", lambda: "run.ended" in engine.kinds())
    engine.kill()
    hook.status = 200
    engine.start()
    wait_for("the alert to be told", lambda: hook.heard("firing", alertname="Bad"))
    time.sleep(2)
    assert not hook.heard("firing", reeve_approval=asked), hook.told
    assert "answered" in [e["facts"]["why"] for e in engine.entries("--kind", "operator.untold")]
    assert engine.stop() == 0


def an_end_outlives_a_kill_while_its_receiver_is_down():
    hook = Hook()
    engine = engine_for(hook, rule("Short", f"vector(time()) < {time.time() + 8:.0f}")).start()
    wait_for("the begin to be told", lambda: hook.heard("firing", alertname="Short"))
    hook.status = 500
    wait_for("the end", lambda: "alert.resolved" in engine.kinds())
    wait_for("a try", lambda: hook.refused >= 1)
    engine.kill()
    hook.status = 200
    engine.start()
    told_once(engine, hook, "resolved", alertname="Short")


def a_message_that_is_refused_holds_up_no_other():
    hook = Hook()
    hook.status = lambda body: 400 if body["commonLabels"]["alertname"] == "Odd" else 200
    engine = engine_for(hook, rule("Odd", "vector(1)")).start()
    wait_for("refusals", lambda: hook.refused >= 3, 30)
    began = time.time()
    engine.write("rules.yaml", "groups:\n- name: g\n  rules:\n" + rule("Odd", "vector(1)") + rule("Good", "vector(1)"))
    engine.cli("reload")
    wait_for("the other one", lambda: hook.heard("firing", alertname="Good"))
    assert time.time() - began < 3, time.time() - began
    assert engine.stop() == 0


run_tests(an_escalation_outlives_a_kill_while_its_receiver_is_down,
          a_question_outlives_a_stop_while_its_receiver_is_down,
          a_question_that_was_answered_meanwhile_wakes_nobody,
          an_end_outlives_a_kill_while_its_receiver_is_down,
          a_message_that_is_refused_holds_up_no_other)
