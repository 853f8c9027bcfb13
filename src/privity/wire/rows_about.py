# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Under which condition a row of a table in the inventory is about a person. Text and values; no database is here.

Names of tables and columns come from the inventory, which is ours; whatever came from outside is a value.
"""

from __future__ import annotations

from dataclasses import dataclass

from privity.wire.inventory import Of, Stored


@dataclass(frozen=True, slots=True)
class Whom:
    """A person, in every way in which a row may name them."""

    users: tuple[str, ...]
    """Their user URI, and how a closed account is written in rows of others."""
    label: str
    devices: tuple[str, str]
    """Between these two lie the URIs of their devices."""
    mark: bytes = b""
    device: str = ""
    """Where one device is asked about: rows that name devices count only if they name this one."""


def about(table: Stored, whom: Whom, *, untold: bool = False) -> tuple[str, list[object]]:
    """A condition in SQL and its values. `untold`: also what others keep to themselves about the person."""
    parts: list[str] = []
    values: list[object] = []
    kinds = table.of
    if whom.device and Of.DEVICE in kinds.values():
        kinds = {column: kind for column, kind in kinds.items() if kind is Of.DEVICE}
    for column, kind in kinds.items():
        match kind:
            case Of.USER:
                _is_one_of(column, whom.users, parts, values)
            case Of.UNTOLD if untold:
                _is_one_of(column, whom.users, parts, values)
            case Of.UNTOLD:
                continue
            case Of.LABEL:
                parts.append(f"{column} = ?")
                values.append(whom.label)
            case Of.MARK:
                parts.append(f"{column} = ?")
                values.append(whom.mark)
            case Of.DEVICE if whom.device:
                parts.append(f"{column} = ?")
                values.append(whom.device)
            case Of.DEVICE:
                parts.append(f"({column} > ? AND {column} < ?)")
                values += whom.devices
            case Of.PAIR:
                for user in whom.users:
                    ends = f"substr({column}, length({column}) - CAST(? AS INTEGER)) = ?"
                    parts.append(f"({column} >= ? AND {column} < ? OR {ends})")
                    values += [f"{user} ", f"{user}!", len(user), f" {user}"]
    return " OR ".join(parts) or "FALSE", values


def _is_one_of(column: str, users: tuple[str, ...], parts: list[str], values: list[object]) -> None:
    parts.append(f"{column} IN ({', '.join('?' * len(users))})")
    values += users
