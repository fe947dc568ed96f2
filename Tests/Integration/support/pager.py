"""Who is told of alerts: a hook with a secret, and the settings with which a daemon tells it."""

import os

from support.audit import secret
from support.hook import Hook
from support.waiting import until


class Pager:
    """A server that holds that every post is signed, and reads what was told."""

    def __init__(self, tls=None):
        self.hook = Hook(tls)
        self._key = None

    def settings(self, folder, **more):
        """The block `alerts`; the secret is made in `folder`."""
        path = secret(os.path.join(folder, "pager.secret"))
        with open(path, "rb") as file:
            self._key = file.read().strip()
        return {"webhook": {"url": self.hook.url, "secret_file": path, **more}}

    def notes(self, alert=None):
        """The notes that were taken, in the order of their coming."""
        notes = []
        for post in list(self.hook.posts):
            assert post.is_signed(self._key), "a post has the wrong signature"
            assert post.fields["Content-Type"] == "application/json"
            [note] = post.lines()
            assert list(note) == sorted(note)
            if post.status < 300 and alert in (None, note["alert"]):
                notes.append(note)
        return notes

    def states(self, alert):
        """What became of an alert, as far as it was told."""
        return [note["state"] for note in self.notes(alert)]

    def told(self, alert, *states, seconds=30):
        """Waits until an alert went through these states; the note of the last of them."""
        until(
            f"{alert} to be {states}",
            lambda: self.states(alert)[:len(states)] == list(states), seconds,
        )
        return self.notes(alert)[len(states) - 1]

    def close(self):
        self.hook.close()
