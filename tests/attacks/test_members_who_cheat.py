# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Members with valid keys and a client without rules: what MLS alone would take and the house does not."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from privity.identity.uris import new_user_uri
from privity.mls.errors import PolicyRefused
from privity.mls.messages.app_data import APP_COMPONENTS, SAFE_AAD, AppDataDictionary
from privity.mls.messages.codepoints import EXTERNAL_SENDERS, REQUIRED_CAPABILITIES
from privity.mls.messages.credential import Credential
from privity.mls.messages.extensions import Extension
from privity.mls.messages.proposals import AppDataUpdate
from privity.mls.validation import proposals
from privity.policy.logging_policy import LOGGING_POLICY, LoggingPolicy
from privity.policy.members import find_client
from privity.policy.room_components import (
    BASE_ROOM_POLICY,
    FRANKING_AGENT,
    PARTICIPANT_LIST,
    BaseRoomPolicy,
    FrankingAgent,
    Participant,
    ParticipantListUpdate,
    RoleChange,
)
from privity.policy.room_state import RoomState
from privity.server.limits import LIMITS
from privity.server.rooms import commits
from privity.wire import rest, socket
from privity.wire.errors import Code, ErrorBody, Refusal
from tests.attacks.open_hub import OpenHub, open_hub
from tests.server.rooms.test_refusals import checked_commit
from tests.server.rooms.test_rooms import Anything, room_of
from tests.server.rooms.world import Device


class Lawless(Anything):
    """Takes every component as the update says, and every list of people that can be encoded."""

    def apply_component(self, component_id: int, old: bytes | None, updates: tuple[bytes, ...]) -> bytes:
        try:
            return super().apply_component(component_id, old, updates)
        except Exception:  # noqa: BLE001  # a cheat goes on where an honest client stops
            return updates[-1]


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[OpenHub]:
    async with open_hub(tmp_path) as opened:
        yield opened
        assert opened.bugs() == []


class Table:
    """A room of anna (admin), ben and carl; dora is outside, eve is banned."""

    def __init__(self, room: str, people: list[Device], dora: Device, eve: Device) -> None:
        self.room = room
        self.anna, self.ben, self.carl = people
        self.dora, self.eve = dora, eve

    @classmethod
    async def of(cls, hub: OpenHub) -> Table:
        room, people = await room_of(hub.world, "anna", "ben", "carl", "eve")
        dora = await hub.world.join("dora")
        anna, *others, eve = people
        leaf = find_client(anna.groups[room].tree, eve.keys.client_uri)
        ban = anna.pending(room, removes=[leaf], app_data_updates=anna.update(room, {eve.user_uri: 1}))
        done = await anna.commit(room, ban)
        for other in others:
            await other.until_seq(room, done.seq)
        return cls(room, [anna, *others], dora, eve)

    def agent(self, credential: Credential | None = None) -> AppDataUpdate:
        """The hub with another key for franks, or somebody else."""
        data = AppDataDictionary.of(self.anna.groups[self.room].context.extensions).get(FRANKING_AGENT)
        assert data is not None
        named = credential or FrankingAgent.decode(data).credential
        return AppDataUpdate(FRANKING_AGENT, FrankingAgent(b"k" * 32, named).encode())

    def index(self, device: Device) -> int:
        found = RoomState.of(self.anna.groups[self.room].context).participants.index(device.user_uri)
        assert found is not None
        return found

    def leaf(self, device: Device) -> int:
        found = find_client(self.anna.groups[self.room].tree, device.keys.client_uri)
        assert found is not None
        return found

    def extensions(self, *, drop: int | None = None, component: int | None = None) -> tuple[Extension, ...]:
        """The room's context extensions without one of them, or without one component of the dictionary."""
        kept = []
        for extension in self.anna.groups[self.room].context.extensions:
            if extension.type == drop:
                continue
            if component is not None and extension.type not in (EXTERNAL_SENDERS, REQUIRED_CAPABILITIES):
                extension = AppDataDictionary.of((extension,)).without_component(component).extension()
            kept.append(extension)
        return tuple(kept)


def listing(*changed: RoleChange, removed: tuple[int, ...] = (), added: tuple[Participant, ...] = ()) -> AppDataUpdate:
    return AppDataUpdate(PARTICIPANT_LIST, ParticipantListUpdate(changed, removed, added).encode())


def updates(*each: AppDataUpdate) -> dict[str, Any]:
    return {"app_data_updates": each}


def archive(table: Table) -> dict[str, Any]:
    """What an admin's commit would do to let dora keep a copy."""
    policy = LoggingPolicy((table.dora.user_uri,), "kept for six years")
    people = listing(added=(Participant(table.dora.user_uri, 4),))
    return {
        "adds": [table.dora.package().key_package],
        **updates(people, AppDataUpdate(LOGGING_POLICY, policy.encode())),
    }


