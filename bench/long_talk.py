# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A home with one account that has talked for years: entries are put into its store while no daemon runs."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from privity.client.engine.records import Change, Table
from privity.client.engine.shown import Item, Kind, encode_item
from privity.client.sdk import Device
from privity.client.store.database import Store
from privity.faces.demo.home import Home
from privity.faces.demo.throwaway import COST, PASSPHRASE
from privity.identity.recovery import new_phrase
from privity.message.content import MimiContent, SinglePart
from privity.mls.codec import u64

FIRST_SEQ: Final = 1_000
"""Beyond what the conversation really had, so that nothing stands where an entry goes."""
BATCH: Final = 2_000
MINUTE_MS: Final = 60_000
RARE: Final = "quetzal"
"""A word of one message in a thousand."""
SAID: Final = (
    "the ferry tide harbour lamp we shall meet again after rain and bring bread salt apples for everybody who waits "
    "on that pier while gulls argue about nothing in particular because evening comes late this far north"
)


@dataclass(frozen=True, slots=True)
class LongTalk:
    """Whose home it is, who they talk with, and how much."""

    handle: str
    other: str
    messages: int

    @property
    def rare(self) -> int:
        """How many messages have the rare word."""
        return -(-self.messages // 1000)


async def fill(hub: Home, home: Path, talk: LongTalk, now_ms: int) -> None:
    """Two accounts, a conversation, and its entries. The passphrase is that of `throwaway`."""
    for folder in (home, home / "accounts"):
        folder.mkdir(mode=0o700)
    devices = []
    for handle, folder in ((talk.handle, home / "accounts" / talk.handle), (talk.other, home.parent / talk.other)):
        phrase = new_phrase(os.urandom)
        devices.append(
            await Device.register(
                folder, PASSPHRASE, hub.url, handle=handle, phrase=phrase, invite=hub.invite(), cost=COST
            )
        )
    own, other = devices
    async with own, other:
        await own.caught_up()
        await other.caught_up()
        other_uri, own_uri = other.user_uri, own.user_uri
        await own.contacts.ask(talk.other)
        await other.contacts.ask(talk.handle)
        await own.contacts.refresh()
        room = await own.direct(other_uri)
    store = Store.open(home / "accounts" / talk.handle, PASSPHRASE)
    try:
        batch: dict[Change, bytes | None] = {}
        for item in _entries(talk.messages, room, own_uri, other_uri, now_ms):
            batch[(Table.TIMELINE, room, u64(item.seq))] = encode_item(item)
            if len(batch) == BATCH:
                store.save(batch)
                batch = {}
        store.save(batch)
    finally:
        store.close()


def text_of(number: int) -> str:
    """What the message of that number says."""
    chance = random.Random(number)
    vocabulary = SAID.split()
    words = [chance.choice(vocabulary) for _ in range(chance.randint(3, 30))]
    if number % 1000 == 0:
        words.append(RARE)
    return f"{number}: {' '.join(words)}"


def _entries(count: int, room: str, own_uri: str, other_uri: str, now_ms: int) -> Iterator[Item]:
    for number in range(count):
        mine = random.Random(-number).random() < 0.5
        text = text_of(number)
        content = MimiContent(
            salt=number.to_bytes(16, "big"),
            replaces=None,
            topic_id=b"",
            expires=None,
            in_reply_to=None,
            extensions={},
            part=SinglePart("text/markdown;charset=utf-8", text.encode()),
        )
        message_id = b"\x01" + bytes(23) + u64(number)
        yield Item(
            room_uri=room,
            seq=FIRST_SEQ + number,
            ts_ms=now_ms - (count - number) * MINUTE_MS,
            kind=Kind.MESSAGE,
            sender=own_uri if mine else other_uri,
            message_id=message_id,
            version_id=message_id,
            content=content.encode(),
            text=text,
            mine=mine,
        )
