# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which function answers which request. `house` requests concern the home; `account` ones need an open account."""

from __future__ import annotations

from typing import Final

from privity.faces.app.house import House
from privity.faces.app.port.asked import (
    AccountRequest,
    Conversations,
    Details,
    LookAt,
    Overview,
    Page,
    Request,
    Result,
    Seen,
)
from privity.faces.app.verbs import Verbs, conversing, devices, keeping, listing, opening, people, rooms, watching

HOUSE: Final[Verbs] = opening.VERBS
ACCOUNT: Final[Verbs] = {
    **listing.VERBS,
    **conversing.VERBS,
    **rooms.VERBS,
    **people.VERBS,
    **devices.VERBS,
    **watching.VERBS,
    **keeping.VERBS,
}


BY_ITSELF: Final = (Overview, Conversations, Page, Details, LookAt, Seen)
"""What a page asks when something happened. It shows nobody sitting there, and keeps nothing from being locked."""


async def answer(house: House, request: Request) -> Result:
    """Raises what `problems.FORESEEN` names."""
    if not isinstance(request, BY_ITSELF):
        house.touch()
    if isinstance(request, AccountRequest):
        opened = house.opened(request.account)
        return await opened.do(ACCOUNT[type(request)](opened, request))
    return await HOUSE[type(request)](house, request)
