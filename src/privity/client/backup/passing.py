# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""History for a device that was just linked: a backup sealed to a key of that device, which says it in a conversation
that only devices of the account are in.

The new device asks and the other one gives, each by its person's word. The pieces are files like any other: their
ciphertext lies at the hub, under keys that only this conversation knows, and what they hold is sealed once more.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from typing import BinaryIO, Final, TypeVar

from privity.client import attachments
from privity.client.backup import making
from privity.client.backup.keys import PUBLIC_BYTES, BackupKey
from privity.client.backup.making import Progress
from privity.client.engine import inputs
from privity.client.engine.records import Table
from privity.client.engine.room import Room
from privity.client.engine.shown import Item, Kind, decode_item
from privity.client.errors import BackupMalformed
from privity.client.host import Host
from privity.client.preferences import Preferences
from privity.identity.recovery import BACKUP_SEED_BYTES
from privity.message.content import ExternalPart, MimiContent, Part, SinglePart, walk
from privity.policy.roles import Role

T = TypeVar("T")
WANTED: Final = "application/privity-history-key"
"""The public key to seal to."""
PIECE: Final = "application/privity-history"
COMPLETE: Final = "application/privity-history-complete"
"""How many pieces there were, in decimal digits."""
NAME: Final = "between your devices"
SEED: Final = b"history key"
"""Under which `Table.OWN` keeps the private key until the history is here."""
PIECE_BYTES: Final = 8 << 20
ROOM: Final = b"history room"
"""Under which it keeps where that key was said."""
MAX_PIECES: Final = 10_000


