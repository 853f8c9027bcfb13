# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Taking requests in. Whoever has not been verified gets one answer, whatever they sent and whoever they are.

Nothing is looked up here, neither an account nor an agency: what is done depends on the file alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, IntegrityError, transaction
from privity.desk.errors import ReasonMissing
from privity.desk.evidence.records import check_text
from privity.desk.legal.requests import documents, due, reading, service, store
from privity.desk.legal.requests.clocks import HOUR_MS, OF_INSTRUMENT, Clock, Due, day_of, due_of, of_instrument
from privity.desk.legal.requests.errors import FilingRefused, GuardUnmet, NotInThisState, WordsMissing
from privity.desk.legal.requests.model import Attachment, Document, Filing, LegalRequest, Part, State, about
from privity.desk.legal.requests.moves import FACTS_OPEN
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.requests.reading import Stated
from privity.desk.legal.requests.taking import ACKNOWLEDGEMENT, Taken, check_settable, take
from privity.desk.legal.rulebook import facts, strict_yaml
from privity.desk.legal.rulebook.evaluating import QUARANTINE_HOURS
from privity.desk.legal.rulebook.facts import Facts
from privity.desk.legal.rulebook.model import Instrument
from privity.desk.legal.rulebook.predicates import predicates
from privity.desk.limits import MAX_REASON_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

MAX_ATTACHMENTS: Final = 32
MAX_ATTACHED: Final = 64 << 20
"""Bytes of all attachments together."""
MAX_ANSWER: Final = 8000
"""Characters of an answer to a question."""
MAX_NAME: Final = 200
UNTYPED: Final = "application/octet-stream"
_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"
"""Thirty-two that nobody mixes up when they are read aloud."""
_LENGTH: Final = 10

Quarantine = Callable[[Db, int, int], None]
"""Takes data apart for a request: the database, its number, when that ends. In the transaction of the order."""


class Form(msgspec.Struct, frozen=True):
    """What no rule asks for, and who they say they are."""

    fields: Mapping[str, str]
    agency: int | None
    officer: int | None
    left_out: str


def submit(
    db: Db, evidence_key: bytes, rules: Rules, filing: Filing, now_ms: int, random: Callable[[int], bytes]
) -> bytes:
    """Take in what anybody sends, and give the answer that everybody gets."""
    with transaction(db):
        number = _take_in(db, evidence_key, rules, _bounded(filing), service.DESK, now_ms, random, seen=False)
        service.move(db, number, State.SUBMITTED, service.DESK, now_ms)
    return ACKNOWLEDGEMENT


def file(
    db: Db,
    evidence_key: bytes,
    rules: Rules,
    acting: Acting,
    filing: Filing,
    now_ms: int,
    random: Callable[[int], bytes],
    *,
    draft: bool = False,
) -> LegalRequest:
    """A clerk hands in what came on paper, or keeps it as a draft. They have looked at what the facts say is there.

    Raises FilingRefused.
    """
    acting.must(Right.WORK_LEGAL)
    _check(filing)
    with transaction(db):
        number = _take_in(db, evidence_key, rules, (filing, ""), acting.who, now_ms, random, seen=True)
        service.take_part(db, number, acting.who, Part.FILED)
        if draft:
            service.start_clock(db, number, Clock.DRAFT, now_ms)
            return service.of(db, number)
        return service.move(db, number, State.SUBMITTED, acting.who, now_ms)


def attach(
    db: Db,
    evidence_key: bytes,
    acting: Acting,
    number: int,
    attachment: Attachment,
    now_ms: int,
    random: Callable[[int], bytes],
) -> int:
    """Add what came beside a request, while its facts are open; returns the document. Raises NotInThisState."""
    acting.must(Right.WORK_LEGAL)
    with transaction(db):
        _must_be_open(service.of(db, number))
        check_room(db, number, (attachment,))
        service.take_part(db, number, acting.who, Part.FILED)
        return keep_beside(db, evidence_key, number, attachment, acting.who, now_ms, random)


def check_room(db: Db, number: int, more: Sequence[Attachment]) -> None:
    """Raise FilingRefused where these are too many or too large beside what is attached already."""
    there = [one.size for one in documents.listed(db, number) if one.kind is Document.ATTACHMENT]
    size = sum(there) + sum(len(one.content) for one in more)
    if len(there) + len(more) > MAX_ATTACHMENTS or size > MAX_ATTACHED:
        raise FilingRefused(_TOO_MUCH)


