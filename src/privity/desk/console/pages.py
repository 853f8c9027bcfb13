# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a page is: a method, a path, the right it needs, and what makes it. There is no other way to have one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right


class Open(Enum):
    """Pages that need no right."""

    TO_EVERYBODY = "everybody"
    """Also to whoever is not signed in: the ways in."""
    TO_STAFF = "staff"
    """To every member of staff, about themselves."""


Handler: TypeAlias = Callable[[Asked, Acting], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Page:
    """One line of the table."""

    method: str
    path: str
    """As aiohttp has it: `/case/{number}`."""
    needs: Right | Open
    handler: Handler
    files: int = 0
    """Bytes that a form with files may have; 0 where it brings none."""


def page(method: str, path: str, needs: Right | Open, handler: Handler, files: int = 0) -> Page:
    return Page(method, path, needs, handler, files)
