# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is looked through for campaigns, and what is found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:  # pages read of clusters, too, and do without NumPy
    import numpy as np
    import numpy.typing as npt

Ints: TypeAlias = "npt.NDArray[np.int32]"
Longs: TypeAlias = "npt.NDArray[np.int64]"
Floats: TypeAlias = "npt.NDArray[np.float64]"
Bools: TypeAlias = "npt.NDArray[np.bool_]"

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
UNSEEN: Final = -1
"""In place of an account whose registration, network or inviter was not in what was looked through."""


class Kind(StrEnum):
    """What several did to the same."""

    ASKED = "asked"
    KNOCKED = "knocked"
    REPORTED = "reported"
    SHOWED = "showed"
    """They changed what they show within the same ten minutes; what they show it to is everybody."""


KINDS: Final = tuple(Kind)


class View(StrEnum):
    """By what accounts were found to belong together."""

    TIME_BINS = "time_bins"
    SHARED_OBJECTS = "shared_objects"
    INFRASTRUCTURE = "infrastructure"


@dataclass(frozen=True, slots=True)
class Acts:
    """Acts as columns: entry i of each array is about act i. Accounts and objects are numbers into the two lists."""

    accounts: list[str] = field(repr=False)
    objects: list[str] = field(repr=False)
    account: Ints = field(repr=False)
    object: Ints = field(repr=False)
    at_ms: Longs = field(repr=False)
    known: Bools = field(repr=False)
    """Asked: they share a group or a contact. False of everything else."""
    accepted: Bools = field(repr=False)
    """Asked: and the other said yes, as far as that was seen."""
    kind: Ints = field(repr=False)
    """Of each object, into KINDS."""
    person: Ints = field(repr=False)
    """Of each object, which account it is; UNSEEN for a room, and for a person who did nothing."""
    born_ms: Longs = field(repr=False)
    """Of each account."""
    network: Ints = field(repr=False)
    """Of each account, by whatever number; UNSEEN where its registration was not seen."""
    inviter: Ints = field(repr=False)
    """Of each account, which account invited it; UNSEEN likewise."""

    @property
    def size(self) -> int:
        return len(self.account)


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs of accounts that have more in common than chance gives; `weight`: the common logarithm of how unlikely."""

    first: Ints
    second: Ints
    weight: Floats
    view: View


@dataclass(frozen=True, slots=True)
class Shared:
    """One thing that members did in common."""

    object: str
    kind: Kind
    from_ms: int
    to_ms: int
    """When the first and the last member did it."""
    members: int
    others: int
    """Accounts outside that did the same to it, at any time."""
    outward: bool
    """Whether it concerns anybody but themselves."""


@dataclass(frozen=True, slots=True)
class Member:
    """One account in a cluster."""

    account: str
    born_ms: int
    shared: int
    """Of how many of the cluster's objects."""
    first_of: int
    """In how many of them it came before all others: who is followed always does."""
    standing: bool
    """Old, or followed: what a cluster brings about by itself never meets it."""


@dataclass(frozen=True, slots=True)
class Why:
    """What tells the cluster from people who belong together. Each number is the common logarithm of how unlikely."""

    burst: float
    """That so many of them were made within `BURST_MS`, given when everybody was."""
    burst_share: float
    source: float
    """That so many came from one network, or by one inviter."""
    source_share: float
    unwelcome: float
    """The share of those people whom they asked without knowing them, and who did not accept."""
    outward: int
    """How many of the shared objects concern others."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Accounts that acted as one, with everything that says so."""

    members: tuple[Member, ...]
    shared: tuple[Shared, ...]
    views: tuple[View, ...]
    why: Why
    score: float
    """0 to 100: what it rests on, not how bad it is."""
