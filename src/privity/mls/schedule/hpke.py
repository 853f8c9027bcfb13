# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""HPKE base mode (RFC 9180) as MLS uses it (RFC 9420 section 5.1.3).

Written by hand because three things are needed that the library does not offer: the exporter (external commits),
DeriveKeyPair (TreeKEM), and a key schedule context that is computed once and used for many recipients. The last one
decides how long a Welcome takes: its `info` is the whole encrypted GroupInfo, and hashing it again for each newcomer
would make the work grow with the square of the group.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from privity.mls.codec import u16, vec
from privity.mls.crypto import P256_ORDER, Random
from privity.mls.errors import BadPublicKey, DecryptionFailed, UsageError
from privity.mls.schedule import xwing
from privity.mls.schedule.kdf import expand, expand_each, extract
from privity.mls.secrecy import holds_secrets
from privity.mls.suites import CipherSuite

_VERSION = b"HPKE-v1"
_KEM_IDS = {"x25519": 0x0020, "p256": 0x0010, "xwing": xwing.KEM_ID}
_KDF_IDS = {"sha256": 0x0001}
_AEAD_IDS = {"aes128gcm": 0x0001, "chacha20poly1305": 0x0003}

_SECRET_LENGTH = 32
_ENCAPSULATED = {"x25519": 32, "p256": 65}


def aead(suite: CipherSuite, key: bytes) -> AESGCM | ChaCha20Poly1305:
    """The suite's cipher under `key`."""
    return AESGCM(key) if suite.aead == "aes128gcm" else ChaCha20Poly1305(key)


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class Exporter:
    """What is left of an HPKE setup once nothing is to be sealed under it: its exporter secret."""

    suite: CipherSuite
    secret: bytes = field(repr=False)

    def export(self, context: bytes, length: int) -> bytes:
        """RFC 9180 section 5.3."""
        return _labeled_expand(self.suite, _hpke_id(self.suite), self.secret, b"sec", context, length)

    def __repr__(self) -> str:
        return "<Exporter>"


def derive_key_pair(suite: CipherSuite, key_material: bytes) -> tuple[bytes, bytes]:
    """DeriveKeyPair of the suite's KEM: (private, public), RFC 9180 section 7.1.3."""
    if suite.kem == "xwing":
        return xwing.derive_key_pair(key_material)
    kem_id = _kem_id(suite)
    prk = _labeled_extract(suite, kem_id, b"", b"dkp_prk", key_material)
    if suite.kem == "x25519":
        private = _labeled_expand(suite, kem_id, prk, b"sk", b"", 32)
        return private, public_key(suite, private)
    for counter in range(256):
        private = _labeled_expand(suite, kem_id, prk, b"candidate", bytes((counter,)), 32)
        if 0 < int.from_bytes(private, "big") < P256_ORDER:
            return private, public_key(suite, private)
    raise UsageError("no P-256 private key in 256 candidates")  # chance 2**-8192


def generate_key_pair(suite: CipherSuite, random: Random) -> tuple[bytes, bytes]:
    """A fresh (private, public) pair."""
    return derive_key_pair(suite, random(32))


def public_key(suite: CipherSuite, private: bytes) -> bytes:
    """The public key that belongs to a private one."""
    if suite.kem == "xwing":
        return xwing.public_key(private)
    if suite.kem == "x25519":
        if len(private) != 32:
            raise UsageError(f"an X25519 private key has 32 bytes, this one {len(private)}")
        return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return _p256_private(private).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def schedule_context(suite: CipherSuite, info: bytes) -> bytes:
    """The HPKE key schedule context for `info`: compute it once when many recipients share one `info`."""
    hpke_id = _hpke_id(suite)
    return b"\x00" + _psk_id_hash(suite) + _labeled_extract(suite, hpke_id, b"", b"info_hash", info)


