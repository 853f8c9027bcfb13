# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whoever asked must still be one who may: two people agree only where both are here."""

from __future__ import annotations

from privity.desk.db.transaction import Db
from privity.desk.signals.lifecycle.errors import AskerLeft
from privity.desk.staff import service as staff
from privity.desk.staff.errors import MemberUnknown
from privity.desk.staff.model import State
from privity.desk.staff.rights import Right, rights_of


def must_stand(db: Db, who: str, about: str) -> None:
    """Raise AskerLeft unless who asked is a command on the desk's machine, or on the staff and may still ask."""
    kind, _, number = who.partition(":")
    if kind != "staff":
        return
    try:
        found = staff.member(db, int(number))
    except MemberUnknown:
        raise AskerLeft(f"{who}, who asked for {about}, is not on the staff; take it back and ask anew") from None
    if found.state is not State.ACTIVE or Right.WRITE_RULES not in rights_of(found.roles):
        raise AskerLeft(f"{who}, who asked for {about}, may not ask any more; take it back and ask anew")
