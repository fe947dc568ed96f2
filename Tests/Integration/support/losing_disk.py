"""A disk that loses its power: what was not brought to it by then is gone."""

import os
import shutil
import subprocess

from support import privileges


class LosingDisk:
    """An ext4 file system of its own on a loop device; needs root."""

    def __init__(self, mebibytes=96):
        self.folder = privileges.reachable_folder("clawgress-disk-")
        self.spool = os.path.join(self.folder, "spool")
        self._images = [f"{self.folder}.image"]
        with open(self._images[0], "wb") as image:
            image.truncate(mebibytes << 20)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", self._images[0]], check=True)
        self._mount()
        os.mkdir(self.spool)

    def _mount(self):
        subprocess.run(["mount", "-o", "loop", self._images[-1], self.folder], check=True)

    def lose_power(self, gateway):
        """Ends a gateway and everything that the kernel had not written yet."""
        gateway.kill()
        # The image has what the file system has written: its caches are not in it. Unmounting
        # writes them, but into the image that nobody uses any more.
        self._images.append(f"{self.folder}.image-{len(self._images)}")
        shutil.copyfile(self._images[-2], self._images[-1])
        subprocess.run(["umount", self.folder], check=True)
        self._mount()

    def close(self):
        """Unmounts and removes it."""
        subprocess.run(["umount", "--lazy", self.folder], check=True)
        os.rmdir(self.folder)
        for image in self._images:
            os.unlink(image)
