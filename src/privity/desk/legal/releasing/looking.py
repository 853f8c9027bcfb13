# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What somebody looks at before anything is approved: the exact manifest, kept as it was looked at.

What it was made from is hashed beside it. Whether that is still so is asked before each step that rests on it; who
merely looks is told what changed, and changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

import msgspec

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Said
from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.releasing import lines, looked, recipients, store
from privity.desk.legal.releasing.errors import NotApproved, NotReady, ProductionUnknown, Superseded
from privity.desk.legal.releasing.model import OPEN, Approved, Dossier, Production, Shown, Stage, Turn
from privity.desk.legal.releasing.office import Office
from privity.desk.legal.releasing.voiding import DESK, say, void
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.errors import OnHold
from privity.desk.legal.requests.model import LegalRequest, State
from privity.desk.legal.requests.model import Part as Had
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.production import building, canonical
from privity.production.model import Facts, Key, Keys, Kind


def of(db: Db, number: int) -> Production:
    """Raises ProductionUnknown."""
    found = store.production(db, number)
    if found is None:
        raise ProductionUnknown(f"nothing was made under the number {number}")
    return found


def review(
    db: Db,
    office: Office,
    acting: Acting,
    request: int,
    kind: Kind,
    now_ms: int,
    *,
    supersedes: int | None = None,
    hold: int | None = None,
) -> Production:
    """Make the manifest of what would be released, for those who approve. Whoever does so has looked at it.

    Raises NotReady, NoRecipient, what the production refuses, or what the request's own guards do.
    """
    acting.must(Right.JUDGE_LEGAL)
    with transaction(db):
        _void_what_changed(db, office, request, now_ms)
        found = requests.of(db, request)
        _must_be_ripe(db, found, kind, supersedes)
        recipients.of(db, found)
        dossier = _gathered(db, office, found, kind, hold, supersedes, now_ms)
        wanted = lines.keys(db, office, now_ms)
        prepared = building.prepare(dossier.facts, dossier.contents, wanted, dossier.permitted)
        manifest = prepared.manifest.encode()
        third = bool(dossier.weighs) and office.third_approver
        number = store.add(
            db,
            request,
            kind,
            dossier.facts.case,
            dossier.decision if kind is Kind.PRODUCTION else None,
            supersedes,
            hold,
            hashlib.sha256(manifest).digest(),
            _basis(dossier, lines.of_the_house(db, office, now_ms)),
            third,
            acting.who,
            now_ms,
        )
        looked.keep(db, office, number, prepared, dossier, _ground(db, office, found, kind, hold, now_ms))
        lines.publish(db, wanted, now_ms)
        requests.take_part(db, request, acting.who, Had.REVIEWED)
        say(
            db,
            now_ms,
            acting.who,
            Act.PRODUCTION_REVIEWED,
            of(db, number),
            weighs=[*sorted(dossier.weighs)],
            third=third,
            **_classes(dossier.facts),
            **dossier.counts,
        )
        if of(db, number).follows:
            requests.move(db, request, State.REVIEWED, acting.who, now_ms)
        return of(db, number)


def shown(db: Db, office: Office, acting: Acting, number: int) -> Shown:
    """The exact manifest, and whose approval it waits for. Raises ProductionUnknown or ProductionGone."""
    acting.must(Right.SEE_LEGAL)
    found = of(db, number)
    given = store.approvals(db, number)
    return Shown(found, looked.read(db, office, found).manifest.encode(), given, missing(found, given))


def first_approval_ms(db: Db, number: int) -> int | None:
    """When the first approval that counts was given; None before there is one."""
    return min((each.at_ms for each in store.approvals(db, number)), default=None)


def standing(db: Db, office: Office, found: Production, now_ms: int) -> None:
    """For whoever looks: nothing is written, and nothing that was collected is opened.

    Raises Superseded, which names what is another than at the review.
    """
    then = looked.read(db, office, found).ground
    now = _ground(db, office, requests.of(db, found.request), found.kind, found.hold, now_ms)
    changed = sorted(name for name in {*then, *now} if then.get(name) != now.get(name))
    if changed:
        raise Superseded(
            f"what production {found.number} was made from has changed since, namely its {' and its '.join(changed)};"
            " it is looked at anew"
        )


def _void_what_changed(db: Db, office: Office, request: int, now_ms: int) -> None:
    """What waits and can be approved no more makes room for what there is now."""
    for found in store.productions(db, request):
        if found.stage in (Stage.REVIEWED, Stage.APPROVED):
            try:
                standing(db, office, found, now_ms)
            except Superseded:
                void(db, found, DESK, "changed", now_ms)


