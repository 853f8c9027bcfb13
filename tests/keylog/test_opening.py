# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Openings come from the VRF key alone: made again at any time, and unknown to whoever does not have it."""

from __future__ import annotations

import hashlib
import hmac
import os

import pytest

from privity.keylog import errors as e
from privity.keylog.commitment import OPENING_BYTES, commit
from privity.keylog.opening import opening_of

KEY = bytes(range(32))
ANN = b"u:mimi://hub.example/u/aaaaaaaaaaaaaaaaaaaaaaaaaa"
BEN = b"u:mimi://hub.example/u/baaaaaaaaaaaaaaaaaaaaaaaaa"


def by_hand(key: bytes, label: bytes, version: int) -> bytes:
    """RFC 5869 and the contract's sentence, written out."""
    extracted = hmac.digest(bytes(32), key, "sha256")
    derived = hmac.digest(extracted, b"privity keylog opening v1" + b"\x01", "sha256")
    alpha = bytes([len(label)]) + label + version.to_bytes(4, "big")
    return hmac.digest(derived, alpha, "sha256")[:16]


def test_opening_is_what_the_specification_says() -> None:
    assert opening_of(KEY, ANN, 0).hex() == "5f32a2d78c36c6bcc475b564a82e7cfe" == by_hand(KEY, ANN, 0).hex()
    for label, version in ((ANN, 0), (ANN, 1), (BEN, (1 << 32) - 1), (b"", 7), (b"s:hub.example", 300)):
        assert opening_of(KEY, label, version) == by_hand(KEY, label, version)
        assert len(opening_of(KEY, label, version)) == OPENING_BYTES


def test_every_key_label_and_version_has_its_own() -> None:
    keys = [KEY, KEY[:-1] + b"\x00", hashlib.sha256(KEY).digest()]
    labels = [ANN, BEN, ANN[:-1], ANN + b"\x00"]
    made = {opening_of(key, label, version) for key in keys for label in labels for version in (0, 1, 256, 1 << 24)}
    assert len(made) == len(keys) * len(labels) * 4


def test_whoever_has_the_public_key_alone_opens_nothing() -> None:
    """What an attacker can compute from the public key, or from an opening of another version, is not the opening."""
    wanted = commit(opening_of(KEY, ANN, 1), ANN, 1, b"value")
    known = opening_of(KEY, ANN, 0)
    for guess in (known, bytes(16), hashlib.sha256(known).digest()[:16], opening_of(os.urandom(32), ANN, 1)):
        assert commit(guess, ANN, 1, b"value") != wanted
    assert commit(opening_of(KEY, ANN, 1), ANN, 1, b"value") == wanted


@pytest.mark.parametrize(("key", "label", "version"), [(KEY[:-1], ANN, 0), (KEY, bytes(256), 0), (KEY, ANN, -1)])
def test_what_the_log_does_not_allow_has_no_opening(key: bytes, label: bytes, version: int) -> None:
    with pytest.raises(e.UsageError):
        opening_of(key, label, version)
