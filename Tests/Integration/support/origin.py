"""A local web server that does on purpose what real ones do by accident, and remembers all of it.

What it does is chosen by the path (see `origin_pages`); every request head it sees is kept, so a
test can say what reached the origin and, more often, what did not.
"""

import dataclasses
import socket
import ssl
import threading

from support import origin_pages, wire
from support.waiting import until


@dataclasses.dataclass
class Seen:
    """One request as the origin saw it."""

    method: str
    target: str
    head: wire.Head
    connection: int
    body: bytes = b""
    body_bytes: int = 0
    trailers: list = dataclasses.field(default_factory=list)
    complete: bool = False


class Origin:
    """A threaded HTTP/1.1 origin on loopback; `tls` is a server's SSL context."""

    def __init__(self, tls=None, host="127.0.0.1", pages=origin_pages.answer):
        self.tls = tls
        self.seen = []
        self.connections = 0
        self.open_connections = 0
        self.gate = threading.Event()
        self.ticks = threading.Semaphore(0)
        self.broken_off = threading.Event()
        self._pages = pages
        self.release = threading.Event()
        self._lock = threading.Lock()
        self._sockets = set()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family, backlog=1024)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Stops listening and breaks off every connection."""
        self.gate.set()
        self.release.set()
        # A thread that waits in accept keeps the socket listening; shutting it down wakes it.
        _shut(self._listener)
        self._listener.close()
        with self._lock:
            sockets = list(self._sockets)
        for each in sockets:
            _shut(each)

    def paths(self):
        """The targets of all requests seen so far."""
        return [seen.target for seen in list(self.seen)]

    def request(self, target, seconds=20):
        """Waits for the request with this target and its whole body."""
        def found():
            return next((s for s in list(self.seen) if s.target == target and s.complete), None)
        return until(f"a request for {target} at the origin", found, seconds)

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(
                target=self._serve, args=(connection, self.connections), daemon=True
            ).start()

    def _serve(self, plain, number):
        connection = plain
        with self._lock:
            self._sockets.add(plain)
            self.open_connections += 1
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                connection = self.tls.wrap_socket(plain, server_side=True)
                with self._lock:
                    self._sockets.add(connection)
            self._converse(connection, number)
        except (OSError, ssl.SSLError, wire.Closed):
            pass
        finally:
            with self._lock:
                self._sockets -= {plain, connection}
                self.open_connections -= 1
            connection.close()

    def _converse(self, connection, number):
        reader = wire.Reader(connection)
        while True:
            head = reader.head()
            method, target, _ = head.start.split(" ", 2)
            seen = Seen(method, target, head, number)
            self.seen.append(seen)
            if not self._pages(self, seen, reader, connection):
                return


def _shut(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
