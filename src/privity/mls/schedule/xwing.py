# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519 in one KEM, HPKE's KEM 0x647a.

Whoever wants its shared secret has to break both. A private key is a seed of 32 bytes, from which both are expanded;
a public key is that of ML-KEM and then that of X25519, and so is a kem_output.
"""

from __future__ import annotations

import hashlib
from typing import Final

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from privity.mls.codec import u16
from privity.mls.crypto import MLKEM768_BYTES, XWING_BYTES, Random
from privity.mls.errors import BadPublicKey, UsageError

KEM_ID: Final = 0x647A
SEED_BYTES: Final = 32
MLKEM768_CIPHERTEXT_BYTES: Final = 1088
ENCAPSULATED_BYTES: Final = MLKEM768_CIPHERTEXT_BYTES + 32

_LABEL: Final = b"\\.//^\\"
_DERIVE: Final = b"DeriveKeyPair"


def derive_key_pair(key_material: bytes) -> tuple[bytes, bytes]:
    """DeriveKeyPair of draft-ietf-hpke-pq: (seed, public key). It is LabeledDerive with SHAKE256, not HKDF."""
    labelled = b"".join((key_material, b"HPKE-v1", b"KEM", u16(KEM_ID), u16(len(_DERIVE)), _DERIVE, u16(SEED_BYTES)))
    seed = hashlib.shake_256(labelled).digest(SEED_BYTES)
    return seed, public_key(seed)


def public_key(seed: bytes) -> bytes:
    """The public key that belongs to a seed."""
    mlkem, x25519 = _expand(seed)
    return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def encapsulate(recipient: bytes, random: Random) -> tuple[bytes, bytes]:
    """(shared secret, kem_output). Raises BadPublicKey.

    `random` gives the X25519 half. ML-KEM draws its own from the system, because `cryptography` offers no other way.
    """
    if len(recipient) != XWING_BYTES:
        raise BadPublicKey(f"an X-Wing key has {XWING_BYTES} bytes, this one {len(recipient)}")
    theirs = recipient[MLKEM768_BYTES:]
    ephemeral = X25519PrivateKey.from_private_bytes(random(32))
    try:
        mlkem_secret, ciphertext = MLKEM768PublicKey.from_public_bytes(recipient[:MLKEM768_BYTES]).encapsulate()
        x25519_secret = ephemeral.exchange(X25519PublicKey.from_public_bytes(theirs))
    except ValueError:
        raise BadPublicKey("not a usable X-Wing public key") from None
    ours = ephemeral.public_key().public_bytes_raw()
    return _combine(mlkem_secret, x25519_secret, ours, theirs), ciphertext + ours


def decapsulate(seed: bytes, kem_output: bytes) -> bytes:
    """The shared secret. Raises BadPublicKey where X25519 finds none; a wrong ML-KEM half gives another secret."""
    if len(kem_output) != ENCAPSULATED_BYTES:
        raise BadPublicKey(f"a kem_output of {ENCAPSULATED_BYTES} bytes was expected, {len(kem_output)} came")
    mlkem, x25519 = _expand(seed)
    ciphertext, theirs = kem_output[:MLKEM768_CIPHERTEXT_BYTES], kem_output[MLKEM768_CIPHERTEXT_BYTES:]
    try:
        x25519_secret = x25519.exchange(X25519PublicKey.from_public_bytes(theirs))
    except ValueError:
        raise BadPublicKey("the kem_output has a low-order X25519 point") from None
    ours = x25519.public_key().public_bytes_raw()
    return _combine(mlkem.decapsulate(ciphertext), x25519_secret, theirs, ours)


def _expand(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    if len(seed) != SEED_BYTES:
        raise UsageError(f"an X-Wing private key has {SEED_BYTES} bytes, this one {len(seed)}")
    expanded = hashlib.shake_256(seed).digest(96)
    return MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), X25519PrivateKey.from_private_bytes(expanded[64:])


def _combine(mlkem_secret: bytes, x25519_secret: bytes, x25519_ciphertext: bytes, x25519_public: bytes) -> bytes:
    return hashlib.sha3_256(mlkem_secret + x25519_secret + x25519_ciphertext + x25519_public + _LABEL).digest()
