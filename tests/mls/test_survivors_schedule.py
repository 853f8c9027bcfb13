# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What changes of the key schedule no other test noticed: labels that no vector knows, and what is not there."""

from __future__ import annotations

import hmac
import random

import pytest

from privity.mls import codec
from privity.mls.codec import MAX_MESSAGE, MAX_VECTOR
from privity.mls.errors import GenerationTooOld
from privity.mls.messages.codepoints import PUBLIC_MESSAGE
from privity.mls.messages.envelope import MLSMessage, PrivateMessage
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.proposals import Remove
from privity.mls.schedule import key_schedule, protect
from privity.mls.schedule.errors import MessageTooLong, NotInSecretTree, RatchetExhausted, ReplayedMessage
from privity.mls.schedule.protect import seal_public
from privity.mls.schedule.secret_tree import Kind, SecretTree, Window
from privity.mls.suites import suite
from tests.mls.group.builders import Member

AEAD_TAG = 16


def by_hand(secret: bytes, label: bytes) -> bytes:
    """DeriveSecret with SHA-256, without the code under test."""
    whole = b"MLS 1.0 " + label
    info = b"\x00\x20" + bytes([len(whole)]) + whole + b"\x00"
    return hmac.digest(secret, info + b"\x01", "sha256")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_secret_of_an_epoch_has_its_own_label(number: int) -> None:
    secret = bytes(range(32))
    new = key_schedule.first_epoch(suite(number), secret)
    assert new.encryption_secret == by_hand(secret, b"encryption")
    assert new.application_export_secret == by_hand(secret, b"application_export")
    assert {name: getattr(new.secrets, name) for name in LABELS} == {
        name: by_hand(secret, label) for name, label in LABELS.items()
    }


LABELS = {
    "sender_data_secret": b"sender data",
    "exporter_secret": b"exporter",
    "external_secret": b"external",
    "confirmation_key": b"confirm",
    "membership_key": b"membership",
    "resumption_psk": b"resumption",
    "epoch_authenticator": b"authentication",
    "init_secret": b"init",
}


def test_the_first_epoch_welcomes_nobody() -> None:
    new = key_schedule.first_epoch(suite(1), bytes(32))
    assert (new.joiner_secret, new.welcome_secret) == (b"", b"")


@pytest.mark.parametrize("size", [2, 3, 7, 256])
def test_a_message_is_padded_to_a_multiple(size: int) -> None:
    ana = Member(f"ana pads to {size}").create()
    for length in range(6):
        message = MLSMessage.decode(ana.say(b"x" * length, padding_to=size)).body
        assert isinstance(message, PrivateMessage)
        assert (len(message.ciphertext) - AEAD_TAG) % size == 0


@pytest.mark.parametrize("size", [0, 1])
def test_a_message_is_not_padded(size: int) -> None:
    ana = Member("ana pads nothing").create()
    for length in range(4):
        message = MLSMessage.decode(ana.say(b"x" * length, padding_to=size)).body
        assert isinstance(message, PrivateMessage)
        assert len(message.ciphertext) == len(codec.vec(b"x" * length) + codec.vec(bytes(64))) + AEAD_TAG


def test_nothing_is_sealed_that_nobody_could_decode() -> None:
    for length, refused in ((MAX_VECTOR, False), (MAX_VECTOR + 1, True)):
        content = FramedContent(b"g", 1, Sender.member(0), bytes(length), Remove(1))
        auth = AuthenticatedContent(PUBLIC_MESSAGE, content, b"s", None)
        if refused:
            with pytest.raises(MessageTooLong):
                seal_public(suite(1), bytes(32), auth, b"context")
        else:
            assert seal_public(suite(1), bytes(32), auth, b"context").membership_tag is not None


def test_the_largest_message_is_the_largest_that_is_read() -> None:
    content = FramedContent(b"g", 1, Sender.member(0), b"", b"")
    protect._check_readable(content, MAX_MESSAGE - AEAD_TAG)
    with pytest.raises(MessageTooLong):
        protect._check_readable(content, MAX_MESSAGE - AEAD_TAG + 1)


