"""The admin API over HTTPS as any client would ask it: a token, JSON, nothing of ours in between."""

import contextlib
import dataclasses
import http.client
import json
import ssl
import time

# The server ends connections on which nothing comes for a minute; a write on one of these is lost.
IDLE_SECONDS = 30


@dataclasses.dataclass
class Reply:
    """A status, the fields with names in small letters, and the body."""

    status: int
    fields: dict
    body: bytes

    @property
    def json(self):
        """The body as JSON; None without one."""
        return json.loads(self.body) if self.body else None

    @property
    def code(self):
        """The stable code of a refusal; None for anything else."""
        is_problem = self.fields.get("content-type") == "application/problem+json"
        return self.json["code"] if is_problem else None


class Unanswered(OSError):
    """The connection ended before the answer did, so the outcome is not known."""


class Api:
    """One client of one admin API, with one credential or none; not for several threads."""

    def __init__(self, address, authority, token=None):
        self.address = address
        self.token = token
        self._tls = ssl.create_default_context(cafile=authority)
        self._connection, self._asked = None, 0

    def with_token(self, token):
        """The same API for somebody else."""
        other = Api.__new__(Api)
        other.address, other.token = self.address, token
        other._tls, other._connection, other._asked = self._tls, None, 0
        return other

    def ask(self, method, path, body=None, fields=None, seconds=60):
        """Sends a request and reads its answer; `Unanswered` if there is none."""
        fields = dict(fields or {})
        if self.token:
            fields["Authorization"] = f"Bearer {self.token}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            fields.setdefault("Content-Type", "application/json")
        if time.monotonic() - self._asked > IDLE_SECONDS:
            self.close()
        self._asked = time.monotonic()
        was_open = self._connection is not None
        try:
            if self._connection is None:
                host, _, port = self.address.rpartition(":")
                self._connection = http.client.HTTPSConnection(
                    host, int(port), context=self._tls, timeout=seconds
                )
            self._connection.request(method, path, body, fields)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            # The server may have gone since the last answer; a read is asked again of the next one.
            if was_open and method == "GET":
                return self.ask(method, path, body, fields, seconds)
            raise Unanswered(f"{method} {path}: {error!r}") from error
        names = {name.lower(): text for name, text in answer.getheaders()}
        if answer.will_close:
            self.close()
        return Reply(answer.status, names, content)

    @contextlib.contextmanager
    def open(self, path):
        """An answer to be read as it comes, on a connection of its own."""
        host, _, port = self.address.rpartition(":")
        connection = http.client.HTTPSConnection(host, int(port), context=self._tls, timeout=60)
        try:
            connection.request("GET", path, None, {"Authorization": f"Bearer {self.token}"})
            # It is the answer that holds the socket where the connection ends with it.
            with connection.getresponse() as answer:
                yield answer
        finally:
            connection.close()

    def must(self, method, path, body=None, **arguments):
        """The same, for what has to succeed; the JSON of the answer."""
        reply = self.ask(method, path, body, **arguments)
        assert reply.status < 300, f"{method} {path}: {reply.status} {reply.body[:2000]!r}"
        return reply.json

    def pages(self, path, limit=1000):
        """All entries of a list, page after page."""
        entries, cursor = [], None
        while True:
            joint = "&" if "?" in path else "?"
            more = f"&cursor={cursor}" if cursor else ""
            page = self.must("GET", f"{path}{joint}limit={limit}{more}")
            entries += page["items"]
            cursor = page.get("next_cursor")
            if not cursor:
                return entries

    def edit(self, lines):
        """Changes the caller's candidate."""
        return self.must("POST", "/v1/candidate/edit", {"edits": list(lines)})

    def load(self, lines):
        """Replaces the caller's candidate."""
        text = "\n".join(lines) + "\n"
        return self.must(
            "POST", "/v1/candidate/load", {"mode": "load", "format": "commands", "text": text}
        )

    def commit(self, **body):
        """Stages the candidate and puts it into force."""
        self.must("POST", "/v1/opmode/configure", {})
        return self.must("POST", "/v1/opmode/commit", body)

    def close(self):
        """Ends the connection; the next request makes a new one."""
        if self._connection:
            self._connection.close()
        self._connection = None
