"""A disk of a few megabytes that a test can fill to any level: a tmpfs of its own."""

import errno
import os
import subprocess

from support import privileges

BLOCK_BYTES = 4096


class SmallDisk:
    """A mounted tmpfs; needs root."""

    def __init__(self, mebibytes):
        self.folder = privileges.reachable_folder("clawgress-disk-")
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=0755", "tmpfs", self.folder],
            check=True,
        )
        self.spool = os.path.join(self.folder, "spool")
        os.mkdir(self.spool)
        self._filler = os.path.join(self.folder, "filler")

    def free(self):
        """Free bytes."""
        state = os.statvfs(self.folder)
        return state.f_bavail * state.f_frsize

    def fill(self, leave=0):
        """Takes all but `leave` bytes."""
        with open(self._filler, "ab") as filler:
            while self.free() > leave:
                count = min(self.free() - leave, 1 << 20)
                try:
                    os.posix_fallocate(filler.fileno(), filler.tell(), count)
                    filler.seek(0, os.SEEK_END)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    break

    def relieve(self):
        """Gives everything back."""
        if os.path.exists(self._filler):
            os.unlink(self._filler)

    def close(self):
        """Unmounts and removes it."""
        subprocess.run(["umount", "--lazy", self.folder], check=True)
        os.rmdir(self.folder)
