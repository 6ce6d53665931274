"""A time-stamping authority (RFC 3161) for the tests: `openssl ts` behind a small web server."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_CONFIGURATION = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
ess_cert_id_alg = sha256
ess_cert_id_chain = no
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
"""


@dataclass
class Authority:
    """An authority with a root of its own.

    again: the answer that is given to whatever is asked, None for a fresh one. queries: requests
    that came.
    """

    folder: Path
    url: str = ""
    again: bytes | None = None
    queries: list[bytes] = field(default_factory=list)

    @property
    def certificates(self) -> Path:
        """Root and authority, as a service would be given them."""
        return self.folder / "trusted.pem"

    def answer(self, query: bytes) -> bytes:
        """The authority's answer to a request."""
        self.queries.append(query)
        if self.again is not None:
            return self.again
        (self.folder / "query").write_bytes(query)
        signer = "-signer tsa.pem -inkey tsa.key"
        self._openssl(f"ts -reply -config openssl.cnf -queryfile query {signer} -out reply")
        return (self.folder / "reply").read_bytes()

    def make_keys(self) -> None:
        """Keys and certificates of root and authority."""
        self.folder.mkdir()
        text = _CONFIGURATION.format(folder=self.folder)
        (self.folder / "openssl.cnf").write_text(text + "[req]\ndistinguished_name = dn\n[dn]\n")
        (self.folder / "serial").write_text("01\n")
        new = "req -config openssl.cnf -newkey rsa:2048 -nodes"
        self._openssl(
            f"{new} -x509 -extensions root -days 9 -subj /CN=root -keyout root.key -out root.pem"
        )
        self._openssl(f"{new} -subj /CN=tsa -keyout tsa.key -out tsa.csr")
        self._openssl(
            "x509 -req -in tsa.csr -CA root.pem -CAkey root.key -set_serial 7 -days 9 "
            "-extfile openssl.cnf -extensions leaf -out tsa.pem"
        )
        both = (self.folder / "root.pem").read_text() + (self.folder / "tsa.pem").read_text()
        self.certificates.write_text(both)

    def verifies(self, data: bytes, answer: bytes) -> bool:
        """Whether openssl, which shares nothing with the program, finds the answer in order."""
        (self.folder / "data").write_bytes(data)
        (self.folder / "kept").write_bytes(answer)
        command = "openssl ts -verify -data data -in kept -CAfile root.pem -untrusted tsa.pem"
        return subprocess.run(command.split(), cwd=self.folder, capture_output=True).returncode == 0

    def _openssl(self, arguments: str) -> None:
        subprocess.run(
            ["openssl", *arguments.split()], cwd=self.folder, check=True, capture_output=True
        )


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """An authority that answers at a port of this machine."""
    made = Authority(folder)
    made.make_keys()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            answer = made.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_port}/tsa"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
