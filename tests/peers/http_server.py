"""A small HTTP server with manners to test a client by; every request is kept in the file LOG, one JSON line each.

/status/N answers N · /echo what was sent · /slow/S after S seconds · /chunked in pieces · /close without a length ·
/hang never · /cut breaks off in the middle · /big/N N bytes · /metrics Prometheus text · /redirect/N to /status/200 ·
/once/NAME 200 the first time, then 503. With --tls: HTTPS with a certificate of its own, whose file is CERTIFICATE.
"""
import http.server
import json
import os
import shutil
import ssl
import subprocess
import sys
import threading
import time

import peer

home = peer.folder()
LOG = home + "/requests.jsonl"
seen, lock = set(), threading.Lock()

METRICS = """# HELP demo_requests_total Requests.
# TYPE demo_requests_total counter
demo_requests_total{code="200",path="/a \\"b\\" \\\\c"} 42
demo_requests_total{code="500"} 1
demo_temperature -3.5
demo_bucket{le="+Inf"} 7
"""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", kind="text/plain", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with lock, open(LOG, "a") as log:
            log.write(json.dumps({"method": self.command, "path": self.path, "headers": dict(self.headers),
                                  "body": body.decode(errors="replace")}) + "\n")
        name, _, rest = self.path.partition("?")[0].strip("/").partition("/")
        getattr(self, "do_" + name, lambda *_: self.answer(404, b"no such page\n"))(rest, body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do

    def do_status(self, rest, _):
        self.answer(int(rest), b"status " + rest.encode() + b"\n")

    def do_echo(self, _, body):
        self.answer(200, body, self.headers.get("Content-Type", "text/plain"))

    def do_slow(self, rest, _):
        time.sleep(float(rest))
        self.answer(200, b"slow\n")

    def do_chunked(self, *_):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in (b"one ", b"two ", b"three"):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
            time.sleep(0.02)
        self.wfile.write(b"0\r\n\r\n")

    def do_close(self, *_):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"until the end")
        self.close_connection = True

    def do_hang(self, *_):
        time.sleep(3600)

    def do_cut(self, *_):
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"half")
        self.close_connection = True

    def do_big(self, rest, _):
        self.answer(200, b"x" * int(rest))

    def do_metrics(self, *_):
        self.answer(200, METRICS.encode(), "text/plain; version=0.0.4")

    def do_redirect(self, rest, _):
        self.answer(int(rest), b"", Location="/status/200")

    def do_once(self, rest, _):
        with lock:
            first = rest not in seen
            seen.add(rest)
        self.answer(200 if first else 503)


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        pass  # a client that leaves in the middle is what some tests are about


def main():
    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    scheme, facts = "http", {}
    if "--tls" in sys.argv:
        key, certificate = home + "/key.pem", home + "/certificate.pem"
        subprocess.run([peer.program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-days", "2", "-keyout", key, "-out", certificate, "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme, facts = "https", {"CERTIFICATE": certificate}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    peer.tell(ADDRESS=f"{scheme}://127.0.0.1:{server.server_port}", PID=os.getpid(), LOG=LOG, **facts, READY=1)
    peer.wait_for_end()
    server.shutdown()
    shutil.rmtree(home, ignore_errors=True)


main()
