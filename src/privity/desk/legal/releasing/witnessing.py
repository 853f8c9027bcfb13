# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Witnesses of the audit log, on a package: its keys name those that have cosigned the log before, and each of these
cosigns the checkpoint by which the release is proven, or the package does not leave."""

from __future__ import annotations

from collections.abc import Sequence

from privity.desk.audit import cosigned
from privity.desk.db.transaction import Db
from privity.desk.legal.releasing.errors import NotCosigned
from privity.desk.legal.releasing.office import Office
from privity.tlog.checkpoint import Checkpoint, is_by
from privity.tlog.note import SignedNote
from privity.tlog.verifier_key import VerifierKey


def heard(db: Db, office: Office) -> tuple[VerifierKey, ...]:
    """Those that have cosigned this log. One that never did, or that contradicts it, vouches for nothing."""
    contradicting = {one.witness for one in cosigned.contradictions(db, office.log)}
    return tuple(
        key for key in office.witnesses if key.name not in contradicting and _newest(db, office, key) is not None
    )


def together(db: Db, office: Office, wanted: Sequence[str], entry: int) -> SignedNote:
    """The checkpoint after an entry, with the cosignatures of all these witnesses. Raises NotCosigned."""
    keys = {key.name: key for key in office.witnesses}
    notes = {name: _newest(db, office, keys[name]) for name in wanted if name in keys}
    given = {name: note for name, note in notes.items() if note is not None and _size(note) > entry}
    away = sorted(set(wanted) - set(given))
    texts = {note.text for note in given.values()}
    if away or len(texts) != 1:
        raise NotCosigned(f"entry {entry} of the log waits for the cosignature of {', '.join(away) or 'each witness'}")
    (text,) = texts
    own = [one for one in next(iter(given.values())).signatures if is_by(office.log, one)]
    theirs = [one for name, note in sorted(given.items()) for one in note.signatures if is_by(keys[name], one)]
    return SignedNote(text, (*own, *theirs))


def _newest(db: Db, office: Office, key: VerifierKey) -> SignedNote | None:
    """What this very key has cosigned of this log last."""
    notes = cosigned.of_this_log(cosigned.kept(db, key.name), office.log)
    return next((note for note in notes if any(is_by(key, one) for one in note.signatures)), None)


def _size(note: SignedNote) -> int:
    return Checkpoint.decode(note.text).size
