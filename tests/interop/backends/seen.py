"""What a back end understood: requests as they arrive at the end of the line, in one form that can be compared."""

import re
import socket
import threading
import time
from dataclasses import dataclass

# Fields that belong to a hop, and those that differ from exchange to exchange whatever the back end.
HOP = {"connection", "keep-alive", "content-length", "transfer-encoding", "te", "upgrade", "x-request-id", "traceparent", "x-seen-uri"}


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    host: str
    fields: tuple
    body: bytes
    uri: bytes | None = None

    def differs(self, other: "Request") -> str | None:
        for name in ("method", "target", "host", "fields", "body"):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine != theirs:
                return f"{name}: {str(mine)[:300]} / {str(theirs)[:300]}"
        return None


def request(method: str, target: str, fields: list[tuple[str, str]], body: bytes) -> Request:
    """`fields` as received, values with the characters of Latin-1."""
    lower = [(name.lower(), value.strip(" \t")) for name, value in fields]
    hosts = [value for name, value in lower if name == "host"]
    kept = tuple(sorted(pair for pair in lower if pair[0] not in HOP and pair[0] != "host"))
    uri = next((value.encode("latin-1") for name, value in lower if name == "x-seen-uri"), None)
    return Request(method, target, ", ".join(hosts), kept, body, uri)


class Seen:
    """The requests one back end understood, in order."""

    def __init__(self):
        self.requests: list[Request] = []
        self.faults: list[str] = []
        self.grew = threading.Condition()

    def add(self, request: Request):
        with self.grew:
            self.requests.append(request)
            self.grew.notify_all()

    def fault(self, what: str):
        with self.grew:
            self.faults.append(what)
            self.grew.notify_all()

    def take_until(self, target: str, patience: float) -> tuple[list[Request], bool]:
        """Everything up to the request for `target`, which is left out, and whether it came."""
        deadline = time.monotonic() + patience
        with self.grew:
            while True:
                for at, one in enumerate(self.requests):
                    if one.target == target:
                        taken, self.requests = self.requests[:at], self.requests[at + 1 :]
                        return taken, True
                left = deadline - time.monotonic()
                if left <= 0:
                    taken, self.requests = self.requests, []
                    return taken, False
                self.grew.wait(left)


class Recorder:
    """A plain server that stands behind a proxy and records what that sends. It reads strictly: anything odd is a fault."""

    def __init__(self, seen: Seen):
        self.seen = seen
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket):
        with connection, connection.makefile("rb", buffering=65536) as stream:
            try:
                while self.one(stream, connection):
                    pass
            except (OSError, EOFError):
                pass
            except ValueError as error:
                self.seen.fault(f"the proxy sent what is no request: {error}")

    def one(self, stream, connection) -> bool:
        line = stream.readline()
        if not line:
            return False
        match = re.fullmatch(rb"([^ \r\n]+) ([^ \r\n]+) HTTP/1\.[01]\r\n", line)
        if not match:
            raise ValueError(line[:200])
        fields = []
        while (line := stream.readline()) != b"\r\n":
            name, colon, value = line.partition(b":")
            if not colon or not line.endswith(b"\r\n"):
                raise ValueError(line[:200])
            fields.append((name.decode("latin-1"), value[:-2].decode("latin-1")))
        self_framed = {name.lower(): value.strip() for name, value in fields}
        if self_framed.get("transfer-encoding", "").lower() == "chunked":
            body = chunked(stream)
        else:
            body = exactly(stream, int(self_framed.get("content-length", "0")))
        method, target = (part.decode("latin-1") for part in match.groups())
        self.seen.add(request(method, target, fields, body))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        return self_framed.get("connection", "").lower() != "close"


def exactly(stream, length: int) -> bytes:
    body = stream.read(length)
    if len(body) != length:
        raise EOFError
    return body


def chunk_size(stream) -> int:
    line = stream.readline()
    if not line.endswith(b"\r\n"):
        raise EOFError
    return int(line.split(b";")[0], 16)


def chunked(stream) -> bytes:
    body = bytearray()
    while size := chunk_size(stream):
        body += exactly(stream, size)
        if exactly(stream, 2) != b"\r\n":
            raise ValueError("a chunk without end")
    while (line := stream.readline()) != b"\r\n":
        if not line:
            raise EOFError
    return bytes(body)
