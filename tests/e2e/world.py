"""What every end-to-end test needs: an engine from the build tree, its peers, the CLI, and a report at the end.

A test is a program: it prints what it checks and exits 0, 1, or 77 (skipped, with the reason). Everything runs in a
temporary folder, on loopback, on free ports, and is ended by its pid.
"""
import atexit
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("REEVE_BUILD_DIR", SOURCE / "build" / os.environ.get("REEVE_PRESET", "dev")))
REEVE = BUILD / "bin" / "reeve"
PATIENCE = 4 if "san" in BUILD.name else 1  # sanitized programs are slower


def skip(reason):
    print("SKIPPED:", reason)
    sys.exit(77)


def folder(prefix="reeve-e2e-"):
    made = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, check, timeout=15.0, every=0.02):
    """The first true value of check(), or a failure that says what was waited for."""
    end = time.monotonic() + timeout * PATIENCE
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout * PATIENCE:.0f} s in vain for {what}")
        time.sleep(every)


class Peer:
    """A program of tests/peers; `peer["ADDRESS"]`. Skips the test when the peer is missing."""

    def __init__(self, name, *args):
        self.process = subprocess.Popen([sys.executable, str(SOURCE / "tests/peers" / (name + ".py")), *args],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        atexit.register(self.end)
        self.facts = {}
        for line in self.process.stdout:
            key, _, value = line.strip().partition("=")
            self.facts[key] = value
            if key == "READY":
                return
        code = self.process.wait()
        if code == 77:
            skip(f"{name}: {self.facts}")
        raise AssertionError(f"peer {name} ended with {code}: {self.facts}")

    def __getitem__(self, key):
        return self.facts[key]

    def end(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()


class Answer:
    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    def json(self):
        return json.loads(self.out)

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines() if line.strip()]


class Engine:
    """`reeve serve` with a configuration in a folder of its own."""

    def __init__(self, config, home=None, files=()):
        self.home = pathlib.Path(home) if home else folder()
        self.state = self.home / "state"
        self.log = self.home / "log"
        self.process = None
        for name, text in dict(files).items():
            self.write(name, text)
        self.write("reeve.yaml", config)
        atexit.register(self.kill)

    def write(self, name, text):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def start(self, wait=True, timeout=20):
        self.process = subprocess.Popen([str(REEVE), "serve", "--config", str(self.home / "reeve.yaml"), "--state", str(self.state)],
                                        stdin=subprocess.DEVNULL, stdout=open(self.log, "ab"), stderr=subprocess.STDOUT,
                                        start_new_session=True)
        if wait:
            self.wait_ready(timeout)
        return self

    def wait_ready(self, timeout=20):
        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"the engine ended with {self.process.returncode}:\n{self.log.read_text()[-3000:]}")
            return self.http("GET", "/-/ready")[0] == 200
        wait_for("the engine to be ready", ready, timeout)

    def http(self, method, path, body=None):
        import http.client
        connection = http.client.HTTPConnection("localhost", timeout=30)
        try:
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(30)
            connection.sock.connect(str(self.state / "reeve.sock"))
            connection.request(method, path, json.dumps(body) if body is not None else None,
                               {"Content-Type": "application/json"} if body is not None else {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def cli(self, *args, check=True, timeout=60):
        done = subprocess.run([str(REEVE), *args, "--config", str(self.home / "reeve.yaml"), "--state", str(self.state)],
                              capture_output=True, text=True, timeout=timeout * PATIENCE, errors="replace")
        if check and done.returncode != 0:
            raise AssertionError(f"reeve {' '.join(args)} exited {done.returncode}:\n{done.stdout}{done.stderr}")
        return Answer(done)

    def entries(self, *filters):
        return self.cli("audit", "list", "--since", "48h", "-o", "jsonl", *filters).lines()

    def kinds(self, *filters):
        return [entry["kind"] for entry in self.entries(*filters)]

    def kill(self):
        """SIGKILL: what a crash is."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self, timeout=40):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout * PATIENCE)

    def verify(self):
        """Both verifiers."""
        done = self.cli("audit", "verify", check=False)
        assert done.code == 0, f"reeve audit verify: {done.out}{done.err}"
        other = subprocess.run([sys.executable, str(SOURCE / "sdk/tools/verify_ledger.py"), str(self.state)],
                               capture_output=True, text=True)
        assert other.returncode == 0, f"verify_ledger.py: {other.stdout}{other.stderr}"
        return done.out


def children_of(pid):
    """Living children (the plugin processes, the script worker) with their command lines."""
    found = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
            if int(text.rpartition(")")[2].split()[1]) == pid:
                child = int(stat.parent.name)
                found[child] = (stat.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
    return found


def in_order(kinds, wanted):
    """Do the wanted kinds stand in this order (others may stand between)?"""
    at = iter(kinds)
    return all(any(kind == want for kind in at) for want in wanted)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(round(share * (len(ordered) - 1))))] if ordered else float("nan")


def fdatasync_probe(path, times=200):
    """Seconds of one small write made durable, on the disk of `path`: the raw probe beside a latency."""
    samples = []
    with open(pathlib.Path(path) / "probe", "wb") as file:
        for _ in range(times):
            begin = time.perf_counter()
            file.write(b"x" * 512)
            file.flush()
            os.fdatasync(file.fileno())
            samples.append(time.perf_counter() - begin)
    os.unlink(pathlib.Path(path) / "probe")
    return samples


def run_tests(*tests):
    """Runs each function, tells which failed, exits."""
    wanted = sys.argv[1:]
    failed, passed = [], 0
    for test in tests:
        if wanted and test.__name__ not in wanted:
            continue
        begin = time.monotonic()
        try:
            test()
            passed += 1
            print(f"ok    {test.__name__} ({time.monotonic() - begin:.1f} s)", flush=True)
        except SystemExit:
            raise
        except BaseException:
            failed.append(test.__name__)
            print(f"FAIL  {test.__name__} ({time.monotonic() - begin:.1f} s)\n{traceback.format_exc()}", flush=True)
    print(f"{passed} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)
