# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk's side of observations, and what people do that is observed."""

from __future__ import annotations

from typing import Any

import msgspec

from privity.identity.consent import Op
from privity.server.observing import service
from privity.wire.observed import Observed, ObservedKind, ObservedPage
from privity.wire.rest import Done
from tests.server.contacts.people import signed_entry
from tests.server.rooms.world import Device, World


async def page(world: World, after: int = 0, wait: int = 0) -> ObservedPage:
    status, answer = await world.staff("GET", f"/staff/v1/observed?after={after}&wait={wait}")
    assert status == 200, answer
    return msgspec.convert(answer, ObservedPage)


async def observed(world: World, *kinds: ObservedKind) -> list[Observed]:
    """All that waits, without taking it; of these kinds, if some are named."""
    await service.flush(world.context, everything=True)
    return [one for one in (await page(world)).observed if not kinds or one.kind in kinds]


async def ask(device: Device, other: Device) -> None:
    entry = signed_entry(device.person, Op.REQUEST, other.user_uri, at_ms=device.world.clock.now)
    status, answer = await device.line.request("POST", "/v1/contacts/requests", {"entry": entry})
    assert status in (200, 404), answer


async def grant(device: Device, other: Device) -> None:
    entry = signed_entry(device.person, Op.GRANT, other.user_uri, at_ms=device.world.clock.now)
    await put(device, f"/v1/contacts/{other.person.id}", {"entry": entry})


async def block(device: Device, other: Device) -> None:
    await device.call("PUT", f"/v1/blocks/{other.person.id}", None, Done)


async def put(device: Device, path: str, body: Any) -> None:
    status, answer = await device.line.request("PUT", path, body)
    assert status == 200, answer
