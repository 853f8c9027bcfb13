# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Handing over messages of a conversation, which a person at the page alone can begin."""

from __future__ import annotations

from typing import Final

from privity.client.disclosing.wanted import Chosen, Wanted
from privity.client.errors import CommandRefused
from privity.faces.app import disclosing
from privity.faces.app.conversations import known
from privity.faces.app.opened import Opened
from privity.faces.app.people import person
from privity.faces.app.port.disclosing import Disclose, DisclosureShown, LookAtDisclosure
from privity.faces.app.port.errands import ErrandIs, ErrandKind
from privity.faces.app.verbs import Verbs


async def look(opened: Opened, request: LookAtDisclosure) -> DisclosureShown:
    device = opened.device
    found = await device.disclosures.preview(_chosen(opened, request))
    return DisclosureShown(
        messages=found.messages,
        left_out=found.left_out,
        own=found.own,
        people=tuple(person(device, each) for each in found.people if each != device.user_uri),
        others=tuple(person(device, each) for each in found.others),
    )


async def disclose(opened: Opened, request: Disclose) -> ErrandIs:
    wanted = Wanted(
        _chosen(opened, request),
        request.recipient,
        request.purpose,
        request.statement,
        files=request.fetch,
        keys=request.keys,
        attestation=request.attestation,
    )
    work = disclosing.disclosure(opened, wanted, request.age_key.strip())
    return ErrandIs(errand=opened.errands.begin(ErrandKind.DISCLOSURE, work))


def _chosen(opened: Opened, request: LookAtDisclosure | Disclose) -> Chosen:
    """A range is named by its ends, in whatever order they were marked."""
    room_uri, ids = known(opened.device, request.room_uri), request.message_ids
    if not request.range:
        return Chosen(room_uri, ids)
    timeline = opened.host.engine.room(room_uri).timeline
    places = {each: item.seq for each in ids if (item := timeline.item(each)) is not None}
    if not places:
        raise CommandRefused("mark the first and the last message of what is to be handed over")
    ordered = sorted(places, key=places.__getitem__)
    return Chosen(room_uri, since=ordered[0], until=ordered[-1])


VERBS: Final[Verbs] = {LookAtDisclosure: look, Disclose: disclose}
