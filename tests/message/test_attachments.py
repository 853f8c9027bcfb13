# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attachments open to one plaintext only, and every check has its error."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privity.message import attachments as a
from privity.message import compose
from privity.message import errors as e
from privity.message.content import ExternalPart, MimiContent
from tests.message.two_keys import ciphertext_for
from tests.message.world import seeded

AUTHOR = compose.Author("mimi://hub.example/u/alice", "mimi://hub.example/r/room")
PICTURE = b"not really a picture" * 50


def encrypted() -> a.Encrypted:
    return a.encrypt(
        PICTURE,
        content_type="image/png",
        filename="p.png",
        description="",
        url_of=lambda digest: f"https://hub.example/v1/blobs/{digest.hex()}",
        random=seeded(5),
    )


def sent(caption: str = "") -> tuple[MimiContent, bytes]:
    made = encrypted()
    content = compose.attachment(AUTHOR, made.part, made.plaintext_hash, random=seeded(6), caption=caption)
    return MimiContent.decode(content.encode()), made.ciphertext


def test_an_attachment_comes_back() -> None:
    content, ciphertext = sent()
    assert a.decrypt(content, 0, ciphertext) == PICTURE
    content, ciphertext = sent("look")
    assert a.decrypt(content, 2, ciphertext) == PICTURE


def test_two_files_never_share_a_key() -> None:
    rnd = seeded(7)
    made = [
        a.encrypt(b"x", content_type="", filename="", description="", url_of=bytes.hex, random=rnd) for _ in range(50)
    ]
    assert len({(item.part.key, item.part.nonce) for item in made}) == 50


def test_repr_shows_no_key() -> None:
    made = encrypted()
    assert made.part.key.hex() not in repr(made) + repr(made.part)
    assert repr(made.part.key) not in repr(made.part)


def with_part(content: MimiContent, **change: object) -> MimiContent:
    assert isinstance(content.part, ExternalPart)
    return replace(content, part=replace(content.part, **change))  # type: ignore[arg-type]  # one field per test


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"enc_alg": 2}, e.UnknownAlgorithm),
        ({"hash_alg": 8}, e.UnknownAlgorithm),
        ({"key": bytes(15)}, e.UnknownAlgorithm),
        ({"nonce": bytes(11)}, e.UnknownAlgorithm),
        ({"size": 1}, e.CiphertextMismatch),
        ({"content_hash": bytes(32)}, e.CiphertextMismatch),
        ({"key": bytes(16)}, e.DecryptionFailed),
        ({"nonce": bytes(12)}, e.DecryptionFailed),
        ({"aad": b"x"}, e.DecryptionFailed),
    ],
)
def test_each_check_has_its_error(change: dict[str, object], error: type[e.AttachmentError]) -> None:
    content, ciphertext = sent()
    with pytest.raises(error):
        a.decrypt(with_part(content, **change), 0, ciphertext)


def test_altered_or_cut_ciphertext_is_refused() -> None:
    content, ciphertext = sent()
    for bad in (ciphertext[:-1], ciphertext + b"\0", b"\0" + ciphertext[1:]):
        with pytest.raises(e.CiphertextMismatch):
            a.decrypt(content, 0, bad)


def test_plaintext_hash_is_mandatory_and_compared() -> None:
    content, ciphertext = sent()
    cases: list[dict[int | str, object]] = [{}, {-1: {}}, {-1: {0: bytes(31)}}, {-1: {1: bytes(32)}}, {-1: 7}]
    for extensions in cases:
        with pytest.raises(e.MissingPlaintextHash):
            a.decrypt(replace(content, extensions=extensions), 0, ciphertext)
    with pytest.raises(e.PlaintextMismatch):
        a.decrypt(replace(content, extensions={-1: {0: bytes(32)}}), 0, ciphertext)


def test_two_key_ciphertext_opens_twice_and_the_second_opening_is_refused() -> None:
    key1, key2, nonce = b"\1" * 16, b"\2" * 16, b"\3" * 12
    ciphertext = ciphertext_for(key1, key2, nonce)
    plain1, plain2 = (AESGCM(key).decrypt(nonce, ciphertext, b"") for key in (key1, key2))
    assert plain1 != plain2, "the fixture is the attack: two plaintexts, no complaint from GCM"
    made = encrypted()
    digest = hashlib.sha256(ciphertext).digest()
    part = replace(made.part, key=key1, nonce=nonce, size=len(ciphertext), content_hash=digest)
    hashed = hashlib.sha256(plain1).digest()
    first = compose.attachment(AUTHOR, part, hashed, random=seeded(8))
    second = compose.attachment(AUTHOR, replace(part, key=key2), hashed, random=seeded(9))
    assert a.decrypt(first, 0, ciphertext) == plain1
    with pytest.raises(e.PlaintextMismatch):
        a.decrypt(second, 0, ciphertext)
