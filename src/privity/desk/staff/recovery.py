# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A lost passkey: two colleagues vouch, each with fresh proof of their own, one of them an admin; then there is a code.

Both have to have spoken with the one who lost it. Each is shown half of the code, once, so that neither can come in
their place. With the second half every passkey and session of the one who lost them is gone, because what is lost may
have been found by somebody.
"""

from __future__ import annotations

from collections.abc import Callable

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.limits import VOUCH_MS
from privity.desk.staff import store
from privity.desk.staff.acting import Acting
from privity.desk.staff.codes import code_hash, fresh_code
from privity.desk.staff.errors import MemberNotActive, NotOneself, VouchRefused
from privity.desk.staff.model import Half, Recovery, State
from privity.desk.staff.rights import Right, Role
from privity.desk.staff.service import checked_reason, give_code, member


def waiting(db: Db, acting: Acting, now_ms: int) -> tuple[Recovery, ...]:
    """Where one colleague has vouched and a second one is awaited."""
    acting.must(Right.SEE_STAFF)
    return tuple(each for each in store.waiting_recoveries(db) if _counts(db, each, now_ms))


def vouch(db: Db, acting: Acting, number: int, reason: str, now_ms: int, random: Callable[[int], bytes]) -> Half:
    """Say that a colleague has lost every passkey; half of their code, shown once, worth nothing alone.

    The caller has seen fresh proof of the voucher's passkey. Raises ReasonMissing, NotOneself, ...
    """
    acting.must(Right.RECOVER_STAFF)
    reason = checked_reason(reason)
    if acting.number is None:
        raise VouchRefused(f"{acting.who} cannot vouch; two colleagues do, on their pages")
    if acting.number == number:
        raise NotOneself("nobody vouches for themselves; two colleagues do")
    with transaction(db):
        if member(db, number).state is not State.ACTIVE:
            raise MemberNotActive(f"staff:{number} has no passkey that could be lost")
        before = store.waiting_recovery(db, number)
        if before is None or not _counts(db, before, now_ms):
            return _first(db, acting, acting.number, number, reason, now_ms, random)
        return _second(db, acting, acting.number, before, reason, now_ms, random)


def _first(
    db: Db, acting: Acting, voucher: int, number: int, reason: str, now_ms: int, random: Callable[[int], bytes]
) -> Half:
    store.end_recovery_of(db, number)
    store.drop_code(db, number)
    half = Half(member(db, number).name, fresh_code(random), now_ms + VOUCH_MS, second=False)
    recovery = store.add_recovery(db, number, voucher, code_hash(half.code), now_ms)
    log.add(
        db,
        at_ms=now_ms,
        who=acting.who,
        act=Act.RECOVERY_VOUCHED,
        about=f"staff:{number}",
        recovery=recovery,
        reason=reason,
    )
    return half


def _second(
    db: Db,
    acting: Acting,
    voucher: int,
    before: Recovery,
    reason: str,
    now_ms: int,
    random: Callable[[int], bytes],
) -> Half:
    if before.first == voucher:
        raise VouchRefused("you have vouched already; the second one is somebody else")
    if not any(Role.ADMIN in member(db, each).roles for each in (before.first, voucher)):
        raise VouchRefused(f"staff:{before.first} has vouched and is no admin, so the second one must be an admin")
    sessions = store.drop_sessions(db, before.member)
    passkeys = store.drop_passkeys(db, before.member)
    store.grant_recovery(db, before.number, voucher, now_ms)
    made = give_code(db, before.member, now_ms, random, before.half)
    log.add(
        db,
        at_ms=now_ms,
        who=acting.who,
        act=Act.RECOVERY_GRANTED,
        about=f"staff:{before.member}",
        recovery=before.number,
        first=f"staff:{before.first}",
        reason=reason,
        sessions=sessions,
        passkeys=passkeys,
    )
    return Half(member(db, before.member).name, made.code, made.expires_ms, second=True)


def _counts(db: Db, recovery: Recovery, now_ms: int) -> bool:
    """Whether the first voucher's word still stands: it is a day old at most, and they are still here and may vouch."""
    first = member(db, recovery.first)
    here = first.state is State.ACTIVE and Right.RECOVER_STAFF in first.acting.rights
    return here and recovery.half is not None and 0 <= now_ms - recovery.first_ms < VOUCH_MS
