# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The devices of the own account: adding one by code and digits, removing one, saying no to a reset."""

from __future__ import annotations

from typing import Final

from privity.faces.app.errors import NothingToAnswer
from privity.faces.app.opened import Opened
from privity.faces.app.port.asked import Done
from privity.faces.app.port.devices import (
    AnswerOffer,
    CancelReset,
    DeviceList,
    DeviceOffered,
    Devices,
    OfferDevice,
    RemoveDevice,
)
from privity.faces.app.port.shown import DeviceShown
from privity.faces.app.verbs import Verbs


async def devices(opened: Opened, _: Devices) -> DeviceList:
    device = opened.device
    return DeviceList(
        devices=tuple(
            DeviceShown(client_uri=each.client_uri, added_ms=each.added_ms, this=each.client_uri == device.client_uri)
            for each in await device.devices()
        ),
        reset_until_ms=device.account.reset_pending_until(),
        closing_until_ms=device.leaving.pending_until(),
    )


async def offer(opened: Opened, request: OfferDevice) -> DeviceOffered:
    opened.offered = await opened.device.account.offered(request.code)
    return DeviceOffered(check=opened.offered.check, client_uri=opened.offered.client_uri)


async def answer_offer(opened: Opened, request: AnswerOffer) -> Done:
    offered, opened.offered = opened.offered, None
    if offered is None:
        raise NothingToAnswer("no new device waits; show its code here first")
    await (offered.accept() if request.same else offered.decline())
    return Done()


async def remove(opened: Opened, request: RemoveDevice) -> Done:
    await opened.device.account.remove_device(request.client_uri)
    return Done()


async def cancel_reset(opened: Opened, _: CancelReset) -> Done:
    await opened.device.account.cancel_reset()
    return Done()


VERBS: Final[Verbs] = {
    Devices: devices,
    OfferDevice: offer,
    AnswerOffer: answer_offer,
    RemoveDevice: remove,
    CancelReset: cancel_reset,
}
