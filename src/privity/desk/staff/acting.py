# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whoever acts: a signed-in member of staff, or a command on the desk's own machine. Every service takes one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Right, Role, rights_of


@dataclass(frozen=True, slots=True)
class Acting:
    """Proven to be who it says: made by a session of a passkey, or by `command` in a command."""

    who: str
    """As the audit log names them: `staff:N` or `command:NAME`."""
    rights: frozenset[Right]
    number: int | None = None
    """Of the member of staff; None for a command."""

    @classmethod
    def member(cls, number: int, roles: frozenset[Role]) -> Self:
        return cls(f"staff:{number}", rights_of(roles), number)

    @classmethod
    def command(cls, name: str, *rights: Right) -> Self:
        """A command that whoever owns the desk's machine runs; it has only the rights that it needs."""
        return cls(f"command:{name}", frozenset(rights))

    def must(self, right: Right) -> None:
        """Raise NotYourRole unless they may do this."""
        if right not in self.rights:
            raise NotYourRole(f"{self.who} may not {right.value}")
