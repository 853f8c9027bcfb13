# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attachments of reported messages (V9): by message and part, checked down to the plaintext."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from privity.desk import limits
from privity.desk.evidence import records as evidence
from privity.desk.evidence.records import Kind
from privity.message import attachments, compose
from privity.message.attachments import Encrypted
from privity.message.content import PLAINTEXT_HASHES, PROCESS_ALL, ExternalPart, MimiContent, MultiPart
from privity.message.errors import UsageError
from privity.message.report import MAX_REPORT
from privity.message.sealed_report import MAX_SEALED
from privity.wire.errors import Code, Refusal
from tests.desk.running import Desk
from tests.desk.world import World, random

PICTURE = b"an invented picture of a teapot" * 9


def encrypted(plaintext: bytes = PICTURE) -> Encrypted:
    return attachments.encrypt(
        plaintext,
        content_type="image/png",
        filename="teapot.png",
        description="a teapot",
        url_of=lambda digest: f"https://elsewhere.example/{digest.hex()}",
        random=random,
    )


def content(world: World, part: ExternalPart, plaintext_hash: bytes, caption: str = "") -> MimiContent:
    author = compose.Author(world.alice.user_uri, world.room_uri)
    return compose.attachment(author, part, plaintext_hash, random=random, caption=caption)


def stored(world: World, file: Encrypted) -> None:
    world.hub.blobs[file.part.content_hash] = file.ciphertext


def kinds(desk: Desk) -> list[str]:
    return [row[0] for row in desk.db.execute("SELECT kind FROM evidence ORDER BY id").fetchall()]


async def outcomes(desk: Desk) -> list[tuple[int, str]]:
    (message,) = (await desk.only()).messages
    return [(found.part, found.outcome) for found in message.attachments]


async def test_an_attachment_is_fetched_checked_and_kept_sealed(desk: Desk, world: World) -> None:
    file = encrypted()
    stored(world, file)
    world.relay(world.sent(content(world, file.part, file.plaintext_hash, "look")))
    assert await outcomes(desk) == [(2, "OK")]
    row = desk.db.execute("SELECT id FROM evidence WHERE kind = 'attachment'").fetchone()
    opened = evidence.open_record(desk.db, desk.keys.evidence, row[0], who="m. tester", reason="case 3", now_ms=1)
    assert (opened.content, opened.part) == (file.ciphertext, 2)


async def test_a_lost_attachment_is_unavailable_and_the_message_stands(desk: Desk, world: World) -> None:
    file = encrypted()
    world.relay(world.sent(content(world, file.part, file.plaintext_hash)))
    assert await outcomes(desk) == [(0, "UNAVAILABLE")]
    assert desk.reports()[0].level == 2


async def test_a_lost_attachment_may_ride_along(desk: Desk, world: World) -> None:
    file = encrypted()
    sent = world.sent(content(world, file.part, file.plaintext_hash))
    world.relay(replace(sent, attachments={0: file.ciphertext}))
    assert await outcomes(desk) == [(0, "OK")]
    assert world.hub.seen["blobs"] == 0


async def test_a_foreign_ciphertext_of_the_reporter_blames_nobody(desk: Desk, world: World) -> None:
    file = encrypted()
    stored(world, file)
    sent = world.sent(content(world, file.part, file.plaintext_hash))
    world.relay(replace(sent, attachments={0: b"something else", 9: b"nothing"}))
    assert await outcomes(desk) == [(0, "OK")]


async def test_other_bytes_from_the_blob_store_blame_nobody(desk: Desk, world: World) -> None:
    file = encrypted()
    world.hub.blobs[file.part.content_hash] = b"rotten"
    world.relay(world.sent(content(world, file.part, file.plaintext_hash)))
    assert await outcomes(desk) == [(0, "UNAVAILABLE")]


async def test_a_plaintext_that_is_not_the_named_one_is_the_senders_doing(desk: Desk, world: World) -> None:
    file = encrypted()
    stored(world, file)
    world.relay(world.sent(content(world, file.part, hashlib.sha256(b"another picture").digest())))
    assert await outcomes(desk) == [(0, "MISMATCH")]
    assert Kind.ATTACHMENT in kinds(desk)


async def test_one_ciphertext_under_two_keys_is_judged_per_message(desk: Desk, world: World) -> None:
    """Evidence keyed by hash would show the first message's picture for the second."""
    file = encrypted()
    stored(world, file)
    other_key = replace(file.part, key=random(16))
    first = world.sent(content(world, file.part, file.plaintext_hash))
    second = world.sent(content(world, other_key, file.plaintext_hash))
    world.relay(first)
    world.relay(second)
    await desk.intake.step()
    found = [report.messages[0].attachments[0].outcome for report in desk.reports()]
    assert found == ["OK", "MISMATCH"]


