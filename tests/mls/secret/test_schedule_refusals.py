# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the secret building blocks refuse, and that looking up a message key changes nothing."""

from __future__ import annotations

import pytest

from privity.mls.errors import BadPublicKey, DecryptionFailed, GenerationTooFar, UsageError
from privity.mls.schedule import hpke, kdf
from privity.mls.schedule.errors import NotInSecretTree, RatchetExhausted, ReplayedMessage
from privity.mls.schedule.secret_tree import Kind, SecretTree, Window, _ratchet_name
from privity.mls.suites import suite
from tests.mls.group.builders import randomness

WINDOW = Window(out_of_order=4, max_forward=8)


def tree(leaves: int = 8) -> SecretTree:
    return SecretTree.create(suite(1), leaves, bytes(32))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_sealed_bytes_open_only_with_everything_right(number: int) -> None:
    s = suite(number)
    random = randomness(number)
    private, public = hpke.generate_key_pair(s, random)
    other, _ = hpke.generate_key_pair(s, random)
    assert hpke.public_key(s, private) == public
    kem_output, sealed = hpke.seal(s, public, b"info", b"aad", b"text", random)
    assert hpke.open_sealed(s, private, kem_output, b"info", b"aad", sealed) == b"text"
    for args in (
        (other, kem_output, b"info", b"aad", sealed),
        (private, kem_output, b"ofni", b"aad", sealed),
        (private, kem_output, b"info", b"daa", sealed),
        (private, kem_output, b"info", b"aad", sealed[:-1]),
        (private, kem_output, b"info", b"aad", b""),
    ):
        with pytest.raises(DecryptionFailed):
            hpke.open_sealed(s, *args)
    with pytest.raises(BadPublicKey):
        hpke.open_sealed(s, private, kem_output[:-1], b"info", b"aad", sealed)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_both_sides_export_the_same(number: int) -> None:
    s = suite(number)
    random = randomness(number)
    private, public = hpke.generate_key_pair(s, random)
    kem_output, sender = hpke.setup_sender(s, public, b"info", random)
    receiver = hpke.setup_receiver(s, private, kem_output, b"info")
    assert sender.export(b"context", 48) == receiver.export(b"context", 48)
    assert sender.export(b"context", 48) != hpke.setup_receiver(s, private, kem_output, b"").export(b"context", 48)


def test_low_order_and_malformed_public_keys_are_refused() -> None:
    random = randomness(0)
    for key in (bytes(32), b"\x01" + bytes(31), bytes(31), b"x" * 33):
        with pytest.raises(BadPublicKey):
            hpke.seal(suite(1), key, b"", b"", b"", random)
    private, public = hpke.generate_key_pair(suite(1), random)
    with pytest.raises(BadPublicKey):
        hpke.open_sealed(suite(1), private, bytes(32), b"", b"", bytes(16))
    _, public = hpke.generate_key_pair(suite(2), random)
    for key in (public[:-1] + bytes((public[-1] ^ 1,)), b"\x02" + public[1:33], b""):
        with pytest.raises(BadPublicKey):
            hpke.seal(suite(2), key, b"", b"", b"", random)


def test_malformed_private_keys_are_our_own_fault() -> None:
    for number, key in ((1, b"short"), (2, bytes(32)), (2, b"\xff" * 32)):
        with pytest.raises(UsageError):
            hpke.public_key(suite(number), key)


def test_hkdf_gives_long_outputs_and_no_longer_ones() -> None:
    s = suite(1)
    long = kdf.expand(s, bytes(32), b"info", 100)
    assert long[:32] == kdf.expand(s, bytes(32), b"info", 32)
    assert len(long) == 100
    with pytest.raises(ValueError, match="8160"):
        kdf.expand(s, bytes(32), b"", 8161)


def test_several_outputs_of_one_secret_are_what_each_is_alone() -> None:
    s = suite(1)
    secret = bytes(range(32))
    wanted = [(b"a", 32), (b"b", 16), (b"", 0), (b"a", 1)]
    assert kdf.expand_each(s, secret, wanted) == [kdf.expand(s, secret, info, length) for info, length in wanted]
    assert kdf.expand_with_labels(s, secret, b"context", wanted) == [
        kdf.expand_with_label(s, secret, label, b"context", length) for label, length in wanted
    ]
    with pytest.raises(ValueError, match="has 32 bytes, asked for 33"):
        kdf.expand_each(s, secret, [(b"a", 33)])


def test_looking_a_key_up_changes_nothing_until_it_is_applied() -> None:
    keys = tree()
    before = dict(keys.records)
    first = keys.look_up(3, Kind.APPLICATION, 2, WINDOW)
    assert keys.look_up(3, Kind.APPLICATION, 2, WINDOW).key == first.key
    assert keys.records == before
    keys.apply(first)
    with pytest.raises(ReplayedMessage):
        keys.look_up(3, Kind.APPLICATION, 2, WINDOW)


def test_used_secrets_are_gone_from_the_tree() -> None:
    keys = tree()
    root_secret = next(iter(keys.records.values()))
    keys.apply(keys.next_to_send(0, Kind.APPLICATION))
    assert root_secret not in keys.records.values()
    assert sorted(name[:1] for name in keys.records) == [b"n", b"n", b"n", b"r", b"r"]


def test_every_leaf_and_kind_has_its_own_keys() -> None:
    keys = tree()
    seen = set()
    for leaf in (5, 0, 7, 2, 1, 3, 6, 4):
        for kind in Kind:
            for _ in range(3):
                step = keys.next_to_send(leaf, kind)
                keys.apply(step)
                seen.add(step.key)
    assert len(seen) == 8 * 2 * 3
    assert not [name for name in keys.records if name.startswith(b"n")]


def test_the_order_of_use_does_not_change_the_keys() -> None:
    one, other = tree(), tree()
    forward = {leaf: one.look_up(leaf, Kind.APPLICATION, 0, WINDOW).key for leaf in range(8)}
    for leaf in reversed(range(8)):
        step = other.look_up(leaf, Kind.APPLICATION, 0, WINDOW)
        other.apply(step)
        assert step.key == forward[leaf]


def test_leaves_outside_and_generations_ahead_are_refused() -> None:
    keys = tree()
    with pytest.raises(NotInSecretTree):
        keys.look_up(8, Kind.APPLICATION, 0, WINDOW)
    with pytest.raises(GenerationTooFar):
        keys.look_up(0, Kind.APPLICATION, 9, WINDOW)
    assert keys.look_up(0, Kind.APPLICATION, 8, WINDOW).generation == 8


def test_an_exhausted_ratchet_is_named() -> None:
    keys = tree()
    keys.records[_ratchet_name(0, Kind.APPLICATION)] = (1 << 32).to_bytes(8, "big") + bytes(32)
    with pytest.raises(RatchetExhausted):
        keys.next_to_send(0, Kind.APPLICATION)
