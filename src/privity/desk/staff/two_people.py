# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two people agree only where both are here, and are two: whoever asked must still be one who may.

The owner of the desk's machine is one person, by whatever command, and is always here.
"""

from __future__ import annotations

from privity.desk.db.transaction import Db
from privity.desk.staff import service as staff
from privity.desk.staff.errors import AskerLeft, MemberUnknown
from privity.desk.staff.model import State
from privity.desk.staff.rights import Right, rights_of

_COMMAND = "command:"
_STAFF = "staff:"


def same_person(first: str, second: str) -> bool:
    """Whether two acts are of one person, as the audit log names them."""
    return first == second or (first.startswith(_COMMAND) and second.startswith(_COMMAND))


def must_stand(db: Db, who: str, right: Right, about: str) -> None:
    """Raise AskerLeft unless who asked is a command on the desk's machine, or on the staff and may still ask.

    `about`: what they asked for, in the words of the message.
    """
    if who.startswith(_COMMAND):
        return
    try:
        found = staff.member(db, _number(who))
    except MemberUnknown:
        raise AskerLeft(f"{who}, who asked for {about}, is not on the staff; end that and ask anew") from None
    if found.state is not State.ACTIVE or right not in rights_of(found.roles):
        raise AskerLeft(f"{who}, who asked for {about}, may not ask any more; end that and ask anew")


def _number(who: str) -> int:
    number = who.removeprefix(_STAFF)
    if number == who or not (number.isascii() and number.isdigit()):
        raise MemberUnknown(f"expected staff and a number, got {who!r}")
    return int(number)
