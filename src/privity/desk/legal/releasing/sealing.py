# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The seal on the letter (PAdES, level B-T): the operator's certificate, and a time-stamp over the signature.

Where the law asks for a qualified seal the certificate is one of those; nothing else here changes.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from privity.desk.errors import KeysInvalid
from privity.production.timestamping import Stamping


class Seal:
    """A key and the certificates that say whose it is."""

    def __init__(self, key: bytes, certificates: bytes) -> None:
        """Both as PEM, the operator's own certificate first. Raises KeysInvalid."""
        try:
            private = load_pem_private_key(key, None)
            own, *others = x509.load_pem_x509_certificates(certificates)
        except (ValueError, TypeError) as err:
            raise KeysInvalid(f"the letter's key or certificate cannot be read: {type(err).__name__}") from None
        if not isinstance(private, EllipticCurvePrivateKey | RSAPrivateKey):
            raise KeysInvalid("letters are sealed with a key of ECDSA or RSA, this is another")
        if _public(private) != _public_of(own):
            raise KeysInvalid("the letter's certificate is of another key than the one that is to seal it")
        self._subject = own.subject.rfc4514_string()
        self._key = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        self._certificates = [each.public_bytes(Encoding.DER) for each in (own, *others)]

    def __repr__(self) -> str:
        return f"<Seal of {self._subject}>"

    def put_on(self, letter: bytes, name: str, ask: Stamping) -> bytes:
        """The letter with the seal in it. Not inside a running event loop. Raises NotSealed."""
        # The library takes half a second to load, which a desk that seals nothing does not wait for.
        from privity.desk.legal.releasing import pades

        return pades.signed(letter, name, self._key, self._certificates, ask)


def _public(private: EllipticCurvePrivateKey | RSAPrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _public_of(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
