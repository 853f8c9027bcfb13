# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pairs of checkpoints that one log signed and that do not go together, kept for everybody to see.

Two roots of one size are proof by themselves. The other kinds are questions to the log: such a pair is dropped once the
log has answered it, and the second note was cosigned after all.
"""

from __future__ import annotations

import hashlib
from enum import Enum
from pathlib import Path

import msgspec

from privity.tlog.note import SignedNote
from privity.witness.files import replace
from privity.witness.limits import MAX_EVIDENCE


class Kind(Enum):
    """What a pair shows."""

    TWO_ROOTS = "two_roots"
    """Both are of one size: the log has two histories, and nothing can explain it."""
    UNPROVEN = "unproven"
    """Whoever sent the second brought no proof that it continues the first. The log must be able to."""
    AUDIT_REFUSED = "audit_refused"
    """The epochs that the hub shows between the two are not those of a map that only grows."""


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two signed notes of one log, as text."""

    kind: Kind
    seen_s: int
    first: str
    second: str


class EvidenceFolder:
    """The pairs of one log, a file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, kind: Kind, first: SignedNote, second: SignedNote, seen_s: int) -> bool:
        """Keep a pair unless it or enough others of its kind are there. Says whether it is new. Raises OSError."""
        path = self._path(kind, second.text)
        if path.exists() or len(self._files(kind)) >= MAX_EVIDENCE:
            return False
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        pair = Pair(kind, seen_s, first.encode().decode(), second.encode().decode())
        replace(path, msgspec.json.encode(pair))
        return True

    def answered(self, text: bytes) -> None:
        """This checkpoint was cosigned: the questions about it are closed. Raises OSError."""
        for kind in (Kind.UNPROVEN, Kind.AUDIT_REFUSED):
            self._path(kind, text).unlink(missing_ok=True)

    def pairs(self) -> list[Pair]:
        """All pairs, proofs before questions. Raises OSError."""
        return [msgspec.json.decode(path.read_bytes(), type=Pair) for kind in Kind for path in self._files(kind)]

    def _files(self, kind: Kind) -> list[Path]:
        return sorted(self._folder.glob(f"{kind.value}-*.json"))

    def _path(self, kind: Kind, text: bytes) -> Path:
        return self._folder / f"{kind.value}-{hashlib.sha256(text).hexdigest()}.json"
