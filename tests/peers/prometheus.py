"""A Prometheus server that scrapes the addresses given as arguments (host:port), or nothing."""
import shutil
import sys
import urllib.request

import peer

server = peer.program("prometheus")
home, port = peer.folder(), peer.free_port()
with open(home + "/prometheus.yml", "w") as config:
    config.write("global: {scrape_interval: 1s, evaluation_interval: 1s}\n")
    if sys.argv[1:]:
        config.write("scrape_configs:\n  - job_name: test\n    static_configs:\n      - targets: "
                     + repr(sys.argv[1:]) + "\n")
process = peer.start([server, "--config.file", home + "/prometheus.yml", "--storage.tsdb.path", home + "/data",
                      f"--web.listen-address=127.0.0.1:{port}"], home + "/log")
peer.wait_until(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=5).status == 200, process,
                home + "/log")
peer.tell(ADDRESS=f"http://127.0.0.1:{port}", PID=process.pid, READY=1)
peer.wait_for_end()
peer.end(process)
shutil.rmtree(home, ignore_errors=True)
