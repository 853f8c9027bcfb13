# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attacks on whose devices are whose: a list or a KeyPackage with one device more than its person has."""

from __future__ import annotations

import os
from dataclasses import replace

import msgspec

from privity.faces.drill.attack import NAMED, Noticed, Trial, name_of, said
from privity.faces.drill.ghost import Ghost
from privity.faces.drill.lies import MoreDevices, OtherAnswers, bent
from privity.faces.drill.people import Person, befriend
from privity.faces.drill.stage import Stage
from privity.identity.device_list import DeviceList
from privity.keylog.commitment import OPENING_BYTES
from privity.keylog.labels import user_label
from privity.keylog.proof import LookupProof, Revealed
from privity.wire import keylog, rest


async def extra_device(stage: Stage) -> list[Noticed]:
    """A list with a device that nobody signed; then a KeyPackage of such a device."""
    trial = Trial("extra-device")
    alice, bob = await stage.pair()
    await befriend(alice, bob, trial.attack)
    await alice.listed(bob.user_uri)
    ghost = Ghost.of(bob.user_uri, stage.clock.now_ms())
    return [await _list_beside(stage, trial, alice, bob, ghost), await _key_package(stage, trial, alice, bob, ghost)]


async def _list_beside(stage: Stage, trial: Trial, alice: Person, bob: Person, ghost: Ghost) -> Noticed:
    def longer(_: keylog.Lookup, honest: keylog.Looked) -> keylog.Looked:
        real = DeviceList.decode(honest.values[-1])
        devices = tuple(sorted((*real.devices, ghost.listed), key=lambda each: each.client_uri))
        return msgspec.structs.replace(honest, values=[replace(real, devices=devices).encode()])

    lie = stage.wire.lies[alice.user_uri] = OtherAnswers(user_label(bob.user_uri), longer)
    err = await trial.refused(
        alice.listed(bob.user_uri), "NotInLog", worked="Alice took a list with a device that Bob never signed"
    )
    trial.expect(lie.told > 0, "the list with the ghost never reached Alice")
    return Noticed("Alice's device", said(err), trial.took)


async def _key_package(stage: Stage, trial: Trial, alice: Person, bob: Person, ghost: Ghost) -> Noticed:
    lie = stage.wire.lies[alice.user_uri] = MoreDevices(ghost.client_uri, ghost.bundle.key_package.encode())
    room = await alice.device.create_group()
    trial.begin()
    refusal: Exception | None = None
    try:
        await alice.device.invite(room, bob.user_uri)
    except NAMED as err:
        refusal = err
    trial.expect(lie.told > 0, "the KeyPackage of the ghost never reached Alice")
    for asked in stage.wire.asked_of(alice.user_uri, "/commit"):
        commit = msgspec.json.decode(asked.body, type=rest.Commit)
        trial.expect(not ghost.is_let_in_by(commit.welcome), "Alice's commit let the ghost into the conversation")
    if refusal is None or name_of(refusal) != "UnknownDevice":
        raise trial.failed(f"expected UnknownDevice, got {refusal}")
    return Noticed("Alice's device", said(refusal), trial.took)


async def first_contact(stage: Stage) -> list[Noticed]:
    """Before Alice ever met Bob, the hub shows her an account of its own under his address, and the honest proof."""
    trial = Trial("first-contact")
    alice, bob = await stage.pair()
    ghost = Ghost.of(bob.user_uri, stage.clock.now_ms())
    lie = stage.wire.lies[alice.user_uri] = OtherAnswers(
        user_label(bob.user_uri),
        lambda _, honest: msgspec.structs.replace(honest, values=[ghost.first_list().encode()]),
    )
    err = await trial.refused(
        alice.listed(bob.user_uri), "NotInLog", worked="Alice met the ghost instead of Bob, and took it for him"
    )
    trial.expect(lie.told > 0, "the ghost's account never reached Alice")
    return [Noticed("Alice's device", said(err), trial.took)]


async def wrong_opening(stage: Stage) -> list[Noticed]:
    """The proof is of Bob's leaf, and what is said to be in the leaf is the ghost's."""
    trial = Trial("wrong-opening")
    alice, bob = await stage.pair()
    value = Ghost.of(bob.user_uri, stage.clock.now_ms()).first_list().encode()

    def reopened(proof: LookupProof) -> LookupProof:
        return replace(proof, newest=Revealed(0, os.urandom(OPENING_BYTES), value))

    def other(_: keylog.Lookup, honest: keylog.Looked) -> keylog.Looked:
        return msgspec.structs.replace(bent(honest, reopened), values=[value])

    lie = stage.wire.lies[alice.user_uri] = OtherAnswers(user_label(bob.user_uri), other)
    err = await trial.refused(
        alice.listed(bob.user_uri), "WrongCommitment", worked="Alice took another value for the one in Bob's leaf"
    )
    trial.expect(lie.told > 0, "the other value never reached Alice")
    return [Noticed("Alice's device", said(err), trial.took)]
