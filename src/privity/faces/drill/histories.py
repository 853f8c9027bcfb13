# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attacks on the log itself: another one for one person, an older one, or one that goes on from an old copy."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence

from privity.client.engine.shown import LogAlarm
from privity.faces.demo.processes import START_LIMIT_S
from privity.faces.drill.attack import Noticed, Trial, said
from privity.faces.drill.forged import ForgedLog
from privity.faces.drill.ghost import Ghost
from privity.faces.drill.installation import Witness
from privity.faces.drill.lies import OtherLog
from privity.faces.drill.people import Person, befriend, until
from privity.faces.drill.stage import Stage
from privity.keylog.labels import user_label
from privity.tlog.cosignature import cosign
from privity.tlog.note import SignedNote

WORKED = "Alice took the ghost for Bob"


async def fork(stage: Stage) -> list[Noticed]:
    """Before Bob registers, the log parts in two: in Alice's, the ghost registers under his address."""
    trial = Trial("fork")
    alice, bob, log = await _forked(stage)
    refusals = await stage.cosigned(log)
    err = await _believes(stage, trial, alice, bob, log, "QuorumMissing")
    witnesses = stage.installation.witnesses
    trial.expect(len(refusals) == len(witnesses), f"only these witnesses refused: {refusals}")
    keep = all(any(witness.folder.rglob("evidence/*")) for witness in witnesses)
    trial.expect(keep, "a witness that refused a fork has kept no evidence of it")
    return [
        Noticed("all three witnesses", f"{'; '.join(refusals)}; each keeps both notes", "before the fork is shown"),
        Noticed("Alice's device", said(err), trial.took),
    ]


async def minority(stage: Stage) -> list[Noticed]:
    """The same, and one of the three witnesses works with the operator."""
    trial = Trial("minority")
    alice, bob, log = await _forked(stage)
    _help(stage, log, stage.installation.witnesses[-1:])
    err = await _believes(stage, trial, alice, bob, log, "QuorumMissing")
    return [Noticed("Alice's device", said(err), trial.took)]


async def majority(stage: Stage) -> list[Noticed]:
    """The same, and two of the three do: it works, until somebody who was shown the other log says a word to Alice."""
    trial = Trial("majority")
    accomplices = stage.installation.witnesses[1:]
    alice, carol = await asyncio.gather(stage.person("Alice"), stage.person("Carol"))
    room = await _talk(trial, carol, alice)
    bob = await stage.person("Bob")
    await carol.listed(bob.user_uri)
    log, ghost = await _other_log(stage, alice, bob)
    _help(stage, log, accomplices)
    return [await _found_by_gossip(stage, trial, alice, carol, log, ghost, room)]


async def fork_unwatched(stage: Stage) -> list[Noticed]:
    """The same where nobody watches: once with a log that is longer than the real one, once with a shorter one."""
    trial = Trial("fork-unwatched")
    alice, dora, carol = await asyncio.gather(*(stage.person(name) for name in ("Alice", "Dora", "Carol")))
    for person in (alice, dora, carol):
        await person.device.key_log.trust((), 0)
    rooms = [await _talk(trial, carol, person) for person in (alice, dora)]
    bob = await stage.person("Bob")
    await stage.pass_hours(0)
    await carol.listed(bob.user_uri)
    noticed: list[Noticed] = []
    for victim, room in zip((alice, dora), rooms, strict=True):
        log, ghost = await _other_log(stage, victim, bob, longer=victim is alice)
        noticed.append(await _found_by_gossip(stage, trial, victim, carol, log, ghost, room))
        trial.expect(not victim.device.key_log.status().audited, "a log that nobody watches is called audited")
    return noticed


async def _found_by_gossip(
    stage: Stage, trial: Trial, victim: Person, carol: Person, log: ForgedLog, ghost: Ghost, room: str
) -> Noticed:
    lie = stage.wire.lies[victim.user_uri] = OtherLog(log)
    listed = await victim.listed(ghost.user_uri)
    trial.expect(lie.told > 0, f"the other log never reached {victim.name}")
    trial.expect([each.client_uri for each in listed] == [ghost.client_uri], "the fork did not even work")
    trial.begin()
    await carol.device.send(room, "good morning")
    await until(
        lambda: bool(victim.seen(LogAlarm)),
        trial.attack,
        f"{victim.name}'s device to notice that Carol was shown another log",
        wait_s=stage.found_s,
    )
    return Noticed(
        f"{victim.name}'s device, by gossip",
        f"LogAlarm: {victim.seen(LogAlarm)[0].text}",
        f"LATER: with Carol's next message ({trial.took}); until then the ghost passed for Bob",
    )


