"""Requests that are almost like one another: seeded changes of benign ones, most of which a strict reader still accepts."""

import random
from collections.abc import Iterator

PATHS = ["a", "a/b", "./a", "a/../b", "//a", "%61", "a%2Fb", "a%2fb", "%2e%2e/a", "a;b", "%25", "a%00", "~a", "a+b", "(a)", "é", "%C3%A9",
         "a.b", "..a", "a..", "...", "%7e", "a%20b", "a:b", "@a", "a,b", "a=b", "a!$&'*", "%c3%a9", "a%", "{a}", "a|b", "a^b", "a\\b", "%e2%82%ac"]
QUERIES = ["", "?", "?a", "?a=b", "?a=b&c=d", "?a=/../b", "?a=%2e%2e", "?a=b?c", "?//", "?a=b;c", "?{a}", "?a|b", "?%zz", "?a=%00", "?a[]=1", "?a^b"]
FIELDS = ["Accept: */*", "X-A: b", "X-A:b", "X-A:  b  ", "X-A:\tb", "x-a: \u00e9", "X_A: b", "X-A: b, c", "X-A:", "Cookie: a=b; c=d", "Cookie: e=f",
          "X-A: c", "Connection: X-A", "Connection: keep-alive, X-A", "Keep-Alive: 5", "TE: trailers", "Upgrade: h2c", "Expect: 100-continue",
          "Content-Type: text/plain", "Content-Length: 3", "Content-Length: +3", "Transfer-Encoding: chunked", "Transfer-Encoding: identity",
          "Host: b", "X-Forwarded-For: 10.0.0.1", "X-Forwarded-Host: evil", "Forwarded: for=a", "X-HTTP-Method-Override: DELETE", "Content-Encoding: gzip",
          "Range: bytes=0-1", "If-None-Match: \"a\"", "Authorization: Basic YTpi", "!#$%&'*+-.^_`|~: a", "X-A: \"b", "X-A: b\\", "Trailer: X-A",
          "Proxy-Connection: close", "X-Original-URL: /admin", "Origin: null", "X-A: (b)", "X-A : b", " X-A: b", "Content-Location: /b", "Via: 1.1 a"]
CHARACTERS = [b"\r", b"\n", b" ", b"\t", b"\0", b":", b";", b",", b"/", b"%", b"\\", b"\x0b", b"\x85", b"\xff", b"\x7f", b"#", b"?", b"a", b"0"]


class Mutator:
    """An endless stream of requests from one seed."""

    def __init__(self, seed: int, given: list[bytes]):
        self.random = random.Random(seed)
        self.given = [bytes for bytes in given if len(bytes) <= 4096]

    def stream(self) -> Iterator[bytes]:
        while True:
            if self.random.random() < 0.7:
                text = b"".join(self.composed() for _ in range(self.random.choice([1, 1, 1, 2, 3])))
            else:
                text = self.random.choice(self.given)
            for _ in range(self.random.choice([0, 0, 0, 1, 1, 2])):
                text = self.changed(text)
            yield text

    def composed(self) -> bytes:
        pick = self.random.choice
        method = pick(["GET", "GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
        host = pick(["shop.test", "shop.test", "SHOP.test", "shop.test:80", "[::1]:8080", "192.0.2.1"])
        target = "/files/" + "/".join(pick(PATHS) if self.random.random() < 0.3 else "a" for _ in range(pick([1, 1, 2, 3]))) + pick(QUERIES)
        if self.random.random() < 0.1:
            target = f"http://{host}{target}"
        fields = [f"{pick(['Host', 'host', 'HOST'])}: {host}"] + [pick(FIELDS[:9] if self.random.random() < 0.7 else FIELDS) for _ in range(pick([0, 1, 2, 4]))]
        body = b""
        if method in ("POST", "PUT", "PATCH") or self.random.random() < 0.1:
            body, framing = self.body()
            fields.append(framing)
        self.random.shuffle(fields)
        lines = [f"{method} {target} HTTP/1.1", *fields, "", ""]
        return "\r\n".join(lines).encode("latin-1") + body

    def body(self) -> tuple[bytes, str]:
        pick, text = self.random.choice, self.random.choice([b"", b"abc", b"GET /files/hidden HTTP/1.1\r\nHost: a\r\n\r\n", b"0\r\n\r\n", bytes(range(256))])
        if self.random.random() < 0.5:
            return text, f"Content-Length: {pick(['', '', '0'])}{len(text)}"
        out, rest = b"", text
        while rest:
            size = self.random.randint(1, len(rest))
            spelled = pick(["{:x}", "{:X}", "0{:x}"]).format(size) + pick(["", "", "", ";a=b", ";a", ' ;a="b;c"', ";"])
            out += spelled.encode() + b"\r\n" + rest[:size] + b"\r\n"
            rest = rest[size:]
        trailers = pick([b"", b"", b"X-T: a\r\n", b"X-T:\r\nX-U: b\r\n", b"Content-Length: 3\r\n"])
        return out + pick([b"0", b"0", b"000", b"0;a"]) + b"\r\n" + trailers + b"\r\n", pick(["Transfer-Encoding: chunked", "transfer-encoding: CHUNKED"])

    def changed(self, text: bytes) -> bytes:
        at = self.random.randrange(len(text) + 1)
        kind = self.random.randrange(5)
        if kind == 0:
            return text[:at] + self.random.choice(CHARACTERS) + text[at:]
        if kind == 1:
            return text[:at] + text[at + 1 :]
        if kind == 2:
            return text[:at] + self.random.choice(CHARACTERS) + text[at + 1 :]
        if kind == 3:
            return text[:at] + text[at : at + 1].swapcase() + text[at + 1 :]
        lines = text.split(b"\r\n")
        first, second = self.random.randrange(len(lines)), self.random.randrange(len(lines))
        lines[first], lines[second] = lines[second], lines[first]
        return b"\r\n".join(lines)
