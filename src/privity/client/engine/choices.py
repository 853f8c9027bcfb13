# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the person chose about others, as this device keeps it: whom they froze, what they heeded or put away.

It is so on all their devices (`telling`). What was taken back stays, so that nobody's older word brings it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from privity.client.engine.records import Batch, Change, Table, View
from privity.identity.choices import Choice
from privity.identity.uris import host_of
from privity.mls.codec import u64

_BEFORE_MS: Final = 1
"""When it was chosen while devices told each other nothing: rows of then are empty."""
_STAMP: Final = 8


class About(StrEnum):
    """What can be chosen about somebody; a scope of `Table.OWN`."""

    FROZEN = "frozen"
    """Nothing of them is shown."""
    HEEDED = "heeded"
    """The person was told, when they were new, what to think of."""
    PUT_AWAY = "put away"
    """A warning about them, by its script, is not shown again."""


def choice_of(view: View, user_uri: str, about: About, detail: str = "") -> Choice:
    """As it stands; one that was never made was made and undone at no time."""
    value = view.get(Table.OWN, about, _key(user_uri, detail))
    return _decode(user_uri, _named(about, detail), value)


def all_choices(view: View, host: str) -> list[Choice]:
    """About people of this hub, those of whom something changed last first."""
    found = []
    for about in About:
        for key, value in view.scan(Table.OWN, about):
            user_uri, _, detail = key.decode().partition(" ")
            if host_of(user_uri) == host:
                found.append(_decode(user_uri, _named(about, detail), value))
    return sorted(found, key=lambda each: (-max(each.chosen_ms, each.undone_ms), each.encode()))


def row_of(choice: Choice) -> tuple[Change, bytes]:
    """How it is kept."""
    scope, _, detail = choice.about.partition(":")
    return (Table.OWN, scope, _key(choice.user_uri, detail)), u64(choice.chosen_ms) + u64(choice.undone_ms)


def merge(batch: Batch, choices: Iterable[Choice], own_user: str) -> tuple[str, ...]:
    """Take what another device knows. About whom something is another way now; what is unknown here is passed over."""
    changed = []
    for heard in choices:
        scope, _, detail = heard.about.partition(":")
        if scope not in set(About) or heard.user_uri == own_user or bool(detail) != (scope == About.PUT_AWAY):
            continue
        known = choice_of(batch, heard.user_uri, About(scope), detail)
        merged = known.merged(heard)
        if merged == known:
            continue
        change, value = row_of(merged)
        batch.put(*change, value)
        if merged.holds != known.holds:
            changed.append(heard.user_uri)
    return tuple(dict.fromkeys(changed))


def _decode(user_uri: str, about: str, value: bytes | None) -> Choice:
    if value is None:
        return Choice(user_uri, about, 0)
    if not value:
        return Choice(user_uri, about, _BEFORE_MS)
    return Choice(user_uri, about, int.from_bytes(value[:_STAMP], "big"), int.from_bytes(value[_STAMP:], "big"))


def _named(about: About, detail: str) -> str:
    return f"{about}:{detail}" if detail else about.value


def _key(user_uri: str, detail: str) -> bytes:
    return f"{user_uri} {detail}".encode() if detail else user_uri.encode()
