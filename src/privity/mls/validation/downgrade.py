# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the suite of a new group is the best one that all who shall be in it speak (RFC 9420, section 11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from privity.mls.errors import BetterSuiteSupported, UnsupportedSuite
from privity.mls.messages.capabilities import Capabilities
from privity.mls.suites import CipherSuite


def check_best_suite(chosen: CipherSuite, members: Iterable[Capabilities], preferred: Sequence[int]) -> None:
    """For who creates a group, before the first commit: our own capabilities and those of all KeyPackages.

    `preferred` are the numbers of the suites that the application would use, the best one first. Whoever hands out
    KeyPackages could otherwise hand out such of a weak suite only; what the clients say themselves tells. Raises
    BetterSuiteSupported, or UnsupportedSuite when somebody does not speak the chosen one.
    """
    spoken = [frozenset(each.cipher_suites) for each in members]
    if not all(chosen.id in each for each in spoken):
        raise UnsupportedSuite(f"not everybody who shall be in the group speaks suite {chosen.id}")
    for number in preferred:
        if number == chosen.id:
            return
        if all(number in each for each in spoken):
            raise BetterSuiteSupported(f"everybody speaks suite {number}, which comes before {chosen.id}")
