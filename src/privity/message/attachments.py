# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attachments: a fresh key per file, and hashes that leave no choice of what it opens to (franking note, section 7).

AES-GCM does not commit to its key: one ciphertext can be made that opens under two keys. So the ciphertext's hash alone
proves nothing about what a person saw; the message also names the plaintext's hash, and nothing is shown that differs.
Caches and evidence go by (message id, part index), never by URL or ciphertext hash.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privity.message.content import PLAINTEXT_HASHES, ExternalPart, MimiContent, walk
from privity.message.errors import (
    CiphertextMismatch,
    DecryptionFailed,
    MissingPlaintextHash,
    PlaintextMismatch,
    UnknownAlgorithm,
    UsageError,
)

Random = Callable[[int], bytes]

AES_128_GCM = 1
"""IANA AEAD number."""
SHA_256 = 1
"""IANA Named Information hash number."""
KEY_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16


def blob_url(host: str, sha256: bytes) -> str:
    """How messages name a blob of a hub. It is compared, never asked: a blob is fetched by its hash."""
    return f"https://{host}/v1/blobs/{sha256.hex()}"


@dataclass(frozen=True, slots=True, repr=False)
class Encrypted:
    """What `encrypt` makes: bytes for the blob store, and what the message must say about them."""

    ciphertext: bytes
    part: ExternalPart
    plaintext_hash: bytes

    def __repr__(self) -> str:
        return f"<Encrypted {len(self.ciphertext)} bytes>"


def encrypt(
    plaintext: bytes,
    *,
    content_type: str,
    filename: str,
    description: str,
    url_of: Callable[[bytes], str],
    random: Random,
) -> Encrypted:
    """Encrypt a file under a fresh key and nonce. `url_of` makes the URL from the ciphertext's SHA-256."""
    key, nonce = random(KEY_BYTES), random(NONCE_BYTES)
    if (len(key), len(nonce)) != (KEY_BYTES, NONCE_BYTES):
        raise UsageError("random gave another number of bytes than asked for")
    ciphertext = AESGCM(key).encrypt(nonce, plaintext, b"")
    digest = hashlib.sha256(ciphertext).digest()
    part = ExternalPart(
        content_type=content_type,
        url=url_of(digest),
        expires=0,
        size=len(ciphertext),
        enc_alg=AES_128_GCM,
        key=key,
        nonce=nonce,
        aad=b"",
        hash_alg=SHA_256,
        content_hash=digest,
        description=description,
        filename=filename,
    )
    return Encrypted(ciphertext, part, hashlib.sha256(plaintext).digest())


def external_part(content: MimiContent, part_index: int) -> ExternalPart:
    """The attachment at this index. Raises UsageError if there is none."""
    for index, part in walk(content.part):
        if index == part_index and isinstance(part, ExternalPart):
            return part
    raise UsageError(f"part {part_index} is no attachment")


def plaintext_hash(content: MimiContent, part_index: int) -> bytes:
    """The hash that the message names for this part, or MissingPlaintextHash."""
    hashes = content.extensions.get(PLAINTEXT_HASHES)
    found = hashes.get(part_index) if isinstance(hashes, dict) else None
    if not isinstance(found, bytes) or len(found) != 32:
        raise MissingPlaintextHash(f"the message names no plaintext hash for part {part_index}")
    return found


def checkable(content: MimiContent, part_index: int) -> ExternalPart:
    """The attachment at this index, if the message says all that checking its bytes will need.

    Raises UsageError, MissingPlaintextHash, UnknownAlgorithm.
    """
    part = external_part(content, part_index)
    plaintext_hash(content, part_index)
    if part.enc_alg != AES_128_GCM or part.hash_alg != SHA_256:
        raise UnknownAlgorithm(f"cipher {part.enc_alg} and hash {part.hash_alg}, expected 1 and 1")
    if len(part.key) != KEY_BYTES or len(part.nonce) != NONCE_BYTES:
        raise UnknownAlgorithm(f"expected a key of {KEY_BYTES} and a nonce of {NONCE_BYTES} bytes")
    return part


def decrypt(content: MimiContent, part_index: int, ciphertext: bytes) -> bytes:
    """The plaintext, if every check passes.

    Raises what `checkable` raises, CiphertextMismatch, DecryptionFailed, PlaintextMismatch.
    """
    part = checkable(content, part_index)
    expected = plaintext_hash(content, part_index)
    if part.size != len(ciphertext):
        raise CiphertextMismatch(f"expected {part.size} bytes, got {len(ciphertext)}")
    if not hmac.compare_digest(hashlib.sha256(ciphertext).digest(), part.content_hash):
        raise CiphertextMismatch("the ciphertext has another hash than the message names")
    try:
        plaintext = AESGCM(part.key).decrypt(part.nonce, ciphertext, part.aad)
    except InvalidTag:
        raise DecryptionFailed("the ciphertext does not open under the message's key") from None
    if not hmac.compare_digest(hashlib.sha256(plaintext).digest(), expected):
        raise PlaintextMismatch("the plaintext has another hash than the message names")
    return plaintext