def seal_in_context(
    suite: CipherSuite, recipient: bytes, context: bytes, aad: bytes, plaintext: bytes, random: Random
) -> tuple[bytes, bytes]:
    """Seal to `recipient` under a context from `schedule_context`; returns (kem_output, ciphertext)."""
    shared, kem_output = _encapsulate(suite, recipient, random)
    key, nonce = _key_and_nonce(suite, shared, context)
    return kem_output, aead(suite, key).encrypt(nonce, plaintext, aad)


def seal(
    suite: CipherSuite, recipient: bytes, info: bytes, aad: bytes, plaintext: bytes, random: Random
) -> tuple[bytes, bytes]:
    """SealBase: returns (kem_output, ciphertext). Raises BadPublicKey when `recipient` is not a usable public key."""
    return seal_in_context(suite, recipient, schedule_context(suite, info), aad, plaintext, random)


def open_sealed(
    suite: CipherSuite, private: bytes, kem_output: bytes, info: bytes, aad: bytes, ciphertext: bytes
) -> bytes:
    """OpenBase. Raises BadPublicKey or DecryptionFailed."""
    shared = _decapsulate(suite, private, kem_output)
    key, nonce = _key_and_nonce(suite, shared, schedule_context(suite, info))
    try:
        return aead(suite, key).decrypt(nonce, ciphertext, aad)
    except InvalidTag:
        raise DecryptionFailed("the sealed secret does not open under our key") from None


def setup_sender(suite: CipherSuite, recipient: bytes, info: bytes, random: Random) -> tuple[bytes, Exporter]:
    """SetupBaseS for its exporter: returns (kem_output, exporter)."""
    shared, kem_output = _encapsulate(suite, recipient, random)
    return kem_output, _exporter(suite, shared, info)


def setup_receiver(suite: CipherSuite, private: bytes, kem_output: bytes, info: bytes) -> Exporter:
    """SetupBaseR for its exporter."""
    return _exporter(suite, _decapsulate(suite, private, kem_output), info)


def label_info(label: bytes, context: bytes) -> bytes:
    """EncryptContext of RFC 9420 section 5.1.3, the `info` of its two functions below."""
    return vec(b"MLS 1.0 " + label) + vec(context)


def encrypt_with_label(
    suite: CipherSuite, recipient: bytes, label: bytes, context: bytes, plaintext: bytes, random: Random
) -> tuple[bytes, bytes]:
    """EncryptWithLabel: returns (kem_output, ciphertext)."""
    return seal(suite, recipient, label_info(label, context), b"", plaintext, random)


def decrypt_with_label(
    suite: CipherSuite, private: bytes, label: bytes, context: bytes, kem_output: bytes, ciphertext: bytes
) -> bytes:
    """DecryptWithLabel. Raises BadPublicKey or DecryptionFailed."""
    return open_sealed(suite, private, kem_output, label_info(label, context), b"", ciphertext)


def _encapsulate(suite: CipherSuite, recipient: bytes, random: Random) -> tuple[bytes, bytes]:
    if suite.kem == "xwing":
        return xwing.encapsulate(recipient, random)
    if suite.kem == "x25519":
        try:
            ephemeral = X25519PrivateKey.from_private_bytes(random(32))
            shared_point = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
        except ValueError:
            raise BadPublicKey("not a usable X25519 public key") from None
        kem_output = ephemeral.public_key().public_bytes_raw()
    else:
        private, kem_output = derive_key_pair(suite, random(32))
        shared_point = _p256_private(private).exchange(ec.ECDH(), _p256_public(recipient))
    return _kem_secret(suite, shared_point, kem_output + recipient), kem_output


