"""A WebSocket client behind the proxy: the protocol of the `websockets` library, our own socket.

The library makes and reads every byte of the protocol; only the request line is written anew, as
a client that knows of a proxy for plain http writes it (RFC 9112 section 3.2.2).
"""

import socket
import threading

from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.sync.server import serve
from websockets.uri import parse_uri


class EchoServer:
    """A real WebSocket server on loopback; sends a greeting with its handshake, then echoes."""

    def __init__(self):
        self._server = serve(
            self._converse, "127.0.0.1", 0, max_size=None, compression=None,
            ping_interval=None,
        )
        self.port = self._server.socket.getsockname()[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @staticmethod
    def _converse(connection):
        connection.send("welcome")
        for message in connection:
            connection.send(message)

    def close(self):
        """Stops listening and ends every conversation."""
        self._server.shutdown()


class WebSocket:
    """A connection to `ws://authority/path` through the proxy."""

    def __init__(self, world, authority, path="/chat", agent="crawler", early=()):
        """Opens it; `early` texts are sent right behind the request, before any answer."""
        self.client = world.client(agent)
        self.protocol = ClientProtocol(parse_uri(f"ws://{authority}{path}"), max_size=None)
        request = self.protocol.connect()
        request.headers["Proxy-Authorization"] = self.client.credentials
        self.protocol.send_request(request)
        head = b"".join(self.protocol.data_to_send())
        front = f"GET {path} HTTP/1.1\r\n".encode()
        assert head.startswith(front)
        whole = f"GET http://{authority}{path} HTTP/1.1\r\n".encode() + head[len(front):]
        self.sent = 0
        self._messages = []
        if early:
            whole += self._frames(early)
        self.client.send(whole)
        self.response = None
        while self.protocol.state is State.CONNECTING:
            self._receive()
        assert self.protocol.handshake_exc is None, self.protocol.handshake_exc

    def _frames(self, texts):
        """The bytes of messages that are sent before the handshake is over."""
        other = ClientProtocol(self.protocol.uri, max_size=None)
        other.state = State.OPEN
        for text in texts:
            other.send_text(text.encode())
        frames = b"".join(other.data_to_send())
        self.sent += len(frames)
        return frames

    def send(self, text):
        """Sends one text message."""
        self.client.send(self.rendered(text))

    def rendered(self, text):
        """The bytes of one text message, for a thread to send: the protocol is not safe to share."""
        self.protocol.send_text(text.encode())
        frames = b"".join(self.protocol.data_to_send())
        self.sent += len(frames)
        return frames

    def next(self):
        """Waits for the next text message."""
        while not self._messages:
            self._receive()
        return self._messages.pop(0)

    def close(self):
        """The closing handshake; the code of the server's close frame."""
        self.protocol.send_close(1000)
        self._flush()
        while self.protocol.state is not State.CLOSED:
            data = self._receive()
            if not data:
                break
        self.client.socket.close()
        return self.protocol.close_code

    def _flush(self):
        for data in self.protocol.data_to_send():
            if not data:
                self.client.socket.shutdown(socket.SHUT_WR)
                continue
            self.sent += len(data)
            self.client.send(data)

    def _receive(self):
        data = self.client.socket.recv(262144)
        if data:
            self.protocol.receive_data(data)
        else:
            self.protocol.receive_eof()
        self._flush()
        for event in self.protocol.events_received():
            if hasattr(event, "status_code"):
                self.response = event
            elif event.opcode == 1:
                self._messages.append(bytes(event.data).decode())
        return data
