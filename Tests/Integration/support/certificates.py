"""Throw-away certificates for the TLS origins, made at run time so that no key is ever in Git."""

import os
import ssl
import subprocess


class Authority:
    """A certification authority that lives as long as its folder."""

    def __init__(self, folder):
        self.folder = folder
        self.certificate = os.path.join(folder, "authority.pem")
        self._key = os.path.join(folder, "authority.key")
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", "/CN=integration suite", "-keyout", self._key,
            "-out", self.certificate,
        )

    def server_context(self, names):
        """A TLS context that proves to be each of `names` (host names, IPv4 literals, URIs)."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self._issue(names))
        return context

    def peer_context(self, identity, trusted):
        """The context of a client that proves an identity of the mesh and trusts a file of CAs."""
        context = ssl.create_default_context(cafile=trusted)
        context.load_cert_chain(*self._issue([identity]))
        return context

    def files(self, names):
        """The files of a new certificate and its key that prove to be each of `names`."""
        return self._issue(names)

    def _issue(self, names):
        """Files of a new certificate and its key."""
        plain = names[0].replace("/", "-")
        stem = os.path.join(self.folder, plain.replace("*", "any"))
        self._openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", f"/CN={plain}", "-keyout", f"{stem}.key", "-out", f"{stem}.csr",
        )
        alternatives = ",".join(f"{kind(name)}:{name}" for name in names)
        with open(f"{stem}.ext", "w", encoding="utf-8") as extensions:
            extensions.write(f"subjectAltName={alternatives}\n")
        self._openssl(
            "x509", "-req", "-in", f"{stem}.csr", "-CA", self.certificate, "-CAkey", self._key,
            "-CAcreateserial", "-days", "2", "-extfile", f"{stem}.ext", "-out", f"{stem}.pem",
        )
        return f"{stem}.pem", f"{stem}.key"

    def client_context(self):
        """A TLS context of a client that trusts this authority only."""
        return ssl.create_default_context(cafile=self.certificate)

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def kind(name):
    """What OpenSSL calls a name of that form in a certificate."""
    if "://" in name:
        return "URI"
    return "IP" if name.replace(".", "").isdigit() else "DNS"