def hand_in(db: Db, acting: Acting, number: int, now_ms: int) -> LegalRequest:
    """A draft becomes a request."""
    acting.must(Right.WORK_LEGAL)
    with transaction(db):
        service.take_part(db, number, acting.who, Part.FILED)
        return service.move(db, number, State.SUBMITTED, acting.who, now_ms)


def correct(
    db: Db,
    evidence_key: bytes,
    rules: Rules,
    acting: Acting,
    number: int,
    values: Mapping[str, Any],
    why: str,
    now_ms: int,
    random: Callable[[int], bytes],
) -> Facts:
    """Set facts, or take some out with None, as a file would say them; what was said before stays beside.

    Raises NotInThisState, FactIsOurs, WordsMissing, FactUnknown or FactIllTyped.
    """
    acting.must(Right.WORK_LEGAL)
    check_settable(values)
    why = words("why", why)
    with transaction(db):
        request = service.of(db, number)
        _must_be_open(request)
        before = reading.values(reading.stated(db, evidence_key, number)) or {}
        after = {name: value for name, value in {**before, **values}.items() if value is not None}
        known = facts.read(after)
        service.take_part(db, number, acting.who, Part.SET_FACTS)
        said = Stated(dict(values), seen=True, why=why)
        document = documents.keep(
            db,
            evidence_key,
            random,
            number,
            Document.CORRECTION,
            msgspec.json.encode(said),
            who=acting.who,
            now_ms=now_ms,
        )
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.LEGAL_CORRECTED,
            about=request.about,
            facts=sorted(values),
            document=document,
        )
        store.add_fact(db, number, document, acting.who, now_ms)
        _follow(db, rules, request, known)
        return reading.with_ours(db, service.of(db, number), known)


def confirm(
    db: Db,
    evidence_key: bytes,
    rules: Rules,
    acting: Acting,
    number: int,
    names: frozenset[str],
    why: str,
    now_ms: int,
    random: Callable[[int], bytes],
) -> Facts:
    """A clerk has seen that these are there as the request claims. Raises as `correct`; FilingRefused: not claimed."""
    claimed = reading.claims(reading.stated(db, evidence_key, number))
    absent = sorted(names - claimed.keys())
    if absent or not names:
        raise FilingRefused(f"expected facts that the request claims, got {', '.join(absent) or 'none'}")
    values = {name: claimed[name] for name in sorted(names)}
    return correct(db, evidence_key, rules, acting, number, values, why, now_ms, random)


def quarantine(db: Db, acting: Acting, number: int, take_apart: Quarantine, now_ms: int) -> int:
    """Have data kept apart, unseen, while it is found out who asks; returns when that ends. Raises NotInThisState."""
    acting.must(Right.WORK_LEGAL)
    until_ms = now_ms + QUARANTINE_HOURS * HOUR_MS
    with transaction(db):
        request = service.of(db, number)
        if request.state not in (State.SUBMITTED, State.VERIFYING):
            raise NotInThisState(f"request {number} is {request.state}; a quarantine is for whom nobody has verified")
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.LEGAL_QUARANTINED,
            about=request.about,
            until_ms=until_ms,
        )
        take_apart(db, number, until_ms)
    return until_ms


def words(name: str, text: str, limit: int = MAX_REASON_CHARS) -> str:
    """Text of a sensible length. Raises WordsMissing."""
    try:
        check_text(name, text, limit)
    except ReasonMissing:
        raise WordsMissing(f"{name} must have 1 to {limit} characters of text, it has {len(text)}") from None
    return text.strip()


def _take_in(
    db: Db,
    evidence_key: bytes,
    rules: Rules,
    filing_and_note: tuple[Filing, str],
    who: str,
    now_ms: int,
    random: Callable[[int], bytes],
    *,
    seen: bool,
) -> int:
    """A draft with all that came. The same statements are executed whatever the file says."""
    filing, note = filing_and_note
    digest = hashlib.sha256(filing.request).digest()
    taken = take(filing.request if not note else b"")
    number = store.add(db, _pseudonym(now_ms, random), digest, now_ms)
    log.add(
        db,
        at_ms=now_ms,
        who=who,
        act=Act.LEGAL_FILED,
        about=about(number),
        sha256=digest.hex(),
        size=len(filing.request),
        attachments=len(filing.attachments),
    )
    parts = (
        (Document.REQUEST, b"" if note else filing.request),
        (Document.FACTS, msgspec.json.encode(Stated(taken.claimed, seen, note or taken.unread))),
        (Document.FORM, msgspec.json.encode(Form(taken.form, filing.agency, filing.officer, note))),
    )
    for kind, content in parts:
        document = documents.keep(db, evidence_key, random, number, kind, content, who=who, now_ms=now_ms)
        if kind is Document.FACTS:
            store.add_fact(db, number, document, who, now_ms)
    for attachment in filing.attachments:
        keep_beside(db, evidence_key, number, attachment, who, now_ms, random)
    _begin(db, rules, service.of(db, number), taken)
    return number


