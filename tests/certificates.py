# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A certificate authority of a test's own, and servers whose certificate is wrong in one way."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)
WRONG = ["another authority", "another name", "expired"]


@dataclass(frozen=True)
class Pair:
    """Files in PEM, as an operator has them."""

    cert: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.cert, self.key)
        return context


@dataclass
class Authority:
    """Writes into one folder; `cert` is what clients are told to trust."""

    folder: Path
    name: str = "an invented authority"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.subject = _named(self.name)
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        made = (
            self._begin(self.subject, self.key, datetime.now(UTC) + 30 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        self.cert = self.folder / "ca.pem"
        self.cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def issue(self, *hosts: str, until: datetime | None = None, password: bytes | None = None) -> Pair:
        """A server certificate for these names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host) for host in hosts]
        made = (
            self._begin(_named(hosts[0]), key, until or datetime.now(UTC) + 30 * DAY)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        pair = Pair(self.folder / f"{hosts[0]}.pem", self.folder / f"{hosts[0]}.key")
        pair.cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        kept = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        pair.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, kept))
        return pair

    def client_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.cert))

    def _begin(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(datetime.now(UTC), until) - DAY)
            .not_valid_after(until)
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Recorder:
    """A TLS server that writes down what is said to it after a handshake, and hangs up."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.said = b""
        self.url = ""

    async def __aenter__(self) -> Recorder:
        self._server = await asyncio.start_server(self._listen, "127.0.0.1", 0, ssl=self.pair.server_context())
        self.url = f"https://localhost:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.said += await reader.read(1000)
        finally:
            writer.close()


def wrong(folder: Path, what: str) -> tuple[Authority, Pair]:
    """(whom the clients trust, what they meet)."""
    trusted = Authority(folder / "trusted")
    if what == "another authority":
        return trusted, Authority(folder / "another").issue("localhost", "127.0.0.1")
    if what == "another name":
        return trusted, trusted.issue("other.example", "127.0.0.9")
    return trusted, trusted.issue("localhost", "127.0.0.1", until=datetime.now(UTC) - DAY)


REASON = {"another authority": "unable to get local issuer", "another name": "mismatch", "expired": "has expired"}