async def rollback(stage: Stage) -> list[Noticed]:
    """Alice has seen the log of today; the hub shows her the one of yesterday, in which a thief is still in force."""
    trial = Trial("rollback")
    alice, bob = await stage.pair()
    await alice.listed(bob.user_uri)
    yesterday = stage.log()
    await bob.device.account.recover(bob.phrase)
    await alice.listed(alice.user_uri)
    lie = stage.wire.lies[alice.user_uri] = OtherLog(yesterday)
    err = await trial.refused(
        alice.listed(bob.user_uri), "WentBack", worked="Alice took Bob's list of before for the newest one"
    )
    trial.expect(lie.told > 0, "the older log never reached Alice")
    return [Noticed("Alice's device", said(err), trial.took)]


async def stale(stage: Stage) -> list[Noticed]:
    """Alice is kept in the past: her hub shows her nothing newer than the day on which she last looked."""
    trial = Trial("stale")
    alice, bob = await stage.pair()
    await alice.listed(bob.user_uri)
    lie = stage.wire.lies[alice.user_uri] = OtherLog(stage.log())
    await bob.device.account.recover(bob.phrase)
    await alice.listed(bob.user_uri)
    trial.expect(lie.told > 0, "the log that stands still never reached Alice")
    await stage.pass_hours(25)
    err = await trial.refused(
        alice.listed(bob.user_uri), "Stale", "EntryTooOld", worked="Alice took a log of yesterday for the newest"
    )
    await alice.tick()
    quiet = [text for text in alice.notices() if "nobody can be added" in text]
    trial.expect(bool(quiet), "Alice's device does not say that the log shows nothing new")
    return [
        Noticed("Alice's device", said(err), "LATER: 24 hours; a log that is held back for less is believed"),
        Noticed("Alice", quiet[0], "LATER: with the next hourly look after that"),
    ]


async def old_backup(stage: Stage) -> list[Noticed]:
    """The hub is put back from an old copy, and would sign another log from there on."""
    trial = Trial("old-backup")
    await stage.person("Alice")
    other = await asyncio.to_thread(stage.installation.copy, stage.folder / "old")
    await stage.person("Bob")
    trial.begin()
    other.hub.start()
    try:
        await until(
            lambda: not other.hub.running or other.answers(),
            trial.attack,
            "the hub to start or to refuse",
            wait_s=START_LIMIT_S,
        )
        took = trial.took
        trial.expect(not other.hub.running, "a hub with an old copy of its database runs, and signs a second log")
        said_last = other.hub.log.read_text(errors="replace").strip().splitlines()[-1]
    finally:
        await asyncio.to_thread(other.hub.stop)
        shutil.rmtree(other.folder)
    trial.expect("LogBehind" in said_last, f"the hub did not start, for another reason: {said_last}")
    return [
        Noticed("the hub, by its witnesses", said_last.removeprefix("privity: ")[:170], f"{took}: it does not start")
    ]


async def _forked(stage: Stage) -> tuple[Person, Person, ForgedLog]:
    alice = await stage.person("Alice")
    bob = await stage.person("Bob")
    log, _ = await _other_log(stage, alice, bob)
    return alice, bob, log


async def _other_log(stage: Stage, victim: Person, bob: Person, *, longer: bool = True) -> tuple[ForgedLog, Ghost]:
    """From what its victim has seen on, another log, in which the ghost stands under Bob's address."""
    ghost = Ghost.of(bob.user_uri, stage.clock.now_ms())
    log = stage.log(victim.device.key_log.status().size)
    real = stage.log().size
    log.put(user_label(bob.user_uri), ghost.first_list().encode(), stage.clock.now_ms())
    while longer and log.size < real + 2:
        log.publish([], stage.clock.now_ms())
    return log, ghost


def _help(stage: Stage, log: ForgedLog, accomplices: Sequence[Witness]) -> None:
    """These witnesses cosign whatever the operator shows them."""
    text, time_s = SignedNote.decode(log.note).text, stage.clock.now_ms() // 1000
    log.add([cosign(each.private, each.name, text, time_s) for each in accomplices])


async def _talk(trial: Trial, one: Person, other: Person) -> str:
    """A conversation of two."""
    await befriend(one, other, trial.attack)
    room = await one.device.direct(other.user_uri)
    await until(lambda: room in other.device.rooms(), trial.attack, f"{other.name} to be in the conversation")
    return room


async def _believes(stage: Stage, trial: Trial, alice: Person, bob: Person, log: ForgedLog, name: str) -> Exception:
    lie = stage.wire.lies[alice.user_uri] = OtherLog(log)
    err = await trial.refused(alice.listed(bob.user_uri), name, worked=WORKED)
    trial.expect(lie.told > 0, "the other log never reached Alice")
    return err
