# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A time-stamping authority of a test's own: it answers requests, and lies where a test tells it to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")
CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
SIGNING_CERTIFICATE = bytes.fromhex("060b2a864886f70d010910022f")
SHA_256 = bytes.fromhex("300d06096086480165030402010500")
RSA = bytes.fromhex("300d06092a864886f70d0101010500")
ECDSA = bytes.fromhex("300a06082a8648ce3d040302")
POLICY = bytes.fromhex("06042a030405")

Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def der(tag: int, *contents: bytes) -> bytes:
    data = b"".join(contents)
    if len(data) < 0x80:
        return bytes([tag, len(data)]) + data
    size = len(data).to_bytes((len(data).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + data


def integer(value: int) -> bytes:
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


@cache
def private(kind: str, which: int) -> Private:
    """Made once for a run: RSA keys take their time."""
    return ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass
class Authority:
    """The fields are what a test may bend before it asks."""

    at: str = "20261122120000Z"
    kind: str = "ec"
    which: int = 0
    usages: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,)
    since: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    until: datetime = datetime(2030, 1, 1, tzinfo=UTC)
    extra: list[x509.Certificate] = field(default_factory=list)
    """Certificates that nobody asked for."""
    status: bytes = bytes.fromhex("3003020100")
    imprint: bytes | None = None
    """What it stamps; None: what it was asked to."""
    nonce: bytes | None = None
    bound: x509.Certificate | None = None
    """Whose certificate it says signed; None: its own."""
    unsigned: bytes = b""
    signed_type: bytes = TST_INFO
    """Of what kind the signed attributes say that the contents are."""
    also_signed: bytes = b""
    explicit: bool = False
    """Whether it names the digest by which its certificate is bound, which need not be named."""

    def __post_init__(self) -> None:
        self.root_key, self.key = private("ec", 100 + self.which), private(self.kind, self.which)
        self.root = self._certificate("Root of tests", "Root of tests", self.root_key, ca=True)
        self.certificate = self._certificate("Stamps of tests", "Root of tests", self.key, ca=False)

    @property
    def roots(self) -> bytes:
        return self.root.public_bytes(Encoding.PEM)

    def __call__(self, request: bytes) -> bytes:
        at = request.index(SHA_256)
        imprint, nonce = request[at + 17 : at + 49], request[at + 49 :].removesuffix(b"\x01\x01\xff")
        stamped = der(0x30, SHA_256, der(4, imprint if self.imprint is None else self.imprint))
        again = nonce if self.nonce is None else self.nonce
        info = der(0x30, integer(1), POLICY, stamped, integer(77), der(0x18, self.at.encode()), again)
        return der(0x30, self.status, self.token(info))

    def token(self, info: bytes) -> bytes:
        bound = der(4, (self.bound or self.certificate).fingerprint(SHA256()))
        named = SHA_256 + bound if self.explicit else bound
        attributes = b"".join(
            [
                der(0x30, CONTENT_TYPE, der(0x31, self.signed_type)),
                der(0x30, MESSAGE_DIGEST, der(0x31, der(4, hashlib.sha256(info).digest()))),
                der(0x30, SIGNING_CERTIFICATE, der(0x31, der(0x30, der(0x30, der(0x30, named))))),
                self.also_signed,
            ]
        )
        who = der(0x30, self.certificate.issuer.public_bytes(), integer(self.certificate.serial_number))
        scheme = RSA if self.kind == "rsa" else ECDSA
        signature = der(4, self._sign(der(0x31, attributes)))
        signer = der(0x30, integer(1), who, SHA_256, der(0xA0, attributes), scheme, signature, self.unsigned)
        certificates = [one.public_bytes(Encoding.DER) for one in (self.certificate, *self.extra)]
        content = der(0x30, TST_INFO, der(0xA0, der(4, info)))
        signed = der(0x30, integer(3), der(0x31, SHA_256), content, der(0xA0, *certificates), der(0x31, signer))
        return der(0x30, SIGNED_DATA, der(0xA0, signed))

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), SHA256())
        return self.key.sign(data, ec.ECDSA(SHA256()))

    def _certificate(self, subject: str, issuer: str, key: Private, *, ca: bool) -> x509.Certificate:
        public, above = key.public_key(), self.root_key.public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name(issuer))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.since)
            .not_valid_after(self.until + timedelta(days=1) if ca else self.until)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), critical=False)
        )
        if ca:
            usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(usage, critical=True)
        else:
            builder = builder.add_extension(x509.ExtendedKeyUsage(self.usages), critical=True)
        return builder.sign(self.root_key, SHA256())
