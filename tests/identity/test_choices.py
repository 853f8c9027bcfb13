# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What devices of an account tell each other of their person's choices: how long, by whom, and what they agree on."""

from __future__ import annotations

import itertools
import random
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.identity import errors as e
from privity.identity.account_key import sealing_key
from privity.identity.choices import (
    INFO,
    LABEL,
    LATEST_MS,
    LETTER_BYTES,
    Choice,
    Content,
    Telling,
    decode_telling,
    digest,
    fitting,
    is_telling,
    open_telling,
    seal,
)
from privity.identity.device_list import SUITE, Device, DeviceList
from privity.identity.uris import new_client_uri, new_user_uri
from privity.message import sealing
from privity.mls.codec import vec
from privity.mls.crypto import sign_with_label, signature_public_key
from privity.wire.rest import MAX_LETTER

RND = random.Random(50).randbytes
USER, OTHER, MALLORY = (new_user_uri("hub.example", RND) for _ in range(3))
ACCOUNT, NEXT, PAPER, KEY, PRIVATE = (RND(32) for _ in range(5))
PUBLIC = sealing_key(PRIVATE)
TABLET = Device(new_client_uri(USER, RND), signature_public_key(SUITE, KEY), 1)
PHONE = Device(new_client_uri(USER, RND), signature_public_key(SUITE, RND(32)), 1)
LISTED = DeviceList.sign(USER, (PHONE, TABLET), ACCOUNT, recovery_private=PAPER)
DROPPED = DeviceList.sign(USER, (PHONE,), NEXT, previous=LISTED, previous_account_private=ACCOUNT)
FROZEN = Choice(MALLORY, "frozen", 5)
TOLD = Content(7, digest([FROZEN]), (FROZEN,))
TIMES = st.integers(0, 4)


def told(content: Content = TOLD, to: str = PHONE.client_uri, key: bytes = KEY) -> Telling:
    return seal(TABLET.client_uri, key, to, PUBLIC, content)


TOLD_LETTER = told().encode()


def opened(telling: Telling, devices: DeviceList = LISTED) -> Content:
    return open_telling(telling, PHONE.client_uri, PRIVATE, devices)


def test_what_is_told_arrives_in_letters_of_one_length() -> None:
    letter = told().encode()
    assert is_telling(letter) and opened(decode_telling(letter)) == TOLD
    assert len(told(Content(7, digest([]), ())).encode()) == len(letter) == LETTER_BYTES <= MAX_LETTER
    many = [Choice(new_user_uri("hub.example", RND), "put away:extortion", at) for at in range(100)]
    some = fitting(TABLET.client_uri, many)
    assert 12 <= len(some) < 100 and some == tuple(many[: len(some)])
    full = told(Content(8, digest(many), some))
    assert len(full.encode()) == LETTER_BYTES and opened(full).choices == some


def test_only_a_device_of_the_list_in_force_tells() -> None:
    with pytest.raises(e.KeyNotListed):
        opened(told(), DROPPED)
    ghost = seal(new_client_uri(USER, RND), KEY, PHONE.client_uri, PUBLIC, TOLD)
    with pytest.raises(e.KeyNotListed):
        opened(ghost)
    stranger = seal(new_client_uri(OTHER, RND), KEY, PHONE.client_uri, PUBLIC, TOLD)
    with pytest.raises(e.OtherUser):
        opened(stranger)
    with pytest.raises(e.TellingNotSigned):
        opened(told(key=RND(32)))


def test_what_was_told_to_another_device_or_altered_does_not_open() -> None:
    telling = told()
    for changed in (
        told(to=TABLET.client_uri),
        replace(telling, client_uri=PHONE.client_uri),
        replace(telling, public=sealing_key(RND(32))),
        replace(telling, sealed=telling.sealed[:-1] + bytes([telling.sealed[-1] ^ 1])),
    ):
        with pytest.raises(e.TellingDoesNotOpen):
            opened(changed)
    with pytest.raises(e.TellingDoesNotOpen):
        open_telling(telling, PHONE.client_uri, RND(32), LISTED)


def resealed(body: bytes) -> Telling:
    """A body that its device did sign."""
    info = vec(INFO) + vec(TABLET.client_uri.encode()) + vec(PHONE.client_uri.encode()) + PUBLIC
    signature = sign_with_label(SUITE, KEY, LABEL, info + body)
    return Telling(TABLET.client_uri, PUBLIC, sealing.seal(PUBLIC, signature + body, info))


def test_there_is_one_form() -> None:
    letter, body = told().encode(), bytes(39)
    assert opened(resealed(body + bytes(200))).choices == ()
    for wrong in (letter[:-1], letter + b"\0", b"\4" + letter[1:], letter[:1] + b"\x01\xff" + letter[3:]):
        with pytest.raises(e.BadLetter):
            decode_telling(wrong)
    undone_unseen = replace(FROZEN, undone_ms=FROZEN.chosen_ms + 1).encode()
    too_late = replace(FROZEN, chosen_ms=LATEST_MS + 1).encode()
    for wrong in (
        body,
        body + b"\0\0" + b"\1",
        body + b"\0\1" + bytes(10),
        body + b"\0\1" + undone_unseen,
        body + b"\0\1" + too_late,
        body + b"\0\1" + FROZEN.encode()[:-1] + b"\xff",
    ):
        with pytest.raises(e.BadLetter):
            opened(resealed(wrong))


@given(st.binary(max_size=300))
def test_whatever_a_device_signs_is_read_or_refused_by_name(body: bytes) -> None:
    for letter in (bytes(1) + body, TOLD_LETTER[:1] + body.ljust(LETTER_BYTES - 1, b"\1")):
        with pytest.raises(e.BadLetter):
            decode_telling(letter)
    with suppress(e.BadLetter):
        assert opened(resealed(body)).number >= 0


def test_a_key_that_nothing_can_be_sealed_to_is_refused() -> None:
    with pytest.raises(e.BadLetter):
        seal(TABLET.client_uri, KEY, PHONE.client_uri, bytes(32), TOLD)


def test_nothing_of_it_stands_in_a_repr() -> None:
    said = f"{TOLD!r} {told()!r}"
    assert MALLORY not in said and "frozen" not in said


# Who agrees on what


def test_taking_back_undoes_what_was_known_and_nothing_else() -> None:
    frozen = Choice(MALLORY, "frozen", 0).made(100)
    thawed, again = frozen.undone(), frozen.made(200)
    assert frozen.holds and not thawed.holds and not thawed.merged(frozen).holds
    assert again.merged(thawed).holds, "frozen anew by a device that the other had not heard of"
    assert not again.undone().merged(thawed).merged(frozen).holds
    assert thawed.made(1).holds, "also by a clock that was put back"


@given(st.lists(st.tuples(TIMES, TIMES), min_size=1, max_size=4))
def test_in_whichever_order_devices_hear_they_come_to_the_same(times: list[tuple[int, int]]) -> None:
    known = [Choice(MALLORY, "frozen", max(pair), min(pair)) for pair in times]
    found = set()
    for order in itertools.permutations([*known, known[0]]):
        merged = order[0]
        for each in order[1:]:
            merged = merged.merged(each)
        found.add(merged)
    assert len(found) == 1


def test_devices_that_know_the_same_have_one_digest() -> None:
    more = Choice(OTHER, "frozen", 1)
    assert digest([FROZEN, more]) == digest([more, FROZEN])
    assert len({digest([]), digest([FROZEN]), digest([FROZEN.undone()]), digest([FROZEN, more])}) == 4
