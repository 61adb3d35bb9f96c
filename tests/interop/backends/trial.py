"""One case through one line (client, Portcullis, back end): what the back end understood of it, and whether the line is clean after."""

import itertools
import socket
import time
from dataclasses import dataclass, field

from case_files import Case
from seen import Request, Seen

# Longest wait for an answer that must come.
PATIENCE = 10.0
# Longest wait for an answer that must not come.
AFTERTHOUGHT = 0.05

# Behind the last request of a case. A body that takes in that request ends within this, and the rest is refused: nobody waits.
PADDING = b"x" * 2048

NUMBERS = itertools.count()


@dataclass
class Line:
    """One gateway with the back end behind it."""

    name: str
    port: int
    seen: Seen
    has_files: bool = True

    def sentinel(self) -> tuple[str, bytes]:
        """A request like no other: its target as the back end sees it, and its bytes."""
        number = next(NUMBERS)
        if self.has_files:
            target = sent = f"/files/sentinel-{number}"
        else:
            target, sent = f"/graphql?query=%7Bs{number}%7D", f"/graphql?query={{s{number}}}"
        fields = "Host: shop.test\r\nContent-Type: application/json\r\nConnection: close"
        return target, f"GET {sent} HTTP/1.1\r\n{fields}\r\n\r\n".encode()


@dataclass
class Outcome:
    requests: list[Request] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Answers:
    """Answers on one connection, read one after another."""

    def __init__(self, connection: socket.socket):
        self.connection, self.held, self.ended = connection, b"", False

    def next(self, patience: float) -> int | None:
        """The next final status; nothing when the connection ends or nothing comes."""
        deadline = time.monotonic() + patience
        while True:
            head_end = self.held.find(b"\r\n\r\n")
            if head_end >= 0:
                head = self.held[:head_end].decode("latin-1").lower()
                status = int(head.split(" ")[1][:3])
                lengths = [int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:")]
                length = lengths[0] if lengths and status >= 200 else 0
                if len(self.held) >= head_end + 4 + length:
                    self.held = self.held[head_end + 4 + length :]
                    if status >= 200:
                        return status
                    continue
            self.connection.settimeout(max(deadline - time.monotonic(), 0.01))
            try:
                received = self.connection.recv(65536)
            except (TimeoutError, OSError):
                return None
            if not received:
                self.ended = True
                return None
            self.held += received


def connect(line: Line) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", line.port), PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def send(connection: socket.socket, data: bytes):
    try:
        connection.sendall(data)
    except OSError:
        # Refused and closed before everything was sent.
        pass


def settled(line: Line, outcome: Outcome):
    """Sends a request on a fresh connection and waits until the back end has seen it: what it saw before belongs to the case. Were
    anything of the case left in the line, it would be glued to this request."""
    target, text = line.sentinel()
    with connect(line) as connection:
        send(connection, text)
        if Answers(connection).next(PATIENCE) != 200:
            outcome.faults.append("a request after the case is not answered")
    requests, came = line.seen.take_until(target, PATIENCE)
    outcome.requests += requests
    if not came:
        outcome.faults.append("a request after the case never came to the back end")
    outcome.faults += line.seen.faults
    line.seen.faults.clear()


def corpus_case(line: Line, case: Case) -> Outcome:
    """Sends the case as its file says, reads as many answers as it promises, and settles."""
    outcome = Outcome()
    with connect(line) as connection:
        send(connection, case.sent)
        if case.half_closes:
            connection.shutdown(socket.SHUT_WR)
        answers = Answers(connection)
        for _ in range(case.statuses):
            status = answers.next(PATIENCE)
            if status is not None:
                outcome.statuses.append(status)
        if case.is_attack:
            answers.next(PATIENCE if case.statuses == 0 else AFTERTHOUGHT)
        settled(line, outcome)
    return outcome


def mutated_case(line: Line, sent: bytes) -> Outcome:
    """Sends the case with a last request behind it on the same connection. Where that comes to the back end, everything before it is
    the case; where it does not, the case was refused or took it in, and the line settles otherwise."""
    outcome = Outcome()
    target, last = line.sentinel()
    with connect(line) as connection:
        send(connection, sent + last + PADDING)
        answers = Answers(connection)
        while (status := answers.next(PATIENCE)) is not None:
            outcome.statuses.append(status)
    answered = bool(outcome.statuses) and outcome.statuses[-1] == 200
    requests, came = line.seen.take_until(target, AFTERTHOUGHT if answered else 0.0)
    outcome.requests += requests
    if came:
        outcome.faults += line.seen.faults
        line.seen.faults.clear()
    else:
        settled(line, outcome)
        outcome.requests = [request for request in outcome.requests if request.target != target]
    return outcome
