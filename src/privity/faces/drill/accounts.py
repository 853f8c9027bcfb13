# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attacks that take time: a reset nobody asked for, a version that comes and goes, watchers that are switched off."""

from __future__ import annotations

import asyncio
from functools import partial

from privity.client.engine.leaves import ResetEntry
from privity.client.engine.shown import AccountReset, ResetPending
from privity.client.engine.watch import OTHERS_EVERY_MS
from privity.faces.drill.attack import Noticed, Trial, said
from privity.faces.drill.clock import HOUR_MS
from privity.faces.drill.forged import ForgedLog
from privity.faces.drill.ghost import Ghost
from privity.faces.drill.lies import MoreDevices, OtherEvent, OtherLog, Silence, StillContacts
from privity.faces.drill.people import Person, befriend, until
from privity.faces.drill.rooms import devices_in, entry, has_passed, suppressed_commit, talking
from privity.faces.drill.stage import Stage
from privity.faces.drill.wire import STRANGER, Asked, Honest, Lie, Reply
from privity.identity.account import RESET_PENDING_MS
from privity.identity.uris import new_user_uri
from privity.keylog.labels import user_label
from privity.wire.socket import EventKind, FromHub, Inbox, InboxKind

PENDING_HOURS = RESET_PENDING_MS // HOUR_MS
WEEK_HOURS = OTHERS_EVERY_MS // HOUR_MS


async def reset_ghost(stage: Stage) -> list[Noticed]:
    """The operator resets Bob's account to its own device: used at once, then cancelled, then waited for."""
    trial = Trial("reset-ghost")
    alice, bob, room = await talking(stage, trial)
    noticed = await _at_once(stage, trial, alice, bob)
    noticed.append(await _time_pushed_on(stage, trial))
    noticed.append(await _cancelled(trial, alice, bob))
    await bob.off()
    stage.people.remove(bob)
    return noticed + await _waited_for(stage, trial, alice, bob, room)


def _is_told(person: Person) -> bool:
    return bool(person.seen(ResetPending))


async def _at_once(stage: Stage, trial: Trial, alice: Person, bob: Person) -> list[Noticed]:
    ghost = Ghost.of(bob.user_uri, stage.clock.now_ms())
    trial.begin()
    await stage.reset(bob, ghost)
    listed = [each.client_uri for each in await alice.listed(bob.user_uri)]
    trial.expect(listed == [bob.client_uri], "Alice took a reset of this moment for Bob")
    for person in (alice, bob):
        await until(partial(_is_told, person), trial.attack, f"{person.name} to be told")
    told = Noticed("Alice and Bob", f"shown: ResetPending, {PENDING_HOURS} hours", f"{trial.took}, with the epoch")
    lie = stage.wire.lies[alice.user_uri] = MoreDevices(ghost.client_uri, ghost.bundle.key_package.encode())
    group = await alice.device.create_group()
    err = await trial.refused(
        alice.device.invite(group, bob.user_uri), "UnknownDevice", worked="Alice added the device of a pending reset"
    )
    trial.expect(lie.told > 0, "the KeyPackage of the ghost never reached Alice")
    del stage.wire.lies[alice.user_uri]
    return [told, Noticed("Alice's device", f"used at once: {said(err)}", trial.took)]


async def _time_pushed_on(stage: Stage, trial: Trial) -> Noticed:
    """The log says that the three days are over."""
    log = stage.log()
    log.publish([], stage.clock.now_ms() + RESET_PENDING_MS)
    trial.begin()
    refusals = await _shown_to_auditors(stage, trial, log)
    expected = [f"{witness.short}: DatedAhead" for witness in stage.installation.witnesses]
    trial.expect(refusals == expected, f"an epoch of a time to come was refused by {refusals} only")
    return Noticed("all three auditors", f"the log's clock put on: {'; '.join(refusals)}", trial.took)


async def _cancelled(trial: Trial, alice: Person, bob: Person) -> Noticed:
    trial.begin()
    await bob.device.account.cancel_reset()
    await until(
        lambda: any("was cancelled by its old keys" in text for text in alice.notices()),
        trial.attack,
        "Alice to be told that Bob said no",
    )
    listed = [each.client_uri for each in await alice.listed(bob.user_uri)]
    trial.expect(listed == [bob.client_uri], "a cancelled reset changed Bob's devices")
    return Noticed("Bob", "one command, and it is cancelled; Alice is told", f"{trial.took} after he says so")


