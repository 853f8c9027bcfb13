# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Ciphertexts of fetched files: kept within bounds, as long as the evidence, and brought to a report when lost."""

from __future__ import annotations

import pytest

from privity.client.engine import ciphertexts, safety_inputs
from privity.client.engine import inputs as i
from privity.client.engine.records import Table
from privity.message import compose
from privity.message.attachments import Encrypted, encrypt
from privity.message.content import NullPart
from privity.message.report import MAX_REPORT, Reason
from tests.client.fake_hub import Phone, World

HOUR_MS = 3_600_000


@pytest.fixture
def world() -> World:
    return World()


def file(world: World, size: int = 5_000) -> Encrypted:
    return encrypt(
        world.random.randbytes(size),
        content_type="image/png",
        filename="teapot.png",
        description="",
        url_of=bytes.hex,
        random=world.random.randbytes,
    )


def attach(phone: Phone, room: str, made: Encrypted) -> bytes:
    part, hashes = compose.captioned(made.part, made.plaintext_hash)
    sent = phone.do(lambda n: i.Send(n, room, part, plaintext_hashes=tuple(hashes.items())))
    assert isinstance(sent, bytes)
    return sent


def keep(phone: Phone, room: str, message_id: bytes, ciphertext: bytes, part: int = 0) -> None:
    phone.do(lambda n: i.KeepCiphertext(n, room, message_id, part, ciphertext))


def rows(phone: Phone) -> list[bytes]:
    """Every kept ciphertext of a device."""
    return [
        value
        for (table, _, key), value in phone.view.rows.items()
        if table is Table.EVIDENCE and key.startswith(b"ciphertext") and key != b"ciphertexts"
    ]


def riding(world: World, phone: Phone, room: str, *message_ids: bytes) -> list[dict[int, bytes]]:
    """What the report of these messages carries of their files."""
    phone.do(lambda n: safety_inputs.Report(n, room, message_ids, Reason.SPAM, ""))
    return [dict(message.attachments) for message in world.open_report(world.hub.reports[-1]).messages]


def test_a_kept_file_rides_only_when_the_hub_does_not_have_it(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    made = file(world)
    sent = attach(alice, room, made)
    assert riding(world, bob, room, sent) == [{}], "nothing was fetched, so there is nothing to bring"
    keep(bob, room, sent, made.ciphertext)
    assert riding(world, bob, room, sent) == [{0: made.ciphertext}]
    world.hub.blobs[made.part.content_hash.hex()] = len(made.ciphertext)
    assert riding(world, bob, room, sent) == [{}]
    bob.restart()
    world.hub.blobs.clear()
    assert riding(world, bob, room, sent) == [{0: made.ciphertext}], "it is on disk"


def test_one_ciphertext_in_two_messages_is_kept_for_each(world: World) -> None:
    """Kept by hash, the file of one message would stand for that of another."""
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    made = file(world)
    first, second = attach(alice, room, made), attach(alice, room, made)
    keep(bob, room, first, made.ciphertext)
    assert riding(world, bob, room, first, second) == [{0: made.ciphertext}, {}]


def test_what_is_kept_goes_with_the_evidence(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    made, other = file(world), file(world)
    sent, staying = attach(alice, room, made), attach(alice, room, other)
    keep(bob, room, sent, made.ciphertext)
    keep(bob, room, staying, other.ciphertext)
    alice.do(lambda n: i.Send(n, room, NullPart(), replaces=sent))
    world.pass_time(71 * HOUR_MS)
    assert riding(world, bob, room, sent) == [{0: made.ciphertext}], "for the grace of deleted messages"
    world.pass_time(2 * HOUR_MS)
    assert rows(bob) == [other.ciphertext]
    keep(bob, room, sent, made.ciphertext)
    assert rows(bob) == [other.ciphertext], "nothing outlives its evidence"


def test_the_oldest_go_when_there_is_too_much(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    made = [file(world, 1_000) for _ in range(5)]
    sent = [attach(alice, room, each) for each in made]
    monkeypatch.setattr(ciphertexts, "MAX_KEPT_BYTES", 3 * len(made[0].ciphertext))
    for message_id, each in zip(sent, made, strict=True):
        keep(bob, room, message_id, each.ciphertext)
        keep(bob, room, message_id, each.ciphertext)
    assert sorted(rows(bob)) == sorted(each.ciphertext for each in made[2:])
    assert riding(world, bob, room, *sent) == [{}, {}, *({0: each.ciphertext} for each in made[2:])]
    monkeypatch.setattr(ciphertexts, "MAX_KEPT", 2)
    keep(bob, room, sent[0], made[0].ciphertext)
    assert sorted(rows(bob)) == sorted([made[4].ciphertext, made[0].ciphertext])


def test_what_no_report_could_carry_is_not_kept(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    sent = attach(alice, room, file(world))
    keep(bob, room, sent, bytes(MAX_REPORT + 1))
    assert rows(bob) == []


def test_a_full_report_leaves_files_out_to_the_byte(world: World) -> None:
    """The largest file that still fits rides; one byte more stays behind, and the report is a report both times."""
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    sent = attach(alice, room, file(world))
    riding(world, bob, room, sent)
    empty = len(world.open_report(world.hub.reports[-1]).encode())
    fits = MAX_REPORT - empty - 16
    keep(bob, room, sent, bytes(fits), part=0)
    assert [len(found[0]) for found in riding(world, bob, room, sent)] == [fits]
    other = attach(alice, room, file(world))
    keep(bob, room, other, bytes(fits + 1))
    assert riding(world, bob, room, other) == [{}]