Cheat = Callable[[Table], tuple[Device, dict[str, Any]]]
CHEATS: dict[str, Cheat] = {
    "a member makes themselves admin": lambda t: (t.ben, updates(listing(RoleChange(t.index(t.ben), 3)))),
    "a member bans another": lambda t: (
        t.ben,
        {"removes": [t.leaf(t.carl)], **updates(listing(RoleChange(t.index(t.carl), 1)))},
    ),
    "a member removes the only admin": lambda t: (
        t.ben,
        {"removes": [t.leaf(t.anna)], **updates(listing(removed=(t.index(t.anna),)))},
    ),
    "a member makes themselves moderator": lambda t: (t.ben, updates(listing(RoleChange(t.index(t.ben), 5)))),
    "an admin gives a role and invites at once": lambda t: (
        t.anna,
        {
            "adds": [t.dora.package().key_package],
            **updates(listing(RoleChange(t.index(t.ben), 5), added=(Participant(t.dora.user_uri, 2),))),
        },
    ),
    "an admin brings somebody as a moderator": lambda t: (
        t.anna,
        {"adds": [t.dora.package().key_package], **updates(listing(added=(Participant(t.dora.user_uri, 5),)))},
    ),
    "an admin lets a banned person in at once": lambda t: (
        t.anna,
        {"adds": [t.eve.package().key_package], **updates(listing(RoleChange(t.index(t.eve), 2)))},
    ),
    "a member lifts a ban": lambda t: (t.ben, updates(listing(removed=(t.index(t.eve),)))),
    "a member invites": lambda t: (
        t.ben,
        {"adds": [t.dora.package().key_package], **updates(listing(added=(Participant(t.dora.user_uri, 2),)))},
    ),
    "an admin adds a leaf without a participant": lambda t: (t.anna, {"adds": [t.dora.package().key_package]}),
    "an admin adds a participant without a leaf": lambda t: (
        t.anna,
        updates(listing(added=(Participant(t.dora.user_uri, 2),))),
    ),
    "an admin adds the leaf of somebody banned": lambda t: (t.anna, {"adds": [t.eve.package().key_package]}),
    "an admin adds somebody banned with a second entry": lambda t: (
        t.anna,
        {"adds": [t.eve.package().key_package], **updates(listing(added=(Participant(t.eve.user_uri, 2),)))},
    ),
    "a ban is turned into membership in one step": lambda t: (
        t.anna,
        {"adds": [t.eve.package().key_package], **updates(listing(RoleChange(t.index(t.eve), 2)))},
    ),
    "a ban leaves the leaf": lambda t: (t.anna, updates(listing(RoleChange(t.index(t.ben), 1)))),
    "a removal leaves the leaf": lambda t: (t.anna, updates(listing(removed=(t.index(t.ben),)))),
    "a leaf goes and its person stays": lambda t: (t.anna, {"removes": [t.leaf(t.ben)]}),
    "the same person is touched twice": lambda t: (
        t.anna,
        {
            "removes": [t.leaf(t.ben)],
            **updates(listing(RoleChange(t.index(t.ben), 3)), listing(removed=(t.index(t.ben),))),
        },
    ),
    "a role is given together with an invitation of the same person": lambda t: (
        t.anna,
        {
            "adds": [t.dora.package().key_package],
            **updates(listing(added=(Participant(t.dora.user_uri, 2), Participant(t.dora.user_uri, 3)))),
        },
    ),
    "somebody comes in as admin": lambda t: (
        t.anna,
        {"adds": [t.dora.package().key_package], **updates(listing(added=(Participant(t.dora.user_uri, 3),)))},
    ),
    "a role that does not exist": lambda t: (t.anna, updates(listing(RoleChange(t.index(t.ben), 7)))),
    "an index beyond the list": lambda t: (t.anna, updates(listing(removed=(4_000_000_000,)))),
    "a list of more people than a room has": lambda t: (
        t.anna,
        updates(
            listing(added=tuple(Participant(new_user_uri("hub.example", secrets.token_bytes), 1) for _ in range(1_000)))
        ),
    ),
    "the participant list is dropped": lambda t: (t.anna, updates(AppDataUpdate(PARTICIPANT_LIST, None))),
    **{
        f"component {number:#06x} is replaced": partial(
            lambda t, number: (t.anna, updates(AppDataUpdate(number, b"\0"))), number=number
        )
        for number in (APP_COMPONENTS, SAFE_AAD, FRANKING_AGENT, LOGGING_POLICY, 0x1234)
    },
    "a group becomes direct": lambda t: (
        t.anna,
        updates(AppDataUpdate(BASE_ROOM_POLICY, BaseRoomPolicy(True).encode())),
    ),
    **{
        f"the context drops component {number:#06x}": partial(
            lambda t, number: (t.anna, {"group_context_extensions": t.extensions(component=number)}), number=number
        )
        for number in (APP_COMPONENTS, SAFE_AAD, FRANKING_AGENT, PARTICIPANT_LIST, BASE_ROOM_POLICY, LOGGING_POLICY)
    },
    "an admin names another key for franks": lambda t: (t.anna, updates(t.agent())),
    "an admin names another franking agent": lambda t: (t.anna, updates(t.agent(Credential.basic(b"mimi://x")))),
    "a member declares an archive": lambda t: (t.ben, archive(t)),
    "an admin declares an archive that does not come": lambda t: (
        t.anna,
        updates(AppDataUpdate(LOGGING_POLICY, LoggingPolicy((t.dora.user_uri,), "kept").encode())),
    ),
    "an archive comes that nobody declared": lambda t: (
        t.anna,
        {
            "adds": [t.dora.package().key_package],
            **updates(listing(added=(Participant(t.dora.user_uri, 4),))),
        },
    ),
    "a member is made an archive": lambda t: (
        t.anna,
        updates(
            listing(RoleChange(t.index(t.ben), 4)),
            AppDataUpdate(LOGGING_POLICY, LoggingPolicy((t.ben.user_uri,), "kept").encode()),
        ),
    ),
    "the context drops the hub": lambda t: (t.anna, {"group_context_extensions": t.extensions(drop=EXTERNAL_SENDERS)}),
    "the context drops what members must support": lambda t: (
        t.anna,
        {"group_context_extensions": t.extensions(drop=REQUIRED_CAPABILITIES)},
    ),
    "the context is replaced by itself": lambda t: (t.anna, {"group_context_extensions": t.extensions()}),
}