async def _waited_for(stage: Stage, trial: Trial, alice: Person, bob: Person, room: str) -> list[Noticed]:
    """Bob's device is off for three days."""
    ghost = Ghost.of(bob.user_uri, stage.clock.now_ms())
    still = StillContacts(ghost.client_uri, ghost.bundle.key_package.encode())
    stage.wire.lies[alice.user_uri] = still
    await alice.device.contacts.refresh()
    contacts = stage.contacts()
    before = _news_for(stage, alice)
    await stage.reset(bob, ghost)
    await until(lambda: _news_for(stage, alice) > before, trial.attack, "Alice to hear of the reset")
    await alice.listed(bob.user_uri)
    lie = still.also = OtherEvent(room, EventKind.COMMIT, entry(stage, room, ghost.identity))
    await stage.pass_hours(PENDING_HOURS + 1)
    listed = [each.client_uri for each in await alice.listed(bob.user_uri)]
    trial.expect(listed == [ghost.client_uri], "after three days without a no the reset is not even in force")
    entered = await _entered(trial, alice, bob, room, ghost, lie)
    stage.keep_contacts(contacts)
    group = await alice.device.create_group()
    err = await trial.refused(
        alice.device.invite(group, bob.user_uri),
        "AccountKeyChanged",
        worked="Alice invited the ghost without being asked",
    )
    after = f"LATER: {PENDING_HOURS} hours, if Bob cannot say no until then"
    asked = Noticed("Alice's device", said(err), after)
    return [entered, asked]


async def _entered(trial: Trial, alice: Person, bob: Person, room: str, ghost: Ghost, lie: OtherEvent) -> Noticed:
    """The operator let the ghost into the conversation that Alice and Bob have had, by a commit from outside."""
    await until(lambda: has_passed(alice, room, lie), trial.attack, "the ghost's entry to reach Alice")
    await alice.device.caught_up()
    trial.expect(ghost.client_uri not in devices_in(alice, room), "the ghost is in the conversation of Alice and Bob")
    try:
        alice.device.host.engine.room(room).leaves.check_reentry(bob.user_uri)
    except ResetEntry as err:
        return Noticed("Alice's device", f"into the old conversation: {said(err)}", "at once")
    raise trial.failed("nothing keeps those out who follow a reset")


class _OtherEpoch(Lie):
    """Auditors are shown the operator's epochs."""

    def __init__(self, log: ForgedLog) -> None:
        super().__init__()
        self._log = log

    async def reply(self, asked: Asked, honest: Honest) -> Reply:
        where, _, index = asked.path.rpartition("/")
        if where != "/v1/keylog/audit" or int(index) >= self._log.size:
            return await honest()
        self.told += 1
        return Reply(200, self._log.updates[int(index)].encode())


async def _shown_to_auditors(stage: Stage, trial: Trial, log: ForgedLog) -> list[str]:
    """Ask for cosignatures on the operator's log; auditors are shown its epochs. Who refused, and how."""
    lie = stage.wire.lies[STRANGER] = _OtherEpoch(log)
    try:
        refusals = await stage.cosigned(log)
    finally:
        del stage.wire.lies[STRANGER]
    trial.expect(lie.told > 0, "the auditors were not shown the operator's epoch")
    return refusals


async def insert_then_remove(stage: Stage) -> list[Noticed]:
    """While Bob's device is off, a reset is put into the log, and taken out again before it looks."""
    trial = Trial("insert-then-remove")
    bob = await stage.person("Bob")
    await bob.off()
    await stage.reset(bob, Ghost.of(bob.user_uri, stage.clock.now_ms()))
    log = stage.log()
    log.take_out(user_label(bob.user_uri), stage.clock.now_ms())
    trial.begin()
    refusals = await _shown_to_auditors(stage, trial, log)
    took = trial.took
    if not refusals:
        stage.wire.lies[bob.user_uri] = OtherLog(log)
    trial.begin()
    await bob.on()
    await until(
        lambda: bool(bob.seen(ResetPending)),
        trial.attack,
        "Bob to be told of what was in his account",
        wait_s=stage.found_s,
    )
    trial.expect(len(refusals) == len(stage.installation.witnesses), f"only these auditors refused: {refusals}")
    return [
        Noticed("all three auditors", "; ".join(refusals), f"{took}: before anybody is shown the epoch"),
        Noticed(
            "Bob's device", "shown: ResetPending", f"LATER: when it is on again ({trial.took}), else every 6 hours"
        ),
    ]


