"""nginx with TLS in front of two processes of the app, by what docs/DEPLOY.md shows."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "ecg.hospital.example"
GUIDE = Path(__file__).parents[2] / "docs" / "DEPLOY.md"


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Proxy:
    """A running nginx and how to reach it; its certificate is the only one that is trusted."""

    process: subprocess.Popen[bytes]
    port: int
    certificate: Path
    log: Path

    def came_to(self) -> list[tuple[str, str, str]]:
        """Of every request so far: path, cookie of the sign-in, and the process that answered."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [tuple(line.split("|")) for line in lines]  # type: ignore[misc]

    @property
    def address(self) -> str:
        """As browsers know it."""
        return f"https://{NAME}:{self.port}"

    def ask(
        self,
        path: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers and text of an answer; a form is posted."""
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        connection = _Here(NAME, self.port, context=trusted, timeout=60)
        sent = {"Origin": self.address, **(headers or {})}
        body = None
        if form is not None:
            body = urlencode(form)
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("GET" if form is None else "POST", path, body, sent)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        told = {name.lower(): value for name, value in answer.getheaders()}
        connection.close()
        return answer.status, told, text


class _Here(http.client.HTTPSConnection):
    """Connects to this machine, whatever name is asked for and checked."""

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        self.sock = self._context.wrap_socket(  # type: ignore[attr-defined]
            plain, server_hostname=self.host
        )


def start(folder: Path, app_ports: Sequence[int]) -> Proxy:
    """nginx as a plain process, with a certificate that is made here."""
    certificate, key = _certificate(folder)
    port = free_port()
    guide = GUIDE.read_text(encoding="utf-8")
    server, upstreams, locations = re.findall(r"```nginx\n(.*?)```", guide, re.S)
    alone = "  location / { proxy_pass http://127.0.0.1:8501; }\n"
    here = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/ssl/ecg.pem": str(certificate),
        "/etc/ssl/ecg.key": str(key),
        **{f"127.0.0.1:{8501 + k}": f"127.0.0.1:{port}" for k, port in enumerate(app_ports)},
    }
    assert alone in server
    _checked(folder, _replaced(server, here))
    block = upstreams + server.replace(alone, locations)
    assert all(told in block for told in here)
    command = _checked(folder, _replaced(block, here))
    return Proxy(subprocess.Popen(command), port, certificate, folder / "access.log")


def _replaced(block: str, here: Mapping[str, str]) -> str:
    for told, known in here.items():
        block = block.replace(told, known)
    return block


def _checked(folder: Path, block: str) -> list[str]:
    """The command that starts nginx with these blocks, after it has found no fault in them."""
    temporary = "\n".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;\nevents {{}}\n"
        "http { log_format told '$uri|$cookie_ecg_sign_in|$upstream_addr';\n"
        f"access_log {folder}/access.log told;\n{temporary}\n{block}}}\n"
    )
    command = ["nginx", "-e", str(folder / "error.log"), "-c", str(configuration)]
    subprocess.run([*command, "-t"], check=True, capture_output=True, timeout=30)
    return command


def _certificate(folder: Path) -> tuple[Path, Path]:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(private, hashes.SHA256())
    )
    certificate, key = folder / "ecg.pem", folder / "ecg.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    key.chmod(0o600)
    return certificate, key
