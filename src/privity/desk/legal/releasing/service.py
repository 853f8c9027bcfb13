# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From a request to a release: somebody looks, two people approve exactly what was looked at, and the log says so.

What was looked at is compared with what there is now before each step. Where they differ, nothing that was approved
counts any more, and the request goes back. Looking alone changes nothing.
"""

from __future__ import annotations

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.errors import EvidenceDamaged
from privity.desk.legal.errors import LegalError
from privity.desk.legal.notices import service as notices
from privity.desk.legal.releasing import approvals, lines, looking, store
from privity.desk.legal.releasing.approvals import Approval
from privity.desk.legal.releasing.errors import NotApproved, NotReady, NotSecond, Superseded, TooLate
from privity.desk.legal.releasing.looking import is_as_looked_at, line_of, missing, of
from privity.desk.legal.releasing.model import OPEN, Approved, Production, Stage, Turn
from privity.desk.legal.releasing.office import Office
from privity.desk.legal.releasing.rules import TOGETHER_MS
from privity.desk.legal.releasing.voiding import DESK, say, void
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.errors import AuthorityExpired, OnHold, SamePerson
from privity.desk.legal.requests.model import Part as Had
from privity.desk.legal.requests.model import State
from privity.desk.staff import service as staff
from privity.desk.staff import signing_in
from privity.desk.staff.acting import Acting
from privity.desk.staff.model import State as Standing
from privity.desk.staff.rights import Right, rights_of
from privity.production.model import Kind

_MAY = {Turn.FIRST: Right.APPROVE_LEGAL, Turn.SECOND: Right.RELEASE_LEGAL, Turn.SENIOR: Right.RELEASE_LEGAL}
_HAD = {Turn.FIRST: Had.APPROVED, Turn.SECOND: Had.RELEASED, Turn.SENIOR: Had.RELEASED}


def made_of(db: Db, acting: Acting, request: int) -> tuple[Production, ...]:
    """All that was ever made of a request, the oldest first."""
    acting.must(Right.SEE_LEGAL)
    return store.productions(db, request)


def waiting(db: Db, acting: Acting) -> tuple[Production, ...]:
    """Everything that waits for somebody or for the desk, the oldest first."""
    acting.must(Right.SEE_LEGAL)
    return store.in_stage(db, *OPEN)


def ask(db: Db, office: Office, acting: Acting, number: int, now_ms: int) -> str:
    """What the browser of whoever approves is asked: the challenge is the SHA-256 of the manifest.

    Raises NotSecond, NotReady or Superseded.
    """
    found = _waiting(db, number)
    looking.standing(db, office, found, now_ms)
    _turn(db, acting, found)
    return signing_in.ask_over(db, office.place, _member(acting), found.manifest_sha256)


def approve(db: Db, office: Office, acting: Acting, number: int, answer: str, now_ms: int) -> Production:
    """One person's approval of exactly this manifest; the last one that is needed approves the production.

    Not inside a transaction. Raises PasskeyRefused, NotApproved, NotSecond, TooLate, NotReady or Superseded.
    """
    must_hold(db, _waiting(db, number), now_ms)
    found = _as_looked_at(db, office, number, now_ms)
    turn = _turn(db, acting, found)
    given = store.approvals(db, number)
    _must_be_together(given, now_ms)
    passkey = signing_in.proven_over(db, office.place, _member(acting), found.manifest_sha256, answer, now_ms)
    line = line_of(db, office, found, passkey.id)
    said = approvals.approval(answer, line)
    approvals.check(said, found.manifest_sha256)
    made = Approved(
        turn,
        passkey.member,
        passkey.id,
        now_ms,
        lines.encoded(line),
        said.authenticator_data,
        said.client_data,
        said.signature,
    )
    with transaction(db):
        _take_part(db, found.request, acting.who, turn)
        store.add_approval(db, number, made)
        say(db, now_ms, acting.who, Act.PRODUCTION_APPROVED, found, turn=turn.value, passkey=passkey.id.hex()[:16])
        if not missing(found, (*given, made)):
            store.approved(db, number, now_ms)
            if found.follows:
                requests.move(db, found.request, State.APPROVED, acting.who, now_ms)
    return of(db, number)


def release(db: Db, office: Office, acting: Acting, number: int, now_ms: int) -> Production:
    """Write the release into the log. From here on the desk finishes the package by itself, once.

    By one of those who approved second. Raises NotReady, NotApproved, TooLate, Superseded, or what keeps the request.
    """
    acting.must(Right.RELEASE_LEGAL)
    must_hold(db, _waiting(db, number), now_ms)
    found = _as_looked_at(db, office, number, now_ms)
    with transaction(db):
        given = store.approvals(db, number)
        if found.stage is not Stage.APPROVED:
            raise NotReady(f"production {number} is {found.stage}; what is released has been approved")
        if acting.number not in {one.member for one in given if one.turn is not Turn.FIRST}:
            raise NotSecond(f"{acting.who} did not approve this as the second person, and so does not release it")
        must_hold(db, found, now_ms)
        check_approvals(db, found, given, now_ms)
        if found.follows and requests.of(db, found.request).state is State.APPROVED:
            notices.done(db, found.request, acting.who, now_ms)
        entry = _released(db, found, acting.who, now_ms)
        store.logged(db, number, entry, now_ms)
    return of(db, number)


def check_approvals(db: Db, found: Production, given: tuple[Approved, ...], now_ms: int) -> tuple[Approval, ...]:
    """Every approval again, as of now: who gave it is still here, may still approve and still has the passkey.

    Raises NotApproved or TooLate.
    """
    if missing(found, given):
        raise NotApproved(f"production {found.number} waits for the approval of {' and '.join(missing(found, given))}")
    _must_be_together(given, now_ms)
    checked = []
    for one in given:
        member = staff.member(db, one.member)
        if member.state is not Standing.ACTIVE or _MAY[one.turn] not in rights_of(member.roles):
            raise NotApproved(f"{member.acting.who} approved this, and may not approve any more")
        if one.passkey not in {passkey.id for passkey in signing_in.passkeys_of(db, one.member)}:
            raise NotApproved(f"{member.acting.who} approved this with a passkey that was removed since")
        approval = Approval(lines.decoded(one.key), one.authenticator_data, one.client_data, one.signature)
        approvals.check(approval, found.manifest_sha256)
        checked.append(approval)
    approvals.encode(tuple(checked))
    return tuple(checked)


def given_for(db: Db, found: Production) -> tuple[Approval, ...]:
    """The approvals of what was released, as they go into the package."""
    return tuple(
        Approval(lines.decoded(one.key), one.authenticator_data, one.client_data, one.signature)
        for one in store.approvals(db, found.number)
    )


def withdraw(db: Db, acting: Acting, number: int, now_ms: int) -> None:
    """Whoever reviews takes it back before it is released. Raises NotReady."""
    acting.must(Right.JUDGE_LEGAL)
    found = of(db, number)
    if found.stage not in (Stage.REVIEWED, Stage.APPROVED):
        raise NotReady(f"production {number} is {found.stage}; there is nothing left to take back")
    with transaction(db):
        void(db, found, acting.who, "withdrawn", now_ms)


def must_stand(db: Db, office: Office, acting: Acting, number: int, now_ms: int) -> None:
    """For whoever looks at what waits: nothing is written.

    Raises what an approval or the release would be refused by now: Superseded, NotApproved, TooLate, AuthorityExpired
    or OnHold; NotReady where it waits for nobody.
    """
    acting.must(Right.SEE_LEGAL)
    found = _waiting(db, number)
    must_hold(db, found, now_ms)
    looking.standing(db, office, found, now_ms)
    given = store.approvals(db, number)
    if found.stage is Stage.APPROVED:
        check_approvals(db, found, given, now_ms)
    else:
        _must_be_together(given, now_ms)


def step(db: Db, office: Office | None, now_ms: int) -> int:
    """What the desk does by itself: what was approved too long ago, or by somebody who may not any more, is void, and
    so is what was made from something that is another now."""
    done = 0
    for found in store.in_stage(db, Stage.REVIEWED, Stage.APPROVED):
        why = _why_void(db, office, found, now_ms)
        if why:
            with transaction(db):
                void(db, found, DESK, why, now_ms)
            done += 1
    return done


def _why_void(db: Db, office: Office | None, found: Production, now_ms: int) -> str:
    """Empty where it stands. What cannot be read at all is told to whoever acts on it."""
    given = store.approvals(db, found.number)
    if any(now_ms < one.at_ms for one in given):
        return ""  # they came while this look was under way: the next one judges them
    if given and now_ms - given[0].at_ms > TOGETHER_MS:
        return "too_late"
    try:
        if found.stage is Stage.APPROVED:
            check_approvals(db, found, given, now_ms)
        if office is not None:
            must_hold(db, found, now_ms)
            looking.standing(db, office, found, now_ms)
    except (NotApproved, Superseded):
        return "changed"
    except (LegalError, EvidenceDamaged):
        return ""
    return ""


def _waiting(db: Db, number: int) -> Production:
    """Raises NotReady."""
    found = of(db, number)
    if found.stage not in (Stage.REVIEWED, Stage.APPROVED):
        raise NotReady(f"production {number} is {found.stage}, and waits for nobody")
    return found


def _released(db: Db, found: Production, who: str, now_ms: int) -> int:
    """Two entries: the first is shown to those who asked, and so says neither who released what, nor how many before.

    Returns the number of the first.
    """
    case = requests.of(db, found.request).pseudonym
    digest = found.manifest_sha256.hex()
    entry = log.add(db, at_ms=now_ms, who=DESK, act=Act.PRODUCTION_RELEASED, about=case, manifest_sha256=digest)
    say(db, now_ms, who, Act.PRODUCTION_RELEASED_BY, found, entry=entry)
    return entry


def _as_looked_at(db: Db, office: Office, number: int, now_ms: int) -> Production:
    """Raises Superseded, with everything that was approved void, where anything is another now; or NotReady."""
    found = _waiting(db, number)
    if not is_as_looked_at(db, office, found, now_ms):
        with transaction(db):
            void(db, found, DESK, "changed", now_ms)
        raise Superseded(f"what production {number} was made from has changed since; it is looked at anew")
    return found


def _turn(db: Db, acting: Acting, found: Production) -> Turn:
    """Whose approval theirs would be. Raises NotYourRole, NotSecond or NotReady."""
    if found.stage is not Stage.REVIEWED:
        raise NotReady(f"production {found.number} is {found.stage}, and waits for no approval")
    given = store.approvals(db, found.number)
    turn = missing(found, given)[0]
    acting.must(_MAY[turn])
    if acting.number in {one.member for one in given}:
        raise NotSecond(f"{acting.who} approved production {found.number} already; another person does")
    had = {part for who, part in requests.parties(db, found.request) if who == acting.who}
    if turn is not Turn.FIRST and (had - {Had.RELEASED, Had.SENIOR} or acting.who == found.reviewed_by):
        raise NotSecond(f"{acting.who} had a part in request {found.request}: {', '.join(sorted(had))}")
    if turn is Turn.FIRST and had & {Had.RELEASED, Had.SENIOR}:
        raise NotSecond(f"{acting.who} released something of request {found.request}, and so approves it second")
    return turn


def _take_part(db: Db, request: int, who: str, turn: Turn) -> None:
    try:
        requests.take_part(db, request, who, _HAD[turn])
    except SamePerson as err:
        raise NotSecond(str(err)) from None


def _must_be_together(given: tuple[Approved, ...], now_ms: int) -> None:
    if given and not 0 <= now_ms - given[0].at_ms <= TOGETHER_MS:
        raise TooLate("the first approval was given more than a day ago; it is looked at and approved anew")


def must_hold(db: Db, found: Production, now_ms: int) -> None:
    """Whether what was decided can still be acted on. A refusal and a receipt rest on no authority to disclose.

    Raises AuthorityExpired or OnHold.
    """
    if found.kind is Kind.PRODUCTION:
        holds = requests.must_hold(db, found.request, now_ms)
        if holds.decision != found.decision:
            raise AuthorityExpired(f"request {found.request} was judged anew since production {found.number} was made")
    elif requests.of(db, found.request).on_hold:
        raise OnHold(f"who asks in request {found.request} is not active any more")


def _member(acting: Acting) -> int:
    if acting.number is None:
        raise NotSecond(f"{acting.who} has no passkey; people approve")
    return acting.number
