# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A conversation that is begun again."""

from __future__ import annotations

from privity.faces.app.port.asked import AccountRequest, Result
from privity.faces.app.port.shape import Shape
from privity.faces.app.port.shown import Person


class BeginAgain(AccountRequest, frozen=True, kw_only=True):
    """A new conversation in place of one that cannot go on, with its name and people: `BegunAgain`."""

    room_uri: str


class LeftOut(Shape, frozen=True, kw_only=True):
    """Somebody of the old conversation who is not in the new one, and why."""

    person: Person
    why: str


class BegunAgain(Result, frozen=True, kw_only=True):
    room_uri: str
    asked: tuple[Person, ...]
    """Who is no contact, and is added as soon as they agree."""
    left_out: tuple[LeftOut, ...]
