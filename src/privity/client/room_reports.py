# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports to those who look after a group: making one, and, for them, what came and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from privity.client.engine import kept_room_reports, safety_inputs
from privity.client.engine.kept_room_reports import How, KeptMessage, KeptRoomReport
from privity.client.engine.report_keys import looks_after
from privity.client.engine.room import Room
from privity.client.engine.shown import State
from privity.client.engine.timeline import plain_text
from privity.client.errors import ClientError, CommandRefused
from privity.client.host import Host
from privity.message.content import MimiContent
from privity.message.report import Reason, Subject
from privity.policy.roles import Role

WAITING, DONE = "waiting", "done"


@dataclass(frozen=True, slots=True)
class ReportedHere:
    """One reported message. `standing`: "seen" (the same bytes came here), "franked" (a device of the accused signed it
    and the server marked it), or "unproven". `gone`: the conversation shows it no more. `edit`: it says what another
    message says since."""

    message_id: bytes
    standing: str
    text: str = field(repr=False)
    gone: bool
    edit: bool = False


@dataclass(frozen=True, slots=True)
class RoomReport:
    """A report that came. `accused_uri` is empty where the conversation is reported. `state` is "waiting" or "done",
    `how` one of `How` once it is done. `accused_out`: whoever is reported is in the conversation no more."""

    id: str
    room_uri: str
    reporter_uri: str
    accused_uri: str
    reason: Reason
    note: str = field(repr=False)
    at_ms: int
    may_name: bool
    messages: tuple[ReportedHere, ...]
    state: str
    how: str
    accused_out: bool


class RoomReports:
    """Whoever is reported is told nothing by any of this: nothing is said in the conversation, and no event made."""

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    # Reporting

    async def moderators(self, room_uri: str, accused_uri: str) -> tuple[str, ...]:
        """User URIs of those who would get a report about this person; nobody where the desk alone can take it.

        Raises CommandRefused, Refusal.
        """
        room = self._host.engine.room(room_uri)
        if room.group is None or not room.record.member or room.record.stopped or room.state.direct:
            return ()
        found = await self._host.do(lambda n: safety_inputs.FindModerators(n, room_uri, accused_uri))
        if not isinstance(found, tuple):
            raise ClientError("the engine looked for moderators and found something else")
        return found

    async def send(
        self,
        room_uri: str,
        message_ids: tuple[bytes, ...],
        reason: Reason,
        note: str = "",
        *,
        accused_uri: str = "",
        may_name: bool = False,
    ) -> str:
        """Report messages of one person, or a person, or (with neither) the conversation; the report's id.

        Raises CommandRefused where nobody can take it, Refusal.
        """
        make = safety_inputs.ReportToModerators
        done = self._host.do(lambda n: make(n, room_uri, message_ids, accused_uri, reason, note, may_name))
        return str(await done)

    async def report_to_desk(self, id: str, note: str = "") -> str:
        """Report to the hub's desk, too, what this device reported so; the receipt. Raises CommandRefused, Refusal."""
        return str(await self._host.do(lambda n: safety_inputs.TakeToDesk(n, id, note)))

    # Looking after a group

    def received(self, room_uri: str | None = None) -> list[RoomReport]:
        """What came about the groups that this account looks after, or about one of them; the newest first."""
        found = []
        for kept in kept_room_reports.all_of(self._host.store):
            room = self._host.engine.rooms.get(kept.room_uri)
            if room is not None and room_uri in (None, kept.room_uri) and looks_after(room):
                found.append(self._shown(room, kept))
        return found

    def waiting(self, room_uri: str | None = None) -> int:
        """How many of them wait for somebody to look: quickly, for a list of conversations asks it of each."""
        rooms = self._host.engine.rooms
        named = rooms if room_uri is None else {room_uri} & rooms.keys()
        after = {uri for uri in named if looks_after(rooms[uri])}
        found = kept_room_reports.all_of(self._host.store) if after else []
        return sum(not kept.how and kept.room_uri in after for kept in found)

    async def settle(self, id: str, how: str) -> None:
        """Say what became of it: one of `How` but "passed on". Raises CommandRefused."""
        key, said = _key(id), _how(how)
        await self._host.do(lambda n: safety_inputs.SettleRoomReport(n, key, said))

    async def pass_on(self, id: str, note: str = "") -> str:
        """Pass it on to the hub's desk; the receipt. The reporter is named only if they agreed.

        Raises CommandRefused, Refusal.
        """
        key = _key(id)
        return str(await self._host.do(lambda n: safety_inputs.PassOnRoomReport(n, key, note)))

    def _shown(self, room: Room, kept: KeptRoomReport) -> RoomReport:
        made = kept_room_reports.report_of(self._host.store, kept)
        listed = room.state.participants.role(kept.accused_uri) if kept.accused_uri else Role.MEMBER
        return RoomReport(
            kept.key.hex(),
            kept.room_uri,
            kept.reporter_uri,
            kept.accused_uri,
            made.reason,
            made.note,
            kept.at_ms,
            kept.may_name,
            tuple(
                _reported(room, named, message.data)
                for named, message in zip(kept.messages, made.messages, strict=True)
            ),
            DONE if kept.how else WAITING,
            kept.how,
            listed in (Role.NONE, Role.BANNED),
        )


def subject_of(report: RoomReport) -> Subject:
    """What a report is about."""
    if report.messages:
        return Subject.MESSAGES
    return Subject.PERSON if report.accused_uri else Subject.ROOM


def _reported(room: Room, named: KeptMessage, data: bytes) -> ReportedHere:
    item = room.timeline.item(named.message_id)
    gone = item is not None and item.state in (State.DELETED, State.EXPIRED)
    content = MimiContent.decode(data)
    edit = content.replaces is not None
    return ReportedHere(named.message_id, named.proof.value, plain_text(content.part), gone, edit)


def _key(id: str) -> bytes:
    try:
        return bytes.fromhex(id)
    except ValueError:
        raise CommandRefused("a report is known by hex digits, as `room reports` lists them") from None


def _how(text: str) -> How:
    settled = [each for each in How if each is not How.PASSED_ON]
    for each in settled:
        if each.value == text:
            return each
    raise CommandRefused(f"a report is settled as one of {', '.join(each.value for each in settled)}; got {text!r:.40}")
