# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Many observations as columns of numbers, and how they become `Observed` one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from privity.lab.population import Population
from privity.wire.observed import Observed, ObservedKind

Numbers = npt.NDArray[np.int64]
KINDS: Final = tuple(ObservedKind)
CODE: Final = {kind: code for code, kind in enumerate(KINDS)}
NOBODY: Final = -1


@dataclass(frozen=True, slots=True)
class Columns:
    """Observations before they have numbers. People, rooms and networks are numbers too; -1 is none.

    `part`: of the truth, which part whoever did it plays in it (`lab.truth.PARTS`).
    """

    at_ms: Numbers
    kind: Numbers
    account: Numbers
    other: Numbers
    mutual: Numbers
    together: Numbers
    room: Numbers
    count: Numbers
    people: Numbers
    rooms: Numbers
    largest: Numbers
    network: Numbers
    part: Numbers

    def __len__(self) -> int:
        return len(self.at_ms)

    def taken(self, which: npt.NDArray[Any]) -> Columns:
        """Those of an index or a mask, in its order."""
        return Columns(*(getattr(self, field.name)[which] for field in fields(self)))

    def in_order(self) -> Columns:
        """By time; what happens in the same millisecond stays as it was."""
        return self.taken(np.argsort(self.at_ms, kind="stable"))


_QUIET: Final = {"other": NOBODY, "room": NOBODY, "network": NOBODY, "count": 1}


def columns(kind: ObservedKind, at_ms: npt.ArrayLike, account: npt.ArrayLike, **given: npt.ArrayLike) -> Columns:
    """Observations of one kind; a single value stands for all of them, and what is not given is quiet."""
    times = np.asarray(at_ms, dtype=np.int64)
    size = len(times)

    def column(name: str) -> Numbers:
        value = np.asarray(given.get(name, _QUIET.get(name, 0)), dtype=np.int64)
        return value if value.shape == (size,) else np.full(size, value, dtype=np.int64)

    names = [field.name for field in fields(Columns)][3:]
    accounts = np.asarray(account, dtype=np.int64)
    whole = accounts if accounts.shape == (size,) else np.full(size, accounts, dtype=np.int64)
    return Columns(times, np.full(size, CODE[kind], dtype=np.int64), whole, *(column(name) for name in names))


def together(parts: Sequence[Columns]) -> Columns:
    """One after the other."""
    return Columns(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Columns)))


NONE: Final = columns(ObservedKind.SENT, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


def observed(rows: Columns, population: Population, first: int) -> Iterator[Observed]:
    """As the hub would hand them out, numbered from `first`."""
    uri, born, says = population.uri, population.born_ms, population.says
    lists = [getattr(rows, field.name).tolist() for field in fields(Columns)]
    unknown = population.nobody_says
    for number, row in enumerate(zip(*lists, strict=True), first):
        at_ms, kind, account, other, mutual, both, room, count, people, rooms, largest, network, _part = row
        yield Observed(
            number,
            at_ms,
            KINDS[kind],
            uri(account),
            int(born[account]),
            says(account),
            "" if other < 0 else uri(other),
            unknown if other < 0 else says(other),
            mutual,
            bool(both),
            "" if room < 0 else population.room_uri(room),
            count,
            people,
            rooms,
            largest,
            "" if network < 0 else population.network_name(network),
        )
