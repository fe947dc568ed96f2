"""An origin that keeps every byte it gets, and reads them as strictly as one can.

Whatever a lenient server could take for the start of another request is either inside a body
here, or a stream that does not parse: both can be told apart afterwards.
"""

import dataclasses
import re
import socket
import threading

TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
REQUEST_LINE = re.compile(rb"(%s) (\S+) HTTP/1\.1" % TOKEN)
FIELD_LINE = re.compile(rb"(%s):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*" % TOKEN)
# RFC 9112 section 7.1.1, without the blanks that it allows for old senders only.
QUOTED = rb'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"'
CHUNK_LINE = re.compile(
    rb"([0-9A-Fa-f]{1,16})(?:;%s(?:=(?:%s|%s))?)*" % (TOKEN, TOKEN, QUOTED)
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"


class Ambiguous(ValueError):
    """Bytes that two readers could understand differently."""


@dataclasses.dataclass
class Message:
    """One request that the origin got, unambiguously framed."""

    method: bytes
    target: bytes
    fields: list
    body: bytes

    def all(self, name):
        """Every value of a field."""
        return [value for key, value in self.fields if key.lower() == name]


def read(data):
    """The request at the front of `data` and the bytes behind it; None if it is not whole."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *lines = bytes(data[:end]).split(b"\r\n")
    line = REQUEST_LINE.fullmatch(first)
    matches = [FIELD_LINE.fullmatch(each) for each in lines]
    if not line or not all(matches):
        raise Ambiguous(f"a head that is not strict: {bytes(data[:end])!r}")
    fields = [match.groups() for match in matches]
    message = Message(line[1], line[2], fields, b"")
    body = _body(message, bytes(data[end + 4:]))
    if body is None:
        return None
    message.body, rest = body
    return message, rest


def _body(message, data):
    lengths, codings = message.all(b"content-length"), message.all(b"transfer-encoding")
    if len(lengths) + len(codings) > 1 or len(message.all(b"host")) != 1:
        raise Ambiguous(f"framing or host said twice: {message.fields}")
    if codings:
        if codings != [b"chunked"]:
            raise Ambiguous(f"a coding that is not `chunked`: {codings}")
        return _chunked(data)
    if lengths and not re.fullmatch(rb"0|[1-9][0-9]{0,8}", lengths[0]):
        raise Ambiguous(f"a length that is not plain: {lengths}")
    size = int(lengths[0]) if lengths else 0
    return (data[:size], data[size:]) if len(data) >= size else None


def _chunked(data):
    content = b""
    while b"\r\n" in data:
        line, data = data.split(b"\r\n", 1)
        match = CHUNK_LINE.fullmatch(line)
        if not match:
            raise Ambiguous(f"a chunk line that is not plain: {line!r}")
        size = int(match[1], 16)
        if len(data) < size + 2:
            return None
        if data[size:size + 2] != b"\r\n":
            raise Ambiguous(f"a chunk or trailer that does not end there: {data[:80]!r}")
        content, data = content + data[:size], data[size + 2:]
        if size == 0:
            return content, data
    return None


class RecordingOrigin:
    """Accepts on loopback, answers each strict request with 200, keeps each stream."""

    def __init__(self):
        self.streams = []
        self._sockets = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Stops listening and breaks off every connection."""
        for each in [self._listener, *self._sockets]:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()

    def messages(self):
        """Every request of every stream; raises `Ambiguous` for bytes that are none."""
        found = []
        for stream in [bytes(each) for each in self.streams]:
            while stream:
                got = read(stream)
                if got is None:
                    break
                message, stream = got
                found.append(message)
        return found

    def unfinished(self):
        """What is left of the streams behind their last whole request."""
        rests = []
        for rest in [bytes(each) for each in self.streams]:
            while rest and (got := read(rest)):
                rest = got[1]
            rests.append(rest)
        return [rest for rest in rests if rest]

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(connection)
            stream = bytearray()
            self.streams.append(stream)
            threading.Thread(target=_serve, args=(connection, stream), daemon=True).start()


def _serve(connection, stream):
    waiting = b""
    try:
        while data := connection.recv(65536):
            stream += data
            waiting += data
            while waiting and (got := read(waiting)):
                waiting = got[1]
                connection.sendall(ANSWER)
    except (OSError, Ambiguous):
        pass
    finally:
        connection.close()
