# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What takes two admins: letting somebody in, another code for them, and roles that count. One asks, another agrees.

Each of the two is shown half of the code, once, and gives it to the one who comes: neither alone can come in their
place. Where no second admin is here, whoever owns the desk's machine is the second person, with a command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.limits import PROPOSAL_MS
from privity.desk.staff import service, store
from privity.desk.staff.acting import Acting
from privity.desk.staff.codes import code_hash, fresh_code
from privity.desk.staff.errors import MemberUnknown, NoSecondAdmin, NotOneself, ProposalUnknown
from privity.desk.staff.model import Half, Kind, Proposal
from privity.desk.staff.rights import Right, Role, takes_two


def waiting(db: Db, acting: Acting, now_ms: int) -> tuple[Proposal, ...]:
    """What a second admin has not agreed to, the oldest first."""
    acting.must(Right.SEE_STAFF)
    return tuple(each for each in store.proposals(db) if _counts(db, each, now_ms))


def count_waiting(db: Db, now_ms: int) -> int:
    """For the navigation."""
    return sum(_counts(db, each, now_ms) for each in store.proposals(db))


def may_ask(db: Db, acting: Acting, about: int | None = None) -> bool:
    """Whether somebody else could agree to what this admin asks for, for a page that offers it."""
    return bool(_others(db, acting, about))


def invite(
    db: Db, acting: Acting, name: str, roles: Iterable[Role], now_ms: int, random: Callable[[int], bytes]
) -> Half:
    """Ask for a new colleague; the first half of their code. Raises NotYourRole, MemberInvalid or NoSecondAdmin."""
    acting.must(Right.MANAGE_STAFF)
    name, wanted = service.checked_name(name), service.checked_roles(roles)
    with transaction(db):
        _must_have_a_second(db, acting, None, f'invite "NAME" --role {min(wanted)}')
        half = Half(name, fresh_code(random), now_ms + PROPOSAL_MS, second=False)
        _ask(db, acting, Kind.INVITE, None, name, wanted, now_ms, code_hash(half.code))
    return half


def renew_code(db: Db, acting: Acting, number: int, now_ms: int, random: Callable[[int], bytes]) -> Half:
    """Ask for another code for somebody who has not come. The one before works until somebody agrees.

    Raises NotYourRole, MemberUnknown, MemberNotActive or NoSecondAdmin.
    """
    acting.must(Right.MANAGE_STAFF)
    with transaction(db):
        found = service.who_has_not_come(db, number)
        _must_have_a_second(db, acting, number, f"code {number}")
        half = Half(found.name, fresh_code(random), now_ms + PROPOSAL_MS, second=False)
        _ask(db, acting, Kind.CODE, number, found.name, found.roles, now_ms, code_hash(half.code))
    return half


def change_roles(db: Db, acting: Acting, number: int, roles: Iterable[Role], now_ms: int) -> Proposal | None:
    """Other roles for somebody else: at once where they give nothing that counts; otherwise what now waits.

    Raises NotYourRole, NotOneself, MemberUnknown, MemberNotActive, MemberInvalid, LastAdmin or NoSecondAdmin.
    """
    acting.must(Right.MANAGE_STAFF)
    wanted = service.checked_roles(roles)
    with transaction(db):
        found = service.changeable(db, acting, number)
        if not takes_two(found.roles, wanted):
            service.change_roles(db, acting, number, wanted, now_ms)
            return None
        _must_have_a_second(db, acting, number, f"roles {number} --role {min(wanted)}")
        return _ask(db, acting, Kind.ROLES, number, found.name, wanted, now_ms)


def confirm(
    db: Db, acting: Acting, number: int, now_ms: int, random: Callable[[int], bytes]
) -> tuple[Proposal, Half | None]:
    """Agree as the second admin: then it is done. The second half of the code, where one is made.

    The caller has seen fresh proof of a passkey. Raises NotYourRole, ProposalUnknown, NotOneself, or what now stands
    against it.
    """
    acting.must(Right.MANAGE_STAFF)
    with transaction(db):
        found = _existing(db, number, now_ms)
        if _admin(acting) in (found.by, found.member):
            raise NotOneself("nobody agrees to what they asked for or to what is about themselves; another admin does")
        store.drop_proposal(db, number)
        return found, _do(db, acting, found, now_ms, random)


def withdraw(db: Db, acting: Acting, number: int, now_ms: int) -> None:
    """It waits no more: whoever asked takes it back, or another admin disagrees. Raises ProposalUnknown."""
    acting.must(Right.MANAGE_STAFF)
    with transaction(db):
        found = _existing(db, number, now_ms)
        store.drop_proposal(db, number)
        _say(db, acting, Act.STAFF_PROPOSAL_WITHDRAWN, found, now_ms)


def _do(db: Db, acting: Acting, found: Proposal, now_ms: int, random: Callable[[int], bytes]) -> Half | None:
    first = f"staff:{found.by}"
    if found.member is None:
        made = service.admit(
            db,
            acting,
            found.name,
            found.roles,
            now_ms,
            random,
            found.half,
            proposal=found.number,
            first=first,
        )
    elif found.kind is Kind.CODE:
        member = service.who_has_not_come(db, found.member)
        made = service.another_code(db, acting, member, now_ms, random, found.half, proposal=found.number, first=first)
    else:
        member = service.changeable(db, acting, found.member)
        service.put_roles(db, acting, member, found.roles, now_ms, proposal=found.number, first=first)
        return None
    return Half(found.name, made.code, made.expires_ms, second=True)


def _ask(
    db: Db,
    acting: Acting,
    kind: Kind,
    about: int | None,
    name: str,
    roles: frozenset[Role],
    now_ms: int,
    half: bytes | None = None,
) -> Proposal:
    """In place of what waited about the same person."""
    store.drop_old_proposals(db, now_ms - PROPOSAL_MS)
    if about is not None:
        store.drop_proposal_about(db, about)
    by = _admin(acting)
    number = store.add_proposal(db, kind, about, name if about is None else None, roles, half, by, now_ms)
    found = Proposal(number, kind, about, name, roles, half, by, now_ms)
    _say(db, acting, Act.STAFF_PROPOSED, found, now_ms)
    return found


def _existing(db: Db, number: int, now_ms: int) -> Proposal:
    found = store.proposal(db, number)
    if found is None or not _counts(db, found, now_ms):
        raise ProposalUnknown(f"nothing waits as proposal {number}: it is settled, over, or who asked is no admin now")
    return found


def _counts(db: Db, found: Proposal, now_ms: int) -> bool:
    """Whether it still waits: it is a week old at most, and who asked is still an admin who is here."""
    return 0 <= now_ms - found.at_ms < PROPOSAL_MS and found.by in store.active_admins(db)


def _others(db: Db, acting: Acting, about: int | None) -> frozenset[int]:
    return store.active_admins(db) - {acting.number, about}


def _must_have_a_second(db: Db, acting: Acting, about: int | None, command: str) -> None:
    if not _others(db, acting, about):
        raise NoSecondAdmin(
            f"this takes a second admin, and no other one is here: on the desk's machine, privity desk {command}"
        )


def _admin(acting: Acting) -> int:
    if acting.number is None:
        raise MemberUnknown(f"{acting.who} is no admin; on the desk's machine a command does it without a second one")
    return acting.number


def _say(db: Db, acting: Acting, act: Act, found: Proposal, now_ms: int) -> None:
    log.add(
        db,
        at_ms=now_ms,
        who=acting.who,
        act=act,
        about="" if found.member is None else f"staff:{found.member}",
        proposal=found.number,
        kind=found.kind.value,
        roles=[*sorted(found.roles)],
    )
