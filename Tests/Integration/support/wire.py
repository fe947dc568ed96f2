"""HTTP/1.1 as bytes on a socket, for both sides of the proxy.

Independent of the gateway's own parser and of any HTTP library on purpose: the suite must see
the bytes as they are, 1xx answers, trailers, chunk borders and all.
"""

import dataclasses


class Closed(ConnectionError):
    """The peer closed before the message was complete."""


@dataclasses.dataclass
class Head:
    """A start line and its fields, in order and as spelled."""

    start: str
    fields: list

    def all(self, name):
        """Every value of a field."""
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def get(self, name, default=None):
        """The first value of a field."""
        return next(iter(self.all(name)), default)


class Reader:
    """Reads messages from a socket, keeping what arrived too early for the next one."""

    def __init__(self, socket):
        self.socket = socket
        self.rest = b""
        self.received = 0

    def _more(self):
        piece = self.socket.recv(262144)
        if not piece:
            raise Closed(f"closed after {self.received} bytes, {self.rest[:200]!r} pending")
        self.received += len(piece)
        self.rest += piece

    def line(self):
        """One line without its CRLF."""
        while b"\r\n" not in self.rest:
            self._more()
        line, self.rest = self.rest.split(b"\r\n", 1)
        return line

    def head(self):
        """A start line and fields up to the empty line."""
        start = self.line().decode("latin-1")
        return Head(start, self.fields())

    def fields(self):
        """Field lines up to the empty line: a head's or a trailer section's."""
        fields = []
        while line := self.line():
            name, _, value = line.decode("latin-1").partition(":")
            fields.append((name, value.strip()))
        return fields

    def exactly(self, count):
        """Yields pieces that are `count` bytes together."""
        while count > 0:
            if not self.rest:
                self._more()
            piece, self.rest = self.rest[:count], self.rest[count:]
            count -= len(piece)
            yield piece

    def chunk(self):
        """The next chunk's bytes; empty for the last one, whose trailer section is not read."""
        size = int(self.line().split(b";")[0], 16)
        if size == 0:
            return b""
        data = b"".join(self.exactly(size))
        if self.line():
            raise ValueError("a chunk does not end in CRLF")
        return data

    def chunked(self, trailers):
        """Yields the chunks of a body and appends its trailer fields to `trailers`."""
        while data := self.chunk():
            yield data
        trailers.extend(self.fields())

    def to_the_end(self):
        """Yields everything until the peer closes."""
        while True:
            if self.rest:
                piece, self.rest = self.rest, b""
                yield piece
            try:
                self._more()
            except Closed:
                return

    def ended(self):
        """Whether the peer closed without sending another byte."""
        try:
            self._more()
        except (Closed, ConnectionResetError):
            return not self.rest
        return False


def chunk(data, extension=""):
    """One chunk on the wire."""
    return b"%x%s\r\n%s\r\n" % (len(data), extension.encode(), data)


def message(start, fields, body=b""):
    """A message on the wire; `fields` is a list of pairs."""
    lines = [start] + [f"{name}: {value}" for name, value in fields]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
