# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The attack on the first day: whom to believe about the log is the hub's own word, and it lies to one newcomer."""

from __future__ import annotations

import os
from dataclasses import replace

from privity.client.engine.shown import LogAlarm
from privity.faces.drill.attack import Noticed, Trial
from privity.faces.drill.ghost import Ghost
from privity.faces.drill.installation import WITNESSES
from privity.faces.drill.lies import OtherLog, OtherServer
from privity.faces.drill.people import Person, befriend, until
from privity.faces.drill.stage import Stage
from privity.faces.drill.wire import STRANGER
from privity.keylog.labels import user_label
from privity.keylog.vrf import vrf_public
from privity.server.keylog.model import origin_of
from privity.server.keys import HubKeys
from privity.tlog.cosignature import cosign
from privity.tlog.note import SignedNote
from privity.tlog.verifier_key import KeyKind, VerifierKey


async def newcomer(stage: Stage) -> list[Noticed]:
    """Alice registers, and is told of another log key and an invented witness; then Dora of another VRF key."""
    trial = Trial("newcomer")
    bob, carol = await stage.person("Bob"), await stage.person("Carol")
    vrf = os.urandom(32)
    return [
        await _deceived(stage, trial, "Alice", carol, bob, replace(stage.keys, log=os.urandom(32))),
        await _deceived(stage, trial, "Dora", carol, bob, replace(stage.keys, vrf=vrf, vrf_public=vrf_public(vrf))),
    ]


async def _deceived(stage: Stage, trial: Trial, name: str, carol: Person, bob: Person, keys: HubKeys) -> Noticed:
    """One newcomer, all of whose log is the operator's, and somebody who says one word to them."""
    witness = os.urandom(32)
    real = stage.log()
    server = stage.wire.lies[STRANGER] = OtherServer(
        keys.log_verifier(origin_of(real.host)),
        keys.vrf_public,
        VerifierKey.of(WITNESSES[0], KeyKind.COSIGNATURE, witness),
    )
    victim = await stage.registered(name)
    del stage.wire.lies[STRANGER]
    trial.expect(server.told > 0, f"the other keys never reached {name}")
    ghost = Ghost.of(bob.user_uri, stage.clock.now_ms())
    log = stage.log().instead(keys, user_label(bob.user_uri), ghost.first_list().encode())
    text = SignedNote.decode(log.note).text
    log.add([cosign(witness, WITNESSES[0], text, stage.clock.now_ms() // 1000)])
    stage.wire.lies[victim.user_uri] = OtherLog(log)
    await victim.online()
    listed = [each.client_uri for each in await victim.listed(bob.user_uri)]
    trial.expect(listed == [ghost.client_uri], f"the other log did not even work on {name}")
    await befriend(carol, victim, trial.attack)
    room = await carol.device.direct(victim.user_uri)
    await until(lambda: room in victim.device.rooms(), trial.attack, f"{name} to be in the conversation")
    trial.begin()
    await carol.device.send(room, "welcome")
    await until(
        lambda: bool(victim.seen(LogAlarm)),
        trial.attack,
        f"{name}'s device to notice that Carol knows another log",
        wait_s=stage.found_s,
    )
    took = trial.took
    await victim.device.send(room, "thank you")
    await until(
        lambda: any(victim.user_uri in each.text for each in carol.seen(LogAlarm)),
        trial.attack,
        f"Carol's device to notice that {name} knows another log",
        wait_s=stage.found_s,
    )
    return Noticed(
        f"{name}'s device and Carol's, by gossip",
        f"LogAlarm: {victim.seen(LogAlarm)[0].text}",
        f"LATER: with the first message from anybody real ({took}); until then the ghost passed for Bob",
    )
