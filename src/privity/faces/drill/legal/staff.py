# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The people of the drill's legal desk, each with a passkey in software that answers what the desk asks."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Final

from privity.desk.db.transaction import Db
from privity.desk.staff import service as members
from privity.desk.staff import signing_in
from privity.desk.staff.acting import Acting
from privity.desk.staff.ceremony import Place
from privity.desk.staff.challenges import Challenges
from privity.desk.staff.codes import Tries
from privity.desk.staff.rights import Right, Role
from privity.desk.staff.signing_in import Door
from privity.faces.demo.passkey import Passkey

OWNER: Final = Acting.command("drill", Right.MANAGE_STAFF)
BROWSER: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works here."""

    name: str
    acting: Acting
    passkey: Passkey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Staff:
    """As few as the rules allow: one is clerk and reviewer, one releases, one more where something weighs more."""

    clerk: Member
    releaser: Member
    senior: Member

    @classmethod
    def come(cls, db: Db, place: Place, now_ms: int) -> Staff:
        return cls(
            _comes(db, place, "Cleo Clerk", now_ms, Role.LEGAL_CLERK, Role.LEGAL_REVIEWER),
            _comes(db, place, "Rita Release", now_ms, Role.LEGAL_RELEASER),
            _comes(db, place, "Sven Senior", now_ms, Role.LEGAL_RELEASER),
        )


def door_of(place: Place) -> Door:
    return Door(place, Challenges(os.urandom), Tries(), os.urandom)


def _comes(db: Db, place: Place, name: str, now_ms: int, *roles: Role) -> Member:
    """Invited on the machine, and here with a first passkey."""
    invited = members.invite(db, OWNER, name, roles, now_ms, os.urandom)
    door, passkey = door_of(place), Passkey.es256()
    found = signing_in.whose_code(db, door, invited.code, now_ms)
    answer = passkey.create(signing_in.ask_first(db, door, found, BROWSER, now_ms), place.origin)
    signing_in.join(db, door, invited.code, "a key in software", answer, BROWSER, now_ms)
    return Member(name, Acting.member(found.number, frozenset(roles)), passkey)
