# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How the person at a device knows somebody, in plain sentences. There is no score: they judge for themselves.

Each sentence says whose word it is: what this device verified, what the hub says, what the other says of themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from privity.policy.alike import looks_like

DAY_MS: Final = 86_400_000
YOUNG_MS: Final = 30 * DAY_MS
"""An account younger than this is one to be careful with."""
LATELY_MS: Final = 7 * DAY_MS
"""Devices that were added since then are new."""
NAMED: Final = 3
"""Groups and people that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact of the person, to compare with. `picture`: the SHA-256 of their profile's picture, if it was seen."""

    called: str
    names: tuple[str, ...]
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a device knows of somebody.

    `hub_since_ms`: when the hub says the account was made, 0 where it has not said. `logged_since_ms`: when the key log
    shows its first list, None where the device has not looked. `devices_ms`: when each of its devices was added, by
    the account's own signature; `lists`: how many versions its device list has, 0 where none was proven. `mutual`:
    common contacts, by the hub's word, None where it has not said. `groups` are shared ones by name, and `through`
    contacts of the person who are in them. `asked`: the person asked for them first; `came`: they asked first.
    """

    handle: str = ""
    name: str = field(default="", repr=False)
    picture: bytes | None = None
    hub_since_ms: int = 0
    logged_since_ms: int | None = None
    devices_ms: tuple[int, ...] = ()
    lists: int = 0
    mutual: int | None = None
    groups: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    contact: bool = False
    asked: bool = False
    came: bool = False
    met: bool = False
    compared: bool = False
    vouched: bool = False
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence. `careful`: it gives reason to ask them in another way than here."""

    text: str
    careful: bool = False


def lines(facts: Facts, now_ms: int) -> tuple[Line, ...]:
    """What is known of somebody, what speaks for care first."""
    found = [
        *_alike(facts),
        *_met(facts),
        *_begun(facts),
        *_since(facts, now_ms),
        *_devices(facts, now_ms),
        *_between(facts),
    ]
    if not facts.handle:
        found.append(Line("Your device knows no handle of theirs.", careful=True))
    return tuple(sorted(found, key=lambda line: not line.careful))


def _alike(facts: Facts) -> list[Line]:
    """Who of the contacts they could be taken for."""
    found = []
    own = [each for each in (facts.handle, facts.name) if each]
    for contact in facts.contacts:
        alike = next((each for each in own if any(looks_like(each, name) for name in contact.names)), None)
        if alike is not None:
            found.append(
                Line(
                    f"\u201c{alike}\u201d looks like your contact {contact.called}, and this is another account. Ask"
                    f" {contact.called} in another way whether it is theirs.",
                    careful=True,
                )
            )
        if facts.picture is not None and facts.picture == contact.picture:
            found.append(
                Line(
                    f"Their picture is the very one of your contact {contact.called}. Anybody can copy it.",
                    careful=True,
                )
            )
    return found


def _met(facts: Facts) -> list[Line]:
    found = []
    if facts.compared:
        found.append(Line("You compared the safety number with them, and their keys are the same as then."))
    if facts.met:
        found.append(Line("You met: one of you typed the other's code."))
    if facts.vouched:
        found.append(Line("A guardian of yours agreed to them."))
    if not (facts.compared or facts.met):
        found.append(
            Line("You never compared a safety number with them, nor a code: nothing shows who they are.", careful=True)
        )
    return found


def _begun(facts: Facts) -> list[Line]:
    if facts.asked and not facts.came:
        return [Line("You asked for them first.")]
    if facts.came and not facts.asked:
        return [Line("They asked for you first.")]
    if facts.asked:
        return [Line("You asked for each other.")]
    return [] if facts.contact else [Line("They are no contact of yours.")]


def _since(facts: Facts, now_ms: int) -> list[Line]:
    if facts.logged_since_ms is not None:
        young = now_ms - facts.logged_since_ms < YOUNG_MS
        return [Line(f"Their account stands in the key log since {_day(facts.logged_since_ms)}.", careful=young)]
    if facts.hub_since_ms:
        young = now_ms - facts.hub_since_ms < YOUNG_MS
        return [Line(f"The hub says that their account was made on {_day(facts.hub_since_ms)}.", careful=young)]
    return [Line("Your device has not heard since when their account exists.")]


def _devices(facts: Facts, now_ms: int) -> list[Line]:
    if facts.lists <= 1:
        return []
    new = sum(now_ms - each < LATELY_MS for each in facts.devices_ms)
    if new:
        many = "A device" if new == 1 else f"{new} devices"
        return [Line(f"{many} of theirs came within the last week.", careful=True)]
    return [Line(f"Their devices were changed {facts.lists - 1} times, not within the last week.")]


def _between(facts: Facts) -> list[Line]:
    found = []
    if facts.groups:
        found.append(Line(f"You are in {_counted(facts.groups, 'group')} with them."))
    if facts.through:
        found.append(Line(f"In these are your contacts {_counted(facts.through, '')}."))
    if facts.mutual is not None:
        said = "no contact" if facts.mutual == 0 else f"{facts.mutual} contact{'s' if facts.mutual > 1 else ''}"
        found.append(Line(f"The hub says that you have {said} in common."))
    if not facts.groups and not facts.mutual:
        found.append(Line("Nobody on this device is known to connect you.", careful=not facts.contact))
    return found


def _counted(names: Sequence[str], what: str) -> str:
    named = ", ".join(names[:NAMED])
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    if not what:
        return f"{named}{more}"
    return f"{len(names)} {what}{'s' if len(names) > 1 else ''} ({named}{more})"


def _day(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d}"
