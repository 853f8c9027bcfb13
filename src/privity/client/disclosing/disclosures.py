# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Making a disclosure: chosen messages become a package that this device signs, and that goes to nobody by itself.

It begins with a call of this module and with nothing else: no frame of the hub, no setting and no other device leads
here. Unless its person asked for more, nobody is asked for anything, and no hub has to be there.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privity.client.disclosing import attesting, proving
from privity.client.disclosing.choosing import Choice, choose, gaps
from privity.client.disclosing.gathering import Gathering
from privity.client.disclosing.wanted import Chosen, Wanted
from privity.client.engine.room import Room
from privity.client.engine.shown import Item
from privity.client.errors import DisclosureRefused, SaveRefused
from privity.client.export.places import into_zip
from privity.client.host import Host
from privity.client.names import Names
from privity.client.saving import drafted
from privity.policy.roles import Role as RoomRole
from privity.production import age_key, archive, building, writing
from privity.production.building import Contents, Package
from privity.production.disclosed import (
    Asked,
    AsShown,
    Conversation,
    DeletedBy,
    Gap,
    LeftOut,
    LogProof,
    Message,
    Reacted,
    Role,
    Selection,
    Status,
)
from privity.production.envelope import KeySigner
from privity.production.errors import BadPlace, ProductionError
from privity.production.model import Facts, Keys, Kind, Operator, Software, Use

