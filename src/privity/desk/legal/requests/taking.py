# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a file that was handed in says; pure, and it refuses nothing: whatever comes is answered in one way.

Facts that a rule may ask for are taken as claims. What the house finds out itself is not taken from a request at all.
Text that no rule asks for is kept as it is. What cannot be read is kept as it came, with the reason for staff.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from privity.desk.legal.requests.errors import FactIsOurs
from privity.desk.legal.rulebook import facts, strict_yaml
from privity.desk.legal.rulebook.errors import FactUnknown, RulebookError
from privity.desk.legal.rulebook.facts import Facts
from privity.desk.legal.rulebook.names import FACTS, Kind

ACKNOWLEDGEMENT: Final = (
    b"Your message has arrived at the legal desk. A person looks at it. Nothing can be said about any account before"
    b" the authority has been verified by another way than this message.\n"
)
"""The answer to whatever comes, until it was verified who asks: always these bytes."""

FOUND_OUT: Final = frozenset(
    {"requester_verified", "received_on", "callback_done", "callback_number_source", "first_contact_agency"}
)
"""Facts that follow from what the house did; nobody states them, not even a clerk."""

NOTICED: Final = frozenset(
    {
        "channel",
        "flags",
        "language_ok",
        "sent_to_contact_point",
        "signature_qualified",
        "excepted_data_suspected",
        "viewed_by_provider",
    }
)
"""Facts that only somebody of the house can know: a clerk sets them, and a request that states them states nothing."""

MAX_FORM: Final = 2000
"""Characters of one field that no rule asks for."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A file as it was understood."""

    claimed: dict[str, Any] | None = field(repr=False)
    """Facts as they stand in the file; None where it cannot be read."""
    form: dict[str, str] = field(repr=False)
    unread: str = ""
    """Why not, for staff."""

    @property
    def facts(self) -> Facts:
        return facts.read(self.claimed or {})


def take(data: bytes) -> Taken:
    """Never raises."""
    try:
        claimed, form = _sorted(strict_yaml.load(data))
        facts.read(claimed)
    except RulebookError as err:
        return Taken(None, {}, str(err))
    return Taken(claimed, form)


def check_settable(names: Iterable[str]) -> None:
    """Raise FactIsOurs where one of these follows from what the house did."""
    ours = sorted(FOUND_OUT.intersection(names))
    if ours:
        raise FactIsOurs(f"the house finds this out itself: {', '.join(ours)}")


def unseen(claimed: dict[str, Any]) -> dict[str, Any]:
    """The claims without what has to be shown: that a document is there and signed counts once somebody looked."""
    return {name: value for name, value in claimed.items() if FACTS[name].kind is not Kind.SHOWN}


def _sorted(read: Any) -> tuple[dict[str, Any], dict[str, str]]:
    if not isinstance(read, dict):
        return read, {}  # `facts.read` says what it is instead
    claimed: dict[str, Any] = {}
    form: dict[str, str] = {}
    for name, value in read.items():
        if name in FOUND_OUT or name in NOTICED:
            continue
        if name in FACTS:
            claimed[name] = value
        elif isinstance(value, str) and 0 < len(value) <= MAX_FORM and len(name) <= MAX_FORM:
            form[name] = value
        else:
            raise FactUnknown(f"no rule asks for one of the fields, and it is not 1 to {MAX_FORM:,} characters of text")
    return claimed, form