async def auditor_offline(stage: Stage) -> list[Noticed]:
    """Two of three witnesses are switched off, and the log goes on without them."""
    trial = Trial("auditor-offline")
    alice, bob, room = await talking(stage, trial)
    carol = await stage.person("Carol")
    await befriend(alice, carol, trial.attack)
    silenced = stage.installation.witnesses[:2]
    for witness in silenced:
        await asyncio.to_thread(witness.process.stop)
    try:
        return await _unwatched(stage, trial, alice, bob, carol, room)
    finally:
        stage.wire.lies.clear()
        await asyncio.gather(*(stage.installation.start_witness(witness) for witness in silenced))


async def _unwatched(stage: Stage, trial: Trial, alice: Person, bob: Person, carol: Person, room: str) -> list[Noticed]:
    log = stage.log()
    ghost = Ghost.of(new_user_uri(log.host, lambda size: bytes(size)), stage.clock.now_ms())
    log.put(user_label(ghost.user_uri), ghost.first_list().encode(), stage.clock.now_ms())
    lie = stage.wire.lies[alice.user_uri] = OtherLog(log)
    err = await trial.refused(
        alice.listed(ghost.user_uri), "QuorumMissing", worked="Alice believed a log that no witness has seen"
    )
    trial.expect(lie.told > 0, "the log that nobody watches never reached Alice")
    refused = Noticed("Alice's device", said(err), trial.took)
    del stage.wire.lies[alice.user_uri]
    stage.clock.pass_hours(25)
    await alice.tick()
    quiet = [text for text in alice.notices() if "nobody can be added" in text]
    trial.expect(bool(quiet), "Alice's device does not say what still works")
    text = "still here"
    await alice.device.send(room, text)
    await until(lambda: text in bob.texts(room), trial.attack, "Bob to read on")
    await trial.refused(
        alice.device.invite(room, carol.user_uri),
        "EntryTooOld",
        "Stale",
        worked="somebody was added under a silent log",
    )
    return [refused, Noticed("Alice", quiet[0], "LATER: when the log was silent for 24 hours; Bob reads on meanwhile")]


async def suppressed_notice(stage: Stage) -> list[Noticed]:
    """The hub keeps to itself that somebody joined, and then that somebody's devices changed."""
    trial = Trial("suppressed-notice")
    return [*await suppressed_commit(stage, trial), *await _suppressed_list(stage, trial)]


async def _suppressed_list(stage: Stage, trial: Trial) -> list[Noticed]:
    """Alice is not told of a reset of Bob's account, and has nothing to do with him for a week."""
    alice, bob, _ = await talking(stage, trial)
    await bob.off()
    stage.people.remove(bob)
    lie = stage.wire.lies[alice.user_uri] = Silence(_is_news_of_a_list)
    await stage.reset(bob, Ghost.of(bob.user_uri, stage.clock.now_ms()))
    await until(lambda: lie.told > 0, trial.attack, "the hub to keep the news from Alice")
    trial.expect(not alice.seen(ResetPending), "Alice was told of the reset after all")
    await stage.pass_hours(WEEK_HOURS)
    await alice.tick()
    await until(
        lambda: bool(alice.seen(AccountReset)),
        trial.attack,
        "Alice's device to look Bob up by itself",
        wait_s=stage.found_s,
    )
    after = "LATER: with the weekly look at contacts (every 6 hours at oneself), or as soon as she adds him anywhere"
    return [Noticed("Alice's device", "shown: AccountReset, nothing is sent to the new keys unasked", after)]


def _news_for(stage: Stage, person: Person) -> int:
    """How often the hub told this person that somebody's devices changed."""
    return sum(who == person.user_uri and _is_news_of_a_list(frame) for who, frame in stage.wire.brought)


def _is_news_of_a_list(frame: FromHub) -> bool:
    return isinstance(frame, Inbox) and frame.kind is InboxKind.DEVICE_LIST_CHANGED
