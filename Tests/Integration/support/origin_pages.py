"""What the origin answers, by path. Each page is one habit of a server that the proxy must carry.

A page gets the origin, the request seen, a reader for its body and the connection; it answers and
says whether the connection stays open.
"""

import hashlib
import select
import socket
import time

from support import wire

KEPT_BODY_BYTES = 1 << 20


def answer(origin, seen, reader, connection):
    """Serves one request; returns whether the connection is kept."""
    path = seen.target.split("?")[0]
    words = path.strip("/").split("/")
    page = PAGES.get(words[0], plain)
    kept = page(origin, seen, reader, connection, words[1:])
    if (seen.head.get("connection") or "").lower() == "close":
        return False
    return kept


def read_body(seen, reader):
    """Reads the request's body; returns its SHA-256."""
    digest = hashlib.sha256()
    if "chunked" in (seen.head.get("transfer-encoding") or "").lower():
        pieces = reader.chunked(seen.trailers)
    else:
        pieces = reader.exactly(int(seen.head.get("content-length") or 0))
    for piece in pieces:
        digest.update(piece)
        seen.body_bytes += len(piece)
        if seen.body_bytes <= KEPT_BODY_BYTES:
            seen.body += piece
    seen.complete = True
    return digest.hexdigest()


def send(connection, seen, body=b"", status="200 OK", fields=(), length=True):
    """Sends a fixed-length answer, without its body where HTTP says so."""
    fields = [("Content-Type", "text/plain"), *fields]
    if length:
        fields.append(("Content-Length", str(len(body))))
    shown = b"" if seen.method == "HEAD" else body
    connection.sendall(wire.message(f"HTTP/1.1 {status}", fields, shown))
    return True


def plain(_origin, seen, reader, connection, _words):
    """Anything else: the body is read, the answer is short."""
    read_body(seen, reader)
    return send(connection, seen, b"ok\n")


def upload(_origin, seen, reader, connection, _words):
    """Says how many bytes came, and which."""
    digest = read_body(seen, reader)
    return send(connection, seen, f"{seen.body_bytes} {digest}\n".encode())


def echo(_origin, seen, reader, connection, _words):
    """Sends the body back, chunked if it came chunked, trailers included."""
    read_body(seen, reader)
    if not seen.head.get("transfer-encoding"):
        return send(connection, seen, seen.body)
    body = wire.chunk(seen.body) if seen.body else b""
    trailers = b"".join(f"{name}: {value}\r\n".encode() for name, value in seen.trailers)
    connection.sendall(
        wire.message("HTTP/1.1 200 OK", [("Transfer-Encoding", "chunked")])
        + body + b"0\r\n" + trailers + b"\r\n"
    )
    return True


def sized(_origin, seen, reader, connection, words):
    """`/bytes/N`: N bytes of a fixed-length body."""
    read_body(seen, reader)
    count = int(words[0])
    fields = [("Content-Length", str(count))]
    connection.sendall(wire.message("HTTP/1.1 200 OK", fields))
    block = bytes(range(256)) * 256
    while count > 0 and seen.method != "HEAD":
        piece = block[:count]
        connection.sendall(piece)
        count -= len(piece)
    return True


def chunked(_origin, seen, reader, connection, words):
    """`/chunked/N/SIZE`: N chunks of SIZE bytes with an extension, and a trailer field."""
    read_body(seen, reader)
    count, size = int(words[0]), int(words[1])
    fields = [("Transfer-Encoding", "chunked"), ("Trailer", "Digest-Of-All")]
    connection.sendall(wire.message("HTTP/1.1 200 OK", fields))
    digest = hashlib.sha256()
    for index in range(count):
        data = bytes([97 + index % 26]) * size
        digest.update(data)
        connection.sendall(wire.chunk(data, ";note=1"))
    connection.sendall(f"0\r\nDigest-Of-All: {digest.hexdigest()}\r\n\r\n".encode())
    return True


def until_close(_origin, seen, reader, connection, _words):
    """A body without length that ends with the connection."""
    read_body(seen, reader)
    fields = [("Content-Type", "text/plain")]
    connection.sendall(wire.message("HTTP/1.1 200 OK", fields, b"to the end"))
    return False


def events(origin, seen, reader, connection, _words):
    """Server-sent events without end: one for each tick that the test gives."""
    read_body(seen, reader)
    fields = [("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")]
    connection.sendall(wire.message("HTTP/1.1 200 OK", fields))
    number = 0
    try:
        while True:
            if origin.ticks.acquire(timeout=0.05):
                connection.sendall(wire.chunk(f"data: {number}\n\n".encode()))
                number += 1
            elif _gone(connection):
                break
    except OSError:
        pass
    origin.broken_off.set()
    return False


