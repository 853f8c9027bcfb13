# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hybrid suite's key exchange: what others published, what we publish, and what it refuses."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from privity.mls.crypto import LOW_ORDER_X25519, MLKEM768_BYTES, XWING_BYTES, check_hpke_key
from privity.mls.errors import BadPublicKey, DecryptionFailed, UsageError
from privity.mls.schedule import hpke, key_schedule, xwing
from privity.mls.suites import POST_QUANTUM, X25519_CHACHA20POLY1305, numbered
from tests.mls.group.test_passive_vectors import follow
from tests.mls.secret.ml_kem_by_hand import encapsulate
from tests.mls.secret.post_quantum_vectors import FILE, drawing_from, in_order, primitives
from tests.mls.vectors import unhex, vector_folder

VECTORS = json.loads(FILE.read_text())
X_WING, HKDF_SHA256, CHACHA20POLY1305 = 0x647A, 1, 3
SEED = bytes(range(32))


def published() -> dict[str, Any]:
    """The published case of this KEM whose key schedule is one of ours."""
    path = vector_folder().parent / "hpke-pq" / "test-vectors.json"
    if not path.exists():
        pytest.skip("the HPKE vectors hpke-pq/test-vectors.json are missing beside the MLS ones")
    cases: list[dict[str, Any]] = json.loads(path.read_text())
    wanted = X_WING, HKDF_SHA256, CHACHA20POLY1305
    return next(case for case in cases if (case["kem_id"], case["kdf_id"], case["aead_id"]) == wanted)


def test_published_vectors() -> None:
    case = published()
    suite = numbered(POST_QUANTUM, 0xF000)
    private, public = hpke.derive_key_pair(suite, unhex(case["ikmR"]))
    assert (private, public) == (unhex(case["skRm"]), unhex(case["pkRm"]))
    assert hpke.public_key(suite, private) == public
    enc = unhex(case["enc"])
    assert xwing.decapsulate(private, enc) == unhex(case["shared_secret"])
    randomness = unhex(case["ikmE"])
    with drawing_from(in_order(randomness[:32])):
        assert xwing.encapsulate(public, in_order(randomness[32:])) == (unhex(case["shared_secret"]), enc)


def test_published_vectors_through_the_whole_of_hpke() -> None:
    """They are with ChaCha20-Poly1305, of which no suite of MLS has been made; the parts are the same."""
    case = published()
    suite = replace(X25519_CHACHA20POLY1305, kem="xwing")
    private, enc, info = (unhex(case[name]) for name in ("skRm", "enc", "info"))
    first = case["encryptions"][0]
    opened = hpke.open_sealed(suite, private, enc, info, unhex(first["aad"]), unhex(first["ct"]))
    assert opened == unhex(first["pt"])
    exporter = hpke.setup_receiver(suite, private, enc, info)
    for export in case["exports"]:
        exported = exporter.export(unhex(export["exporter_context"]), export["L"])
        assert exported == unhex(export["exported_value"])


def test_own_vectors_come_out_again() -> None:
    assert {name: VECTORS[name] for name in primitives()} == primitives()


def test_own_vectors_mean_what_they_say() -> None:
    """By decapsulation alone, as another implementation reads them."""
    for each in VECTORS["encapsulate"]:
        assert xwing.decapsulate(unhex(each["private_key"]), unhex(each["kem_output"])).hex() == each["shared_secret"]
    for each in VECTORS["encrypt_with_label"]:
        args = unhex(each["context"]), unhex(each["kem_output"]), unhex(each["ciphertext"])
        opened = hpke.decrypt_with_label(POST_QUANTUM, unhex(each["private_key"]), each["label"].encode(), *args)
        assert opened.hex() == each["plaintext"]
    init = VECTORS["external_init"]
    secret = unhex(init["external_secret"])
    assert key_schedule.external_public_key(POST_QUANTUM, secret).hex() == init["external_pub"]
    found = key_schedule.external_init_for_receiver(POST_QUANTUM, secret, unhex(init["kem_output"]))
    assert found.hex() == init["init_secret"]


def test_a_member_that_only_listens_follows_the_group_of_our_vectors() -> None:
    follow(VECTORS["passive_client"])


