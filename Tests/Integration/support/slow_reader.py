"""An answer that waits for its reader: as large as the gateway and the kernel hold together."""

from support.waiting import Overdue, until

SIZES = (4_000_000, 3_000_000, 2_000_000, 1_000_000, 500_000, 250_000)


def unread_answer(world, origin, fields=()):
    """A client that has read nothing of an answer that has ended at the gateway, and its size.

    The kernel takes more at one time than at another, so it is the largest of some sizes that
    fits; the smallest is what the gateway holds by itself.
    """
    for size in SIZES:
        client = world.client()
        client.ask("GET", f"http://origin.test:{origin.port}/bytes/{size}", fields)

        def ended(path=f"/bytes/{size}"):
            return world.gateway.events(lambda event: event["path"] == path)
        try:
            until("the answer's end at the gateway", ended, 2 if size > SIZES[-1] else 20)
            return client, size
        except Overdue:
            client.socket.close()
    raise AssertionError("no answer fits into the gateway")
