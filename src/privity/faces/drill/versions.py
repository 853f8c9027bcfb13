# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attacks on which version is the newest: a thief's device stands in Bob's old list, and the hub shows that one."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from privity.faces.drill.attack import Noticed, Trial, said
from privity.faces.drill.forged import ForgedLog
from privity.faces.drill.ghost import Ghost
from privity.faces.drill.lies import OtherAnswers
from privity.faces.drill.people import Person
from privity.faces.drill.stage import Stage
from privity.keylog.commitment import OPENING_BYTES
from privity.keylog.labels import user_label, vrf_input
from privity.keylog.ladder import ladder
from privity.keylog.prefix_proof import prove
from privity.keylog.proof import LookupProof, Revealed, Standing, Step
from privity.keylog.publish import checkpoint_proof
from privity.keylog.vrf import vrf_output, vrf_prove
from privity.wire import keylog

FALSE_VERSIONS = (0, 2, 3, 4, 7)
"""Instead of 1: one too few, one too many, and the powers of two around which a search could be led astray."""

KeyFor = Callable[[int], bytes]
"""Which VRF key the place of a version is computed with."""


async def version_jump(stage: Stage) -> list[Noticed]:
    """Bob's newest list is version 1; Alice is shown another number, first without the proof that there is no more."""
    trial = Trial("version-jump")
    alice, bob, log = await _renewed(stage)
    label = user_label(bob.user_uri)
    ghost = Ghost.of(bob.user_uri, stage.clock.now_ms())
    err = await _shown(stage, trial, alice, bob, claiming(log, label, 0, [0]), log.values(label, 0)[:1], "WrongLadder")
    noticed = [Noticed("Alice's device", f"n = 0, nothing about n = 1: {said(err)}", trial.took)]
    for version in FALSE_VERSIONS:
        value = ghost.first_list().encode()
        proof = claiming(log, label, version, ladder(version), invented=value)
        values = [*log.values(label, 0), *[value] * version][: version + 1]
        err = await _shown(stage, trial, alice, bob, proof, values, "NotAbsent" if version == 0 else "NotIncluded")
        noticed.append(Noticed("Alice's device", f"n = {version}: {said(err)}", trial.took))
    return noticed


async def vrf_swap(stage: Stage) -> list[Noticed]:
    """Under another VRF key version 1 has another place in the map, where indeed nothing is."""
    trial = Trial("vrf-swap")
    alice, bob, log = await _renewed(stage)
    label, other = user_label(bob.user_uri), os.urandom(32)
    proof = claiming(log, label, 0, ladder(0), key_for=lambda version: other if version > 0 else log.keys.vrf)
    err = await _shown(stage, trial, alice, bob, proof, log.values(label, 0)[:1], "BadVrfProof")
    return [Noticed("Alice's device", said(err), trial.took)]


def claiming(
    log: ForgedLog,
    label: bytes,
    version: int,
    rungs: Sequence[int],
    *,
    invented: bytes = b"",
    key_for: KeyFor | None = None,
) -> LookupProof:
    """An answer which says that this is the newest version, as far as the tree allows to say so."""
    real = log.newest(label) or 0
    keys = {rung: log.keys.vrf if key_for is None else key_for(rung) for rung in rungs}

    def standing(rung: int) -> Standing | None:
        if rung > version:
            return None
        if rung > real:
            return Standing(os.urandom(32), log.size - 1)
        held = log.held(label, rung)
        return Standing(held.commitment, held.epoch)

    steps = tuple(Step(vrf_prove(keys[rung], vrf_input(label, rung))[1], standing(rung)) for rung in rungs)
    if version <= real:
        held = log.held(label, version)
        newest = Revealed(version, held.opening, held.value)
    else:
        newest = Revealed(version, os.urandom(OPENING_BYTES), invented)
    outs = [vrf_output(keys[rung], vrf_input(label, rung)) for rung in rungs]
    return LookupProof(checkpoint_proof(log, 0), newest, steps, (), prove(log.nodes, outs))


async def _renewed(stage: Stage) -> tuple[Person, Person, ForgedLog]:
    """Alice, and Bob whom she has not met, with a second version of his list: his phrase gave him a new account key."""
    alice, bob = await stage.pair()
    await bob.device.account.recover(bob.phrase)
    return alice, bob, stage.log()


async def _shown(
    stage: Stage, trial: Trial, alice: Person, bob: Person, proof: LookupProof, values: list[bytes], name: str
) -> Exception:
    """Alice is shown this answer about Bob, continued from what she has seen, and must refuse it by this name."""
    log = stage.log()

    def instead(asked: keylog.Lookup, _: keylog.Looked) -> keylog.Looked:
        head = checkpoint_proof(log, asked.from_size)
        answer = LookupProof(head, proof.newest, proof.steps, proof.dated, proof.prefix)
        return keylog.Looked(answer.encode(), values)

    lie = stage.wire.lies[alice.user_uri] = OtherAnswers(user_label(bob.user_uri), instead)
    assert proof.newest is not None  # every claim names a version
    worked = f"Alice took version {proof.newest.version} of Bob's list for the newest, which is 1"
    err = await trial.refused(alice.listed(bob.user_uri), name, worked=worked)
    trial.expect(lie.told > 0, "the answer never reached Alice")
    return err
