"""A Docker Engine of its own: vfs storage, no bridge, no iptables, one image busybox:test. Needs root.

The line "restart" on standard input ends the daemon and starts it again with the same data.
"""
import http.client
import io
import json
import os
import shutil
import socket
import subprocess
import tarfile

import peer


class Api(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(path, method, target, body=None, kind="application/json"):
    api = Api(path)
    api.request(method, "/v1.41" + target, body, {"Content-Type": kind} if body else {})
    answer = api.getresponse()
    return answer.status, answer.read()


def busybox_tree(program):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in ("bin", "etc", "tmp"):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
            tar.addfile(entry)
        tar.add(program, "bin/busybox")
        for applet in subprocess.check_output([program, "--list"], text=True).split():
            if applet == "busybox":
                continue
            entry = tarfile.TarInfo("bin/" + applet)
            entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(entry)
    return out.getvalue()


def main():
    if os.geteuid() != 0:
        peer.missing("dockerd needs root")
    dockerd, unshare, busybox = peer.program("dockerd"), peer.program("unshare"), peer.program("busybox")
    home = peer.folder()
    sock, log = home + "/docker.sock", home + "/log"
    # A mount namespace of its own: what the daemon leaves mounted ends with it.
    argv = [unshare, "--mount", "--propagation", "private", dockerd, "--data-root", home + "/data", "--exec-root",
            home + "/exec", "--pidfile", home + "/pid", "--host", "unix://" + sock, "--storage-driver=vfs",
            "--iptables=false", "--ip6tables=false", "--bridge=none"]
    running = []

    def start():
        running[:] = [peer.start(argv, log)]
        peer.wait_until(lambda: ask(sock, "GET", "/_ping")[0] == 200, running[0], log, 60)

    def restart():
        peer.end(running[0])
        start()
        peer.tell(PID=running[0].pid)

    start()
    status, answer = ask(sock, "POST", "/images/create?fromSrc=-&repo=busybox&tag=test", busybox_tree(busybox),
                         "application/x-tar")
    if status != 200:
        peer.missing("the image could not be imported: " + answer.decode(errors="replace"))
    peer.tell(ADDRESS=sock, PID=running[0].pid, HOME=home, IMAGE="busybox:test", READY=1)
    peer.wait_for_end({"restart": restart})
    try:
        for container in json.loads(ask(sock, "GET", "/containers/json?all=1")[1]):
            ask(sock, "DELETE", f"/containers/{container['Id']}?force=1")
    except OSError:
        pass  # the test ended it itself
    peer.end(running[0])
    shutil.rmtree(home, ignore_errors=True)


main()
