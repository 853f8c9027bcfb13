# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A rule of RFC 9420: either a check, which a module refuses to see broken, or a duty, which no refusal can express."""

from __future__ import annotations

from dataclasses import dataclass

from privity.mls.errors import MlsError


@dataclass(frozen=True, slots=True)
class Check:
    """What a peer or a caller can break. Numbers are section and running number, and stay what they are.

    `says` is the rule in our words; `module` refuses (below `privity.mls`), by raising exactly `error`.
    """

    number: str
    says: str
    module: str
    error: type[MlsError]

    @property
    def section(self) -> str:
        return self.number.rpartition("-")[0]


@dataclass(frozen=True, slots=True)
class Duty:
    """What a client has to do and no message can violate: `how` it is met, and where.

    Tests beside the checks carry its number; those elsewhere are named in `shown_by`, as `path::function` in tests/.
    """

    number: str
    says: str
    how: str
    shown_by: tuple[str, ...] = ()

    @property
    def section(self) -> str:
        return self.number.rpartition("-")[0]


Rule = Check | Duty


def order(number: str) -> tuple[int, ...]:
    """Where a number belongs: 7.9.2-3 comes after 7.9-12. Raises ValueError for what is no number."""
    section, dash, running = number.rpartition("-")
    if not dash:
        raise ValueError(f"{number!r} is no section and running number")
    return (*(int(part) for part in section.split(".")), -1, int(running))
