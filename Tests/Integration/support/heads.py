"""What the head of a message means to parsers that others wrote: llhttp and h11.

llhttp (which Node.js runs on) comes with the package httptools; h11 is written in Python and
shares no line with it. Both answer with the same `Reading`, or None for a head that they refuse.
"""

import dataclasses

import h11
import httptools

# Sent behind a head: an empty chunked content, or the first bytes of any other. Which of the two
# a parser takes it for says what framing it reads.
PROBE = b"0\r\n\r\n"


@dataclasses.dataclass
class Reading:
    """One head as one parser understands it; names in lower case, values without blanks."""

    end: int
    fields: list
    body: str
    version: str = ""
    method: bytes = b""
    target: bytes = b""
    status: int = 0


def fields_of(pairs):
    """Fields in the form in which they are compared."""
    return [(bytes(name).lower(), bytes(value).strip(b" \t")) for name, value in pairs]


def framing(length):
    """A length of zero is no content."""
    return f"fixed {length}" if length else "none"


class _Listener:
    """Collects what httptools says."""

    def __init__(self):
        self.target, self.fields, self.events, self.payload = b"", [], [], b""

    def on_url(self, piece):
        self.target += piece

    def on_header(self, name, value):
        self.fields.append((name, value))

    def on_headers_complete(self):
        self.events.append("head")

    def on_chunk_header(self):
        self.events.append("chunk")

    def on_body(self, piece):
        self.events.append("content")
        self.payload += piece

    def on_message_complete(self):
        self.events.append("end")


def llhttp_request(data):
    """A request head as llhttp reads it."""
    listener = _Listener()
    parser = httptools.HttpRequestParser(listener)
    end = _feed(parser, listener, data)
    if end is None:
        return None
    fields = fields_of(listener.fields)
    return Reading(
        end, fields, _llhttp_body(parser, listener, fields), parser.get_http_version(),
        parser.get_method(), listener.target,
    )


def llhttp_response(data, _is_head):
    """A response head as llhttp reads it; it cannot be told that HEAD was asked."""
    listener = _Listener()
    parser = httptools.HttpResponseParser(listener)
    end = _feed(parser, listener, data)
    if end is None:
        return None
    fields = fields_of(listener.fields)
    body = _llhttp_body(parser, listener, fields)
    return Reading(end, fields, body, status=parser.get_status_code())


def _feed(parser, listener, data):
    """Where the head ends: fed byte by byte, because the parser does not say."""
    for place in range(len(data)):
        try:
            parser.feed_data(data[place:place + 1])
        except httptools.HttpParserUpgrade:
            pass
        except httptools.HttpParserError:
            return None
        if "head" in listener.events:
            return place + 1
    return None


def _llhttp_body(parser, listener, fields):
    if "end" in listener.events:
        return "none"
    try:
        parser.feed_data(PROBE)
    except httptools.HttpParserError:
        listener.events.append("refused")
    if "chunk" in listener.events:
        return "chunked"
    lengths = [int(value) for name, value in fields if name == b"content-length"]
    return framing(lengths[0]) if lengths else "until close"


def h11_request(data):
    """A request head as h11 reads it."""
    # RFC 9112 section 2.2: a server passes over empty lines before a request. h11 does not, and
    # what stands behind them is no other request for that.
    before = next(count for count in (4, 2, 0) if data.startswith(b"\r\n" * (count // 2)))
    found = _h11_event(lambda: h11.Connection(h11.SERVER), data[before:])
    if found is None:
        return None
    event, end, body = found
    return Reading(
        before + end, fields_of(event.headers), body, event.http_version.decode(), event.method,
        event.target,
    )


def h11_response(data, is_head):
    """A response head as h11 reads it."""
    def asked():
        connection = h11.Connection(h11.CLIENT)
        method = "HEAD" if is_head else "GET"
        connection.send(h11.Request(method=method, target="/", headers=[("Host", "a")]))
        connection.send(h11.EndOfMessage())
        return connection
    found = _h11_event(asked, data)
    if found is None:
        return None
    event, end, body = found
    return Reading(end, fields_of(event.headers), body, status=event.status_code)


CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


def llhttp_chunks(data):
    """The payload of chunked content and where it ends, as llhttp reads it."""
    listener = _Listener()
    parser = httptools.HttpRequestParser(listener)
    parser.feed_data(CHUNKED)
    for place in range(len(data)):
        try:
            parser.feed_data(data[place:place + 1])
        except httptools.HttpParserError:
            return None
        if "end" in listener.events:
            return listener.payload, place + 1
    return None


def h11_chunks(data):
    """The same as h11 reads it."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(CHUNKED + data)
    connection.next_event()
    payload = b""
    try:
        while isinstance(event := connection.next_event(), h11.Data):
            payload += event.data
    except h11.RemoteProtocolError:
        return None
    if not isinstance(event, h11.EndOfMessage):
        return None
    return payload, len(data) - len(connection.trailing_data[0])


def _h11_event(connect, data):
    """The event of the head, where the head ends, and what content follows it."""
    connection = connect()
    try:
        connection.receive_data(data)
        event = connection.next_event()
    except h11.RemoteProtocolError:
        return None
    if not isinstance(event, (h11.Request, h11.Response, h11.InformationalResponse)):
        return None
    end = len(data) - len(connection.trailing_data[0])
    if isinstance(event, h11.InformationalResponse):
        return event, end, "none"
    connection = connect()
    connection.receive_data(data[:end])
    connection.next_event()
    return event, end, _h11_body(connection, event)


def _h11_body(connection, event):
    if isinstance(connection.next_event(), h11.EndOfMessage):
        return "none"
    connection.receive_data(PROBE)
    if isinstance(connection.next_event(), h11.EndOfMessage):
        return "chunked"
    lengths = [int(value) for name, value in event.headers if name == b"content-length"]
    return framing(lengths[0]) if lengths else "until close"
