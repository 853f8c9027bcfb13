# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What somebody sees of a release: what is or would be in it, who approved, who still has to, and who may not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

from privity.desk.console.page_text import words_of
from privity.desk.console.plain import Run, runs
from privity.desk.db.transaction import Db
from privity.desk.legal.errors import LegalError
from privity.desk.legal.notices import service as notices
from privity.desk.legal.releasing import delivering, seeing
from privity.desk.legal.releasing import service as releasing
from privity.desk.legal.releasing.errors import NotSecond
from privity.desk.legal.releasing.model import OPEN, Offer, Production, Stage, Turn, Weighs
from privity.desk.legal.releasing.office import Office
from privity.desk.legal.releasing.rules import TOGETHER_MS
from privity.desk.legal.releasing.seeing import Seen
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import LegalRequest, Part, State
from privity.desk.legal.vault import service as vault
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.production.model import Kind

SHOWN: Final = 1 << 17
"""Characters of one file that are shown."""
READ_HERE: Final = (".csv", ".json", ".txt", ".html")
"""Endings of files that are read as text on a page; others are shown as size and hash."""
TURNS: Final = {Turn.FIRST: "the first person", Turn.SECOND: "the second person", Turn.SENIOR: "a third person"}
WEIGHS: Final = {
    Weighs.FIRST_OF_AGENCY: "nothing was released to this agency before",
    Weighs.MANY_TARGETS: "it is about many targets",
    Weighs.PRIVILEGE: "somebody whom the law protects may be among them",
    Weighs.CONTENT_IN_EMERGENCY: "content leaves in an emergency",
}
_PARTS: Final = {Part.APPROVED: "approved first", Part.RELEASED: "approved second or third"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something of which a manifest can be made now."""

    label: str
    kind: Kind
    supersedes: int | None = None
    hold: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether the person who looks may approve now: what their passkey is asked, or why not."""

    turn: Turn | None = None
    options: str = field(default="", repr=False)
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """One production on its page."""

    made: Production
    seen: Seen | None = field(repr=False)
    """None where it was shredded."""
    page: tuple[Run, ...] = field(repr=False)
    letter: tuple[Run, ...] = field(repr=False)
    manifest: tuple[Run, ...] = field(repr=False)
    collected_by: tuple[str, ...]
    weighs: tuple[str, ...]
    together_ms: int | None
    """Until when the approvals count together."""
    ready_ms: int | None
    """From when on nothing about notices stands against it, as far as that is known."""
    waits_why: str
    changed: str
    """Why nobody can approve or release it any more, where that is so."""
    offer: Offer | None
    parties: tuple[tuple[str, tuple[str, ...]], ...]


def choices(db: Db, request: LegalRequest, made: tuple[Production, ...]) -> tuple[Choice, ...]:
    """What can be looked at now; nothing while something waits."""
    if request.on_hold or any(each.stage in OPEN for each in made):
        return ()
    found: list[Choice] = []
    if request.state is State.COLLECTED:
        found.append(Choice("the answer, with what was collected", Kind.PRODUCTION))
    if request.state is State.REJECTED:
        found.append(Choice("the refusal", Kind.REFUSAL))
    for hold in vault.of_request(db, request.number):
        if _has_receipt(db, hold.number):
            found.append(Choice(f"the receipt for hold {hold.number}", Kind.PRESERVATION_RECEIPT, hold=hold.number))
    found += [
        Choice(f"a correction of package {each.number}", each.kind, supersedes=each.number)
        for each in made
        if each.stage in (Stage.READY, Stage.DELIVERED)
        and each.kind is Kind.PRODUCTION
        and request.state in (State.RELEASED, State.DELIVERED)
    ]
    return tuple(found)


def _has_receipt(db: Db, hold: int) -> bool:
    try:
        vault.receipt_facts(db, hold)
    except LegalError:
        return False
    return True


def view(db: Db, office: Office, acting: Acting, made: Production, now_ms: int) -> View:
    """Whoever looks is written down first. Raises EvidenceDamaged, or Superseded: what is kept is not what was."""
    seen = None
    if made.stage is not Stage.VOID and made.gone_ms is None:
        seen = seeing.see(db, office, acting, made.number, now_ms)
    ready_ms, waits = (now_ms, "") if _settled(db, made) else notice_stands(db, made.request, now_ms)
    return View(
        made,
        seen,
        () if seen is None else runs(words_of(seen.page), SHOWN),
        () if seen is None else runs(seen.letter, SHOWN),
        () if seen is None else runs(json.dumps(json.loads(seen.manifest), indent=2, ensure_ascii=False), SHOWN),
        _collected_by(db, made.request),
        () if seen is None or not made.senior else tuple(WEIGHS[each] for each in seen.weighs),
        seen.approvals[0].at_ms + TOGETHER_MS if seen is not None and seen.approvals else None,
        ready_ms,
        waits,
        "" if seen is None else _changed(db, office, acting, made, now_ms),
        delivering.offer(db, made),
        parties(db, made.request),
    )


def _changed(db: Db, office: Office, acting: Acting, made: Production, now_ms: int) -> str:
    if made.stage not in (Stage.REVIEWED, Stage.APPROVED):
        return ""
    try:
        releasing.must_stand(db, office, acting, made.number, now_ms)
    except LegalError as err:
        return str(err)
    return ""


def asked(db: Db, office: Office, acting: Acting, seen: Seen, now_ms: int) -> Asked:
    """Looking changes nothing. Raises Superseded where anything is another than what was looked at."""
    if seen.production.stage is not Stage.REVIEWED or not seen.waits_for:
        return Asked()
    turn = seen.waits_for[0]
    if acting.number in {one.member for one in seen.approvals}:
        return Asked(turn, why_not="you approved it already, and nobody does twice")
    try:
        return Asked(turn, releasing.ask(db, office, acting, seen.production.number, now_ms))
    except NotYourRole:
        return Asked(turn, why_not=f"that is somebody who {'judges requests' if turn is Turn.FIRST else 'releases'}")
    except NotSecond as err:
        return Asked(turn, why_not=str(err).replace(acting.who, "you"))


def parties(db: Db, request: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Who had which part in a request."""
    found: dict[str, list[str]] = {}
    for who, part in sorted(requests.parties(db, request)):
        found.setdefault(who, []).append(_PARTS.get(part, part.value.replace("_", " ")))
    return tuple((who, tuple(parts)) for who, parts in found.items())


def _settled(db: Db, made: Production) -> bool:
    """Whether nobody waits for notices any more; of what holds no data nobody is told."""
    return not made.follows or requests.of(db, made.request).state is State.NOTICE_DONE


def notice_stands(db: Db, request: int, now_ms: int) -> tuple[int | None, str]:
    """From when on nothing about notices stands against a release, as far as time alone does; or what else does."""
    try:
        ready_ms = notices.ready_ms(db, request, now_ms)
    except LegalError as err:
        return None, str(err)
    return ready_ms, "" if ready_ms is not None else "an objection waits or has stopped it, or the hub lacks a notice"


def _collected_by(db: Db, request: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.who for each in requests.moves(db, request) if each.new is State.COLLECTED))
