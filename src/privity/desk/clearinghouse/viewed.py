# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the audit log says of a file, a copy or a referral: looked up there by index, kept nowhere else, never assumed.

What an authority may open without a warrant can hang on whether staff looked at all of a file. So a picture counts that
was shown and holds nothing else, and a sound that somebody says to have heard to its end; stills of a film never do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry, Said
from privity.desk.db.transaction import Db

SHOWN: Final = ("small", "larger")
"""The stages of a view that show a picture; the first one shows a blur."""
HEARD: Final = "heard"

_INDEXED: Final[Mapping[Act, str]] = {
    act: f'instr(entry, CAST(\'"act":"{act}"\' AS BLOB)) > 0'
    for act in (Act.MEDIA_VIEWED, Act.MEDIA_IN_PART, Act.MEDIA_HEARD, Act.REFERRAL_FINISHED, Act.PROFILE_SEEN)
}
"""The conditions of the indexes of the audit log, word for word."""


def was_viewed(db: Db, evidence: int) -> bool:
    """Whether somebody saw or heard all of this very file."""
    about = f"evidence:{evidence}"
    if _entries(db, about, Act.MEDIA_HEARD):
        return True
    shown = Counter(entry.who for entry in _entries(db, about, Act.MEDIA_VIEWED) if _of_a_picture(entry))
    shown.subtract(entry.who for entry in _entries(db, about, Act.MEDIA_IN_PART))
    return any(count > 0 for count in shown.values())


def parts_heard(db: Db, evidence: int, who: str, place: Mapping[str, Said]) -> list[tuple[int, int]]:
    """Which seconds of a sound at this place were given to this person: from where, and how many."""
    return [
        (int(str(entry.said["from_s"])), int(str(entry.said["seconds"])))
        for entry in _entries(db, f"evidence:{evidence}", Act.MEDIA_VIEWED)
        if entry.who == who and entry.said.get("stage") == HEARD and place.items() <= entry.said.items()
    ]


def chain_said(db: Db, referral: int) -> bytes | None:
    """The hash that stands for all calls of a finished referral."""
    for entry in _entries(db, f"referral:{referral}", Act.REFERRAL_FINISHED):
        return bytes.fromhex(str(entry.said["chain"]))
    return None


def copies_seen(db: Db, case: int) -> dict[int, Entry]:
    """What was kept of a profile with a case, by the number of the record that holds its words."""
    return {int(str(entry.said["evidence"])): entry for entry in _entries(db, f"case:{case}", Act.PROFILE_SEEN)}


def _of_a_picture(entry: Entry) -> bool:
    return entry.said.get("stage") in SHOWN and "still" not in entry.said


def _entries(db: Db, about: str, act: Act) -> list[Entry]:
    """An entry begins with what it is about and which act it is."""
    start = f'{{"about":"{about}","act":"{act}",'.encode()
    rows = db.execute(
        f"SELECT entry FROM audit_entry WHERE {_INDEXED[act]} AND entry >= ? AND entry < ?",  # noqa: S608  # our own
        (start, start + b"\xff"),
    ).fetchall()
    return [Entry.decode(bytes(data)) for (data,) in rows]
