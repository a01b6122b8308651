"""A Prometheus node_exporter of this machine."""
import shutil
import urllib.request

import peer

exporter = peer.program("prometheus-node-exporter", "node_exporter")
home, port = peer.folder(), peer.free_port()
url = f"http://127.0.0.1:{port}/metrics"
process = peer.start([exporter, f"--web.listen-address=127.0.0.1:{port}", "--collector.processes"], home + "/log")
peer.wait_until(lambda: urllib.request.urlopen(url, timeout=5).status == 200, process, home + "/log")
peer.tell(ADDRESS=url, PID=process.pid, READY=1)
peer.wait_for_end()
peer.end(process)
shutil.rmtree(home, ignore_errors=True)
