"""Waiting for something that another process does: poll under a deadline, never sleep and hope."""

import time

INTERVAL_SECONDS = 0.01


class Overdue(AssertionError):
    """What was waited for did not happen in time."""


def until(what, probe, seconds=20):
    """Returns the first true value of `probe()`, or fails with `what` after `seconds`.

    A test that passes never waits that long, so the time is what the busiest machine may need.
    """
    deadline = time.monotonic() + seconds
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise Overdue(f"{what} did not happen within {seconds} s")
        time.sleep(INTERVAL_SECONDS)
