# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Connections by address, before any of them has said a word: one address never takes the files of all others."""

from __future__ import annotations

import resource
from collections.abc import Callable
from typing import Final

from privity.server.limits import FILES_KEPT_BACK, MAX_PEERS_OF_ADDRESS, SECOND, Limits
from privity.wire.errors import Code, Refusal

_UNLIMITED: Final = 1 << 20


class Peers:
    """The open connections of one listener."""

    __slots__ = ("_by_address", "_of_address", "_refused", "_together", "_total")

    def __init__(
        self,
        refused: Callable[[Code], None],
        of_address: int | None = MAX_PEERS_OF_ADDRESS,
        together: int | None = None,
    ) -> None:
        """`refused` counts refusals. `of_address` None: everybody comes through a proxy, which holds them to its own.
        `together` None: as many as the file limit allows.
        """
        self._refused = refused
        self._of_address = of_address
        self._together = connections_allowed() if together is None else together
        self._by_address: dict[str, int] = {}
        self._total = 0

    def enter(self, address: str, limits: Limits | None = None) -> None:
        """Count one more of this address (`limits.address_key`), or raise a TOO_MANY or UNAVAILABLE Refusal.

        `limits` where a TLS handshake follows, which has a pace.
        """
        here = self._by_address.get(address, 0)
        if self._of_address is not None and here >= self._of_address:
            self._refused(Code.TOO_MANY)
            raise Refusal(
                Code.TOO_MANY,
                f"{here} connections of this address are open, at most {self._of_address} may be",
                limit="connections",
                retry_after_ms=10 * SECOND,
            )
        if self._total >= self._together:
            self._refused(Code.UNAVAILABLE)
            raise Refusal(Code.UNAVAILABLE, "too many connections are open", retry_after_ms=10 * SECOND)
        if limits is not None and self._of_address is not None:
            try:
                limits.take("tls.handshake", address)
            except Refusal:
                self._refused(Code.TOO_MANY)
                raise
        self._by_address[address] = here + 1
        self._total += 1

    def leave(self, address: str) -> None:
        """One that was counted has ended."""
        self._total -= 1
        left = self._by_address[address] - 1
        if left:
            self._by_address[address] = left
        else:
            del self._by_address[address]

    def __len__(self) -> int:
        return self._total


def connections_allowed() -> int:
    """How many connections the file limit of this process leaves room for."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _UNLIMITED if soft == resource.RLIM_INFINITY else soft
    return max(files - FILES_KEPT_BACK, files // 2)


def raise_file_limit() -> None:
    """As far as the system allows without asking: each connection is an open file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
