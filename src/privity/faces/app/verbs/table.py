# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which function answers which request. `house` requests concern the home; `account` ones need an open account."""

from __future__ import annotations

from typing import Final

from privity.faces.app.house import House
from privity.faces.app.port.asked import AccountRequest, Conversations, Details, LookAt, Page, Request, Result, Seen
from privity.faces.app.port.contacts import Contacts
from privity.faces.app.port.errands import LookAtErrand
from privity.faces.app.port.offices import Knocking
from privity.faces.app.port.opening import Overview
from privity.faces.app.port.room_reports import RoomReports
from privity.faces.app.port.safety import Reports, Standing
from privity.faces.app.port.strangers import Warnings
from privity.faces.app.verbs import (
    Verbs,
    contacts,
    continuing,
    conversing,
    devices,
    disclosing,
    errands,
    imported,
    keeping,
    leaving,
    listing,
    offices,
    opening,
    people,
    profiles,
    room_reports,
    rooms,
    safety,
    strangers,
    watching,
    writing,
)

HOUSE: Final[Verbs] = {**opening.VERBS, **writing.HOUSE}
ACCOUNT: Final[Verbs] = {
    **listing.VERBS,
    **conversing.VERBS,
    **rooms.VERBS,
    **continuing.VERBS,
    **safety.VERBS,
    **room_reports.VERBS,
    **offices.VERBS,
    **people.VERBS,
    **devices.VERBS,
    **watching.VERBS,
    **keeping.VERBS,
    **contacts.VERBS,
    **strangers.VERBS,
    **profiles.VERBS,
    **errands.VERBS,
    **disclosing.VERBS,
    **imported.VERBS,
    **leaving.VERBS,
    **writing.VERBS,
}


BY_ITSELF: Final = (
    Overview,
    Conversations,
    Contacts,
    Page,
    Details,
    LookAt,
    Seen,
    LookAtErrand,
    Knocking,
    Reports,
    Standing,
    RoomReports,
    Warnings,
)
"""What a page asks when something happened. It shows nobody sitting there, and keeps nothing from being locked."""


async def answer(house: House, request: Request) -> Result:
    """Raises what `problems.FORESEEN` names."""
    if not isinstance(request, BY_ITSELF):
        house.touch()
    if isinstance(request, AccountRequest):
        opened = house.opened(request.account)
        return await opened.do(ACCOUNT[type(request)](opened, request))
    return await HOUSE[type(request)](house, request)
