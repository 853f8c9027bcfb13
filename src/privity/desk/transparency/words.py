# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Plain words for what the report counts; a name that is not here is shown as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from privity.desk.decisions.policies import POLICIES, PolicyName
from privity.desk.intake.findings import Level
from privity.message.report import Reason

LEVELS: Final[Mapping[int, str]] = {
    int(Level.TIP): "tip, nothing proven",
    int(Level.HUB): "franked by the hub",
    int(Level.AUTHORSHIP): "signed by the sender",
}
ACTIONS: Final[Mapping[str, str]] = {
    "dismiss": "nothing done",
    "warn": "warned",
    "challenge": "challenged for a time",
    "limit": "limited for a time",
    "remove_public": "taken from public view",
    "suspend": "suspended for a time",
    "ban": "banned",
    "close_room": "conversation closed",
    "remove_links": "links revoked",
    "escalate": "passed on",
}
SOURCES: Final[Mapping[str, str]] = {
    "user": "report",
    "public": "public notice",
    "moderators": "a conversation's moderators",
    "own": "own initiative",
}


def reason(number: int) -> str:
    """What a reporter chose."""
    if number not in {int(known) for known in Reason}:
        return "not readable"
    return Reason(number).name.lower().replace("_", " ")


def policy(name: str) -> str:
    """The title of a rule."""
    return POLICIES[PolicyName(name)].title if name in {known.value for known in PolicyName} else name