def test_the_library_agrees_with_encapsulation_by_hand() -> None:
    rnd = random.Random("by hand")
    for _ in range(5):
        private, public = hpke.generate_key_pair(POST_QUANTUM, rnd.randbytes)
        with drawing_from(rnd.randbytes):
            secret, kem_output = xwing.encapsulate(public, rnd.randbytes)
        assert xwing.decapsulate(private, kem_output) == secret
        secret, kem_output = xwing.encapsulate(public, rnd.randbytes)
        assert xwing.decapsulate(private, kem_output) == secret
    assert len(encapsulate(public[:MLKEM768_BYTES], SEED)[1]) == xwing.MLKEM768_CIPHERTEXT_BYTES


def low_order(public: bytes) -> bytes:
    point = max(LOW_ORDER_X25519).to_bytes(32, "little")
    return public[:MLKEM768_BYTES] + point


BROKEN_KEYS: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda key: key[:-1],
    "trailing": lambda key: key + b"\0",
    "ML-KEM alone": lambda key: key[:MLKEM768_BYTES],
    "X25519 alone": lambda key: key[MLKEM768_BYTES:],
    "halves the wrong way round": lambda key: key[MLKEM768_BYTES:] + key[:MLKEM768_BYTES],
    "coefficient outside of the field": lambda key: b"\xff\xff\xff" + key[3:],
    "X25519 half of low order": low_order,
    "X25519 half zero": lambda key: key[:MLKEM768_BYTES] + bytes(32),
}


@pytest.mark.parametrize("reason", BROKEN_KEYS)
def test_a_key_of_which_one_half_is_no_good_is_refused(reason: str) -> None:
    good = hpke.public_key(POST_QUANTUM, SEED)
    assert len(good) == XWING_BYTES
    check_hpke_key(POST_QUANTUM, good)
    xwing.encapsulate(good, os.urandom)
    bad = BROKEN_KEYS[reason](good)
    said = f"has {XWING_BYTES} bytes, this one {len(bad)}" if len(bad) != XWING_BYTES else None
    with pytest.raises(BadPublicKey, match=said):
        check_hpke_key(POST_QUANTUM, bad)
    with pytest.raises(BadPublicKey, match=said):
        xwing.encapsulate(bad, os.urandom)


def test_what_was_sealed_does_not_open_with_either_half_changed() -> None:
    public = hpke.public_key(POST_QUANTUM, SEED)
    kem_output, ciphertext = hpke.seal(POST_QUANTUM, public, b"info", b"", b"secret", os.urandom)
    assert hpke.open_sealed(POST_QUANTUM, SEED, kem_output, b"info", b"", ciphertext) == b"secret"
    for place in (0, xwing.MLKEM768_CIPHERTEXT_BYTES - 1, xwing.MLKEM768_CIPHERTEXT_BYTES):
        bent = bytearray(kem_output)
        bent[place] ^= 1
        with pytest.raises(DecryptionFailed):
            hpke.open_sealed(POST_QUANTUM, SEED, bytes(bent), b"info", b"", ciphertext)


@pytest.mark.parametrize("broken", [lambda enc: enc[:-1], lambda enc: enc + b"\0", lambda enc: enc[:1088] + bytes(32)])
def test_a_kem_output_of_another_size_or_of_low_order_is_refused(broken: Callable[[bytes], bytes]) -> None:
    _, kem_output = xwing.encapsulate(hpke.public_key(POST_QUANTUM, SEED), os.urandom)
    xwing.decapsulate(SEED, kem_output)
    bad = broken(kem_output)
    with pytest.raises(BadPublicKey, match="low-order" if len(bad) == 1120 else f"1120 bytes was expected, {len(bad)}"):
        xwing.decapsulate(SEED, bad)


@pytest.mark.parametrize("private", [b"", SEED[:-1], SEED + b"\0"])
def test_a_private_key_is_a_seed(private: bytes) -> None:
    _, kem_output = xwing.encapsulate(hpke.public_key(POST_QUANTUM, SEED), os.urandom)
    with pytest.raises(UsageError):
        xwing.decapsulate(private, kem_output)
    with pytest.raises(UsageError):
        xwing.public_key(private)


def test_both_halves_count() -> None:
    """The secret changes with each of the two that go into it: whoever breaks one of them has nothing."""
    one = xwing._combine(bytes(32), bytes(32), bytes(32), bytes(32))
    assert one != xwing._combine(bytes(31) + b"\1", bytes(32), bytes(32), bytes(32))
    assert one != xwing._combine(bytes(32), bytes(31) + b"\1", bytes(32), bytes(32))
    assert one != xwing._combine(bytes(32), bytes(32), bytes(31) + b"\1", bytes(32))
    assert one != xwing._combine(bytes(32), bytes(32), bytes(32), bytes(31) + b"\1")
