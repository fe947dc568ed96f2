"""Running the gateway as a user without rights, as operators do, even where the tests are root."""

import os
import shutil
import subprocess
import tempfile

NOBODY = 65534

is_root = os.geteuid() == 0


def unprivileged(command):
    """The command line that runs `command` without any privilege."""
    if not is_root:
        return list(command)
    return [
        "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
        "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", *command,
    ]


def give_away(folder):
    """Makes a folder and what is in it the property of the gateway's user."""
    if not is_root:
        return
    os.chown(folder, NOBODY, NOBODY)
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            os.chown(os.path.join(parent, name), NOBODY, NOBODY)


def give_away_file(path):
    """Makes a file the property of the gateway's user."""
    if is_root:
        os.chown(path, NOBODY, NOBODY)


def reachable_folder(prefix):
    """A new folder that the gateway's user can enter; pytest's own are closed to others."""
    folder = tempfile.mkdtemp(prefix=prefix)
    os.chmod(folder, 0o755)
    return folder


def executable_for_all(path, folder):
    """`path`, or a copy in `folder` where the gateway's user cannot reach it (a clone in /root)."""
    probe = subprocess.run(
        unprivileged(["test", "-x", path]), stderr=subprocess.DEVNULL, check=False
    )
    if probe.returncode == 0:
        return path
    copy = os.path.join(folder, os.path.basename(path))
    shutil.copy2(path, copy)
    os.chmod(copy, 0o755)
    return copy
