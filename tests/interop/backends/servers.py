"""The programs of a run: Portcullis, nginx, HAProxy and Node, each on ports of its own in a folder of its own."""

import base64
import json
import os
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

from seen import Recorder, Seen, request

HERE = Path(__file__).resolve().parent

NGINX = """
daemon off; master_process off; worker_processes 1; error_log stderr error; pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  underscores_in_headers on; ignore_invalid_headers off;
  large_client_header_buffers 8 128k; client_max_body_size 64m; client_body_buffer_size 16m;
  upstream recorder {{ server 127.0.0.1:{recorder}; keepalive 8; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://recorder; proxy_http_version 1.1;
      proxy_set_header Host $http_host; proxy_set_header Connection ""; proxy_set_header X-Seen-Uri $uri;
    }}
  }}
}}
"""

HAPROXY = """
global
  tune.bufsize 262144
  tune.http.maxhdr 1024
  tune.http.logurilen 65535
defaults
  mode http
  option http-keep-alive
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend front
  bind 127.0.0.1:{port}
  default_backend recorder
backend recorder
  http-reuse safe
  server recorder 127.0.0.1:{recorder}
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_for(port: int, child: subprocess.Popen, name: str):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and child.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{name} does not answer on port {port}: {child.stderr.read().decode()[-2000:] if child.stderr else ''}")


class Programs:
    """Children, ended when the run is."""

    def __init__(self, folder: Path):
        self.folder, self.children = folder, []

    def start(self, command: list[str], **options) -> subprocess.Popen:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=self.folder, **options)
        self.children.append(child)
        return child

    def end(self):
        for child in self.children:
            child.kill()
        for child in self.children:
            child.wait()

    def log(self, name: str):
        return open(self.folder / f"{name}.log", "wb")


def nginx(programs: Programs, seen: Seen) -> int:
    folder, port = programs.folder / "nginx", free_port()
    folder.mkdir()
    file = folder / "nginx.conf"
    file.write_text(NGINX.format(folder=folder, recorder=Recorder(seen).port, port=port))
    log = programs.log("nginx")
    child = programs.start(["nginx", "-p", str(folder), "-e", "stderr", "-c", str(file)], stdout=log, stderr=log)
    wait_for(port, child, "nginx")
    return port


def haproxy(programs: Programs, seen: Seen) -> int:
    port = free_port()
    file = programs.folder / "haproxy.cfg"
    file.write_text(HAPROXY.format(recorder=Recorder(seen).port, port=port))
    log = programs.log("haproxy")
    child = programs.start(["haproxy", "-db", "-f", str(file)], stdout=log, stderr=log)
    wait_for(port, child, "haproxy")
    return port


def node(programs: Programs, seen: Seen) -> int:
    child = programs.start(["node", str(HERE / "node_backend.js")], stdout=subprocess.PIPE, stderr=programs.log("node"))
    port = json.loads(child.stdout.readline())["port"]

    def follow():
        for line in child.stdout:
            told = json.loads(line)
            if "fault" in told:
                seen.fault(f"node: {told['fault']}")
            else:
                names, values = told["fields"][::2], told["fields"][1::2]
                body = base64.b64decode(told["body"])
                seen.add(request(told["method"], told["target"], list(zip(names, values)), body))

    threading.Thread(target=follow, daemon=True).start()
    return port


BACK_ENDS = {"node": node, "nginx": nginx, "haproxy": haproxy}


def absent() -> list[str]:
    return [name for name in BACK_ENDS if shutil.which(name) is None]


def portcullis(programs: Programs, binary: Path, config: Path, upstream: int) -> int:
    """Starts the gateway; answers the port of its first listener."""
    environment = {**os.environ, "UPSTREAM": f"127.0.0.1:{upstream}"}
    child = programs.start(
        [str(binary), "run", "--config", str(config)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    ports, lines = [], []
    for line in child.stderr:
        lines.append(line)
        told = json.loads(line) if line.startswith(b"{") else {}
        if told.get("event") == "listening":
            ports.append(int(told["address"].rsplit(":", 1)[1]))
        if told.get("event") == "ready":
            threading.Thread(target=child.stderr.read, daemon=True).start()
            return ports[0]
    raise RuntimeError(f"portcullis does not start: {b''.join(lines).decode()[-2000:]}")
