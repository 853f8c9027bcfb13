# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attacks inside a conversation: what the hub proposes, whom it lets in, and what it would rather not have shown."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager

import msgspec

from privity.client.engine.room import Room
from privity.client.engine.state import CAPABILITIES, NO_AAD
from privity.faces.drill.attack import NAMED, Noticed, Trial, said
from privity.faces.drill.ghost import Ghost, no_rules
from privity.faces.drill.lies import OtherEvent, Silence
from privity.faces.drill.people import Person, befriend, until
from privity.faces.drill.stage import Stage
from privity.mls.group import Group, Identity
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.envelope import MLSMessage, PublicMessage
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.proposals import Add, AppDataUpdate, GroupContextExtensions, Proposal
from privity.policy.logging_policy import LOGGING_POLICY, LoggingPolicy
from privity.policy.members import members
from privity.policy.roles import Role
from privity.policy.room_components import (
    FRANKING_AGENT,
    PARTICIPANT_LIST,
    FrankingAgent,
    Participant,
    ParticipantListUpdate,
    RoleChange,
)
from privity.policy.room_suites import ORDINARY
from privity.wire import rest
from privity.wire.socket import Event, EventKind, FromHub, Submit

POLICY = "kept for as long as the law says"


async def forged_add(stage: Stage) -> list[Noticed]:
    """The hub, as external sender, proposes to add the ghost."""
    trial = Trial("forged-add")
    alice, bob, room = await talking(stage, trial)
    ghost = Ghost.of(bob.user_uri, stage.clock.now_ms())
    added = await _proposes(stage, trial, alice, bob, room, Add(ghost.bundle.key_package), ghost)
    return [added]


async def policy_change(stage: Stage) -> list[Noticed]:
    """The hub proposes a silent archive, another admin, one more participant, and a context without any rules."""
    trial = Trial("policy-change")
    alice, bob, room = await talking(stage, trial)
    stranger = Ghost.of(bob.user_uri[:-26] + "a" * 26, stage.clock.now_ms()).user_uri
    index = _room(alice, room).state.participants.index(bob.user_uri)
    assert index is not None  # they talk
    proposals: Sequence[Proposal] = (
        AppDataUpdate(LOGGING_POLICY, LoggingPolicy((stranger,), POLICY).encode()),
        AppDataUpdate(PARTICIPANT_LIST, ParticipantListUpdate(changed=(RoleChange(index, Role.ADMIN),)).encode()),
        AppDataUpdate(PARTICIPANT_LIST, ParticipantListUpdate(added=(Participant(stranger, Role.MEMBER),)).encode()),
        GroupContextExtensions(()),
    )
    return [await _proposes(stage, trial, alice, bob, room, proposal) for proposal in proposals]


async def hub_key_swap(stage: Stage) -> list[Noticed]:
    """The hub proposes a key for franks that no record of it in the key log names."""
    trial = Trial("hub-key-swap")
    alice, bob, room = await talking(stage, trial)
    data = AppDataDictionary.of(_room(alice, room).require_group().context.extensions).get(FRANKING_AGENT)
    assert data is not None  # every room names one
    agent = FrankingAgent(os.urandom(32), FrankingAgent.decode(data).credential)
    return [await _proposes(stage, trial, alice, bob, room, AppDataUpdate(FRANKING_AGENT, agent.encode()))]


async def silent_archive(stage: Stage) -> list[Noticed]:
    """An archive enters undeclared, as the hub lets anybody in; then it is declared, and Bob has not agreed."""
    trial = Trial("silent-archive")
    alice, bob, room = await talking(stage, trial)
    acme = await stage.person("Acme")
    await befriend(alice, acme, trial.attack)
    await alice.listed(acme.user_uri)
    entered = await _enters(stage, trial, alice, bob, room, acme)
    await alice.device.archives.declare(room, acme.user_uri, POLICY)
    line = f"{acme.user_uri} keeps a copy of everything sent here"
    await until(lambda: any(line in each for each in bob.lines(room)), trial.attack, "Bob to be told of the archive")
    err = await trial.refused(
        bob.device.send(room, "between Alice and me"), "ConsentNeeded", worked="Bob's words went to an archive unasked"
    )
    trial.expect(not acme.texts(room), "the archive has read something that nobody agreed to")
    return [entered, Noticed("Bob's device", said(err), f"{trial.took}: nothing is sent before Bob says yes")]


