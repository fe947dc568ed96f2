"""A TCP service behind tunnels: what goes in comes back, and what ended it is remembered."""

import socket
import threading


class Echo:
    """A TCP service that sends back what it gets and closes when the other side is done sending."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        self.ended = threading.Event()
        self.resets = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Stops listening; a thread that waits in accept is woken, or it would go on with
        whatever socket gets its number next."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            while data := connection.recv(262144):
                connection.sendall(data)
            connection.sendall(b"<end>")
        except ConnectionResetError:
            self.resets += 1
        except OSError:
            pass
        connection.close()
        self.ended.set()
