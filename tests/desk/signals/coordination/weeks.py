# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Small invented weeks of ten thousand people, with campaigns, and what is found in them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
from bench.campaigns import Attack, World, world

from privity.desk.signals.coordination.finding import find
from privity.desk.signals.coordination.model import Acts, Cluster

PEOPLE: Final = 10_000
STRONG: Final = Attack(cells=(40, 60))


@cache
def week(*attacks: Attack, seed: int = 7) -> World:
    """Each attack comes twice: once upon whatever there is, once upon what is popular."""
    return world(PEOPLE, [(attack, 2) for attack in attacks], seed)


@cache
def clusters(*attacks: Attack, seed: int = 7) -> tuple[Cluster, ...]:
    """What is found in that week."""
    return tuple(find(week(*attacks, seed=seed).acts, seed))


def found(made: World, clusters: tuple[Cluster, ...] | list[Cluster]) -> npt.NDArray[np.bool_]:
    """Of each account, whether it is in a cluster."""
    number = {name: at for at, name in enumerate(made.acts.accounts)}
    hit = np.zeros(len(made.campaign), dtype=np.bool_)
    hit[[number[member.account] for each in clusters for member in each.members]] = True
    return hit


def with_acts(acts: Acts, account: int, objects: list[int], at_ms: list[int]) -> Acts:
    """The same week, in which one account did a few things more."""
    more = len(objects)
    return replace(
        acts,
        account=np.concatenate([acts.account, np.full(more, account, np.int32)]),
        object=np.concatenate([acts.object, np.array(objects, np.int32)]),
        at_ms=np.concatenate([acts.at_ms, np.array(at_ms, np.int64)]),
        known=np.concatenate([acts.known, np.zeros(more, np.bool_)]),
        accepted=np.concatenate([acts.accepted, np.zeros(more, np.bool_)]),
    )