async def suppressed_commit(stage: Stage, trial: Trial) -> list[Noticed]:
    """The hub lets Carol bring Bob into the conversation and keeps that from Alice, whose words Bob is to read."""
    alice, carol, bob = await asyncio.gather(*(stage.person(name) for name in ("Alice", "Carol", "Bob")))
    room = await _group(trial, carol, alice)
    await befriend(carol, bob, trial.attack)
    lie = stage.wire.lies[alice.user_uri] = Silence(lambda frame: _is_commit(frame, room))
    await carol.device.invite(room, bob.user_uri)
    await until(lambda: room in bob.device.rooms(), trial.attack, "Bob to be in the conversation")
    await carol.device.send(room, "welcome, Bob")
    async with _meanwhile(alice.device.send(room, "I believe that we are two")):
        await until(lambda: _submitted(stage, alice, room), trial.attack, "Alice's message to leave her device")
        await until(lambda: "welcome, Bob" in bob.texts(room), trial.attack, "Bob to read Carol")
        trial.expect(lie.told > 0, "the hub did not keep the commit from Alice")
        trial.expect("I believe that we are two" not in bob.texts(room), "Bob read what was not meant for him")
        trial.expect(
            "welcome, Bob" not in alice.texts(room), "Alice reads on in a conversation whose members she does not know"
        )
    apart = Noticed(
        "the keys themselves", "without the commit Alice reads nothing, and nothing of hers is taken", "at once"
    )
    stage.wire.lies.clear()
    await alice.off()
    trial.begin()
    await alice.on()
    await until(lambda: "welcome, Bob" in alice.texts(room), trial.attack, "Alice to read on")
    line = f"{bob.user_uri} joined"
    trial.expect(any(line in each for each in alice.lines(room)), "Bob reads along, and Alice's device never said so")
    return [
        apart,
        Noticed(
            "Alice's device", f"the line: {line}", f"LATER: when the commit comes ({trial.took}), never without it"
        ),
    ]


# What the hub proposes


