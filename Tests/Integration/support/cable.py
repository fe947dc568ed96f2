"""A wire between two processes that a test can cut. Bytes pass unread, so TLS ends where it should."""

import socket
import threading


class Cable:
    """Takes connections on a port of its own and leads them to another port of this machine."""

    def __init__(self, port):
        self._target = port
        self._lock = threading.Lock()
        self._is_cut = False
        self._open = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """From now on nothing arrives on either side, and nobody is told."""
        with self._lock:
            self._is_cut = True

    def mend(self):
        """Leads new connections again; what was open before is broken, as after any long cut."""
        with self._lock:
            self._is_cut = False
            broken, self._open = self._open, []
        for each in broken:
            end(each)

    def close(self):
        """Ends it, and every connection."""
        self.cut()
        end(self._listener)
        self._listener.close()
        self.mend()

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.append(near)
                if self._is_cut:
                    continue
            self._lead(near)

    def _lead(self, near):
        try:
            far = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            self._forget(near)
            return
        with self._lock:
            self._open.append(far)
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source, sink):
        try:
            while data := source.recv(1 << 16):
                with self._lock:
                    if self._is_cut:
                        return
                sink.sendall(data)
        except OSError:
            pass
        if not self._is_cut:
            self._forget(source)
            self._forget(sink)

    def _forget(self, connection):
        with self._lock:
            if connection in self._open:
                self._open.remove(connection)
        end(connection)
        connection.close()


def end(connection):
    """Wakes whoever waits for a socket."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
