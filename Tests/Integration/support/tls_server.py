"""An HTTP/1.1 server over TLS for the suite's peers, which can be ended at once, with all its
connections: what a service that is killed looks like from outside."""

import http.server
import socket
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection; its handshake is made in its own thread."""

    protocol_version = "HTTP/1.1"
    # How long the other side may say nothing.
    timeout_seconds = 30

    def setup(self):
        self.server.connections.append(self.request)
        # One that was accepted just before the end finds this, and nobody else closes it.
        if self.server.ended:
            raise ConnectionAbortedError
        self.request.settimeout(self.timeout_seconds)
        self.request.do_handshake()
        super().setup()

    def log_message(self, *_):
        """Says nothing."""

    def answer(self, status, body, content_type="application/json"):
        """A whole answer."""
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class TLSServer(http.server.ThreadingHTTPServer):
    """Listens until it is ended; `context` gives the TLS context for each connection anew."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address, context, handler):
        self.connections = []
        self.ended = False
        self._context = context
        super().__init__(address, handler)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def get_request(self):
        connection, address = super().get_request()
        wrapped = self._context().wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False
        )
        return wrapped, address

    def handle_error(self, request, client_address):
        """Connections break here on purpose."""

    def end(self):
        """Closes everything at once."""
        self.ended = True
        self.shutdown()
        self.server_close()
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
            finally:
                connection.close()
