# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From what the hub observed to acts: who did what to whom or what, as columns of numbers."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np

from privity.desk.signals.coordination.model import KINDS, UNSEEN, Acts, Kind
from privity.wire.observed import MOST_MUTUAL, Observed, ObservedKind

MOST: Final = 10_000_000
"""Acts that are looked through at once, some 300 MB; of more, the newest."""
SHOWN_MS: Final = 600_000
"""Profiles that change within the same ten minutes, counted from midnight, change together."""

_OF: Final = {
    ObservedKind.ASKED: Kind.ASKED,
    ObservedKind.KNOCKED: Kind.KNOCKED,
    ObservedKind.REPORTED: Kind.REPORTED,
    ObservedKind.SHOWED: Kind.SHOWED,
}


@dataclass(slots=True)
class _Numbers:
    """Names, numbered as they come."""

    of: dict[str, int] = field(default_factory=dict)

    def __call__(self, name: str) -> int:
        return self.of.setdefault(name, len(self.of))


@dataclass(slots=True)
class Gathering:
    """Takes observations, oldest first, in any number of parts."""

    most: int = MOST
    _accounts: _Numbers = field(default_factory=_Numbers)
    _objects: _Numbers = field(default_factory=_Numbers)
    _born: dict[int, int] = field(default_factory=dict)
    _network: dict[int, str] = field(default_factory=dict)
    _inviter: dict[int, int] = field(default_factory=dict)
    _person: dict[int, str] = field(default_factory=dict)
    _kind: array[int] = field(default_factory=lambda: array("b"))
    _account: array[int] = field(default_factory=lambda: array("i"))
    _object: array[int] = field(default_factory=lambda: array("i"))
    _at: array[int] = field(default_factory=lambda: array("q"))
    _known: array[int] = field(default_factory=lambda: array("b"))
    _accepted: set[tuple[int, int]] = field(default_factory=set)
    """Who asked, and for what."""

    def take(self, observed: Iterable[Observed]) -> Self:
        """What is no act that several do to the same is passed over, but for what says where an account came from."""
        for one in observed:
            kind = _OF.get(one.kind)
            if kind is not None:
                self._act(kind, one)
            elif one.kind is ObservedKind.REGISTERED:
                self._registered(one)
            elif one.kind is ObservedKind.ACCEPTED:
                self._accepted.add((self._accounts(one.other), self._objects(f"{Kind.ASKED}:{one.account}")))
        return self

    def _act(self, kind: Kind, one: Observed) -> None:
        whom = {Kind.KNOCKED: one.room, Kind.SHOWED: str(one.at_ms // SHOWN_MS)}.get(kind, one.other)
        known = len(self._objects.of)
        item, account = self._objects(f"{kind}:{whom}"), self._accounts(one.account)
        if kind in (Kind.ASKED, Kind.REPORTED):
            self._person[item] = whom
        while len(self._kind) < len(self._objects.of):
            self._kind.append(KINDS.index(kind) if len(self._kind) >= known else KINDS.index(Kind.ASKED))
        self._born[account] = one.born_ms
        self._account.append(account)
        self._object.append(item)
        self._at.append(one.at_ms)
        self._known.append(kind is Kind.ASKED and (one.together or 0 < one.mutual <= MOST_MUTUAL))

    def _registered(self, one: Observed) -> None:
        account = self._accounts(one.account)
        self._born[account] = one.born_ms
        if one.network:
            self._network[account] = one.network
        if one.other:
            self._inviter[account] = self._accounts(one.other)

    def acts(self) -> Acts:
        """Everything that was taken."""
        count, start = len(self._accounts.of), max(0, len(self._account) - self.most)
        account = np.frombuffer(self._account, dtype=np.int32)[start:].copy()
        item = np.frombuffer(self._object, dtype=np.int32)[start:].copy()
        kind = np.full(len(self._objects.of), KINDS.index(Kind.ASKED), dtype=np.int32)
        kind[: len(self._kind)] = np.frombuffer(self._kind, dtype=np.int8)
        at_ms = np.frombuffer(self._at, dtype=np.int64)[start:].copy()
        born, network = np.full(count, int(at_ms.min(initial=0)), dtype=np.int64), np.full(count, UNSEEN, np.int32)
        inviter, person = np.full(count, UNSEEN, np.int32), np.full(len(kind), UNSEEN, np.int32)
        born[list(self._born)] = list(self._born.values())
        names = _Numbers()
        network[list(self._network)] = [names(name) for name in self._network.values()]
        inviter[list(self._inviter)] = list(self._inviter.values())
        people = {number: self._accounts.of.get(uri, UNSEEN) for number, uri in self._person.items()}
        person[list(people)] = list(people.values())
        pairs = {asker * len(kind) + asked for asker, asked in self._accepted}
        accepted = np.isin(account.astype(np.int64) * len(kind) + item, np.fromiter(pairs, np.int64, len(pairs)))
        return Acts(
            list(self._accounts.of),
            list(self._objects.of),
            account,
            item,
            at_ms,
            np.frombuffer(self._known, dtype=np.int8)[start:].astype(np.bool_),
            accepted,
            kind,
            person,
            born,
            network,
            inviter,
        )
