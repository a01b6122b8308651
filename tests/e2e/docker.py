"""A small client of the Docker Engine for tests, and a witness that writes down every event it sees."""
import http.client
import json
import socket
import threading
import urllib.parse


def heal_config(address, safety="", every="1s", plugins=""):
    """A configuration whose docker pack heals at once and often; `safety`, `plugins`: more of either."""
    return f"""
plugins:
  - docker: {{ name: local, every: {every}, socket: {address} }}
{plugins}
packs:
  - docker: auto
evaluation_interval: 1s
listen: 127.0.0.1:0
safety: {{ reason: a test that breaks containers again and again, concurrency: 16, budget: 100%, floor: 0%, cool_down: 1s, hold: 1s, rate: 100000/m, storm: off{safety} }}
"""


class Docker:
    def __init__(self, sock):
        self.sock = sock

    def open(self, timeout=60):
        connection = http.client.HTTPConnection("localhost", timeout=timeout)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(timeout)
        connection.sock.connect(self.sock)
        return connection

    def ask(self, method, path, body=None, timeout=60):
        connection = self.open(timeout)
        connection.request(method, "/v1.41" + path, json.dumps(body) if body is not None else None,
                           {"Content-Type": "application/json"} if body is not None else {})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status >= 400:
            raise AssertionError(f"docker {method} {path}: {answer.status} {text.decode(errors='replace')}")
        return json.loads(text) if text.strip() else None

    def run(self, name, command, health=None, memory=None):
        body = {"Image": "busybox:test", "Cmd": ["sh", "-c", command], "HostConfig": {"NetworkMode": "none"}}
        if health:
            body["Healthcheck"] = {"Test": ["CMD-SHELL", health], "Interval": 1_000_000_000, "Timeout": 1_000_000_000,
                                   "Retries": 1, "StartPeriod": 0}
        if memory:
            body["HostConfig"].update({"Memory": memory, "MemorySwap": memory})
        made = self.ask("POST", "/containers/create?name=" + name, body)["Id"]
        self.ask("POST", f"/containers/{made}/start")
        return made

    def kill(self, container):
        self.ask("POST", f"/containers/{container}/kill?signal=KILL")

    def inspect(self, container):
        return self.ask("GET", f"/containers/{container}/json")

    def running(self, container):
        return self.inspect(container)["State"]["Running"]

    def exec(self, container, command):
        made = self.ask("POST", f"/containers/{container}/exec", {"Cmd": ["sh", "-c", command], "AttachStdout": True})["Id"]
        return self.ask_raw("POST", f"/exec/{made}/start", {"Detach": True})

    def ask_raw(self, method, path, body):
        connection = self.open()
        connection.request(method, "/v1.41" + path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status


class Witness(threading.Thread):
    """Every container event from now on, in order, as Docker's own stream gives it."""

    def __init__(self, docker):
        super().__init__(daemon=True)
        self.docker, self.events = docker, []
        self.connection = docker.open(timeout=None)
        filters = urllib.parse.quote(json.dumps({"type": ["container"]}))
        self.connection.request("GET", "/v1.41/events?filters=" + filters)
        self.answer = self.connection.getresponse()
        self.start()

    def run(self):
        try:
            for line in self.answer:
                if line.strip():
                    self.events.append(json.loads(line))
        except (OSError, ValueError, AttributeError):
            return  # the engine ended

    def of(self, container=None, action=None):
        return [event for event in list(self.events)
                if (container is None or event["Actor"]["ID"] == container)
                and (action is None or event["Action"].split(":")[0] == action)]