@pytest.mark.parametrize("name", CHEATS)
async def test_commit_that_breaks_a_rule_of_the_house_changes_nothing(hub: OpenHub, name: str) -> None:
    table = await Table.of(hub)
    before = await table.anna.state(table.room)
    cheat, what = CHEATS[name](table)
    cheat.groups[table.room]._state.rules = Lawless()
    with pytest.MonkeyPatch.context() as own_code:
        own_code.setattr(proposals, "check_context_extensions", lambda *_: None)  # while the cheat works, not the hub
        pending = cheat.pending(table.room, **what)
    error = await cheat.refused("POST", cheat.path(table.room, "commit"), cheat.body(pending))
    assert error.code is Code.INVALID_COMMIT, error
    assert await table.anna.state(table.room) == before
    await table.dora.silent()
    table.carl.texts.clear()
    honest = table.ben if cheat is table.anna else table.anna
    await honest.say(table.room, b"nothing happened")
    assert await table.carl.hear(1) == [b"nothing happened"]


async def test_somebody_banned_cannot_enter_by_themselves(hub: OpenHub) -> None:
    table = await Table.of(hub)
    state = await table.anna.state(table.room)
    table.eve.rules = Lawless()
    body = table.eve.body(table.eve.enter_with(state))
    assert (await table.eve.refused("POST", table.eve.path(table.room, "commit"), body)).code is Code.NOT_FOUND
    assert await table.anna.state(table.room) == state


async def test_nobody_is_brought_into_a_direct_room_or_taken_out_of_it(hub: OpenHub) -> None:
    anna, ben, carl = [await hub.world.join(name) for name in ("anna", "ben", "carl")]
    room = await anna.create(ben.user_uri)
    await anna.invite(room, ben)
    before = await anna.state(room)
    joined = listing(added=(Participant(carl.user_uri, 2),))
    leaf = find_client(anna.groups[room].tree, ben.keys.client_uri)
    for what in (
        {"adds": [carl.package().key_package]},
        {"adds": [carl.package().key_package], **updates(joined)},
        {"removes": [leaf]},
        {"removes": [leaf], **updates(listing(removed=(1,)))},
        updates(listing(RoleChange(0, 3))),
    ):
        anna.groups[room]._state.rules = Lawless()
        error = await anna.refused("POST", anna.path(room, "commit"), anna.body(anna.pending(room, **what)))
        assert error.code is Code.INVALID_COMMIT
        anna.groups[room].clear_pending()
    assert await anna.state(room) == before
    await carl.silent()