def _decapsulate(suite: CipherSuite, private: bytes, kem_output: bytes) -> bytes:
    if suite.kem == "xwing":
        return xwing.decapsulate(private, kem_output)
    if len(kem_output) != _ENCAPSULATED[suite.kem]:
        raise BadPublicKey(f"a kem_output of {_ENCAPSULATED[suite.kem]} bytes was expected, {len(kem_output)} came")
    if suite.kem == "x25519":
        if len(private) != 32:
            raise UsageError(f"an X25519 private key has 32 bytes, this one {len(private)}")
        ours = X25519PrivateKey.from_private_bytes(private)
        try:
            shared_point = ours.exchange(X25519PublicKey.from_public_bytes(kem_output))
        except ValueError:
            raise BadPublicKey("the kem_output is a low-order X25519 point") from None
        public = ours.public_key().public_bytes_raw()
    else:
        ours_p256 = _p256_private(private)
        shared_point = ours_p256.exchange(ec.ECDH(), _p256_public(kem_output))
        public = ours_p256.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _kem_secret(suite, shared_point, kem_output + public)


def _kem_secret(suite: CipherSuite, shared_point: bytes, kem_context: bytes) -> bytes:
    kem_id = _kem_id(suite)
    prk = _labeled_extract(suite, kem_id, b"", b"eae_prk", shared_point)
    return _labeled_expand(suite, kem_id, prk, b"shared_secret", kem_context, _SECRET_LENGTH)


def _key_and_nonce(suite: CipherSuite, shared: bytes, context: bytes) -> tuple[bytes, bytes]:
    hpke_id = _hpke_id(suite)
    secret = _labeled_extract(suite, hpke_id, shared, b"secret", b"")
    wanted = ((b"key", suite.nk), (b"base_nonce", suite.nn))
    key, nonce = expand_each(
        suite, secret, [(_labeled_info(hpke_id, label, context, length), length) for label, length in wanted]
    )
    return key, nonce


def _exporter(suite: CipherSuite, shared: bytes, info: bytes) -> Exporter:
    hpke_id = _hpke_id(suite)
    secret = _labeled_extract(suite, hpke_id, shared, b"secret", b"")
    context = schedule_context(suite, info)
    return Exporter(suite, _labeled_expand(suite, hpke_id, secret, b"exp", context, suite.nh))


def _labeled_extract(suite: CipherSuite, suite_id: bytes, salt: bytes, label: bytes, key_material: bytes) -> bytes:
    return extract(suite, salt, _VERSION + suite_id + label + key_material)


def _labeled_expand(
    suite: CipherSuite, suite_id: bytes, secret: bytes, label: bytes, info: bytes, length: int
) -> bytes:
    return expand(suite, secret, _labeled_info(suite_id, label, info, length), length)


def _labeled_info(suite_id: bytes, label: bytes, info: bytes, length: int) -> bytes:
    return u16(length) + _VERSION + suite_id + label + info


@lru_cache(maxsize=16)
def _kem_id(suite: CipherSuite) -> bytes:
    return b"KEM" + u16(_KEM_IDS[suite.kem])


@lru_cache(maxsize=16)
def _hpke_id(suite: CipherSuite) -> bytes:
    return b"HPKE" + u16(_KEM_IDS[suite.kem]) + u16(_KDF_IDS[suite.hash_name]) + u16(_AEAD_IDS[suite.aead])


@lru_cache(maxsize=16)
def _psk_id_hash(suite: CipherSuite) -> bytes:
    return _labeled_extract(suite, _hpke_id(suite), b"", b"psk_id_hash", b"")


def _p256_private(private: bytes) -> ec.EllipticCurvePrivateKey:
    scalar = int.from_bytes(private, "big")
    if not 0 < scalar < P256_ORDER:
        raise UsageError("the P-256 private key is outside the range of the group order")
    return ec.derive_private_key(scalar, ec.SECP256R1())


def _p256_public(point: bytes) -> ec.EllipticCurvePublicKey:
    if len(point) != 65 or point[0] != 4:
        raise BadPublicKey("a P-256 public key is an uncompressed point of 65 bytes")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise BadPublicKey("the P-256 public key is not a point on the curve") from None