def _begin(db: Db, rules: Rules, request: LegalRequest, taken: Taken) -> None:
    emergency = _follow(db, rules, request, taken.facts)
    at = request.received_ms
    look = Clock.FIRST_LOOK_EMERGENCY if emergency else Clock.FIRST_LOOK
    due.start(db, request.number, look, due_of(look, at))
    due.start(db, request.number, Clock.ACKNOWLEDGE, due_of(Clock.ACKNOWLEDGE, at))
    due.stop(db, request.number, (Clock.ACKNOWLEDGE,), at)


def _follow(db: Db, rules: Rules, request: LegalRequest, known: Facts) -> bool:
    """The row's own flag and the clocks of the instrument follow what the facts say. Whether it is an emergency.

    Raises GuardUnmet: it becomes none after it was verified as something else.
    """
    instrument = rules.rulebook.instruments.get(known.text("instrument") or "")
    emergency = known.shown("emergency") or (instrument is not None and _needs_call(instrument))
    try:
        store.set_emergency(db, request.number, emergency)
    except IntegrityError as err:
        raise GuardUnmet(f"request {request.number}: {err}") from None
    wanted: Mapping[Clock, Due] = {}
    if instrument is not None:
        received = known.with_({"received_on": day_of(request.received_ms)})
        wanted = of_instrument(instrument, received, request.received_ms)
    gone = [clock for clock in OF_INSTRUMENT if clock not in wanted]
    due.stop(db, request.number, gone, request.received_ms)
    for clock, until in wanted.items():
        due.start(db, request.number, clock, until)
    return emergency


def _needs_call(instrument: Instrument) -> bool:
    """Whether one of its rules waits for a call: such an instrument is for emergencies alone."""
    return any(one.fact == "callback_done" for rule in instrument.rules for one, _ in predicates(rule.when))


def keep_beside(
    db: Db,
    evidence_key: bytes,
    number: int,
    attachment: Attachment,
    who: str,
    now_ms: int,
    random: Callable[[int], bytes],
) -> int:
    """Keep what lies beside a request; the document. The caller owns the transaction."""
    return documents.keep(
        db,
        evidence_key,
        random,
        number,
        Document.ATTACHMENT,
        attachment.content,
        who=who,
        now_ms=now_ms,
        name=attachment.name[:MAX_NAME],
        media_type=attachment.media_type[:MAX_NAME] or UNTYPED,
    )


def _must_be_open(request: LegalRequest) -> None:
    if request.state not in FACTS_OPEN:
        raise NotInThisState(f"request {request.number} is {request.state}; its facts were judged")


def _bounded(filing: Filing) -> tuple[Filing, str]:
    """What is too much is not kept, and said to staff alone: whoever sent it gets the answer that everybody gets."""
    if len(filing.request) > strict_yaml.MAX_BYTES:
        return Filing(filing.request, (), filing.agency, filing.officer), _TOO_LONG
    attached = sum(len(one.content) for one in filing.attachments)
    if len(filing.attachments) > MAX_ATTACHMENTS or attached > MAX_ATTACHED:
        return Filing(filing.request, (), filing.agency, filing.officer), _TOO_MUCH
    return filing, ""


def _check(filing: Filing) -> None:
    _, note = _bounded(filing)
    if note or not filing.request:
        raise FilingRefused(note or "expected a file with the facts of a request, got an empty one")


def _pseudonym(now_ms: int, random: Callable[[int], bytes]) -> str:
    letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in random(_LENGTH))
    return f"LP-{day_of(now_ms).year:04}-{letters}"


_TOO_LONG: Final = f"a request has at most {strict_yaml.MAX_BYTES:,} bytes"
_TOO_MUCH: Final = f"a request has at most {MAX_ATTACHMENTS} attachments of {MAX_ATTACHED >> 20} MiB together"