async def test_a_clear_link_proves_the_link_alone(desk: Desk, world: World) -> None:
    part = replace(encrypted().part, enc_alg=0)
    world.relay(world.sent(content(world, part, b"\0" * 32)))
    assert await outcomes(desk) == [(0, "LINK_ONLY")]
    assert world.hub.seen["blobs"] == 0


async def test_an_unknown_hash_is_not_checked(desk: Desk, world: World) -> None:
    file = encrypted()
    part = replace(file.part, hash_alg=7)
    world.relay(world.sent(content(world, part, file.plaintext_hash)))
    assert await outcomes(desk) == [(0, "NOT_CHECKED")]


async def test_nothing_is_fetched_for_a_message_that_does_not_verify(desk: Desk, world: World) -> None:
    file = encrypted()
    stored(world, file)
    sent = world.sent(content(world, file.part, file.plaintext_hash))
    world.relay(replace(sent, ts_ms=sent.ts_ms + 1))
    assert await outcomes(desk) == []
    assert world.hub.seen["blobs"] == 0


async def test_the_same_message_again_keeps_its_attachment_once(desk: Desk, world: World) -> None:
    file = encrypted()
    stored(world, file)
    sent = world.sent(content(world, file.part, file.plaintext_hash))
    world.relay(sent)
    world.relay(sent)
    await desk.intake.step()
    assert [report.messages[0].attachments[0].outcome for report in desk.reports()] == ["OK", "OK"]
    assert desk.reports()[1].messages[0].attachments[0].detail == "kept with report 1"
    assert kinds(desk).count("attachment") == 1


async def test_a_flood_of_parts_is_bounded(desk: Desk, world: World) -> None:
    file = encrypted()
    stored(world, file)
    count = limits.MAX_ATTACHMENTS_PER_REPORT + 1
    parts = MultiPart(PROCESS_ALL, (file.part,) * count)
    hashes: dict[int | str, object] = {PLAINTEXT_HASHES: dict.fromkeys(range(1, count + 1), file.plaintext_hash)}
    author = compose.Author(world.alice.user_uri, world.room_uri)
    world.relay(world.sent(compose.message(author, parts, random=random, extensions=hashes)))
    found = await outcomes(desk)
    assert {outcome for _, outcome in found} == {"NOT_CHECKED"}
    assert len(found) == count


async def test_too_many_bytes_are_not_checked(desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ATTACHMENT_BYTES_PER_REPORT", 400)
    first, second = encrypted(), encrypted()
    stored(world, first)
    stored(world, second)
    world.relay(
        world.sent(content(world, first.part, first.plaintext_hash)),
        world.sent(content(world, second.part, second.plaintext_hash)),
    )
    found = await desk.only()
    assert [message.attachments[0].outcome for message in found.messages] == ["OK", "NOT_CHECKED"]


async def test_a_blob_over_the_limit_is_unavailable(desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_BLOB_BYTES", 100)
    file = encrypted()
    stored(world, file)
    world.relay(world.sent(content(world, file.part, file.plaintext_hash)))
    assert await outcomes(desk) == [(0, "UNAVAILABLE")]


async def test_a_hub_that_cannot_give_a_blob_now_is_asked_again(desk: Desk, world: World) -> None:
    file = encrypted()
    stored(world, file)
    world.hub.refuse["blobs"] = (Code.UNAVAILABLE, 1)
    world.relay(world.sent(content(world, file.part, file.plaintext_hash)))
    with pytest.raises(Refusal):
        await desk.intake.step()
    assert desk.reports() == ()
    assert await outcomes(desk) == [(0, "OK")]


async def test_the_largest_report_is_opened_and_one_byte_more_is_none(desk: Desk, world: World) -> None:
    """What a hub relays (tests/server/rooms/test_desk.py holds it to the same number), a desk opens."""
    sent = world.sent()
    room = MAX_REPORT - len(world.report(replace(sent, attachments={0: bytes(1 << 16)})).encode()) + (1 << 16)
    world.relay(replace(sent, attachments={0: bytes(room)}))
    with pytest.raises(UsageError):
        world.relay(replace(sent, attachments={0: bytes(room + 1)}))
    assert len(world.hub.relayed[0].sealed) == MAX_SEALED
    world.hub.relay(world.bob.user_uri, world.hub.relayed[0].sealed + b"\0")
    await desk.intake.step()
    assert [report.state.value for report in desk.reports()] == ["assessed", "cannot_open"]
    assert [report.level for report in desk.reports()] == [2, 0]
    assert desk.reports()[1].evidence == [], "what is no report is not kept either"
