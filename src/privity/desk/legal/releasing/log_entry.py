# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The release in the log: that this entry stands there, that it is the release of this manifest, and says no more.

Whoever gets packages of a house keeps them beside each other: the entry shows neither who released what, nor the
number of a request or a package.
"""

from __future__ import annotations

from typing import Any

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.audit.errors import BadEntry
from privity.desk.audit.proof import EntryProof
from privity.desk.legal.releasing.errors import NotLogged
from privity.desk.legal.releasing.voiding import DESK
from privity.production import canonical
from privity.production.statement import Manifest
from privity.tlog.checkpoint import Checkpoint
from privity.tlog.errors import BadInclusion, MalformedCheckpoint
from privity.tlog.tree import leaf_hash, verify_inclusion


def stated(before: Manifest, release: EntryProof) -> dict[str, Any]:
    """Where the release stands in the log, as the statement says it. Raises NotLogged.

    The signature of its checkpoint is the desk's own, made a moment ago.
    """
    try:
        entry, checkpoint = Entry.decode(release.entry), Checkpoint.decode(release.note.text)
        verify_inclusion(leaf_hash(release.entry), release.index, checkpoint.size, release.path, checkpoint.root)
    except (BadEntry, MalformedCheckpoint, BadInclusion) as err:
        raise NotLogged(f"the entry of the release is not proven: {err}") from None
    if entry.act is not Act.PRODUCTION_RELEASED or entry.said.get("manifest_sha256") != before.digest().hex():
        raise NotLogged(f"entry {entry.n} of the log is not the release of this manifest")
    case = before.statement["predicate"]["case"]
    told = entry.who != DESK or set(entry.said) != {"manifest_sha256"}
    if told or not (case == entry.about or case.startswith(f"{entry.about}-")):
        raise NotLogged(f"entry {entry.n} of the log says more than those who asked may see")
    if entry.n != release.index:
        raise NotLogged(f"entry {entry.n} of the log is shown as entry {release.index}")
    return {
        "checkpoint_sha256": canonical.sha256(release.note.encode()),
        "entry": release.entry.decode(),
        "index": release.index,
        "log": checkpoint.origin,
        "path": [canonical.base64_of(value) for value in release.path],
        "root": canonical.base64_of(checkpoint.root),
        "size": checkpoint.size,
    }
