# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints (C2SP tlog-checkpoint): which tree a log stands for, as a note that the log has signed."""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from privity.tlog.errors import BadLogSignature, LogSignatureMissing, MalformedCheckpoint, UsageError, WrongOrigin
from privity.tlog.note import Signature, SignedNote, decode_base64
from privity.tlog.tree import HASH_BYTES, MAX_SIZE
from privity.tlog.verifier_key import KeyKind, VerifierKey, signing_key

_SIZE = re.compile("0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The size and root of a log. Extension lines are refused: nobody could check what they say."""

    origin: str
    size: int
    root: bytes

    def text(self) -> bytes:
        """The text of the note."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()

    @classmethod
    def decode(cls, text: bytes) -> Checkpoint:
        """Raises MalformedCheckpoint."""
        try:
            lines = text.decode().split("\n")
        except UnicodeDecodeError:
            raise MalformedCheckpoint("a checkpoint is UTF-8, this is not") from None
        if len(lines) != 4 or lines[3]:
            raise MalformedCheckpoint(f"a checkpoint has three lines and no extensions, this has {len(lines) - 1}")
        origin, size, encoded, _ = lines
        if not origin:
            raise MalformedCheckpoint("the origin of a checkpoint is not empty, here it is")
        root = decode_base64(encoded)
        if root is None or len(root) != HASH_BYTES:
            raise MalformedCheckpoint(f"the root must be the base64 of {HASH_BYTES} bytes")
        return cls(origin, decode_size(size), root)


def decode_size(text: str) -> int:
    """A tree size as it stands in checkpoints and requests. Raises MalformedCheckpoint."""
    if not _SIZE.fullmatch(text) or int(text) > MAX_SIZE:
        raise MalformedCheckpoint(f"a size is a decimal number up to {MAX_SIZE} without leading zeros, this is not")
    return int(text)


def sign_checkpoint(private: bytes, checkpoint: Checkpoint) -> SignedNote:
    """The checkpoint signed by its log, whose key has the name of the origin."""
    key = VerifierKey.of(checkpoint.origin, KeyKind.ED25519, private)
    text = checkpoint.text()
    if not 0 <= checkpoint.size <= MAX_SIZE or len(checkpoint.root) != HASH_BYTES:
        raise UsageError(f"a log cannot have the size {checkpoint.size} and a root of {len(checkpoint.root)} bytes")
    return SignedNote(text, (Signature(key.name, key.key_id, signing_key(private).sign(text)),))


def verify_checkpoint(note: SignedNote, log: VerifierKey) -> Checkpoint:
    """The checkpoint, if this log signed it once. Signatures by other keys say nothing here.

    Raises MalformedCheckpoint, WrongOrigin, LogSignatureMissing or BadLogSignature.
    """
    if log.kind is not KeyKind.ED25519:
        raise UsageError(f"a log's key is of kind {KeyKind.ED25519}, that of {log.name} of kind {log.kind}")
    checkpoint = Checkpoint.decode(note.text)
    if checkpoint.origin != log.name:
        raise WrongOrigin(f"expected a checkpoint of {log.name}, this one is of {checkpoint.origin}")
    by_log = [signature for signature in note.signatures if is_by(log, signature)]
    if not by_log:
        raise LogSignatureMissing(f"no signature is by the key of {log.name}")
    if len(by_log) > 1:
        raise BadLogSignature(f"one signature by the key of {log.name} is enough, there are {len(by_log)}")
    try:
        Ed25519PublicKey.from_public_bytes(log.public).verify(by_log[0].blob, note.text)
    except InvalidSignature:
        raise BadLogSignature(f"the signature of {log.name} does not verify") from None
    return checkpoint


def is_by(key: VerifierKey, signature: Signature) -> bool:
    """Whether a signature claims to be by this key. It proves nothing."""
    return signature.name == key.name and hmac.compare_digest(signature.key_id, key.key_id)
