# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where a drill takes place: an installation, the operator's wire before it, and people who talk over it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import msgspec

from privity.client.net.connection import JSON
from privity.faces.demo.steps import CheckFailed
from privity.faces.drill.clock import Clock
from privity.faces.drill.forged import ForgedLog
from privity.faces.drill.ghost import Ghost, no_rules
from privity.faces.drill.installation import HOST, Installation, Witness
from privity.faces.drill.people import FOUND_S, WAIT_S, Person
from privity.faces.drill.wire import Wire
from privity.identity.undated import read_chain
from privity.keylog.labels import user_label
from privity.mls.messages.group_info import GroupInfo
from privity.mls.public_group import PublicGroup
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.server.db.sqlite import SqliteReader
from privity.server.keys import HubKeys, open_keys
from privity.server.rooms import store as rooms
from privity.tlog.add_checkpoint import PATH, AddCheckpoint, decode_known_size
from privity.tlog.note import Signature, SignedNote, decode_signatures
from privity.wire import rest

CONTACT_COLUMNS = "user_uri, other_uri, how, entry, said_ms, since_ms"


@dataclass(slots=True)
class Stage:
    """`keys` are all that the hub has: the operator is compelled, and hands them out."""

    folder: Path
    clock: Clock
    installation: Installation
    wire: Wire
    http: aiohttp.ClientSession
    keys: HubKeys
    people: list[Person] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """Of everybody who ever was here, by user URI."""
    _made: int = 0

    @classmethod
    async def build(cls, folder: Path, broken: Sequence[str]) -> Stage:
        """`broken` names the defences that are gone in the hub or in the witnesses."""
        clock = Clock.create(folder / "clock")
        installation = Installation(folder / "home", folder / "clock", broken)
        wire = Wire(installation.url)
        async with AsyncExitStack() as undo:
            await wire.start()
            undo.push_async_callback(wire.stop)
            undo.callback(installation.stop)
            installation.make(wire.url)
            await installation.start()
            undo.pop_all()
        http = aiohttp.ClientSession()
        return cls(folder, clock, installation, wire, http, open_keys(installation.data / "keys"))

    @property
    def found_s(self) -> float:
        """How long a device gets to find something out by itself."""
        return FOUND_S if self.installation.broken else WAIT_S

    async def close(self) -> None:
        await self.leave()
        await self.http.close()
        await self.wire.stop()

    async def person(self, name: str) -> Person:
        """Somebody new, with a device that is online."""
        person = await self.registered(name)
        await person.online()
        return person

    async def registered(self, name: str) -> Person:
        """Somebody new, whose device has only just been told what the hub says of itself."""
        self._made += 1
        handle = f"{name.lower()}.{self._made}"
        person = await Person.register(name, self.folder / handle, self.wire.url, self.clock, handle)
        self.people.append(person)
        self.names[person.user_uri] = name
        return person

    async def pair(self) -> tuple[Person, Person]:
        """Alice and Bob, who have not met."""
        alice, bob = await asyncio.gather(self.person("Alice"), self.person("Bob"))
        return alice, bob

    async def leave(self) -> None:
        """Everybody goes home, and the wire tells the truth again."""
        self.wire.lies.clear()
        people, self.people = self.people, []
        await asyncio.gather(*(person.off() for person in people), return_exceptions=True)

    def log(self, size: int | None = None) -> ForgedLog:
        """The operator's copy of the log as it is now, or was at this size."""
        return ForgedLog.of(self.installation.data / "hub.db", self.keys, HOST, size)

    async def pass_hours(self, hours: int) -> None:
        """Time passes everywhere, once everybody has done what there was to do.

        The hub looks at the clock when somebody new comes, and its log goes on.
        """
        await asyncio.gather(*(person.device.caught_up() for person in self.people))
        self.clock.pass_hours(hours)
        newcomer = await self.person("Newcomer")
        await newcomer.off()
        self.people.remove(newcomer)

    def group(self, room_uri: str) -> tuple[GroupInfo, RatchetTree]:
        """A conversation as the hub keeps it: what somebody needs who enters from outside."""
        with closing(sqlite3.connect(f"file:{self.installation.data / 'hub.db'}?mode=ro", uri=True)) as db:
            reader = SqliteReader(db)
            room = rooms.find(reader, room_uri)
            stored = None if room is None else rooms.group(reader, room.id)
        assert stored is not None  # the caller made the room
        return GroupInfo.decode(stored.group_info), PublicGroup.decode(stored.state, no_rules()).tree

    async def reset(self, person: Person, ghost: Ghost) -> None:
        """What `privity reset-code` is for, misused: the operator resets an account to a device of its own."""
        code = await asyncio.to_thread(self.installation.reset_code, person.handle)
        chain = read_chain(self.log().values(user_label(ghost.user_uri), 0), ghost.user_uri)
        value = ghost.reset_after(chain.newest, chain.candidates[0]).encode()
        body = msgspec.json.encode(rest.Reset(code, value))
        async with self.http.post(f"{self.installation.url}/v1/resets", data=body, headers=JSON) as answer:
            if answer.status != 200:
                raise CheckFailed("reset", f"the hub does not take its own operator's reset: {await answer.text()}")

    def contacts(self) -> list[tuple[object, ...]]:
        """Everything that the hub keeps of who agreed to whom."""
        with closing(sqlite3.connect(f"file:{self.installation.data / 'hub.db'}?mode=ro", uri=True)) as db:
            return db.execute(f"SELECT {CONTACT_COLUMNS} FROM contact_side").fetchall()  # noqa: S608 - a constant

    def keep_contacts(self, rows: list[tuple[object, ...]]) -> None:
        """The operator puts back what its hub has dropped."""
        with closing(sqlite3.connect(self.installation.data / "hub.db")) as db, db:
            marks = ", ".join("?" for _ in CONTACT_COLUMNS.split(","))
            insert = f"INSERT OR IGNORE INTO contact_side ({CONTACT_COLUMNS}) VALUES ({marks})"  # noqa: S608 - a constant
            db.executemany(insert, rows)

    async def cosigned(self, log: ForgedLog) -> list[str]:
        """Ask the witnesses for their word on the operator's log, as a hub does; those that give it sign it.

        What the others said: the name of each refusal.
        """
        refusals: list[str] = []
        signatures: list[Signature] = []
        for witness in self.installation.witnesses:
            status, body = await self._ask(witness, log, log.size)
            if status == 409:
                status, body = await self._ask(witness, log, decode_known_size(body))
            if status == 200:
                signatures += decode_signatures(body)
            else:
                refusals.append(f"{witness.short}: {_name(status, body)}")
        log.add(signatures)
        return refusals

    async def _ask(self, witness: Witness, log: ForgedLog, old: int) -> tuple[int, bytes]:
        proof = tuple(log.consistency(old, log.size)) if old <= log.size else ()
        body = AddCheckpoint(old, proof, SignedNote.decode(log.note)).encode()
        async with self.http.post(witness.url + PATH, data=body) as answer:
            return answer.status, await answer.read()


def _name(status: int, body: bytes) -> str:
    return body.decode("utf-8", "replace").partition(":")[0] if status != 409 else "SizeConflict"
