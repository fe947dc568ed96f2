"""A name server on loopback that answers what a test wants, and remembers what it was asked."""

import socket
import struct
import threading

TYPES = {1: ("A", socket.AF_INET, 4), 28: ("AAAA", socket.AF_INET6, 16)}


class NameServer:
    """UDP only (RFC 1035). `zone` maps a name to A and AAAA lists, `ttl`, `gate`, `silent`.

    An answer with a `gate` is sent once that event is set. A client that is kept waiting asks
    again, and gives up after some seconds.
    """

    def __init__(self):
        self.zone = {}
        self.asked = []
        self.spellings = set()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        """Ends the server."""
        self._socket.close()

    def questions(self, name):
        """How many questions of type A there were about a name."""
        return sum(asked == (name, "A") for asked in self.asked)

    def _serve(self):
        while True:
            try:
                query, client = self._socket.recvfrom(4096)
            except OSError:
                return
            threading.Thread(target=self._answer, args=(query, client), daemon=True).start()

    def _answer(self, query, client):
        spelled, kind, end = self._question(query)
        name = spelled.lower()
        self.spellings.add(spelled)
        self.asked.append((name, TYPES.get(kind, ("other",))[0]))
        entry = self.zone.get(name)
        if entry is None:
            self._send(query, 0x8183, [], end, client)
        elif not entry.get("silent"):
            if "gate" in entry:
                entry["gate"].wait(60)
            self._send(query, 0x8180, self._records(entry, kind), end, client)

    @staticmethod
    def _question(query):
        labels, place = [], 12
        while query[place]:
            labels.append(query[place + 1:place + 1 + query[place]])
            place += 1 + query[place]
        (kind,) = struct.unpack(">H", query[place + 1:place + 3])
        return b".".join(labels).decode(), kind, place + 5

    @staticmethod
    def _records(entry, kind):
        if kind not in TYPES:
            return []
        word, family, length = TYPES[kind]
        head = b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, entry.get("ttl", 60), length)
        return [head + socket.inet_pton(family, text) for text in entry.get(word, [])]

    def _send(self, query, flags, records, end, client):
        head = query[:2] + struct.pack(">HHHHH", flags, 1, len(records), 0, 0)
        try:
            self._socket.sendto(head + query[12:end] + b"".join(records), client)
        except OSError:
            return  # the test has ended, and its server with it
