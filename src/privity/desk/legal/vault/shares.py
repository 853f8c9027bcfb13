# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Shares of keys that officers have opened: for one case, for minutes, and in memory alone.

An officer's own machine opens a share and seals it again (`opening`), to a key that the desk made when this person
asked. So what is pasted tells nothing to a browser, a clipboard or a log; it opens here, once, for that person, and for
nobody else. What it opened ends when it was used, with its time, when the request moves on, and with the process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import pyrage
from pyrage import x25519

from privity.desk.legal.vault.custody import Holder
from privity.desk.legal.vault.errors import SamePerson, SharesWrong
from privity.production.classes import Releasable

ASKED_MS: Final = 15 * 60_000
"""How long what an officer opened is taken, counted from when the file for it was made."""
KEPT_MS: Final = 30 * 60_000
"""How long an opened share is kept: the other officer comes, and the desk collects."""
MAX_SEALED: Final = 4096
"""Bytes of what is handed in: the shares of all classes, sealed."""


@dataclass(frozen=True, slots=True)
class Leave:
    """For what shares are used: one request, after so many of its moves. When it moves again it is another leave."""

    request: int
    moves: int


@dataclass(frozen=True, slots=True)
class Asking:
    """The key to which an officer's machine seals what it opened, and until when that is taken."""

    to: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class Handed:
    """That an officer's share is here: who brought it, and until when it is kept."""

    who: str
    at_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True, repr=False)
class _Asked:
    identity: x25519.Identity
    leave: Leave
    until_ms: int


@dataclass(frozen=True, slots=True, repr=False)
class _Kept:
    share: bytes
    leave: Leave
    handed: Handed


class Shares:
    """All that were handed in to one running desk. Nobody can hand in both shares of a key."""

    __slots__ = ("_asked", "_kept")

    def __init__(self) -> None:
        self._asked: dict[tuple[int, Holder, str], _Asked] = {}
        self._kept: dict[tuple[int, Releasable, Holder], _Kept] = {}

    def __repr__(self) -> str:
        return f"<Shares of {len({key[:2] for key in self._kept})} keys>"

    def ask(self, hold: int, holder: Holder, who: str, leave: Leave, now_ms: int) -> Asking:
        """A key for one hand-in by this person; one that they were given before counts no more. Raises SamePerson."""
        self._must_be_another(hold, holder, who, leave, now_ms)
        identity, until_ms = x25519.Identity.generate(), now_ms + ASKED_MS
        self._asked[hold, holder, who] = _Asked(identity, leave, until_ms)
        return Asking(str(identity.to_public()), until_ms)

    def unsealed(
        self, hold: int, holder: Holder, who: str, leave: Leave, sealed: bytes, now_ms: int
    ) -> tuple[bytes, ...]:
        """What the officer's machine sealed for this person. Raises SamePerson or SharesWrong."""
        self._must_be_another(hold, holder, who, leave, now_ms)
        asked = self._asked.get((hold, holder, who))
        if asked is None or asked.leave != leave or not _counts(asked.until_ms, now_ms, ASKED_MS):
            raise SharesWrong(
                f"no file is open for you as the {holder.words} of hold {hold}: get the file, and hand in within"
                f" {ASKED_MS // 60_000} minutes what your machine makes of it"
            )
        if len(sealed) > MAX_SEALED:
            raise SharesWrong(f"shares that an officer opened have at most {MAX_SEALED} bytes, got {len(sealed)}")
        try:
            return tuple(msgspec.json.decode(pyrage.decrypt(sealed, [asked.identity]), type=list[bytes]))
        except (pyrage.DecryptError, msgspec.DecodeError, UnicodeDecodeError):
            raise SharesWrong(
                "this is not what your machine made of the file that you got last: it was altered, or made of another"
            ) from None

    def keep(
        self, hold: int, holder: Holder, who: str, leave: Leave, shares: Mapping[Releasable, bytes], now_ms: int
    ) -> None:
        """These are the officer's, and are here from now on. What was asked for is answered once."""
        self._asked.pop((hold, holder, who), None)
        handed = Handed(who, now_ms, now_ms + KEPT_MS)
        for data_class, share in shares.items():
            self._kept[hold, data_class, holder] = _Kept(share, leave, handed)

    def of(self, hold: int, data_class: Releasable, leave: Leave, now_ms: int) -> tuple[bytes, ...]:
        """The first officer's and then the second's, as far as they are there."""
        found = (self._found(hold, data_class, holder, leave, now_ms) for holder in OFFICERS)
        return tuple(each.share for each in found if each is not None)

    def handed(
        self, hold: int, holder: Holder, classes: Sequence[Releasable], leave: Leave, now_ms: int
    ) -> Handed | None:
        """Who has handed in this officer's shares of all these classes; None where one is missing."""
        found = [self._found(hold, each, holder, leave, now_ms) for each in classes]
        there = [each.handed for each in found if each is not None]
        return min(there, key=lambda each: each.until_ms) if there and len(there) == len(found) else None

    def forget(self, hold: int, data_class: Releasable) -> None:
        """They were used."""
        for holder in OFFICERS:
            self._kept.pop((hold, data_class, holder), None)

    def forget_over(self, now_ms: int, leaves: Mapping[int, Leave]) -> int:
        """Whatever counts no more, by the leave that each request has now; how much it was."""
        before = len(self._kept) + len(self._asked)
        self._kept = {
            key: each
            for key, each in self._kept.items()
            if leaves.get(each.leave.request) == each.leave and _counts(each.handed.until_ms, now_ms, KEPT_MS)
        }
        self._asked = {
            key: each
            for key, each in self._asked.items()
            if leaves.get(each.leave.request) == each.leave and _counts(each.until_ms, now_ms, ASKED_MS)
        }
        return before - len(self._kept) - len(self._asked)

    @property
    def requests(self) -> frozenset[int]:
        """For which anything is here."""
        kept = {each.leave.request for each in self._kept.values()}
        return frozenset(kept | {each.leave.request for each in self._asked.values()})

    def _found(self, hold: int, data_class: Releasable, holder: Holder, leave: Leave, now_ms: int) -> _Kept | None:
        found = self._kept.get((hold, data_class, holder))
        if found is None or found.leave != leave or not _counts(found.handed.until_ms, now_ms, KEPT_MS):
            return None
        return found

    def _must_be_another(self, hold: int, holder: Holder, who: str, leave: Leave, now_ms: int) -> None:
        (other,) = (each for each in OFFICERS if each is not holder)
        for of, data_class, whose in self._kept:
            found = self._found(of, data_class, whose, leave, now_ms)
            if (of, whose) == (hold, other) and found is not None and found.handed.who == who:
                raise SamePerson(f"{who} has handed in the share of the {other.words}; another person brings this one")


OFFICERS: Final = (Holder.FIRST, Holder.SECOND)


def _counts(until_ms: int, now_ms: int, lasts_ms: int) -> bool:
    """A clock that was set back makes nothing last longer."""
    return 0 < until_ms - now_ms <= lasts_ms
