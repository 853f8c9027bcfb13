# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Epochs that a log lost with its database, put back from what an auditor keeps of them.

An auditor's update names each leaf and its commitment, so both trees can be made again. It says nothing of labels,
values and openings: those who have a value bring it back, and the commitment tells whether it is the right one.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from privity.keylog.audit import AuditUpdate
from privity.keylog.commitment import stamp
from privity.keylog.entry import Entry
from privity.keylog.errors import BrokenTree
from privity.keylog.prefix_tree import Nodes, insert
from privity.keylog.publish import overlaid
from privity.tlog.tree import NodeAt, completed_by, leaf_hash


@dataclass(frozen=True, slots=True)
class Audited:
    """An epoch that `audit.audit` has passed, and the root of the prefix tree to which that led."""

    update: AuditUpdate
    prefix_root: bytes

    @property
    def entry(self) -> Entry:
        return Entry(self.update.timestamp_ms, self.prefix_root)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What `publish.cut` made of the same epochs, as far as it is stored."""

    prefix_changes: dict[bytes, bytes]
    """Nodes of the prefix tree by path, to be written over what is there."""
    log_nodes: tuple[tuple[int, int, bytes], ...]
    """(level, index, hash) of the log's complete subtrees that are new."""


def rebuild(size: int, nodes: Nodes, node_at: NodeAt, epochs: Sequence[Audited]) -> Rebuilt:
    """The epochs that follow in a log of this size, at least one, all at once.

    Raises BrokenTree when the stored tree is not the one that the audit began with.
    """
    leaves = sorted(
        (out, stamp(commitment, size + number))
        for number, epoch in enumerate(epochs)
        for out, commitment in epoch.update.added
    )
    inserted = insert(nodes, leaves)
    if not hmac.compare_digest(inserted.root, epochs[-1].prefix_root):
        raise BrokenTree("the stored prefix tree with the audited epochs is not the one that the audit led to")
    new: dict[tuple[int, int], bytes] = {}
    for number, epoch in enumerate(epochs):
        completed = completed_by(overlaid(node_at, new), size + number, leaf_hash(epoch.entry.encode()))
        new.update({(level, index): found for level, index, found in completed})
    return Rebuilt(inserted.changes, tuple((level, index, found) for (level, index), found in new.items()))
