"""The case files of the repository as bytes to send and what must come of them. Their form is described in tests/it/case_file.rs."""

from dataclasses import dataclass, field
from pathlib import Path

PLAIN = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\", "}": b"}"}


@dataclass
class Case:
    """One exchange: bytes for one connection, and the expectations that concern a back end."""

    name: str
    sent: bytes
    statuses: int = 1
    config: str = "baseline"
    upstream: int | None = None
    half_closes: bool = False
    is_attack: bool = False
    known: dict = field(default_factory=dict)


def unescape(text: str, at: int = 0, repeating: bool = False) -> tuple[bytes, int]:
    out = bytearray()
    while at < len(text):
        letter = text[at]
        at += 1
        if letter == "}" and repeating:
            return bytes(out), at
        if letter != "\\":
            out += letter.encode("latin-1")
            continue
        escape = text[at]
        at += 1
        if escape == "x":
            out.append(int(text[at : at + 2], 16))
            at += 2
        elif escape == "{":
            star = text.index("*", at)
            once, end = unescape(text, star + 1, True)
            out += once * int(text[at:star])
            at = end
        else:
            out += PLAIN[escape]
    return bytes(out), at


def raw(data: bytes) -> bytes:
    lines = [line for line in data.split(b"\n") if not line.startswith(b"# ") and line != b"#"]
    return unescape(b"".join(lines).decode("latin-1"))[0]


def readable(data: bytes) -> bytes:
    lines = data.split(b"\n")
    while lines and lines[0].startswith(b"# "):
        lines.pop(0)
    text = b"\n".join(lines)
    head, _, body = text.partition(b"\n\n")
    body = body.removesuffix(b"\n")
    fields = head.strip(b"\n").split(b"\n")
    framed = any(line.lower().startswith((b"content-length:", b"transfer-encoding:")) for line in fields)
    if body and not framed:
        fields.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(fields) + b"\r\n\r\n" + body


def read(path: Path, root: Path) -> Case:
    data = path.read_bytes()
    expect = {}
    for line in path.with_suffix(".expect").read_text().splitlines():
        if ":" in line and not line.startswith("#"):
            key, _, value = line.partition(":")
            expect[key] = value.strip()
    sent = raw(data) if path.suffix == ".raw" else readable(data)
    status = expect.get("status", "none")
    upstream = expect.get("upstream", "nothing" if "code" in expect else None)
    counts = {None: None, "nothing": 0, "cut": 0}
    return Case(
        name=str(path.relative_to(root)),
        sent=sent,
        statuses=0 if status == "none" else len(status.split(",")),
        config=expect.get("config", "baseline"),
        upstream=counts[upstream] if upstream in counts else int(upstream),
        half_closes=expect.get("half-closes") == "yes",
        is_attack="/attacks/" in str(path),
    )


def folder(root: Path, below: str) -> list[Case]:
    paths = sorted(path for path in (root / below).rglob("*") if path.suffix in (".raw", ".http"))
    return [read(path, root) for path in paths]
