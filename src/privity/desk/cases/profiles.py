# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub showed of the account that a case is about: kept as evidence, because its owner may change it any time.

Each time somebody asks the hub there is one more copy, sealed: what the account says of itself in one record, its
picture in another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.cases import store
from privity.desk.cases.errors import CaseUnknown, NotAboutThem, TooManyCopies
from privity.desk.db.transaction import Db, transaction
from privity.desk.evidence import listing
from privity.desk.evidence.records import Kind, Record, keep, open_record
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.wire.staff import ProfileFacts

MOST_COPIES: Final = 50
"""Of one case: whoever looks again and again learns nothing more."""
_WORDS: Final = 0
_PICTURE: Final = 1
"""Parts of a copy."""
_NEXT: Final = "SELECT coalesce(max(position) + 1, 0) FROM evidence WHERE about = ? AND kind = ?"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that is kept, not opened."""

    position: int
    words: int
    """The number of its record."""
    picture: int | None
    picture_size: int


def keep_copy(
    db: Db,
    evidence_key: bytes,
    random: Callable[[int], bytes],
    acting: Acting,
    case: int,
    facts: ProfileFacts,
    now_ms: int,
) -> Copy:
    """Keep what the hub has just answered.

    Raises NotYourRole, CaseUnknown, TooManyCopies, or NotAboutThem where the case is about somebody else.
    """
    acting.must(Right.OPEN_EVIDENCE)
    with transaction(db):
        found = store.find(db, case)
        if found is None:
            raise CaseUnknown(f"there is no case {case}")
        if found.subject != facts.user_uri:
            raise NotAboutThem(f"the hub answered about another account than case {case} is about")
        about = _about(case)
        (position,) = db.execute(_NEXT, (about, Kind.PROFILE.value)).fetchone()
        if position >= MOST_COPIES:
            raise TooManyCopies(f"case {case} has {MOST_COPIES} copies of this profile; open one of them")
        said = msgspec.json.encode(msgspec.structs.replace(facts, picture=None))
        words = keep(db, evidence_key, random, about, Record(Kind.PROFILE, position, _WORDS, said))
        picture = None
        if facts.picture is not None:
            picture = keep(db, evidence_key, random, about, Record(Kind.PROFILE, position, _PICTURE, facts.picture))
        audit.add(db, at_ms=now_ms, who=acting.who, act=Act.PROFILE_SEEN, about=about, evidence=words, picture=picture)
    return Copy(position, words, picture, len(facts.picture or b""))


def copies(db: Db, case: int) -> tuple[Copy, ...]:
    """The copies of a case, the oldest first."""
    kept = [one for one in listing.belonging(db, _about(case)) if one.kind is Kind.PROFILE]
    pictures = {one.position: one for one in kept if one.part == _PICTURE}
    return tuple(
        Copy(
            one.position,
            one.number,
            pictures[one.position].number if one.position in pictures else None,
            pictures[one.position].size if one.position in pictures else 0,
        )
        for one in kept
        if one.part == _WORDS
    )


def copy(db: Db, case: int, position: int) -> Copy:
    """Raises NotAboutThem where the case has no such copy."""
    found = next((one for one in copies(db, case) if one.position == position), None)
    if found is None:
        raise NotAboutThem(f"case {case} has no copy {position} of a profile")
    return found


def opened(
    db: Db, evidence_key: bytes, acting: Acting, case: int, position: int, reason: str, now_ms: int
) -> ProfileFacts:
    """What the account said of itself then. Raises NotYourRole, NotAboutThem, or what opening evidence raises."""
    acting.must(Right.OPEN_EVIDENCE)
    one = copy(db, case, position)
    record = open_record(db, evidence_key, one.words, who=acting.who, reason=reason, now_ms=now_ms)
    return msgspec.json.decode(record.content, type=ProfileFacts)


def _about(case: int) -> str:
    return f"case:{case}"