async def _proposes(
    stage: Stage, trial: Trial, alice: Person, bob: Person, room: str, proposal: Proposal, ghost: Ghost | None = None
) -> Noticed:
    """In place of Bob's next message Alice gets this proposal, signed by the hub; she must not commit it."""
    group = _room(alice, room).require_group()
    content = FramedContent(group.group_id, group.epoch, Sender.external(0), NO_AAD, proposal)
    signed = AuthenticatedContent.signed(group.suite, stage.keys.external_sender, content, None)
    message = MLSMessage(PublicMessage.of(signed, None)).encode()
    lie = await _instead(stage, trial, alice, bob, room, EventKind.PROPOSAL, message)
    before = len(stage.wire.asked_of(alice.user_uri, "/commit"))

    def committed() -> list[rest.Commit]:
        asked = stage.wire.asked_of(alice.user_uri, "/commit")[before:]
        return [msgspec.json.decode(each.body, type=rest.Commit) for each in asked]

    trial.begin()
    what = type(proposal).__name__
    async with _meanwhile(alice.device.send(room, f"after event {lie.seq}")) as sending:
        await until(lambda: sending.done() or bool(committed()), trial.attack, "Alice to say something after it")
        for commit in committed():
            inside = ghost is not None and ghost.is_let_in_by(commit.welcome)
            raise trial.failed(f"Alice's device committed the hub's {what}{', and the ghost is in' if inside else ''}")
        await sending
    try:
        group.process(message, now=stage.clock.now_ms() // 1000)
    except NAMED as err:
        return Noticed("Alice's device", said(err), f"{trial.took}: never committed")
    raise trial.failed(f"nothing refuses the hub's {what}")


async def _instead(
    stage: Stage, trial: Trial, alice: Person, bob: Person, room: str, kind: EventKind, message: bytes
) -> OtherEvent:
    """Let Bob say something, and Alice's device deal with this event in place of it."""
    lie = OtherEvent(room, kind, message)
    stage.wire.lies[alice.user_uri] = lie
    await bob.device.send(room, "kept from Alice")
    await until(
        lambda: has_passed(alice, room, lie),
        trial.attack,
        "the event to reach Alice",
    )
    del stage.wire.lies[alice.user_uri]
    return lie


# Whom the hub lets in


async def _enters(stage: Stage, trial: Trial, alice: Person, bob: Person, room: str, acme: Person) -> Noticed:
    """A real account, proven in the log, enters from outside with all that the hub has."""
    identity = acme.device.host.engine.device.identity(ORDINARY.id)
    message = entry(stage, room, identity)
    group = _room(alice, room).require_group()
    refusal: Exception | None = None
    try:
        group.process(message, now=stage.clock.now_ms() // 1000)
    except NAMED as err:
        refusal = err
    trial.begin()
    await _instead(stage, trial, alice, bob, room, EventKind.COMMIT, message)
    trial.expect(
        acme.client_uri not in devices_in(alice, room), "an archive that nobody declared is in the conversation"
    )
    if refusal is None:
        raise trial.failed("nothing refuses the entry of a stranger")
    return Noticed("Alice's device", said(refusal), f"{trial.took}; it tells the hub so, signed, and enters anew")


def entry(stage: Stage, room: str, identity: Identity) -> bytes:
    """A commit by which this device enters from outside, whatever the rules of rooms say."""
    info, tree = stage.group(room)
    pending = Group.join_external(
        info,
        ratchet_tree=tree.encode(),
        identity=identity,
        capabilities=CAPABILITIES,
        rules=no_rules(),
        now=stage.clock.now_ms() // 1000,
        random=os.urandom,
        aad=NO_AAD,
    )
    return pending.message


# Conversations


@asynccontextmanager
async def _meanwhile(said: Awaitable[object]) -> AsyncIterator[asyncio.Future[object]]:
    """What somebody is about to say; nobody waits for it after the end, however it ends."""
    sending = asyncio.ensure_future(said)
    try:
        yield sending
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def talking(stage: Stage, trial: Trial) -> tuple[Person, Person, str]:
    """Alice and Bob in a group of hers, in which both have said something."""
    alice, bob = await stage.pair()
    room = await _group(trial, alice, bob)
    for person, other in ((alice, bob), (bob, alice)):
        await person.device.send(room, f"I am {person.name}")
        await until(lambda: f"I am {person.name}" in other.texts(room), trial.attack, f"{other.name} to read it")  # noqa: B023  # waited for at once
    return alice, bob, room


async def _group(trial: Trial, one: Person, other: Person) -> str:
    await asyncio.gather(one.listed(other.user_uri), other.listed(one.user_uri))
    await befriend(one, other, trial.attack)
    room = await one.device.create_group()
    await one.device.invite(room, other.user_uri)
    await until(lambda: room in other.device.rooms(), trial.attack, f"{other.name} to be in the conversation")
    return room


def devices_in(person: Person, room: str) -> set[str]:
    """The devices in a conversation, as this person's own has it."""
    return {member.client_uri for member in members(_room(person, room).require_group().tree).values()}


def has_passed(person: Person, room: str, lie: OtherEvent) -> bool:
    """Whether the event that was put in the place of another is dealt with."""
    return lie.told > 0 and _room(person, room).record.cursor >= lie.seq


def _room(person: Person, room: str) -> Room:
    return person.device.host.engine.room(room)


def _is_commit(frame: FromHub, room: str) -> bool:
    return isinstance(frame, Event) and frame.room_uri == room and frame.kind is EventKind.COMMIT


def _submitted(stage: Stage, person: Person, room: str) -> bool:
    return any(
        who == person.user_uri and isinstance(frame, Submit) and frame.room_uri == room
        for who, frame in stage.wire.said
    )
