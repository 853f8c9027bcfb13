# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person and the hub's desk say to each other: reports and outcomes, decisions, legal requests, appeals."""

from __future__ import annotations

from privity.client.engine import from_desk, safety_inputs
from privity.client.engine.calls import Call
from privity.client.engine.from_desk import OwnAppeal, OwnReport
from privity.client.errors import CommandRefused
from privity.client.host import Host
from privity.identity.uris import parse_room_uri, parse_user_uri
from privity.message.appeal import About
from privity.message.report import Reason, Subject
from privity.policy.roles import Capability
from privity.wire.standing import OwnStanding, Statement, StatementKind


class Safety:
    """Whoever is reported is told nothing by any of this, unless the desk decides something about them."""

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    # Reports

    async def report_messages(
        self,
        room_uri: str,
        message_ids: tuple[bytes, ...],
        reason: Reason,
        note: str = "",
        *,
        authorship: bool = True,
        subject: Subject = Subject.MESSAGES,
        as_moderator: bool = False,
    ) -> str:
        """Report messages of one person, sealed to the hub's desk; the receipt.

        `as_moderator`: passed on by somebody who looks after the room. Raises CommandRefused, Refusal.
        """
        if as_moderator:
            self._must_look_after(room_uri)
        escalated_for = "" if as_moderator else None
        make = safety_inputs.Report
        done = self._host.do(lambda n: make(n, room_uri, message_ids, reason, note, authorship, subject, escalated_for))
        return str(await done)

    async def report_person(self, user_uri: str, reason: Reason, note: str = "", *, room_uri: str = "") -> str:
        """Report somebody without a message: the desk has the reporter's word, and no proof. The receipt."""
        return await self._report(Subject.PERSON, user_uri, room_uri, reason, note)

    async def report_room(self, room_uri: str, reason: Reason, note: str = "") -> str:
        """Report a whole conversation, again without proof. The receipt."""
        return await self._report(Subject.ROOM, "", room_uri, reason, note)

    async def report_profile(self, user_uri: str, reason: Reason, note: str = "") -> str:
        """Report what somebody says of themselves: the desk looks at the hub's own copy. The receipt."""
        return await self._report(Subject.PROFILE, user_uri, "", reason, note)

    async def report_invitation(self, user_uri: str, reason: Reason, note: str = "", *, room_uri: str = "") -> str:
        """Report a request for contact, or being brought into a conversation that was not entered. The receipt."""
        return await self._report(Subject.INVITATION, user_uri, room_uri, reason, note)

    def reports(self) -> list[OwnReport]:
        """What this account reported and what became of it, the newest first."""
        return from_desk.reports(self._host.store)

    # Decisions about this account

    def statements(self) -> list[Statement]:
        """What was decided about this account and why, as far as it came here; the newest first."""
        return from_desk.statements(self._host.store)

    async def standing(self) -> OwnStanding:
        """Where this account stands, as the hub says now; its statements are kept. Raises Refusal, HubUnreachable."""
        found = await self._host.ask(Call("GET", "/v1/standing", OwnStanding), OwnStanding)
        await self._host.do(lambda n: safety_inputs.HeedStanding(n, found))
        return found

    def kept_standing(self) -> OwnStanding | None:
        """The same as the hub said last, without the statements; None where it was never asked."""
        return from_desk.standing(self._host.store)

    # Appeals

    async def appeal(self, reference: str, text: str) -> str:
        """Disagree with the decision of this reference; somebody else looks at it. The receipt.

        Raises CommandRefused, Refusal.
        """
        return await self._appeal(About.DECISION, reference, text)

    async def complain(self, receipt: str, text: str) -> str:
        """Disagree with what became of the report with this receipt; likewise."""
        if all(each.receipt != receipt for each in self.reports()):
            raise CommandRefused(f"this device knows no report with the receipt {receipt}")
        return await self._appeal(About.REPORT, receipt, text)

    async def object_to(self, reference: str, text: str) -> str:
        """Object to the legal request of the notice with this reference; a person at the desk answers. The receipt.

        Raises CommandRefused, Refusal.
        """
        notices = [each.reference for each in self.statements() if each.kind is StatementKind.LEGAL_REQUEST]
        if reference not in notices:
            raise CommandRefused(f"this device knows no notice of a legal request with the reference {reference}")
        return await self._appeal(About.OBJECTION, reference, text)

    def appeals(self) -> list[OwnAppeal]:
        """What this device appealed against or objected to, the newest first."""
        return from_desk.appeals(self._host.store)

    async def _appeal(self, about: About, reference: str, text: str) -> str:
        return str(await self._host.do(lambda n: safety_inputs.LodgeAppeal(n, about, reference, text)))

    async def _report(self, subject: Subject, user_uri: str, room_uri: str, reason: Reason, note: str) -> str:
        user = parse_user_uri(user_uri) if user_uri else ""
        room = parse_room_uri(room_uri) if room_uri else ""
        return str(await self._host.do(lambda n: safety_inputs.ReportUnread(n, subject, user, room, reason, note)))

    def _must_look_after(self, room_uri: str) -> None:
        state = self._host.engine.room(room_uri).state
        if state.direct or not state.may(self._host.engine.device.own.user_uri, Capability.DELETE_OTHER):
            raise CommandRefused("only who may delete messages of others in a group passes them on as its moderator")
