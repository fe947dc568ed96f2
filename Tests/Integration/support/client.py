"""A client that speaks to the proxy in bytes, for what curl and requests never send or hide."""

import base64
import dataclasses
import hashlib
import socket

from support import wire


@dataclasses.dataclass
class Answer:
    """A final answer with the interim ones that came before it."""

    status: int
    head: wire.Head
    body: bytes = b""
    body_bytes: int = 0
    digest: str = ""
    trailers: list = dataclasses.field(default_factory=list)
    interim: list = dataclasses.field(default_factory=list)

    def get(self, name):
        """The first value of a field of the answer's head."""
        return self.head.get(name)


KEPT_BODY_BYTES = 1 << 20


class Client:
    """One connection to the proxy. `credentials` is the Proxy-Authorization value or None."""

    def __init__(self, address, credentials=None, seconds=15):
        self.socket = socket.create_connection(address, timeout=seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.credentials = credentials
        self.reader = wire.Reader(self.socket)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """Sends bytes as they are."""
        self.socket.sendall(data)

    def ask(self, method, target, fields=(), body=b"", version="HTTP/1.1"):
        """Sends a request head (Host and credentials added) and a body."""
        self.send(self.rendered(method, target, fields, body, version))

    def rendered(self, method, target, fields=(), body=b"", version="HTTP/1.1"):
        """The bytes of a request."""
        host = target if method == "CONNECT" else target.split("//", 1)[-1].split("/", 1)[0]
        lines = [("Host", host)]
        if self.credentials:
            lines.append(("Proxy-Authorization", self.credentials))
        lines += fields
        if body and not any(name.lower() == "transfer-encoding" for name, _ in fields):
            lines.append(("Content-Length", str(len(body))))
        return wire.message(f"{method} {target} {version}", lines, body)

    def answer(self, method="GET"):
        """Reads an answer to its end."""
        answer = self.answer_head()
        digest = hashlib.sha256()
        for piece in self._body(answer, method):
            digest.update(piece)
            answer.body_bytes += len(piece)
            if answer.body_bytes <= KEPT_BODY_BYTES:
                answer.body += piece
        answer.digest = digest.hexdigest()
        return answer

    def answer_head(self):
        """Reads up to the end of the final answer's head."""
        interim = []
        while True:
            head = self.reader.head()
            status = int(head.start.split(" ")[1])
            if status >= 200 or status == 101:
                return Answer(status, head, interim=interim)
            interim.append((status, head))

    def _body(self, answer, method):
        if method == "HEAD" or answer.status in (204, 304):
            return
        if method == "CONNECT" and answer.status < 300:
            return
        if "chunked" in (answer.get("transfer-encoding") or "").lower():
            yield from self.reader.chunked(answer.trailers)
        elif answer.get("content-length") is not None:
            yield from self.reader.exactly(int(answer.get("content-length")))
        else:
            yield from self.reader.to_the_end()

    def fetch(self, method, target, fields=(), body=b""):
        """One request and its whole answer."""
        self.ask(method, target, fields, body)
        return self.answer(method)

    def connect(self, authority):
        """Opens a tunnel; the proxy's answer, whatever it is."""
        return self.fetch("CONNECT", authority)

    def start_tls(self, context, name):
        """Begins TLS inside an open tunnel; the secured socket, and a new reader on it."""
        self.socket = context.wrap_socket(self.socket, server_hostname=name)
        self.reader = wire.Reader(self.socket)
        return self.socket

    def closed(self):
        """Whether the proxy closes without another byte."""
        return self.reader.ended()


class KeptClient:
    """Asks over one connection for as long as there is one, and then over another.

    `connect` makes a client. For load that goes on through crashes and refusals.
    """

    def __init__(self, connect):
        self._connect, self._client = connect, None

    def fetch(self, method, target):
        """One request; its answer, or None if there was none or it was no HTTP."""
        try:
            self._client = self._client or self._connect()
            answer = self._client.fetch(method, target)
        except (OSError, ValueError, IndexError):
            return self.close()
        if (answer.get("connection") or "").lower() == "close":
            self.close()
        return answer

    def close(self):
        """Ends the connection; the next request makes another."""
        if self._client:
            self._client.socket.close()
        self._client = None


def basic(user, password):
    """A Basic Proxy-Authorization value."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def bearer(token):
    """A Bearer Proxy-Authorization value."""
    return f"Bearer {token}"
