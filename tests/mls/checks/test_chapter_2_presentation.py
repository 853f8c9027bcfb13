# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The presentation language: one meaning, one encoding."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls import codec
from privity.mls.codec import MAX_LENGTH, MAX_VECTOR
from privity.mls.messages.commit import Commit
from privity.mls.messages.credential import Credential
from privity.mls.messages.envelope import MLSMessage
from privity.mls.messages.extensions import RequiredCapabilities
from privity.mls.messages.proposals import Remove
from privity.mls.tree.node import ParentNode
from tests.mls.checks.showing import breaks, shows
from tests.mls.checks.valid import followed, talking
from tests.mls.group.builders import Member
from tests.mls.public.builders import hpke_key, party


def messages() -> list[bytes]:
    """One of each wire format."""
    ana, zoe = talking("ana", "ben")[0], Member("zoe")
    said = ana.say(b"hello")
    pending = ana.commit(adds=[zoe.bundle.key_package])
    assert pending.welcome is not None
    return [said, pending.message, pending.welcome, pending.group_info, MLSMessage(zoe.bundle.key_package).encode()]


@shows("2.1-1", "2.1-2")
def test_bytes_too_many_or_too_few() -> None:
    for good in messages():
        for more in (b"\x00", good):
            breaks("2.1-1", MLSMessage.decode, good, good + more)
        for stop in (0, 1, 3, 4, len(good) // 2, len(good) - 1):
            breaks("2.1-2", MLSMessage.decode, good, good[:stop])


@shows("2.1-3")
def test_a_vector_that_reaches_beyond_the_one_around_it() -> None:
    """One byte of the chain's length is taken away; there are enough bytes, and they belong to somebody else."""
    good = Credential.x509((b"certificate",)).encode()
    shorter = good[:2] + bytes([good[2] - 1]) + good[3:]
    breaks("2.1-3", Credential.decode, good, shorter)


@shows("2.1-4", "2.1-5")
def test_half_a_number() -> None:
    good = RequiredCapabilities((1, 2), (3,), (1,)).encode()
    breaks("2.1-4", RequiredCapabilities.decode, good, b"\x03" + good[1:4] + good[5:])
    node = ParentNode(hpke_key(), b"", (1, 2)).encode()
    breaks("2.1-5", ParentNode.decode, node, node[:-9] + b"\x07" + node[-8:-1])


@pytest.mark.parametrize("value", [-1, 1 << 32])
@shows("2.1-6")
def test_a_number_that_does_not_fit(value: int) -> None:
    breaks("2.1-6", lambda index: Remove(index).encode(), (1 << 32) - 1, value)


@pytest.mark.parametrize("presence", [2, 0x81, 255])
@shows("2.1.1-1")
def test_an_optional_value_that_may_be_there(presence: int) -> None:
    message = followed().commit(0).content.body
    assert isinstance(message, Commit)
    good = message.encode()
    assert good[:2] == b"\x00\x01"
    breaks("2.1.1-1", Commit.decode, good, good[:1] + bytes([presence]) + good[2:])


@pytest.mark.parametrize(
    ("number", "size", "header"),
    [
        pytest.param("2.1.2-1", 5, b"\x40\x05", marks=shows("2.1.2-1")),
        pytest.param("2.1.2-1", 0x3F, b"\x40\x3f", marks=shows("2.1.2-1")),
        pytest.param("2.1.2-2", 5, b"\x80\x00\x00\x05", marks=shows("2.1.2-2")),
        pytest.param("2.1.2-2", 0x3FFF, b"\x80\x00\x3f\xff", marks=shows("2.1.2-2")),
        pytest.param("2.1.2-3", 5, b"\xc0\x00\x00\x00\x00\x00\x00\x05", marks=shows("2.1.2-3")),
        pytest.param("2.1.2-3", 5, b"\xff", marks=shows("2.1.2-3")),
    ],
)
def test_lengths_that_are_too_long(number: str, size: int, header: bytes) -> None:
    name = bytes(size)
    good = Credential.basic(name).encode()
    breaks(number, Credential.decode, good, good[:2] + header + name)


@shows("2.1.2-4")
def test_a_vector_that_no_field_needs() -> None:
    breaks("2.1.2-4", Credential.decode, Credential.basic(bytes(MAX_VECTOR)).encode(), b"\x00\x01\x80\x10\x00\x01")


@pytest.mark.parametrize("value", [MAX_LENGTH + 1, -1])
@shows("2.1.2-5")
def test_a_length_that_cannot_be_said(value: int) -> None:
    breaks("2.1.2-5", codec.length, MAX_LENGTH, value)


def test_what_a_decoder_takes_it_gives_back() -> None:
    for good in messages():
        assert MLSMessage.decode(good).encode() == good
    ana = party("ana")
    wide = replace(ana, name="a" * 70).credential
    assert Credential.decode(wide.encode()) == wide
