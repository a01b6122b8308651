"""What every peer script shares: print where the peer listens, wait, end what was started.

A peer script starts one real server on loopback, prints lines KEY=value, the last one READY=1 when the server answers,
and ends it when its own standard input closes or on SIGTERM. What cannot run here prints MISSING=reason and exits 3.
"""
import ctypes
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PR_SET_PDEATHSIG = 1


def tell(**facts):
    for key, value in facts.items():
        print(f"{key}={value}", flush=True)


def missing(reason):
    tell(MISSING=reason)
    sys.exit(3)


def program(*names):
    """The first of these programs that is installed."""
    for name in names:
        found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/bin")
        if found:
            return found
    missing(f"{names[0]} is not installed")


def folder():
    return tempfile.mkdtemp(prefix="reeve-peer-")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _dies_with_us():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(argv, log):
    """Starts a server; its output goes to the file `log`."""
    with open(log, "ab") as out:
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, preexec_fn=_dies_with_us)


def wait_until(is_ready, process, log, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            if is_ready():
                return
        except OSError:
            pass
        time.sleep(0.02)
    with open(log, errors="replace") as text:
        sys.stderr.write("".join(text.readlines()[-20:]))
    process.kill()
    missing(f"{process.args[0]} did not become ready")


def wait_for_end(commands=None):
    """Returns when standard input is closed, or on SIGTERM or SIGINT. Each line of input names one of the commands;
    it is run, and DONE=name is printed."""
    wake, woken = os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os.write(woken, b"x"))
    pending = b""
    while True:
        ready, _, _ = select.select([0, wake], [], [])
        if wake in ready:
            return
        piece = os.read(0, 4096)
        if piece == b"":
            return
        *lines, pending = (pending + piece).split(b"\n")
        for line in lines:
            name = line.decode()
            (commands or {}).get(name, lambda: None)()
            tell(DONE=name)


def end(process, seconds=20):
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
