"""An origin that tells what reached it: every byte of every connection, and how each ended."""

import socket
import threading

from support.waiting import until


class Seen:
    """One connection."""

    def __init__(self, port):
        self.client_port = port
        self.received = bytearray()
        self.ended = threading.Event()


class Witness:
    """Sends its greeting, then sends back what it gets, until the other side ends."""

    def __init__(self, greeting=b""):
        self.greeting = greeting
        self.connections = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Stops listening; a thread that waits in accept is woken by the shutdown."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def last(self, before=0):
        """The connection that came after the first `before` ones, once it has ended.

        The gateway's connection may be accepted later here than it is used there, so the newest
        one need not be the one that is meant.
        """
        def ended():
            return len(self.connections) > before and self.connections[before].ended.is_set()
        until("the origin's connection to end", ended)
        return self.connections[before]

    def _accept(self):
        while True:
            try:
                connection, (_, port) = self._listener.accept()
            except OSError:
                return
            seen = Seen(port)
            self.connections.append(seen)
            threading.Thread(target=self._serve, args=(connection, seen), daemon=True).start()

    def _serve(self, connection, seen):
        with connection:
            try:
                connection.sendall(self.greeting)
                while data := connection.recv(262144):
                    seen.received += data
                    connection.sendall(data)
            except OSError:
                pass
        seen.ended.set()
