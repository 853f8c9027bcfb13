# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The public operations of RFC 9420, section 5: hashes, references, MACs, signatures and key formats."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey

from privity.mls import ed25519
from privity.mls.codec import vec
from privity.mls.errors import BadPublicKey, BadSignature, UsageError
from privity.mls.secrecy import holds_secrets
from privity.mls.suites import CipherSuite

Random = Callable[[int], bytes]

_HASHES = {"sha256": hashlib.sha256}

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P25519 = (1 << 255) - 19

MLKEM768_BYTES = 1184
XWING_BYTES = MLKEM768_BYTES + 32
"""A public key of X-Wing: that of ML-KEM-768 and then that of X25519."""

LOW_ORDER_X25519 = frozenset(
    {
        0,
        1,
        P25519 - 1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
    }
)
"""The u-coordinates whose shared secret is always zero. One such key in a tree would stop every later commit."""


@holds_secrets
class SigningKey:
    """A signature key that is ready for use; its repr shows nothing."""

    __slots__ = ("_key", "_sign")

    def __init__(self, suite: CipherSuite, private_key: bytes) -> None:
        self._key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey
        self._sign: Callable[[bytes], bytes] | None = None
        try:
            if suite.signature == "ed25519":
                self._key = Ed25519PrivateKey.from_private_bytes(private_key)
                if suite.sign_ed25519 is not None:
                    self._sign = suite.sign_ed25519(private_key)
            else:
                self._key = ec.derive_private_key(int.from_bytes(private_key, "big"), ec.SECP256R1())
        except ValueError:
            raise UsageError(f"the private key does not fit {suite.signature}") from None

    def __repr__(self) -> str:
        return "SigningKey(...)"

    def sign(self, data: bytes) -> bytes:
        if self._sign is not None:
            return self._sign(data)
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.sign(data)
        return self._key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    def public_key(self) -> bytes:
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.public_key().public_bytes_raw()
        return _point(self._key.public_key())


def hash(suite: CipherSuite, data: bytes) -> bytes:
    """Hash(data)"""
    return _HASHES[suite.hash_name](data).digest()


def ref_hash(suite: CipherSuite, label: bytes, value: bytes) -> bytes:
    """RefHash (section 5.2); `label` is taken as it is, e.g. b"MLS 1.0 KeyPackage Reference"."""
    return hash(suite, vec(label) + vec(value))


def mac(suite: CipherSuite, key: bytes, data: bytes) -> bytes:
    """MAC(key, data): HMAC with the hash of the suite."""
    return hmac.digest(key, data, suite.hash_name)


def signed_content(label: bytes, content: bytes) -> bytes:
    """SignContent (section 5.1.2)."""
    return vec(b"MLS 1.0 " + label) + vec(content)


def sign_with_label(suite: CipherSuite, private_key: bytes | SigningKey, label: bytes, content: bytes) -> bytes:
    """SignWithLabel (section 5.1.2)."""
    key = private_key if isinstance(private_key, SigningKey) else SigningKey(suite, private_key)
    return key.sign(signed_content(label, content))


def verify_with_label(suite: CipherSuite, public_key: bytes, label: bytes, content: bytes, signature: bytes) -> None:
    """VerifyWithLabel (section 5.1.2): raises BadSignature (or BadPublicKey) unless the signature is good."""
    data = signed_content(label, content)
    try:
        if suite.signature == "ed25519":
            ed25519.check_key(public_key)
            ed25519.check_signature(signature)
            if suite.verify_ed25519 is not None:
                suite.verify_ed25519(public_key, signature, data)
            else:
                _ed25519_key(public_key).verify(signature, data)
        else:
            _p256_key(public_key).verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise BadSignature(f"the signature labelled {label.decode('ascii', 'replace')} does not verify") from None


def generate_signature_key(suite: CipherSuite, random: Random) -> tuple[bytes, bytes]:
    """A new signature key pair: (private, public)."""
    private = random(32)
    if suite.signature == "ecdsa_p256":
        while not 0 < int.from_bytes(private, "big") < P256_ORDER:
            private = random(32)
    return private, SigningKey(suite, private).public_key()


def signature_public_key(suite: CipherSuite, private_key: bytes) -> bytes:
    """The public half of a signature key."""
    return SigningKey(suite, private_key).public_key()


def check_signature_key(suite: CipherSuite, public_key: bytes) -> None:
    """Raise BadPublicKey unless the bytes are a signature public key of the suite."""
    if suite.signature == "ed25519":
        ed25519.check_key(public_key)
    else:
        _p256_key(public_key)


def check_hpke_key(suite: CipherSuite, public_key: bytes) -> None:
    """Raise BadPublicKey unless anyone could encrypt to these bytes (section 7.3; RFC 9180, section 7.1.4)."""
    if suite.kem == "x25519":
        _check_x25519(public_key)
    elif suite.kem == "xwing":
        _check_xwing(public_key)
    else:
        _p256_key(public_key)


def _check_x25519(public_key: bytes) -> None:
    if len(public_key) != 32:
        raise BadPublicKey(f"an X25519 key has 32 bytes, this one {len(public_key)}")
    u = int.from_bytes(public_key, "little") & ((1 << 255) - 1)
    if u % P25519 in LOW_ORDER_X25519:
        raise BadPublicKey("the X25519 key is a point of low order")


def _check_xwing(public_key: bytes) -> None:
    """Both halves must be good by themselves: either alone is to protect what is sealed to them."""
    if len(public_key) != XWING_BYTES:
        raise BadPublicKey(f"an X-Wing key has {XWING_BYTES} bytes, this one {len(public_key)}")
    _check_x25519(public_key[MLKEM768_BYTES:])
    try:
        MLKEM768PublicKey.from_public_bytes(public_key[:MLKEM768_BYTES])
    except ValueError:
        raise BadPublicKey("the ML-KEM-768 key has a coefficient outside of the field") from None


def _ed25519_key(public_key: bytes) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(public_key)
    except ValueError:
        raise BadPublicKey(f"an Ed25519 key has 32 bytes, this one {len(public_key)}") from None


def _p256_key(public_key: bytes) -> ec.EllipticCurvePublicKey:
    if len(public_key) != 65 or public_key[0] != 4:
        raise BadPublicKey(f"a P-256 key is an uncompressed point of 65 bytes, this one has {len(public_key)}")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
    except ValueError:
        raise BadPublicKey("the P-256 key is not on the curve") from None


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
