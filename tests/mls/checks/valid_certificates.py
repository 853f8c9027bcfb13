# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Chains of X.509 certificates, invented for tests."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

Private = Ed25519PrivateKey | ec.EllipticCurvePrivateKey
Public = Ed25519PublicKey | ec.EllipticCurvePublicKey


def authority(number: int) -> Ed25519PrivateKey:
    """The key of an invented authority."""
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def certificate(subject: str, key: Public, issuer: str, signer: Private) -> bytes:
    """A DER certificate in which `issuer` says that the key is `subject`'s."""
    builder = x509.CertificateBuilder(
        issuer_name=_name(issuer),
        subject_name=_name(subject),
        public_key=key,
        serial_number=1 + len(subject),
        not_valid_before=datetime(2020, 1, 1),
        not_valid_after=datetime(2120, 1, 1),
    )
    algorithm = None if isinstance(signer, Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(signer, algorithm).public_bytes(Encoding.DER)


def chain(key: Public) -> tuple[bytes, bytes, bytes]:
    """A leaf, an intermediate and a root."""
    root, middle = authority(1), authority(2)
    return (
        certificate("ana", key, "middle", middle),
        certificate("middle", middle.public_key(), "root", root),
        certificate("root", root.public_key(), "root", root),
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
