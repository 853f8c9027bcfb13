# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How a package is fetched, and how the desk's copy ends.

An officer of the request shows a passkey for exactly this package and this time of fetching it. Three times, within
two weeks. Thirty days after it was fetched, or could not be any more, the desk's copy is shredded; hashes,
signatures and times stay.
"""

from __future__ import annotations

import hashlib

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.agencies import proving
from privity.desk.legal.agencies.errors import AgenciesError
from privity.desk.legal.agencies.model import Officer
from privity.desk.legal.releasing import looking, parts, store
from privity.desk.legal.releasing.errors import NotOffered, ProductionGone
from privity.desk.legal.releasing.model import Fetched, Offer, Part, Production, Stage
from privity.desk.legal.releasing.office import Office
from privity.desk.legal.releasing.rules import DOWNLOADS, KEPT_MS, OFFERED_MS
from privity.desk.legal.releasing.voiding import DESK
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import State
from privity.desk.staff.ceremony import request_options
from privity.desk.staff.errors import PasskeyRefused
from privity.desk.staff.signing_in import Door

_PURPOSE = "download"
_LABEL = b"privity legal download 1\n"
_NOBODY = 0
"""The number of no officer: whoever proves to be one is another."""


def offered(db: Db, officer: int, now_ms: int) -> tuple[Production, ...]:
    """What this officer can fetch now, the oldest first."""
    return tuple(
        one for one in store.in_stage(db, Stage.READY, Stage.DELIVERED) if not _why_not(db, one, officer, now_ms)
    )


def named(db: Db, name: str, now_ms: int) -> tuple[Production, int]:
    """What can be fetched now by the name that it bears, and which officer can. For whoever knows no more than the
    name, everything else is the same: nothing is here. Raises NotOffered."""
    found = store.named(db, name)
    officer = None if found is None else requests.of(db, found.request).officer
    if found is None or officer is None or found.gone_ms is not None or _why_not(db, found, officer, now_ms):
        raise NotOffered("nothing can be fetched under this name now")
    return found, officer


def offer(db: Db, found: Production) -> Offer | None:
    """How it stands with fetching it; None where nothing was made, or it came to nothing."""
    if found.stage not in (Stage.READY, Stage.DELIVERED) or found.ready_ms is None:
        return None
    receipts = store.receipts(db, found.number)
    return Offer(found.ready_ms + OFFERED_MS, DOWNLOADS - len(receipts), _ends_ms(found), receipts)


def ask(db: Db, office: Office, officer: int, number: int, now_ms: int) -> str:
    """What the officer's browser is asked, as JSON. Raises NotOffered, ProductionGone or ProductionUnknown."""
    found = _offered(db, officer, number, now_ms)
    return proving.ask_officer(db, office.place, officer, _challenge(db, found))


def fetch(db: Db, office: Office, officer: int, number: int, answer: str, now_ms: int) -> Fetched:
    """The encrypted package, once for each answer. Not inside a transaction.

    Raises NotOffered, ProductionGone, or what an answer of a passkey that proves nothing does.
    """
    found = _offered(db, officer, number, now_ms)
    return _handed_over(db, office, found, officer, _challenge(db, found), answer, now_ms)


def ask_by_name(door: Door, name: str, browser: bytes, now_ms: int) -> tuple[str, str]:
    """What any browser is asked that comes with a name, whatever there is under it: the question, and as JSON what a
    passkey answers to it."""
    question = door.challenges.ask(_fetching(name), browser, now_ms)
    return question.hex(), request_options(door.place, hashlib.sha256(question).digest())


def fetch_by_name(
    db: Db, office: Office, door: Door, name: str, question: str, answer: str, browser: bytes, now_ms: int
) -> Fetched:
    """The same, for whoever knows the name alone. Not inside a transaction.

    Every other passkey, and every name under which nothing can be fetched, is refused in the same words after the same
    look at the answer. Raises NotOffered, or ProductionGone to the officer.
    """
    try:
        asked = bytes.fromhex(question)
        door.challenges.take(asked, _fetching(name), browser, now_ms)
        challenge = hashlib.sha256(asked).digest()
        try:
            found, officer = named(db, name, now_ms)
        except NotOffered:
            proving.verify_officer(db, office.place, _NOBODY, challenge, answer, _PURPOSE, now_ms)
            raise
        return _handed_over(db, office, found, officer, challenge, answer, now_ms)
    except (AgenciesError, PasskeyRefused, ValueError):
        raise NotOffered("nothing can be fetched under this name with this passkey now") from None


def _fetching(name: str) -> str:
    return f"fetch the package {name}"


