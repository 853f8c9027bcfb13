# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an exchange is to us: changes since a checkpoint, and perhaps somebody to tell what we found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from privity.desk.matching.lists.model import HashKind, Incoming


@dataclass(frozen=True, slots=True)
class Delta:
    """A step of what changed. Of each source that is named, what is not among the entries is gone."""

    entries: tuple[Incoming, ...] = field(repr=False)
    sources: tuple[str, ...] = field(repr=False)
    checkpoint: bytes | None = field(repr=False)
    """From where to ask next; None where this is no place to go on from."""
    left_out: int = 0
    """Entries of kinds that are not compared here, or malformed."""


class NotSupported(Exception):
    """This exchange takes no votes. Whoever asked goes on without."""


class Exchange(Protocol):
    """Another's list. It may take minutes and raise whatever its library raises."""

    def anew(self, checkpoint: bytes | None) -> bool:
        """Whether a checkpoint is too old to go on from: then all of it is fetched, and what is not in it goes."""
        ...

    def fetch(self, checkpoint: bytes | None) -> Iterator[Delta]: ...

    def vote(self, kind: HashKind, value: bytes, source_id: str, *, right: bool) -> None:
        """Tell whether people found an entry right. Raises NotSupported."""
        ...