def test_the_last_generation_is_used_and_none_after_it() -> None:
    tree = SecretTree.create(suite(1), 1, bytes(32))
    tree.apply(tree.next_to_send(0, Kind.APPLICATION))
    (name,) = (name for name in tree.records if name.startswith(b"r") and name.endswith(bytes([Kind.APPLICATION])))
    tree.records[name] = codec.u64(0xFFFFFFFF) + tree.records[name][8:]
    last = tree.next_to_send(0, Kind.APPLICATION)
    assert last.generation == 0xFFFFFFFF
    tree.apply(last)
    with pytest.raises(RatchetExhausted):
        tree.next_to_send(0, Kind.APPLICATION)


def test_a_used_key_at_the_edge_of_the_window_is_a_replay_and_before_it_too_old() -> None:
    window = Window(out_of_order=2, max_forward=10)
    tree = SecretTree.create(suite(1), 1, bytes(32))
    for generation in (2, 3, 4, 5):
        tree.apply(tree.look_up(0, Kind.APPLICATION, generation, window))
    for generation, error in ((3, ReplayedMessage), (2, GenerationTooOld), (1, GenerationTooOld)):
        with pytest.raises(GenerationTooOld) as caught:
            tree.look_up(0, Kind.APPLICATION, generation, window)
        assert caught.type is error


@pytest.mark.parametrize("seed", range(6))
def test_keys_are_kept_as_long_as_the_window_says(seed: int) -> None:
    """Against a model: the unused generations that are not further behind the newest than the window allows."""
    seeded = random.Random(seed)
    window = Window(out_of_order=3, max_forward=4)
    tree = SecretTree.create(suite(1), 2, bytes(32))
    used: set[int] = set()
    for _ in range(40):
        newest = max(used, default=-1)
        generation = seeded.randrange(max(0, newest - 3), newest + 6)
        if generation in used or generation < newest - 3:
            continue
        if generation in range(newest) and generation not in kept_generations(tree):
            continue
        step = tree.look_up(1, Kind.HANDSHAKE, generation, window)
        assert step.delete <= tree.records.keys()
        tree.apply(step)
        used.add(generation)
        newest = max(used)
        assert kept_generations(tree) == {g for g in range(max(0, newest - 3), newest) if g not in used}
    assert len(used) > 10


def kept_generations(tree: SecretTree) -> set[int]:
    return {int.from_bytes(name[-4:], "big") for name in tree.records if name.startswith(b"k")}


@pytest.mark.parametrize("leaf", [2, 4, 1 << 31])
def test_a_leaf_outside_of_the_tree_has_no_keys(leaf: int) -> None:
    tree = SecretTree.create(suite(1), 2, bytes(32))
    tree.next_to_send(1, Kind.APPLICATION)
    with pytest.raises(NotInSecretTree):
        tree.next_to_send(leaf, Kind.APPLICATION)


def test_a_tree_whose_records_are_gone_has_no_keys() -> None:
    with pytest.raises(NotInSecretTree):
        SecretTree.from_records(suite(1), 4, {}).next_to_send(1, Kind.APPLICATION)


def test_a_tree_is_as_wide_as_a_power_of_two() -> None:
    for count in (1, 2, 4, 1 << 20):
        SecretTree.create(suite(1), count, bytes(32))
    for count in (-2, 0, 3, 6):
        with pytest.raises(ValueError, match="power of two"):
            SecretTree.create(suite(1), count, bytes(32))


def test_records_keep_their_names() -> None:
    """A store that an earlier version wrote is read with them."""
    tree = SecretTree.create(suite(1), 2, bytes(32))
    assert set(tree.records) == {b"n\x00\x00\x00\x01"}
    tree.apply(tree.look_up(0, Kind.APPLICATION, 1, Window(5, 5)))
    assert set(tree.records) == {
        b"n\x00\x00\x00\x02",
        b"r\x00\x00\x00\x00\x00",
        b"r\x00\x00\x00\x00\x01",
        b"k\x00\x00\x00\x00\x01\x00\x00\x00\x00",
    }


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_key_that_was_kept_is_the_one_that_was_skipped(number: int) -> None:
    fresh, late = (SecretTree.create(suite(number), 2, bytes(32)) for _ in range(2))
    at_once = fresh.look_up(1, Kind.APPLICATION, 1, Window(5, 5))
    late.apply(late.look_up(1, Kind.APPLICATION, 3, Window(5, 5)))
    kept = late.look_up(1, Kind.APPLICATION, 1, Window(5, 5))
    assert (kept.key, kept.nonce) == (at_once.key, at_once.nonce)
    assert (len(kept.key), len(kept.nonce)) == (suite(number).nk, suite(number).nn)