def _handed_over(
    db: Db, office: Office, found: Production, officer: int, challenge: bytes, answer: str, now_ms: int
) -> Fetched:
    packages: list[bytes] = []

    def fetched(by: Officer) -> None:
        packages.append(package(db, office, found))
        _fetched(db, found, now_ms, by)

    proving.verify_officer(db, office.place, officer, challenge, answer, _PURPOSE, now_ms, then=fetched)
    (data,) = packages
    left = DOWNLOADS - store.downloads(db, found.number)
    return Fetched(f"{found.name}.age", data, hashlib.sha256(data).digest(), left)


def package(db: Db, office: Office, found: Production) -> bytes:
    """It is opened for nobody whose passkey has not proved anything. Raises ProductionGone."""
    data = parts.read(db, office.evidence_key, found.number, Part.PACKAGE)
    if hashlib.sha256(data).digest() != found.package_sha256:
        raise ProductionGone(f"what is kept of production {found.number} is not the package that was made")
    return data


def _fetched(db: Db, found: Production, now_ms: int, by: Officer) -> None:
    """The receipt, in the transaction that counts the answer."""
    count = store.downloads(db, found.number) + 1
    store.add_download(db, found.number, count, by.number, now_ms)
    assert found.package_sha256 is not None
    log.add(
        db,
        at_ms=now_ms,
        who=by.who,
        act=Act.PRODUCTION_FETCHED,
        about=found.about,
        production=found.number,
        count=count,
        package_sha256=found.package_sha256.hex(),
    )
    if found.stage is Stage.READY:
        store.delivered(db, found.number, now_ms)
        if found.follows:
            requests.move(db, found.request, State.DELIVERED, by.who, now_ms, production=found.number)


def step(db: Db, now_ms: int) -> int:
    """Shred the desk's copies whose time is over; how many productions had one."""
    done = 0
    for found in store.kept(db):
        if found.stage is Stage.VOID:
            store.drop_approvals(db, found.number)
        if found.stage is Stage.VOID or now_ms >= _ends_ms(found):
            with transaction(db):
                _shred(db, found, (Part.PREPARED, Part.PACKAGE, Part.MANIFEST), now_ms)
            done += 1
    return done


def purge(db: Db, request: int, now_ms: int) -> None:
    """A request is purged: of what was made of it the proofs stay. A hook of `requests.service.step`."""
    for found in store.productions(db, request):
        _shred(db, found, (Part.PREPARED, Part.PACKAGE, Part.MANIFEST), now_ms)


def _shred(db: Db, found: Production, which: tuple[Part, ...], now_ms: int) -> None:
    count = parts.shred(db, found.number, which, now_ms)
    if found.stage in (Stage.READY, Stage.DELIVERED):
        store.gone(db, found.number, now_ms)
    if count:
        log.add(
            db,
            at_ms=now_ms,
            who=DESK,
            act=Act.PRODUCTION_SHREDDED,
            about=found.about,
            production=found.number,
            parts=count,
        )


def _ends_ms(found: Production) -> int:
    assert found.ready_ms is not None
    fetched = found.delivered_ms
    return (found.ready_ms + OFFERED_MS if fetched is None else fetched) + KEPT_MS


def _offered(db: Db, officer: int, number: int, now_ms: int) -> Production:
    found = looking.of(db, number)
    if found.gone_ms is not None:
        raise ProductionGone(f"the package of production {number} was shredded when its time was over")
    if why := _why_not(db, found, officer, now_ms):
        raise NotOffered(why)
    return found


def _why_not(db: Db, found: Production, officer: int, now_ms: int) -> str:
    """Empty where this officer can fetch it now. Nothing of what they are told depends on whose it is instead."""
    request = requests.of(db, found.request)
    if request.officer != officer or found.stage not in (Stage.READY, Stage.DELIVERED) or found.ready_ms is None:
        return "there is nothing here that this officer could fetch"
    if request.on_hold:
        return "who asked is not active any more"
    if not 0 <= now_ms - found.ready_ms <= OFFERED_MS:
        return "it could be fetched for two weeks, and they are over"
    if store.downloads(db, found.number) >= DOWNLOADS:
        return f"it was fetched {DOWNLOADS} times, and can be no more"
    return ""


def _challenge(db: Db, found: Production) -> bytes:
    """Of this package, and of this time of fetching it: no answer works twice."""
    assert found.package_sha256 is not None
    count = store.downloads(db, found.number)
    return hashlib.sha256(_LABEL + found.package_sha256 + count.to_bytes(1, "big")).digest()
