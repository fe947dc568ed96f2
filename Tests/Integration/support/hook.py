"""A server that records are posted to: it keeps every request, and answers what it is told."""

import hashlib
import hmac
import http.server
import json
import threading
from dataclasses import dataclass

from support.waiting import until


@dataclass
class Post:
    """One request that came whole."""

    path: str
    fields: dict
    body: bytes
    status: int

    def lines(self):
        """The body's lines, decoded."""
        assert self.body.endswith(b"\n")
        return [json.loads(line) for line in self.body.splitlines()]

    def is_signed(self, secret):
        """Whether the signature is that of time and body."""
        parts = dict(part.split("=", 1) for part in self.fields["Clawgress-Signature"].split(","))
        text = parts["t"].encode() + b"." + self.body
        code = hmac.new(secret, text, hashlib.sha256).hexdigest()
        return hmac.compare_digest(code, parts["v1"])


# The head of an answer whose body never comes.
ENDLESS = {"Content-Length": "9"}


class Hook:
    """The server; answers are taken from `answers` and are 204 when there are none."""

    def __init__(self, tls=None):
        self.posts = []
        self.answers = []
        # What is answered to some lines in any case; None for others.
        self.chosen = lambda lines: None
        self._tls = tls
        self._server = None
        self._held = None
        self._ended = threading.Event()
        self.port = 0
        self.start()

    @property
    def url(self):
        """Where to post to."""
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}/in"

    def start(self):
        """Listens, at the port that it had before."""
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """Keeps what comes; each connection is for one request."""

            def do_POST(self):
                """One batch."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if hook._held:
                    hook._held.set()
                    hook._ended.wait()
                    return
                answer = hook.answers.pop(0) if hook.answers else (204, {})
                post = Post(self.path, dict(self.headers), body, answer[0])
                answer = hook.chosen(post.lines()) or answer
                post.status = answer[0]
                hook.posts.append(post)
                self.send_response(answer[0])
                for name, value in answer[1].items():
                    self.send_header(name, value)
                if answer[0] != 204 and answer[1] != ENDLESS:
                    self.send_header("Content-Length", "0")
                self.end_headers()
                if answer[1] == ENDLESS:
                    hook._ended.wait()

            def log_message(self, *_):
                """Says nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        if self._tls:
            self._server.socket = self._tls.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def taken(self):
        """The lines of all batches that were answered well, in the order of their coming."""
        return [line for post in self.posts if post.status < 300 for line in post.lines()]

    def waits_for(self, count):
        """Waits until so many different entries were taken."""
        def enough():
            return len({line["index"] for line in self.taken()}) >= count
        until(f"{count} entries at the hook", enough, 60)

    def hold(self):
        """Answers nobody any more; an event that is set once somebody waits for an answer."""
        self._held = threading.Event()
        return self._held

    def stop(self):
        """Refuses connections."""
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    close = stop
