# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What browsers are asked to sign: each question once, for one purpose, for one browser, for five minutes.

A question carries its own time and a MAC over that, its purpose and the browser, so that asking costs no memory and a
flood of visitors at the door drives nobody's question out. Only answered ones are remembered, until they are too old.
A restart makes another key: whoever was about to answer is asked again.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Final

from privity.desk.limits import CHALLENGE_MS, CLOCK_BACK_MS, MAX_ANSWERED
from privity.desk.staff.errors import ChallengeRefused, TooManyTries

_NONCE: Final = 16
_TIME: Final = 8
_MAC: Final = 32


class Challenges:
    """Asks, and takes each answer once."""

    __slots__ = ("_answered", "_key", "_random")

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._key = random(32)
        self._random = random
        self._answered: dict[bytes, int] = {}
        """Until when each answered question could be answered again, the first to end first."""

    def ask(self, purpose: str, browser: bytes, now_ms: int) -> bytes:
        """A fresh question. `browser` is what only the asked one shows: a hash of its cookie."""
        said = now_ms.to_bytes(_TIME, "big") + self._random(_NONCE)
        return said + self._mac(said, purpose, browser)

    def take(self, challenge: bytes, purpose: str, browser: bytes, now_ms: int) -> None:
        """Use a question up. Raises ChallengeRefused unless it was asked of this browser, for this, and is open."""
        said, mac = challenge[: _TIME + _NONCE], challenge[_TIME + _NONCE :]
        if len(mac) != _MAC or not hmac.compare_digest(mac, self._mac(said, purpose, browser)):
            raise ChallengeRefused("a passkey was asked for something else than this, or by another browser")
        until_ms = int.from_bytes(said[:_TIME], "big") + CHALLENGE_MS
        if not 0 < until_ms - now_ms <= CHALLENGE_MS + CLOCK_BACK_MS:  # the clock may be set back a little meanwhile
            raise ChallengeRefused("the passkey answered more than five minutes after it was asked")
        self._forget(now_ms)
        if said in self._answered:
            raise ChallengeRefused("this answer of the passkey was used already")
        if len(self._answered) >= MAX_ANSWERED:
            raise TooManyTries("too many passkeys answered in the last minutes; wait five, then try again")
        self._answered[said] = until_ms

    def _forget(self, now_ms: int) -> None:
        """Those that are too old. Within a minute or so they stand in the order in which they end."""
        while self._answered:
            oldest = next(iter(self._answered))
            if self._answered[oldest] > now_ms:
                return
            del self._answered[oldest]

    def _mac(self, said: bytes, purpose: str, browser: bytes) -> bytes:
        return hmac.digest(self._key, said + browser + purpose.encode("utf-8", "replace"), "sha256")
