# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From what the hub observed to acts: who did what to whom or what, as columns of numbers."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np

from privity.desk.signals.coordination.distinct import distinct
from privity.desk.signals.coordination.model import KINDS, UNSEEN, Acts, Ints, Kind
from privity.wire.observed import MOST_MUTUAL, Observed, ObservedKind

MOST: Final = 10_000_000
"""Acts that are looked through at once; of more, the newest. docs/developers/coordination.md says what that takes."""
SHOWN_MS: Final = 600_000
"""Profiles that change within the same ten minutes, counted from midnight, change together."""

_OF: Final = {
    ObservedKind.ASKED: Kind.ASKED,
    ObservedKind.KNOCKED: Kind.KNOCKED,
    ObservedKind.REPORTED: Kind.REPORTED,
    ObservedKind.SHOWED: Kind.SHOWED,
}
_TO_PEOPLE: Final = (Kind.ASKED, Kind.REPORTED)


@dataclass(slots=True)
class _Numbers:
    """Names, numbered as they come."""

    of: dict[str, int] = field(default_factory=dict)

    def __call__(self, name: str) -> int:
        return self.of.setdefault(name, len(self.of))


@dataclass(slots=True)
class Gathering:
    """Takes observations, newest first, in any number of parts, until it is `full`."""

    most: int = MOST
    _accounts: _Numbers = field(default_factory=_Numbers)
    _objects: _Numbers = field(default_factory=_Numbers)
    _network: dict[int, str] = field(default_factory=dict)
    _inviter: dict[int, int] = field(default_factory=dict)
    _born: array[int] = field(default_factory=lambda: array("q"))
    """Of each account; UNSEEN of whom nothing says it."""
    _kind: array[int] = field(default_factory=lambda: array("b"))
    _account: array[int] = field(default_factory=lambda: array("i"))
    _object: array[int] = field(default_factory=lambda: array("i"))
    _at: array[int] = field(default_factory=lambda: array("q"))
    _known: array[int] = field(default_factory=lambda: array("b"))
    _agreed: tuple[array[int], array[int]] = field(default_factory=lambda: (array("i"), array("i")))
    """Who asked, and for what."""

    @property
    def full(self) -> bool:
        """Whether more would be too many: what is older is left out."""
        return len(self._account) >= self.most

    def take(self, observed: Iterable[Observed]) -> Self:
        """What is no act that several do to the same is passed over, but for what says where an account came from."""
        for one in observed:
            kind = _OF.get(one.kind)
            if kind is not None:
                if not self.full:
                    self._act(kind, one)
            elif one.kind is ObservedKind.REGISTERED:
                self._registered(one)
            elif one.kind is ObservedKind.ACCEPTED:
                self._agreed[0].append(self._accounts(one.other))
                self._agreed[1].append(self._thing(Kind.ASKED, one.account))
        return self

    def _act(self, kind: Kind, one: Observed) -> None:
        whom = {Kind.KNOCKED: one.room, Kind.SHOWED: str(one.at_ms // SHOWN_MS)}.get(kind, one.other)
        self._account.append(self._somebody(one))
        self._object.append(self._thing(kind, whom))
        self._at.append(one.at_ms)
        self._known.append(kind is Kind.ASKED and (one.together or 0 < one.mutual <= MOST_MUTUAL))

    def _thing(self, kind: Kind, whom: str) -> int:
        number = self._objects(f"{kind}:{whom}")
        if number == len(self._kind):
            self._kind.append(KINDS.index(kind))
        return number

    def _somebody(self, one: Observed) -> int:
        number = self._accounts(one.account)
        if number >= len(self._born):
            self._born.extend([UNSEEN] * (number + 1 - len(self._born)))
        if one.born_ms or self._born[number] == UNSEEN:  # 0 says that it was made before anything of it was seen
            self._born[number] = one.born_ms
        return number

    def _registered(self, one: Observed) -> None:
        account = self._somebody(one)
        if one.network:
            self._network[account] = one.network
        if one.other:
            self._inviter[account] = self._accounts(one.other)

    def acts(self) -> Acts:
        """Everything that was taken. Some seconds for millions: nothing for a thread that others wait for."""
        count, kind = len(self._accounts.of), np.frombuffer(self._kind, dtype=np.int8).astype(np.int32)
        account = np.frombuffer(self._account, dtype=np.int32).copy()
        item = np.frombuffer(self._object, dtype=np.int32).copy()
        at_ms = np.frombuffer(self._at, dtype=np.int64).copy()
        born = np.full(count, UNSEEN, dtype=np.int64)
        born[: len(self._born)] = np.frombuffer(self._born, dtype=np.int64)
        born[born == UNSEEN] = at_ms.min(initial=0)
        network, inviter = np.full(count, UNSEEN, np.int32), np.full(count, UNSEEN, np.int32)
        names = _Numbers()
        network[list(self._network)] = [names(name) for name in self._network.values()]
        inviter[list(self._inviter)] = list(self._inviter.values())
        return Acts(
            list(self._accounts.of),
            list(self._objects.of),
            account,
            item,
            at_ms,
            np.frombuffer(self._known, dtype=np.int8).astype(np.bool_),
            self._accepted(account, item),
            kind,
            self._people(kind),
            born,
            network,
            inviter,
        )

    def _accepted(self, account: Ints, item: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Of each act, whether it asked for what was agreed to."""
        asker, asked = (np.frombuffer(column, dtype=np.int32).astype(np.int64) for column in self._agreed)
        agreed = distinct(asker * len(self._kind) + asked)
        if not len(agreed):
            return np.zeros(len(account), dtype=np.bool_)
        acts = account.astype(np.int64) * len(self._kind) + item
        place = np.minimum(np.searchsorted(agreed, acts), len(agreed) - 1)
        return np.asarray(agreed[place] == acts)

    def _people(self, kind: Ints) -> Ints:
        """Of each object, which account it is."""
        found = np.full(len(kind), UNSEEN, dtype=np.int32)
        to_people = np.isin(kind, [KINDS.index(each) for each in _TO_PEOPLE])
        for number, (name, person) in enumerate(zip(self._objects.of, to_people.tolist(), strict=True)):
            if person:
                found[number] = self._accounts.of.get(name.partition(":")[2], UNSEEN)
        return found
