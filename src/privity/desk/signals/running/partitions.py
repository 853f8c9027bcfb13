# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which partition counts an account. An observation that concerns two accounts goes to the partitions of both."""

from __future__ import annotations

from hashlib import blake2b

from privity.desk.signals.features.counting import Mine, concerned
from privity.wire.observed import Observed, ObservedKind


def partition_of(account: str, partitions: int) -> int:
    """The partition that counts an account, from 0 on: the same for the same address, whoever asks."""
    return int.from_bytes(blake2b(account.encode(), digest_size=8).digest(), "big") % partitions


def counts(partition: int, partitions: int) -> Mine:
    """Whether a partition counts an account."""
    return lambda account: partition_of(account, partitions) == partition


def goes_to(seen: Observed, partitions: int) -> frozenset[int]:
    """The partitions that need an observation. A registration goes to all: each counts networks and inviters, as an
    account is asked about how many came from its network."""
    if seen.kind is ObservedKind.REGISTERED:
        return frozenset(range(partitions))
    return frozenset(partition_of(account, partitions) for account in concerned(seen))
