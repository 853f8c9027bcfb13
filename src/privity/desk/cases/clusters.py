# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What ties the reporters of a case to each other, found in times and history alone; who they are plays no part.

A *cluster* is many people who never reported before, came within minutes of each other, and brought hardly anything
that was proven. It may be a mob, or the witnesses of something: it is shown, it does not decide, and it only takes
away what numbers alone would add.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from privity.desk.cases.model import Clusters, Reporting

PAUSE_MS: Final = 15 * 60_000
"""People who follow one call come within minutes of each other; strangers who meet the same thing come over hours."""

FEWEST: Final = 5
"""Fewer newcomers at once are an ordinary day in a large conversation."""

PROOF_FOR_EACH: Final = 5
"""A cluster proves less than one message for each five of its people: witnesses of many things are none."""


def tied(reports: Sequence[Reporting]) -> frozenset[str]:
    """The reporters who are in a cluster; nobody, where there is none."""
    return frozenset(one.reporter_uri for wave in _waves(reports) for one in wave)


def clusters(reports: Sequence[Reporting]) -> Clusters:
    """The clusters of a case in numbers and one sentence."""
    everybody, waves = {one.reporter_uri for one in reports}, _waves(reports)
    names = {one.reporter_uri for wave in waves for one in wave}
    if not names:
        return Clusters(len(everybody), 0, 0, 0, 0, 0, "")
    inside = [one for one in reports if one.reporter_uri in names]
    minutes = max(-(-(wave[-1].received_ms - wave[0].received_ms) // 60_000) for wave in waves)
    proven = sum(one.fresh for one in inside)
    within = f"within {_counted(max(minutes, 1), 'minute')}"
    sentence = (
        f"{len(names)} of {len(everybody)} reporters never reported before and reported "
        f"{within if len(waves) == 1 else f'in {len(waves)} waves, each {within}'}; "
        f"{_counted(proven, 'distinct message')} of theirs {'is' if proven == 1 else 'are'} proven"
    )
    absent = len({one.reporter_uri for one in inside if one.level and not one.participated})
    rooms = len({one.room_uri for one in inside if one.room_uri})
    return Clusters(len(everybody), len(names), minutes, rooms, absent, proven, sentence)


def _waves(reports: Sequence[Reporting]) -> list[list[Reporting]]:
    """The first reports of newcomers who came one after the other, without a pause, and proved hardly anything."""
    if len(reports) < FEWEST:
        return []
    first: dict[str, Reporting] = {}
    proofs: Counter[str] = Counter()
    for one in reports:
        first.setdefault(one.reporter_uri, one)
        proofs[one.reporter_uri] += one.fresh
    waves: list[list[Reporting]] = []
    for one in sorted((one for one in first.values() if one.first), key=lambda one: one.received_ms):
        if not waves or one.received_ms - waves[-1][-1].received_ms > PAUSE_MS:
            waves.append([])
        waves[-1].append(one)
    return [
        wave
        for wave in waves
        if len(wave) >= FEWEST and sum(proofs[one.reporter_uri] for one in wave) * PROOF_FOR_EACH <= len(wave)
    ]


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
