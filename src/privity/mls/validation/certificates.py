# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The form of an X.509 credential (RFC 9420, section 5.3): a chain that certifies the leaf's own signature key.

What is checked here needs no trust: every entry is one certificate, the first holds the key that signs for the leaf,
and each of the others issued the one before it. A chain may end before its root; it may have no gap.

Whom to trust is for the application, in `Rules.check_credential`: trust anchors, names, purposes, whether a
certificate is valid today (section 5.3.2 wants members with expired ones to be able to renew) and whether it was
revoked. `cryptography` alone fetches no list of revoked certificates, and its path validation knows servers and
clients of TLS only.
"""

from __future__ import annotations

from collections.abc import Sequence
from hmac import compare_digest
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from privity.mls.errors import BadCertificate, BrokenChain, ChainTooLong, EmptyChain, WrongCertificateKey
from privity.mls.suites import CipherSuite

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MAX_CHAIN: Final = 16
"""Certificates in one chain: each costs every member a signature check, and no real chain is half as long."""


def check_chain(chain: Sequence[bytes], signature_key: bytes, suite: CipherSuite) -> None:
    """Raise a CertificateError unless this chain of DER certificates, the end entity's first, certifies the key."""
    if not chain:
        raise EmptyChain("an X.509 credential has no certificate")
    if len(chain) > MAX_CHAIN:
        raise ChainTooLong(f"an X.509 credential has {len(chain)} certificates, at most {MAX_CHAIN} are looked at")
    certificates = [_parsed(place, der) for place, der in enumerate(chain)]
    if not compare_digest(_key_of(certificates[0], suite), signature_key):
        raise WrongCertificateKey(f"the end entity's certificate is not for the leaf's {suite.signature} key")
    for place, (lower, upper) in enumerate(pairwise(certificates)):
        _check_issued(place, lower, upper)


def _parsed(place: int, der: bytes) -> Certificate:
    # Loading this part of `cryptography` takes longer than all the rest; only groups with such credentials need it.
    from cryptography.x509 import InvalidVersion, load_der_x509_certificate

    try:
        return load_der_x509_certificate(der)
    except (ValueError, TypeError, InvalidVersion) as error:
        raise BadCertificate(f"entry {place} of the chain is no X.509 certificate") from error


def _key_of(certificate: Certificate, suite: CipherSuite) -> bytes:
    """The end entity's key as MLS writes it; nothing that equals a key if it is not of the suite's kind."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return b""
    if suite.signature == "ed25519":
        return key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else b""
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return b""


def _check_issued(place: int, lower: Certificate, upper: Certificate) -> None:
    try:
        lower.verify_directly_issued_by(upper)
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        raise BrokenChain(f"entry {place + 1} of the chain did not issue entry {place}") from None
