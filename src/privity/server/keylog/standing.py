# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where the database stands: whether the keys are those of its log, and what it says of a size that somebody shows."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from privity.keylog.errors import BrokenTree
from privity.keylog.labels import server_label, vrf_input
from privity.keylog.prefix_proof import EndKind, prove
from privity.keylog.vrf import vrf_output
from privity.server.db.database import Query
from privity.server.errors import KeysInvalid, LogDamaged
from privity.server.keylog import store
from privity.server.keylog.model import origin_of
from privity.server.keylog.stored import StoredLog
from privity.server.keys import LOG, VRF, HubKeys
from privity.tlog.checkpoint import Checkpoint, verify_checkpoint
from privity.tlog.errors import NoteError
from privity.tlog.note import SignedNote
from privity.tlog.tree import root_at
from privity.tlog.verifier_key import VerifierKey


@dataclass(frozen=True, slots=True)
class Ours:
    """What the database says about one size of the log."""

    root: bytes
    note: bytes
    """Under our signature: of this size, or of a larger one that the same tree leads to."""

    def agrees(self, theirs: Checkpoint) -> bool:
        return hmac.compare_digest(self.root, theirs.root)


def ours(query: Query, size: int, log_key: VerifierKey) -> Ours | None:
    """Of a published size, or that of the epoch on its way; None beyond them. Epochs taken back have no notes."""
    prepared = store.prepared(query)
    if prepared is not None and prepared.size == size:
        return Ours(verify_checkpoint(SignedNote.decode(prepared.note), log_key).root, prepared.note)
    log = StoredLog.of(query)
    if not 0 < size <= log.size:
        return None
    return Ours(root_at(log.node_at, size), store.note_of(query, size) or log.note)


def check_keys(query: Query, keys: HubKeys, log_key: VerifierKey) -> None:
    """Raise KeysInvalid unless the keys are those that this log was made with: no reader would believe others.

    Raises LogDamaged where the map cannot tell.
    """
    note = store.note(query)
    if note is None:
        return
    try:
        verify_checkpoint(SignedNote.decode(note), log_key)
    except NoteError:
        raise KeysInvalid(
            f"{LOG} is not the key that signed the key log in the database; put the right one back"
        ) from None
    label = server_label(log_key.name.removesuffix(origin_of("")))  # the first epoch holds version 0 of it
    try:
        found = prove(StoredLog.of(query).nodes, [vrf_output(keys.vrf, vrf_input(label, 0))])
    except BrokenTree as err:
        raise LogDamaged(f"the map of the key log: {err}") from None
    if found.ends[0].kind is not EndKind.ITSELF:
        raise KeysInvalid(
            f"{VRF} is not the key that the key log in the database was made with; put the right one back"
        )
