# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""A pending commit as an older program stored it: the context and all secrets of the epoch that it leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from privity.mls.codec import MAX_MESSAGE, Reader
from privity.mls.group.epoch import Epoch
from privity.mls.group.errors import DamagedRecords
from privity.mls.group.join_external import epoch_of
from privity.mls.group.records import EpochHead, StoredPending, read_keys
from privity.mls.secrecy import holds_secrets
from privity.mls.validation.commit import StagedChange

_SHORTEST_LENGTH = 0x40
"""It began with the length of a message, which takes two bytes or more."""


def is_older(data: bytes) -> bool:
    """Whether a record `pend` is of this form."""
    return data[:1] >= bytes([_SHORTEST_LENGTH])


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class OlderPending:
    """What both forms have stands in `pending`, whose epoch secret is not known."""

    pending: StoredPending
    head: EpochHead
    encryption_secret: bytes
    export_secret: bytes

    @classmethod
    def read(cls, r: Reader) -> Self:
        message, content, welcome, _ = (r.vec(MAX_MESSAGE) for _ in range(4))
        head = EpochHead.decode(r.vec(MAX_MESSAGE))
        encryption_secret, export_secret = r.vec(), r.vec()
        return cls(StoredPending(message, content, welcome, b"", read_keys(r)), head, encryption_secret, export_secret)

    def following(self, change: StagedChange) -> Epoch:
        """The epoch that the commit leads to. Raises DamagedRecords where it is another than the stored one."""
        if change.context != self.head.context:
            raise DamagedRecords("the pending commit does not lead to the stored epoch")
        return epoch_of(self.head, change.tree, self.encryption_secret, self.export_secret, dict(self.pending.keys))
