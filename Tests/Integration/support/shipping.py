"""What can be seen of a gateway that ships its records: its alerts, and what its spool still holds."""

import glob
import os

from support.world import World, allow

# Of two workers: what each writes to, and what is prepared for it.
SEGMENTS_IN_USE = 6


class ShippingWorld(World):
    """A world with pages of an origin, to be asked for by their markers."""

    def __init__(self, origin, **settings):
        super().__init__(**settings)
        self.origin = origin
        self.policies(allow("allow-origin", [f"origin.test:{origin.port}"], tls="any"))

    def ask(self, *marks):
        """Asks for pages with these markers."""
        with self.client() as client:
            for mark in marks:
                answer = client.fetch("GET", f"http://origin.test:{self.origin.port}/{mark}")
                assert answer.status == 200

    def alerts(self, kind):
        """How often the gateway raised an alert."""
        return self.gateway.metric(f'clawgress_alerts_total{{alert="{kind}"}}')

    def alerts_told(self, kind):
        """How often the log of the gateway, over all its lives, tells of an alert."""
        return self.gateway.log().count(f"alert={kind}")

    def segments(self):
        """The segment files."""
        return glob.glob(os.path.join(self.gateway.spool, "*.segment"))

    def holds(self, mark):
        """Whether any segment has the request with this marker."""
        for path in self.segments():
            try:
                with open(path, "rb") as file:
                    if f"/{mark}".encode() in file.read():
                        return True
            except FileNotFoundError:
                continue
        return False
