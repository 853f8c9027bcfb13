# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Moves that many attackers share: ask, write to those who said yes, slow down after having been limited."""

from __future__ import annotations

from collections.abc import Iterable

from privity.lab.attacker import Act, ActKind, Own, Told


def asks(own: Own, targets: Iterable[int], apart_ms: int, *, harmful: bool = True) -> list[Act]:
    """A first contact to each, one after the other."""
    return [
        Act(ActKind.ASK, own.account, (target,), nth * apart_ms, harmful=harmful) for nth, target in enumerate(targets)
    ]


def writes(own: Own, targets: tuple[int, ...], after_ms: int = 0, *, severe: bool = False, harmful: bool = True) -> Act:
    """One message to each of some contacts, at once."""
    return Act(ActKind.SEND, own.account, targets, after_ms, severe, harmful)


def slower(pace: float, own: Iterable[Own]) -> float:
    """Half the pace of before where an account was told that it is limited."""
    return pace / 2 if any(one.told is Told.LIMITED for one in own) else pace