def hold(origin, seen, reader, connection, _words):
    """Answers when the test opens the gate."""
    read_body(seen, reader)
    origin.gate.wait(60)
    return send(connection, seen, b"held\n")


def status(_origin, seen, reader, connection, words):
    """`/status/NNN`: that status; 204 and 304 without a body."""
    read_body(seen, reader)
    if words[0] in ("204", "304"):
        return send(connection, seen, status=f"{words[0]} Empty", length=False)
    return send(connection, seen, b"as asked\n", status=f"{words[0]} As Asked")


def hints(_origin, seen, reader, connection, _words):
    """Two interim answers before the final one."""
    read_body(seen, reader)
    link = [("Link", "</a.css>; rel=preload")]
    connection.sendall(wire.message("HTTP/1.1 103 Early Hints", link))
    connection.sendall(wire.message("HTTP/1.1 102 Processing", []))
    return send(connection, seen, b"final\n")


def asked(_origin, seen, reader, connection, _words):
    """Reads the body only after it said `100 Continue`."""
    connection.sendall(wire.message("HTTP/1.1 100 Continue", []))
    read_body(seen, reader)
    return send(connection, seen, f"{seen.body_bytes}\n".encode())


def refuse_body(_origin, seen, _reader, connection, _words):
    """Answers before it read the body, and closes."""
    last = [("Connection", "close")]
    send(connection, seen, b"no\n", status="417 Expectation Failed", fields=last)
    seen.complete = True
    return False


def early(origin, seen, _reader, connection, _words):
    """Answers when it is told to, reads nothing of the body, and holds the connection open."""
    origin.release.wait(60)
    send(connection, seen, b"early\n")
    seen.complete = True
    origin.gate.wait(60)
    return False


def eager(_origin, seen, reader, connection, _words):
    """Begins its answer before it has the request's body, and ends it after."""
    connection.sendall(wire.message("HTTP/1.1 200 OK", [("Content-Length", "6")], b"now "))
    read_body(seen, reader)
    connection.sendall(b"ok")
    return True


def hop(_origin, seen, reader, connection, _words):
    """An answer with fields that are for the next hop only."""
    read_body(seen, reader)
    fields = [
        ("Connection", "keep-alive, X-For-One-Hop"), ("Keep-Alive", "timeout=5"),
        ("X-For-One-Hop", "1"), ("Proxy-Authenticate", "Basic realm=origin"),
        ("Clawgress-Decision", "forged"), ("X-End-To-End", "1"),
    ]
    return send(connection, seen, b"ok\n", fields=fields)


def drop(_origin, _seen, _reader, _connection, _words):
    """Closes without a word."""
    return False


def cut(_origin, seen, reader, connection, _words):
    """Promises 1,000 bytes, sends 10, closes."""
    read_body(seen, reader)
    connection.sendall(wire.message("HTTP/1.1 200 OK", [("Content-Length", "1000")], b"0123456789"))
    return False


def answer_then_close(_origin, seen, reader, connection, _words):
    """Answers as if the connection were kept, then closes: a pooled connection dies."""
    read_body(seen, reader)
    send(connection, seen, b"last\n")
    return False


def malformed(_origin, seen, reader, connection, _words):
    """No HTTP at all."""
    read_body(seen, reader)
    connection.sendall(b"what is this\r\n\r\n")
    return False


def surplus(_origin, seen, reader, connection, _words):
    """A complete answer and bytes behind it that nobody asked for."""
    read_body(seen, reader)
    extra = wire.message("HTTP/1.1 200 OK", [("Content-Length", "5")], b"stray")
    connection.sendall(wire.message("HTTP/1.1 200 OK", [("Content-Length", "3")], b"ok\n") + extra)
    return True


def drip(origin, _seen, _reader, _connection, _words):
    """Reads nothing of the body until the test opens the gate, then closes."""
    origin.gate.wait(60)
    return False


def slow(_origin, seen, reader, connection, words):
    """`/slow/MS`: answers after that many milliseconds."""
    read_body(seen, reader)
    time.sleep(int(words[0]) / 1000)
    return send(connection, seen, b"late\n")


def _gone(connection):
    """Whether the peer hung up; asked only while there is nothing to send."""
    readable, _, _ = select.select([connection], [], [], 0)
    if not readable:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):
        return True


PAGES = {
    "upload": upload, "echo": echo, "bytes": sized, "chunked": chunked,
    "until-close": until_close, "events": events, "hold": hold, "status": status,
    "hints": hints, "asked": asked, "refuse-body": refuse_body, "early": early, "eager": eager,
    "hop": hop,
    "drop": drop, "cut": cut, "answer-then-close": answer_then_close, "malformed": malformed,
    "surplus": surplus, "drip": drip, "slow": slow,
}
