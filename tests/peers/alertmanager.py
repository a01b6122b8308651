"""An Alertmanager that tells its alerts to the URL given as first argument, or to nobody."""
import shutil
import sys
import urllib.request

import peer

server = peer.program("prometheus-alertmanager", "alertmanager")
home, port = peer.folder(), peer.free_port()
hook = f"\n    webhook_configs: [{{url: '{sys.argv[1]}', send_resolved: true}}]" if sys.argv[1:] else ""
with open(home + "/alertmanager.yml", "w") as config:
    config.write(f"route: {{receiver: all, group_wait: 1s, group_interval: 1s}}\nreceivers:\n  - name: all{hook}\n")
process = peer.start([server, f"--config.file={home}/alertmanager.yml", f"--storage.path={home}/data",
                      f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="], home + "/log")
peer.wait_until(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=5).status == 200, process,
                home + "/log")
peer.tell(ADDRESS=f"http://127.0.0.1:{port}", PID=process.pid, READY=1)
peer.wait_for_end()
peer.end(process)
shutil.rmtree(home, ignore_errors=True)
