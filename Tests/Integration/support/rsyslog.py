"""A real syslog server: rsyslog with TLS, started by hand with a configuration of its own."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile

from support.waiting import until


class Rsyslog:
    """Takes messages over TLS and writes each as it came into a file."""

    def __init__(self, authority, client_certificates=False, name="127.0.0.1"):
        self.folder = tempfile.mkdtemp(prefix="clawgress-rsyslog-")
        certificate, key = authority.files([name])
        self.path = self._path("messages")
        self._port_file = self._path("port")
        self._authority, self._files = authority.certificate, (certificate, key)
        self._mode = "x509/certvalid" if client_certificates else "anon"
        self.port = 0
        self._process = None

    def _path(self, name):
        return os.path.join(self.folder, name)

    def start(self):
        """Starts it and waits until it listens, at the port that it had before."""
        if os.path.exists(self._port_file):
            os.unlink(self._port_file)
        with open(self._path("rsyslog.conf"), "w", encoding="ascii") as file:
            file.write(f"""
global(workDirectory="{self.folder}" maxMessageSize="64k" defaultNetstreamDriver="ossl"
  parser.escapeControlCharactersOnReceive="off"
  defaultNetstreamDriverCAFile="{self._authority}"
  defaultNetstreamDriverCertFile="{self._files[0]}"
  defaultNetstreamDriverKeyFile="{self._files[1]}")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1"
  streamDriver.authMode="{self._mode}")
template(name="whole" type="string" string="%rawmsg%\\n")
input(type="imtcp" address="127.0.0.1" port="{self.port}"
  listenPortFileName="{self._port_file}")
action(type="omfile" file="{self.path}" template="whole")
""")
        with open(self._path("output"), "ab") as output:
            self._process = subprocess.Popen(
                [shutil.which("rsyslogd", path="/usr/sbin:/usr/bin"), "-n", "-f",
                 self._path("rsyslog.conf"), "-i", self._path("pid")],
                stdout=output, stderr=output,
            )
        self.port = until("rsyslog to listen", self._read_port)
        return self

    def _read_port(self):
        assert self._process.poll() is None, self.output()
        if self.port:
            # It names only ports that it chose itself.
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self.port
        if not os.path.exists(self._port_file):
            return 0
        with open(self._port_file, encoding="ascii") as file:
            return int(file.read().strip() or 0)

    def output(self):
        """What it said."""
        with open(self._path("output"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def lines(self):
        """Every message that it wrote, whole ones only."""
        if not os.path.exists(self.path):
            return []
        with open(self.path, "rb") as file:
            return file.read().split(b"\n")[:-1]

    def stop(self, how=signal.SIGTERM):
        """Ends it."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(20)

    def close(self):
        """Ends it and removes what it had."""
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)
