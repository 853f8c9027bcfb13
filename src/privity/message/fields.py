# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of one decoded element of what is sealed to a desk: each returns the element, or raises BadReport."""

from __future__ import annotations

from enum import IntEnum
from typing import TypeVar

from privity.message.errors import BadReport

K = TypeVar("K", bound=IntEnum)


def list_of(value: object, count: int, name: str) -> list[object]:
    if not isinstance(value, list) or len(value) != count:
        raise BadReport(f"{name}: expected a list of {count}")
    return value


def text(value: object, limit: int, name: str) -> str:
    if not isinstance(value, str) or len(value.encode()) > limit:
        raise BadReport(f"{name}: expected text of at most {limit} bytes")
    return value


def octets(value: object, limit: int, name: str) -> bytes:
    if not isinstance(value, bytes) or len(value) > limit:
        raise BadReport(f"{name}: expected at most {limit} bytes")
    return value


def number(value: object, top: int, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= top:
        raise BadReport(f"{name}: expected a number from 0 to {top}")
    return value


def choice(kind: type[K], value: object, name: str) -> K:
    """A number that stands for one of these; an unknown one is refused."""
    found = number(value, 255, name)
    try:
        return kind(found)
    except ValueError:
        raise BadReport(f"{name} {found} is unknown, expected 0 to {max(kind)}") from None
