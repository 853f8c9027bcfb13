# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What comes out of a backup once it was checked, on its way into the engine (`restored`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from privity.client.engine.from_desk import OwnAppeal, OwnReport
from privity.client.engine.shown import Item
from privity.wire.standing import Statement

if TYPE_CHECKING:
    from privity.client.engine.evidence import EvidenceRecord


FromDesk = OwnReport | OwnAppeal | Statement
"""What a device remembers of the desk, each by itself."""


@dataclass(frozen=True, slots=True)
class SeenRoom:
    """A conversation of this hub: its name, and the newest state that the other device was in."""

    uri: str
    name: str
    direct: bool
    cursor: int
    epoch: int
    context_hash: bytes
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReturnedEntry:
    """An entry, made anew from what proves it. `evidence` by message id; `erase_ms` is when that ends, if it does."""

    item: Item
    evidence: Mapping[bytes, EvidenceRecord] = field(default_factory=dict)
    contexts: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    erase_ms: int | None = None