class Passing:
    """Both sides of it, for one device each."""

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    # The new device

    async def ask(self) -> str:
        """Say a fresh key to the other devices of this account; the conversation in which that is.

        Whoever was stopped while they waited goes on with what they asked for: it may be given by now.
        """
        own, store = self._host.engine.device.own, self._host.store
        seed, before = store.get(Table.OWN, "", SEED), store.get(Table.OWN, "", ROOM)
        if seed is None or before is None or before.decode() not in self._host.engine.rooms:
            seed = os.urandom(BACKUP_SEED_BYTES)
            room_uri = str(await self._host.do(lambda n: inputs.CreateGroup(n, own_devices=True)))
            store.save({(Table.OWN, "", SEED): seed, (Table.OWN, "", ROOM): room_uri.encode()})
            Preferences(store).set_archived(room_uri, True)
            await self._host.do(lambda n: inputs.Rename(n, room_uri, NAME))
        else:
            room_uri = before.decode()
        if not any(item.client == own.client_uri and _said(item, WANTED) for item in self._items(room_uri)):
            await self._send(room_uri, SinglePart(WANTED, BackupKey(seed).public))
        return room_uri

    async def fetched(self, room_uri: str, out: BinaryIO, progress: Progress | None) -> BackupKey:
        """Wait for the history and write it into a file; the key that opens it. Raises BackupMalformed."""
        last, count = await self._until(lambda: self._complete(room_uri))
        pieces = [item for item in self._items(room_uri) if item.client == last.client and _piece_of(item) is not None]
        if not 0 < count <= MAX_PIECES or len(pieces) != count:
            raise BackupMalformed(f"the other device speaks of {count} pieces of history, {len(pieces)} came")
        for number, item in enumerate(pieces, 1):
            file = await attachments.fetch(self._host, room_uri, item.message_id, _piece_of(item), None)
            out.write(file.plaintext)
            if progress is not None:
                done = out.tell()
                progress(done, done if number == count else max(done + 1, count * PIECE_BYTES))
        seed = self._host.store.get(Table.OWN, "", SEED)
        if seed is None:
            raise BackupMalformed("this device asked for no history")
        return BackupKey(seed)

    def _complete(self, room_uri: str) -> tuple[Item, int] | None:
        own = self._host.engine.device.own
        for item in self._items(room_uri):
            text = _said(item, COMPLETE)
            if text is not None and item.client != own.client_uri and text.isdigit() and len(text) <= 6:
                return item, int(text)
        return None

    async def done(self, room_uri: str) -> None:
        """Nothing of it is left to be seen here, and its key is gone."""
        self._host.store.save({(Table.OWN, "", SEED): None, (Table.OWN, "", ROOM): None})
        for item in self._items(room_uri):
            await self._host.do(_forgetting(room_uri, item.message_id))
        Preferences(self._host.store).set_archived(room_uri, True)

    # The device that has the history

    async def give(self, client_uri: str, progress: Progress | None) -> None:
        """Wait until this device of the account asks, and pass everything on to it. Raises what `attach` raises."""
        room_uri, public = await self._until(lambda: self._asked_by(client_uri))
        with tempfile.TemporaryFile() as file:  # sealed already, and without a name
            device, store = self._host.engine.device, self._host.store
            await making.make(store, device, public, self._host.now_ms(), file)
            size, count = file.tell(), 0
            file.seek(0)
            while data := file.read(PIECE_BYTES):
                count += 1
                await self._attach(room_uri, data, count)
                if progress is not None:
                    progress(file.tell(), size)
        await self._send(room_uri, SinglePart(COMPLETE, b"%d" % count))
        await self.done(room_uri)

    def _asked_by(self, client_uri: str) -> tuple[str, bytes] | None:
        """The key that this device has said last in a conversation with nobody else's devices."""
        asked: list[tuple[int, str, bytes]] = []
        for room in self._host.engine.rooms.values():
            if not self._is_among_own(room):
                continue
            for item in self._items(room.uri):
                public = _said(item, WANTED)
                if public is not None and item.client == client_uri and len(public) == PUBLIC_BYTES:
                    asked.append((item.ts_ms, room.uri, public))
        return max(asked)[1:] if asked else None

    def _is_among_own(self, room: Room) -> bool:
        if room.group is None or room.record.direct or room.record.stopped:
            return False
        people = [each.user_uri for each in room.state.participants.participants if each.role != Role.BANNED]
        return people == [self._host.engine.device.own.user_uri]

    async def _attach(self, room_uri: str, data: bytes, number: int) -> None:
        part, hashes = await attachments.upload(
            self._host, room_uri, data, f"history-{number}", content_type=PIECE, caption="", progress=None
        )
        await self._send(room_uri, part, tuple(hashes.items()))

    # Both

    async def _send(self, room_uri: str, part: Part, hashes: tuple[tuple[int, bytes], ...] = ()) -> None:
        await self._host.do(lambda n: inputs.Send(n, room_uri, part, plaintext_hashes=hashes))

    def _items(self, room_uri: str) -> list[Item]:
        """Messages of this account in a conversation."""
        items = [decode_item(value) for _, value in self._host.store.scan(Table.TIMELINE, room_uri)]
        return [item for item in items if item.kind is Kind.MESSAGE and item.mine and not item.from_backup]

    async def _until(self, look: Callable[[], T | None]) -> T:
        """What `look` finds, now or after something new was shown."""
        shown = self._host.follow()
        try:
            while (found := look()) is None:
                await shown.get()
            return found
        finally:
            self._host.unfollow(shown)


def _forgetting(room_uri: str, message_id: bytes) -> Callable[[int], inputs.Command]:
    return lambda n: inputs.Forget(n, room_uri, message_id)


def _said(item: Item, content_type: str) -> bytes | None:
    """What a message says, if it is of this type."""
    if not item.content:
        return None
    part = MimiContent.decode(item.content).part
    return part.content if isinstance(part, SinglePart) and part.content_type == content_type else None


def _piece_of(item: Item) -> int | None:
    """The part of a message that is a piece of history."""
    if not item.content:
        return None
    parts = walk(MimiContent.decode(item.content).part)
    return next((at for at, part in parts if isinstance(part, ExternalPart) and part.content_type == PIECE), None)