def _must_be_ripe(db: Db, request: LegalRequest, kind: Kind, supersedes: int | None) -> None:
    """Raises NotReady."""
    if request.on_hold:
        raise OnHold(f"who asks in request {request.number} is not active any more")
    wanted: dict[Kind, frozenset[State]] = {
        Kind.PRODUCTION: frozenset({State.COLLECTED}),
        Kind.REFUSAL: frozenset({State.REJECTED}),
    }
    if supersedes is not None:
        older = of(db, supersedes)
        if older.request != request.number or older.stage not in (Stage.READY, Stage.DELIVERED):
            raise NotReady(f"production {supersedes} is no package of request {request.number} that could be corrected")
        wanted[Kind.PRODUCTION] = frozenset({State.RELEASED, State.DELIVERED})
    if kind in wanted and request.state not in wanted[kind]:
        states = " or ".join(sorted(wanted[kind]))
        raise NotReady(f"request {request.number} is {request.state}; for a {kind} it is {states}")
    if kind is Kind.PARTICIPANT_DISCLOSURE:
        raise NotReady("only a participant makes a disclosure, on their own device")
    if any(one.stage in OPEN for one in store.productions(db, request.number)):
        raise NotReady(f"something of request {request.number} waits for approval or release already")


def _gathered(
    db: Db, office: Office, request: LegalRequest, kind: Kind, hold: int | None, supersedes: int | None, now_ms: int
) -> Dossier:
    if (hold is None) != (kind is not Kind.PRESERVATION_RECEIPT):
        raise NotReady("a receipt is for one hold, and nothing else is for any")
    if kind is Kind.PRODUCTION:
        found = office.sources.production(db, request, now_ms)
    elif hold is not None:
        found = office.sources.receipt(db, request, hold, now_ms)
    else:
        found = office.sources.refusal(db, request, now_ms)
    before = store.productions(db, request.number)
    case = request.pseudonym if not before else f"{request.pseudonym}-{len(before) + 1}"
    older = None if supersedes is None else of(db, supersedes).dsse_sha256
    facts = msgspec.structs.replace(
        found.facts,
        case=case,
        supersedes=None if older is None else older.hex(),
        recipients=recipients.named(recipients.there(db, request)),
    )
    return replace(found, facts=facts)


def _basis(dossier: Dossier, house: tuple[Key, ...]) -> bytes:
    """A hash of all that a package is made from, but its name and the passkeys of people."""
    named = msgspec.structs.replace(dossier.facts, case="", supersedes=None)
    whole = [
        canonical.builtins(named),
        dossier.digest,
        dict(dossier.contents.words),
        sorted(dossier.permitted),
        dossier.decision,
        canonical.builtins(Keys(house, "")),
    ]
    return hashlib.sha256(msgspec.json.encode(whole, order="sorted")).digest()


def _ground(
    db: Db, office: Office, request: LegalRequest, kind: Kind, hold: int | None, now_ms: int
) -> Mapping[str, str]:
    house = canonical.builtins(Keys(lines.of_the_house(db, office, now_ms), ""))
    return {
        **office.sources.ground(db, request, kind, hold, now_ms),
        "keys": canonical.sha256(msgspec.json.encode(house, order="sorted")),
        "recipients": canonical.sha256(msgspec.json.encode(recipients.named(recipients.there(db, request)))),
    }


def is_as_looked_at(db: Db, office: Office, found: Production, now_ms: int) -> bool:
    request = requests.of(db, found.request)
    dossier = _gathered(db, office, request, found.kind, found.hold, found.supersedes, now_ms)
    return _basis(dossier, lines.of_the_house(db, office, now_ms)) == found.basis_sha256


def missing(found: Production, given: tuple[Approved, ...]) -> tuple[Turn, ...]:
    there = {one.turn for one in given}
    needed = (Turn.FIRST, Turn.SECOND, *([Turn.SENIOR] if found.senior else []))
    return tuple(turn for turn in needed if turn not in there)


def _classes(facts: Facts) -> dict[str, Said]:
    """What becomes of each class that was asked for, so that it can be counted."""
    return {
        "released": [*sorted({one.named.value for one in facts.released})],
        "denied": [*sorted({one.named for one in facts.denied})],
        "not_held": [*sorted({one.named for one in facts.not_held})],
        "preserved": [*sorted({one.named for one in facts.preserved})],
    }


def line_of(db: Db, office: Office, found: Production, passkey: bytes) -> Key:
    """Raises NotApproved where the manifest does not name the passkey: it was made, or its owner came, later."""
    wanted = canonical.base64_of(passkey)
    for line in msgspec.json.decode(looked.read(db, office, found).keys, type=Keys).keys:
        if line.id == wanted:
            return line
    raise NotApproved("this passkey is not among the keys of the package: use one that was there at the review")
