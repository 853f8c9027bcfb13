# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who belongs to the staff: invited, changed and ended by an admin or by a command on the desk's machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.errors import ReasonMissing
from privity.desk.limits import CODE_MS, MAX_NAME_CHARS, MAX_REASON_CHARS
from privity.desk.staff import store
from privity.desk.staff.acting import Acting
from privity.desk.staff.codes import code_hash, fresh_code
from privity.desk.staff.errors import LastAdmin, MemberInvalid, MemberNotActive, MemberUnknown, NotOneself
from privity.desk.staff.model import Invitation, Member, State
from privity.desk.staff.rights import Right, Role


def members(db: Db, acting: Acting) -> tuple[Member, ...]:
    """Everybody who is or was here."""
    acting.must(Right.SEE_STAFF)
    return store.members(db)


def member(db: Db, number: int) -> Member:
    """Raises MemberUnknown. For whoever has to name a colleague; it tells nothing that the staff list does not."""
    found = store.member(db, number)
    if found is None:
        raise MemberUnknown(f"nobody here has the number {number}")
    return found


def name_of(db: Db, who: str) -> str:
    """The name of whoever the audit log calls `staff:N`; anything else is its own name."""
    kind, _, number = who.partition(":")
    found = store.member(db, int(number)) if kind == "staff" and number.isascii() and number.isdigit() else None
    return who if found is None else found.name


def invite(
    db: Db, acting: Acting, name: str, roles: Iterable[Role], now_ms: int, random: Callable[[int], bytes]
) -> Invitation:
    """A new colleague, and the code with which they make their first passkey. Raises MemberInvalid."""
    acting.must(Right.MANAGE_STAFF)
    name, wanted = checked_name(name), _checked_roles(roles)
    with transaction(db):
        number = store.add_member(db, name, random(32), wanted, now_ms)
        invitation = give_code(db, number, now_ms, random)
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.STAFF_INVITED,
            about=f"staff:{number}",
            roles=[*sorted(wanted)],
        )
    return invitation


def renew_code(db: Db, acting: Acting, number: int, now_ms: int, random: Callable[[int], bytes]) -> Invitation:
    """Another code for somebody who has not come yet; the one before works no more. Raises MemberNotActive."""
    acting.must(Right.MANAGE_STAFF)
    with transaction(db):
        if member(db, number).state is not State.INVITED:
            raise MemberNotActive(f"staff:{number} is not invited; a lost passkey takes two colleagues who vouch")
        invitation = give_code(db, number, now_ms, random)
        log.add(db, at_ms=now_ms, who=acting.who, act=Act.CODE_RENEWED, about=f"staff:{number}")
    return invitation


def change_roles(db: Db, acting: Acting, number: int, roles: Iterable[Role], now_ms: int) -> None:
    """Give somebody else other roles; they count with their next request. Raises NotOneself, LastAdmin, ..."""
    acting.must(Right.MANAGE_STAFF)
    wanted = _checked_roles(roles)
    with transaction(db):
        found = _not_oneself(db, acting, number)
        if found.state is State.ENDED:
            raise MemberNotActive(f"staff:{number} was ended; invite them anew")
        if Role.ADMIN not in wanted:
            _leave_an_admin(db, number)
        store.set_roles(db, number, wanted)
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.STAFF_CHANGED,
            about=f"staff:{number}",
            roles=[*sorted(wanted)],
            before=[*sorted(found.roles)],
        )


def end(db: Db, acting: Acting, number: int, reason: str, now_ms: int) -> None:
    """Somebody else leaves: every session, passkey, code and vouching of theirs is gone when this returns.

    Raises ReasonMissing, NotOneself, LastAdmin, MemberNotActive, MemberUnknown.
    """
    acting.must(Right.MANAGE_STAFF)
    reason = checked_reason(reason)
    with transaction(db):
        found = _not_oneself(db, acting, number)
        if found.state is State.ENDED:
            raise MemberNotActive(f"staff:{number} was ended already")
        _leave_an_admin(db, number)
        sessions = store.drop_sessions(db, number)
        passkeys = store.drop_passkeys(db, number)
        store.drop_code(db, number)
        store.end_recovery_of(db, number)
        withdraw_vouching(db, acting.who, number, now_ms)
        store.set_state(db, number, State.ENDED, now_ms)
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.STAFF_ENDED,
            about=f"staff:{number}",
            reason=reason,
            roles=[*sorted(found.roles)],
            sessions=sessions,
            passkeys=passkeys,
        )


def set_letter_keys(db: Db, acting: Acting, on: bool) -> None:
    """Whether single letters are keys on one's own pages. Nobody else is concerned, so no entry is made."""
    if acting.number is None:
        raise MemberUnknown(f"{acting.who} has no pages")
    with transaction(db):
        store.set_letter_keys(db, acting.number, on)


def give_code(db: Db, number: int, now_ms: int, random: Callable[[int], bytes]) -> Invitation:
    """A fresh code in place of any before it. The caller has decided who may have one, and says so in the log."""
    code, expires_ms = fresh_code(random), now_ms + CODE_MS
    store.put_code(db, number, code_hash(code), expires_ms)
    return Invitation(number, code, expires_ms)


def withdraw_vouching(db: Db, who: str, voucher: int, now_ms: int) -> None:
    """What somebody vouched for counts no more where it has not led to a passkey yet; a code of it works no more."""
    for recovery in store.recoveries_vouched_by(db, voucher):
        store.end_recovery_of(db, recovery.member)
        store.drop_code(db, recovery.member)
        log.add(
            db,
            at_ms=now_ms,
            who=who,
            act=Act.RECOVERY_WITHDRAWN,
            about=f"staff:{recovery.member}",
            recovery=recovery.number,
            voucher=f"staff:{voucher}",
        )


def checked_name(name: str) -> str:
    """A name or a label as it is kept. Raises MemberInvalid."""
    text = " ".join(name.split())
    if not 0 < len(text) <= MAX_NAME_CHARS:
        raise MemberInvalid(f"a name has 1 to {MAX_NAME_CHARS} letters, this one {len(text)}")
    if not text.isprintable():
        raise MemberInvalid("a name is made of letters that can be seen")
    return text


def checked_reason(reason: str) -> str:
    """A reason as it stands in the log. Raises ReasonMissing."""
    text = reason.strip()
    if not 0 < len(text) <= MAX_REASON_CHARS:
        raise ReasonMissing(f"this needs a reason of 1 to {MAX_REASON_CHARS} letters, it has {len(text)}")
    return text


def _checked_roles(roles: Iterable[Role]) -> frozenset[Role]:
    wanted = frozenset(roles)
    if not wanted:
        raise MemberInvalid("a member of staff has at least one role")
    return wanted


def _not_oneself(db: Db, acting: Acting, number: int) -> Member:
    if acting.number == number:
        raise NotOneself("nobody changes or ends themselves; another admin does")
    return member(db, number)


def _leave_an_admin(db: Db, number: int) -> None:
    if store.active_admins(db) == {number}:
        raise LastAdmin(f"staff:{number} is the only admin who is here; make somebody else one first")