CASE_BYTES: Final = 10
"""A name of the package that says nothing: sixteen letters."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a disclosure would hold. `people` are the user URIs of those who wrote, `others` of everybody else who is
    named in what proves it."""

    messages: int
    left_out: int
    gaps: int
    people: tuple[str, ...]
    others: tuple[str, ...]
    own: int
    """Messages of this device, that only its own signature stands for."""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished package, and in words what is not in it although it was asked for."""

    package: Package
    messages: int
    missing: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.package.case


class Disclosures:
    """Of one open device. Everything here raises CommandRefused for what cannot be handed over."""

    __slots__ = ("_host", "_names")

    def __init__(self, host: Host, names: Names) -> None:
        self._host = host
        self._names = names

    async def preview(self, chosen: Chosen) -> Preview:
        """What would be in it, so that a person can think again. Nothing is made and nobody asked."""
        room = self._host.engine.room(chosen.room_uri)
        choice = await choose(self._host.store, room, chosen)
        senders = {each.record.sender_uri for each in choice.picked if each.record is not None}
        own = [each for each in choice.picked if each.record is None or not each.record.signature]
        people = tuple(sorted(senders | ({self._own} if own else set())))
        others = tuple(sorted(_in_room(room) - {*people, self._own}))
        skipped = sum(count or 1 for count in gaps(choice) if count is None or count > 0)
        return Preview(len(choice.picked), len(choice.left_out), skipped, people, others, len(own))

    async def make(self, wanted: Wanted) -> Made:
        """The package, which its own verifier has accepted. Raises CommandRefused, DisclosureRefused."""
        host = self._host
        room = host.engine.room(wanted.chosen.room_uri)
        choice = await choose(host.store, room, wanted.chosen)
        gathered = await Gathering(host, self._names, fetch=wanted.files).gather(choice.picked)
        proofs = proving.kept(host.engine.device, choice.picked)
        messages, missing = gathered.messages, _missing_files(gathered.messages)
        if wanted.keys or wanted.attestation:
            people = sorted({self._own, *(each.sender for each in messages)}) if wanted.keys else []
            found, silent = await proving.asked(host, people)
            proofs = _once([*proofs, *found])
            missing += [f"the key log showed nothing of {self._names.handle(each) or each}" for each in silent]
        missing += [
            f"when each key of {self._names.handle(each) or each} was in force: asking the hub for keys brings it"
            for each in proving.undated(host.engine.device, choice.picked, proofs)
        ]
        if wanted.attestation:
            messages = await attesting.attested(host, messages)
            without = sum(each.attestation is None for each in messages)
            missing += [f"the hub attested to the time of {len(messages) - without} of {len(messages)} messages"] * (
                without > 0
            )
        conversation = Conversation(
            tuple(messages),
            proving.log_keys(host.engine.device),
            tuple(proofs),
            gathered.contexts,
            gathered.lists,
            gathered.files,
            self._selection(room, wanted, choice),
        )
        package = await asyncio.to_thread(self._package, conversation)
        return Made(package, len(messages), tuple(missing))

    async def write(self, made: Made, folder: Path) -> Path:
        """Into a new folder below which nothing was. Raises SaveRefused."""
        try:
            await asyncio.to_thread(writing.write, made.package, folder)
        except BadPlace as err:
            raise SaveRefused(str(err)) from None
        return folder

    async def pack(self, made: Made, out: BinaryIO) -> None:
        """As a ZIP file into an open file."""

        def work() -> None:
            with into_zip(out, self._host.now_ms()) as place:
                for path, data in made.package.files.items():
                    with place.new(f"{made.name}/{path}", packed=True) as file:
                        file.write(data)

        await asyncio.to_thread(work)

    async def seal(self, made: Made, recipient: str, to: Path) -> Path:
        """Encrypted to an age key, as one file; where it is. Raises DisclosureRefused, SaveRefused."""
        data = await asyncio.to_thread(sealed, made, recipient)
        with drafted(sealed_name(made), to) as (file, target):
            file.write(data)
        return target

    @property
    def _own(self) -> str:
        return self._host.engine.device.own.user_uri

    def _selection(self, room: Room, wanted: Wanted, choice: Choice) -> Selection:
        own = self._host.engine.device.own
        between = gaps(choice)
        return Selection(
            exporter=own.user_uri,
            device=own.client_uri,
            handle=own.handle,
            role=_role(room, own.user_uri),
            room=room.uri,
            recipient=wanted.recipient,
            purpose=wanted.purpose,
            statement=wanted.statement,
            made_at=_moment(self._host.now_ms()),
            selected=tuple(each.message_id.hex() for each in choice.picked),
            gaps=tuple(Gap(n, count) for n, count in enumerate(between, 1)),
            shown=self._shown(choice),
            left_out=tuple(LeftOut(message_id.hex(), why) for message_id, why in choice.left_out),
            asked=Asked(wanted.files, wanted.keys, wanted.attestation),
        )

    def _shown(self, choice: Choice) -> tuple[AsShown, ...]:
        """How each entry stands here now, under the number of its first version."""
        seen: dict[int, AsShown] = {}
        for n, each in enumerate(choice.picked, 1):
            if each.item is not None and each.item.seq not in seen:
                seen[each.item.seq] = self._as_shown(n, each.item)
        return tuple(seen.values())

    def _as_shown(self, n: int, item: Item) -> AsShown:
        by = item.deleted_by
        reactions = [Reacted(each.sender, self._names.handle(each.sender), each.text) for each in item.reactions]
        return AsShown(n, item.state.value, None if by is None else DeletedBy(by.user_uri, by.role), tuple(reactions))

    def _package(self, conversation: Conversation) -> Package:
        """Signed by this device, and checked as whoever gets it would check it."""
        own, selection = self._host.engine.device.own, conversation.selection
        assert selection is not None  # `make` gives one
        device = KeySigner(Use.DEVICE, Ed25519PrivateKey.from_private_bytes(own.signature_private), selection.made_at)
        facts = Facts(
            case=f"PD-{base64.b32encode(os.urandom(CASE_BYTES)).decode()}",
            kind=Kind.PARTICIPANT_DISCLOSURE,
            operator=Operator(f"{own.handle} ({own.user_uri})", own.user_uri, ""),
            software=Software("privity", version("privity"), None, None),
            collected_at=selection.made_at,
        )
        keys = Keys((device.key,), f"in the key log of {own.hub_host}, as a device of {own.user_uri}")
        contents = Contents(conversation=conversation)
        try:
            prepared = building.prepare(facts, contents, keys, (), stamped=False)
            package = building.disclose(prepared, device)
            writing.must_verify(package, prepared.keys, b"")
        except ProductionError as err:
            raise DisclosureRefused(f"no package was made: {err}") from None
        return package


def sealed(made: Made, recipient: str) -> bytes:
    """Raises DisclosureRefused for what is no key."""
    try:
        return age_key.encrypted(archive.pack(made.name, made.package.files), recipient)
    except ProductionError as err:
        raise DisclosureRefused(str(err)) from None


def sealed_name(made: Made) -> str:
    return f"{made.name}.tar.age"


def _role(room: Room, user_uri: str) -> Role:
    """As what this account is, or was, in the conversation."""
    now = room.group is not None and room.state.role(user_uri) is RoomRole.ARCHIVE
    return Role.ARCHIVE if now or user_uri in room.record.archives else Role.MEMBER


def _in_room(room: Room) -> set[str]:
    """Whom contexts of this room name, as far as that is known here."""
    if room.group is None:
        return set(room.record.people)
    return {each.user_uri for each in room.state.participants.participants}


def _missing_files(messages: Sequence[Message]) -> list[str]:
    count = sum(file.status is Status.NOT_HERE for each in messages for file in each.attachments)
    return [f"{count} files of messages are not on this device, and not in the package"] if count else []


def _once(proofs: Sequence[LogProof]) -> list[LogProof]:
    return list({(each.label, each.proof): each for each in reversed(proofs)}.values())[::-1]


def _moment(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
