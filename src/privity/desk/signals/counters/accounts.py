# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The counters of all accounts, in a table that does not grow beyond what it was given.

An attacker can make as many accounts as the hub lets it make, each with a line here. When the table is full, those go
first of whom least is known, the longest quiet among them first: not whom others vouch for, and not who is busy.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from privity.desk.signals.counters.state import AccountState

MOST: Final = 200_000
"""Accounts. One takes two kilobytes, and some ten where everything that can be counted is counted."""
_TURNS: Final = 64
"""How often an account of which much is known is passed over when room is looked for, though nothing happened to it."""


@dataclass(slots=True)
class Accounts:
    """States by account.

    Attributes:
        most: The table's size.
        gone: Accounts that were let go since `drained` was last asked: their lines on the disk go, too.
        evicted: How many were let go because the table was full: for the operator's figures.
    """

    most: int = MOST
    gone: set[str] = field(default_factory=set)
    evicted: int = 0
    _states: OrderedDict[str, AccountState] = field(default_factory=OrderedDict, repr=False)
    _to_sweep: list[str] = field(default_factory=list, repr=False)

    def __len__(self) -> int:
        """Accounts in the table."""
        return len(self._states)

    def __contains__(self, account: str) -> bool:
        """Whether it is in the table."""
        return account in self._states

    def get(self, account: str) -> AccountState | None:
        """What is counted about it; None where nothing is."""
        return self._states.get(account)

    def touched(self, account: str, at_ms: int) -> AccountState:
        """The state of an account about which something is observed now."""
        state = self._states.get(account)
        if state is None:
            if len(self._states) >= self.most:
                self._make_room(at_ms)
            state = self._states[account] = AccountState(at_ms)
            self.gone.discard(account)
        elif at_ms > state.at_ms:
            state.at_ms = at_ms
        state.changed = True
        return state

    def forget(self, account: str) -> None:
        """Let go of it at once; nothing where it is not in the table."""
        if account in self._states:
            self._drop(account)

    def put(self, account: str, state: AccountState) -> None:
        """A state that was kept."""
        self._states[account] = state

    def sweep(self, at_ms: int, some: int | None = None) -> int:
        """Forget what is over among the next `some` accounts, or all; how many that were."""
        if not self._to_sweep:
            self._to_sweep = list(self._states)
        part = self._to_sweep[-some:] if some else list(self._to_sweep)
        del self._to_sweep[-len(part) :]
        over = [account for account in part if account in self._states and self._states[account].over(at_ms)]
        for account in over:
            self._drop(account)
        return len(over)

    def changed(self) -> Iterator[tuple[str, bytes]]:
        """Accounts whose state is other than when it was last kept, and what to keep. Asking settles it."""
        for account, state in self._states.items():
            if state.changed:
                state.changed = False
                yield account, state.encode()

    def drained(self) -> list[str]:
        """Accounts that are gone since this was last asked."""
        found = sorted(self.gone)
        self.gone = set()
        return found

    def _drop(self, account: str) -> None:
        del self._states[account]
        self.gone.add(account)

    def _make_room(self, at_ms: int) -> None:
        """One goes: in turns, whoever was not touched since the last turn; of whom much is known, after some more."""
        states = self._states
        account = next(iter(states))
        for _ in range(2 * len(states)):
            state = states[account]
            turns = _TURNS if state.noteworthy(at_ms) else 1
            if state.at_ms > state.passed_ms:
                state.passed_ms, state.turns = state.at_ms, turns
            state.turns -= 1
            if state.turns < 0:
                break
            states.move_to_end(account)
            account = next(iter(states))
        self._drop(account)
        self.evicted += 1
