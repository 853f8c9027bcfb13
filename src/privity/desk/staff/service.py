# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who belongs to the staff: invited, changed and ended by a command on the desk's machine, or by an admin.

What makes somebody count takes two admins, in `proposals`: alone, an admin takes rights away, ends people, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Said
from privity.desk.db.transaction import Db, transaction
from privity.desk.errors import ReasonMissing
from privity.desk.limits import CODE_MS, MAX_NAME_CHARS, MAX_REASON_CHARS
from privity.desk.staff import store
from privity.desk.staff.acting import Acting
from privity.desk.staff.codes import code_hash, fresh_code, joined
from privity.desk.staff.errors import LastAdmin, MemberInvalid, MemberNotActive, MemberUnknown, NotOneself, TakesTwo
from privity.desk.staff.model import Invitation, Member, State
from privity.desk.staff.rights import Right, Role, takes_two


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
    """A new colleague, and the code with which they make their first passkey. Raises MemberInvalid, TakesTwo."""
    acting.must(Right.MANAGE_STAFF)
    _on_the_machine(acting)
    name, wanted = checked_name(name), checked_roles(roles)
    with transaction(db):
        return admit(db, acting, name, wanted, now_ms, random)


def renew_code(db: Db, acting: Acting, number: int, now_ms: int, random: Callable[[int], bytes]) -> Invitation:
    """Another code for somebody who has not come; the one before works no more. Raises MemberNotActive, TakesTwo."""
    acting.must(Right.MANAGE_STAFF)
    _on_the_machine(acting)
    with transaction(db):
        return another_code(db, acting, who_has_not_come(db, number), now_ms, random)


def change_roles(db: Db, acting: Acting, number: int, roles: Iterable[Role], now_ms: int) -> None:
    """Give somebody else other roles; they count with their next request. Raises NotOneself, TakesTwo, ..."""
    acting.must(Right.MANAGE_STAFF)
    wanted = checked_roles(roles)
    with transaction(db):
        found = changeable(db, acting, number)
        if takes_two(found.roles, wanted):
            _on_the_machine(acting)
        put_roles(db, acting, found, wanted, now_ms)


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
        store.drop_proposals_with(db, number)
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


def admit(
    db: Db,
    acting: Acting,
    name: str,
    roles: frozenset[Role],
    now_ms: int,
    random: Callable[[int], bytes],
    half: bytes | None = None,
    **said: Said,
) -> Invitation:
    """A new member. The caller has decided that they may come, and owns the transaction."""
    number = store.add_member(db, name, random(32), roles, now_ms)
    invitation = give_code(db, number, now_ms, random, half)
    _say(db, now_ms, acting, Act.STAFF_INVITED, number, roles=[*sorted(roles)], **said)
    return invitation


def another_code(
    db: Db,
    acting: Acting,
    found: Member,
    now_ms: int,
    random: Callable[[int], bytes],
    half: bytes | None = None,
    **said: Said,
) -> Invitation:
    """As `admit`, for somebody who was invited before."""
    invitation = give_code(db, found.number, now_ms, random, half)
    _say(db, now_ms, acting, Act.CODE_RENEWED, found.number, **said)
    return invitation


def put_roles(db: Db, acting: Acting, found: Member, wanted: frozenset[Role], now_ms: int, **said: Said) -> None:
    """Other roles. What waits about this person was asked for under others, and is gone. Raises LastAdmin."""
    if Role.ADMIN not in wanted:
        _leave_an_admin(db, found.number)
    store.drop_proposal_about(db, found.number)
    store.set_roles(db, found.number, wanted)
    _say(
        db,
        now_ms,
        acting,
        Act.STAFF_CHANGED,
        found.number,
        roles=[*sorted(wanted)],
        before=[*sorted(found.roles)],
        **said,
    )


def give_code(
    db: Db, number: int, now_ms: int, random: Callable[[int], bytes], half: bytes | None = None
) -> Invitation:
    """A fresh code in place of any before it. The caller has decided who may have one, and says so in the log.

    With the hash of a half that somebody else was shown, what is made is the other half, and worth nothing without it.
    """
    code, expires_ms = fresh_code(random), now_ms + CODE_MS
    store.put_code(db, number, code_hash(code) if half is None else joined(half, code_hash(code)), expires_ms)
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


def checked_roles(roles: Iterable[Role]) -> frozenset[Role]:
    """Raises MemberInvalid."""
    wanted = frozenset(roles)
    if not wanted:
        raise MemberInvalid("a member of staff has at least one role")
    return wanted


def who_has_not_come(db: Db, number: int) -> Member:
    """Somebody who was invited and has no passkey yet. Raises MemberUnknown or MemberNotActive."""
    found = member(db, number)
    if found.state is not State.INVITED:
        raise MemberNotActive(f"staff:{number} is not invited; a lost passkey takes two colleagues who vouch")
    return found


def changeable(db: Db, acting: Acting, number: int) -> Member:
    """Somebody else, who is here or invited. Raises NotOneself, MemberUnknown or MemberNotActive."""
    found = _not_oneself(db, acting, number)
    if found.state is State.ENDED:
        raise MemberNotActive(f"staff:{number} was ended; invite them anew")
    return found


def _on_the_machine(acting: Acting) -> None:
    if acting.number is not None:
        raise TakesTwo(f"{acting.who} alone lets nobody in and gives nobody what counts; a second admin agrees first")


def _say(db: Db, now_ms: int, acting: Acting, act: Act, number: int, **said: Said) -> None:
    log.add(db, at_ms=now_ms, who=acting.who, act=act, about=f"staff:{number}", **said)


def _not_oneself(db: Db, acting: Acting, number: int) -> Member:
    if acting.number == number:
        raise NotOneself("nobody changes or ends themselves; another admin does")
    return member(db, number)


def _leave_an_admin(db: Db, number: int) -> None:
    if store.active_admins(db) == {number}:
        raise LastAdmin(f"staff:{number} is the only admin who is here; make somebody else one first")