async def test_the_last_admin_leaves_no_room_without_one(hub: OpenHub) -> None:
    """Stepping down takes an heir, whatever the own client commits; whoever just goes is followed by the eldest."""
    room, (anna, ben) = await room_of(hub.world, "anna", "ben")
    stepping_down = {"app_data_updates": anna.update(room, {anna.user_uri: 2})}
    with pytest.raises(PolicyRefused, match="last admin"):
        anna.pending(room, **stepping_down)
    anna.groups[room]._state.rules = Lawless()
    lawless = anna.body(anna.pending(room, **stepping_down))
    refused = await anna.refused("POST", anna.path(room, "commit"), lawless)
    assert (refused.code, "last admin" in refused.message) == (Code.INVALID_COMMIT, True)
    await anna.call("POST", anna.path(room, "leave"), None, rest.Done)
    carl = await hub.world.join("carl")
    await ben.until_seq(room, 3)
    await ben.commit(room, ben.pending(room))
    await ben.invite(room, carl)
    await carl.say(room, b"in")
    assert (await ben.hear(1)) == [b"in"]


async def test_a_ref_is_used_once_in_a_room_and_says_nothing_about_others(hub: OpenHub) -> None:
    one, (anna, ben) = await room_of(hub.world, "anna", "ben")
    two = await anna.create()
    ref = secrets.token_bytes(16)
    await anna.send(socket.Submit(ref, one, anna.sealed(one, b"x")))
    first = await anna.until_answer()
    assert isinstance(first, socket.Accepted)
    await anna.send(socket.Submit(ref, one, anna.sealed(one, b"y")))
    answer = await anna.until_answer()
    assert isinstance(answer, socket.Refused)
    assert answer.code is Code.CONFLICT, "for something else"
    body = anna.body(anna.pending(one, force_path=True), ref)
    assert (await anna.refused("POST", anna.path(one, "commit"), body)).code is Code.CONFLICT, "of another kind"
    await anna.send(socket.Submit(ref, two, anna.sealed(two, b"x")))
    other = await anna.until_answer()
    assert isinstance(other, socket.Accepted), "in another room it is another"
    await ben.send(socket.Submit(ref, one, ben.sealed(one, b"z")))
    theirs = await ben.until_answer()
    assert isinstance(theirs, socket.Accepted)
    assert theirs.seq == first.seq + 1, "of another device as well"


async def test_a_block_that_overtakes_a_checked_invitation_stops_it(hub: OpenHub) -> None:
    room, (anna, _) = await room_of(hub.world, "anna", "ben")
    carl = await hub.world.join("carl")
    checked = await checked_commit(hub.world, anna, room, anna.body(anna.invitation(room, carl)))
    await carl.line.request("PUT", f"/v1/blocks/{anna.person.id}")
    proposer = hub.world.parts.proposer
    with pytest.raises(Refusal) as refused:
        await hub.world.context.db.write(lambda tx: commits.apply(tx, proposer, checked))
    assert refused.value.code is Code.NOT_FOUND
    told = await carl.frame()
    assert isinstance(told, socket.Inbox) and told.kind is socket.InboxKind.CONTACTS, "of the own block, and no more"
    await carl.silent()


async def claimed(device: Device, other: Device) -> rest.Claimed | ErrorBody:
    status, answer = await device.line.request("POST", f"/v1/users/{other.person.id}/claim", {"suites": [1]})
    kind: type[rest.Claimed | ErrorBody] = rest.Claimed if status == 200 else ErrorBody
    return msgspec.convert(answer, kind)


async def test_one_who_drains_a_stock_of_key_packages_is_stopped_and_others_are_not(tmp_path: Path) -> None:
    async with open_hub(tmp_path, LIMITS) as hub:
        anna, ben, carl = [await hub.world.join(name) for name in ("anna", "ben", "carl")]
        stock = rest.PutKeyPackages([carl.package().key_package.encode() for _ in range(40)])
        await carl.call("POST", "/v1/key-packages", stock, rest.KeyPackagesLeft)
        answers = [await claimed(anna, carl) for _ in range(35)]
        refused = [answer for answer in answers if isinstance(answer, ErrorBody)]
        assert {(error.code, error.limit) for error in refused} == {(Code.TOO_MANY, "key_package.claim_target")}
        assert len(refused) == 5
        other = await claimed(ben, carl)
        assert isinstance(other, rest.Claimed)
        assert other.devices[0].key_package is not None
        left = await carl.call("GET", "/v1/key-packages", None, rest.KeyPackagesLeft)
        assert left.left == 9


async def test_handles_cannot_be_listed_at_speed_and_reports_not_piled_up(tmp_path: Path) -> None:
    async with open_hub(tmp_path, LIMITS) as hub:
        anna = await hub.world.join("anna")
        errors = [await anna.refused("GET", f"/v1/handles/nobody{number}", None) for number in range(61)]
        assert [error.code for error in errors] == [Code.NOT_FOUND] * 60 + [Code.TOO_MANY]
        sealed = [rest.SealedReport(b"%d" % number) for number in range(51)]
        for report in sealed[:50]:
            await anna.call("POST", "/v1/reports", report, rest.ReportReceived)
        assert (await anna.refused("POST", "/v1/reports", sealed[50])).limit == "report.submit"
