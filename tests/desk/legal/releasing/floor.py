# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A house that releases: a desk with staff who have passkeys, an enrolled agency, a request that was collected, and a
time-stamping authority. What is collected is invented here; where a request stands is what the desk's own rooms say."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.audit.signing import Signing
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.keys import DeskKeys
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.releasing import composing, delivering, looking, rules, service
from privity.desk.legal.releasing.loop import Releasing
from privity.desk.legal.releasing.model import Dossier, Fetched, Production, Weighs
from privity.desk.legal.releasing.office import Office
from privity.desk.legal.releasing.sealing import Seal
from privity.desk.legal.requests import checking, filing, judging
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.judging import Ruling
from privity.desk.legal.requests.model import Filing, Ground, LegalRequest, Outcome, State
from privity.desk.legal.requests.office import Rules
from privity.desk.staff import service as staff
from privity.desk.staff import signing_in
from privity.desk.staff.acting import Acting
from privity.desk.staff.model import SignedIn
from privity.desk.staff.rights import Right, Role
from privity.production.building import Contents
from privity.production.classes import Releasable
from privity.production.envelope import KeySigner
from privity.production.model import Facts, Kind, Notice, NoticeState, Operator, Software, Use
from privity.tlog.verifier_key import KeyKind, VerifierKey
from tests.desk.fresh_keys import fresh_keys
from tests.desk.legal.agencies.bureau import PLACE, Bureau, Team
from tests.desk.legal.looked_at import looked_at
from tests.desk.legal.rulebook.bases import ACTIVE, PROFILE, base
from tests.desk.staff.authenticator import Authenticator
from tests.production.authority import Authority, name
from tests.production.scene import SESSIONS, SUBSCRIBER

NOON = int(datetime(2026, 11, 26, 12, tzinfo=UTC).timestamp() * 1000)
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
PUBLISHED = "https://teapot.example/keys.json"
SINCE = "2026-01-01T00:00:00Z"
OWNER = Acting.command("invite", Right.MANAGE_STAFF)
HASH = "ab" * 32


@cache
def seal_files() -> tuple[bytes, bytes]:
    """The key and the certificate of an operator who seals letters."""
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name("Teapot House"))
        .issuer_name(name("Teapot House"))
        .public_key(key.public_key())
        .serial_number(17)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2030, 1, 1, tzinfo=UTC))
        .add_extension(usage, critical=True)
        .sign(key, SHA256())
    )
    encoded = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return encoded, certificate.public_bytes(Encoding.PEM)


@dataclass
class Invented:
    """The sources of a house whose records are invented. The fields are what a test may change between two steps."""

    evidence_key: bytes
    rows: int = 2
    snapshot: str = "one"
    notice: Notice | None = field(default_factory=lambda: Notice(NoticeState.BARRED_UNTIL, "2027-02-20T00:00:00Z"))
    weighs: frozenset[Weighs] = frozenset()
    contact: str = "legal@teapot.example"

    def production(self, db: Db, request: LegalRequest, now_ms: int) -> Dossier:
        scope = requests.scope_of(db, request.number)
        held = frozenset({Releasable.SUBSCRIBER, Releasable.SESSION_IP})
        known, verdict = self._judged(db, request)
        lists = composing.production(known, verdict, scope, held)
        subscriber = replace(SUBSCRIBER, rows=tuple((f"teapot-{n}", None) for n in range(self.rows)))
        return self._dossier(db, request, Kind.PRODUCTION, lists, Contents(tables=(subscriber, SESSIONS)))

    def refusal(self, db: Db, request: LegalRequest, now_ms: int) -> Dossier:
        known, verdict = self._judged(db, request)
        lists = composing.refusal(known, verdict, ["overbroad_time"])
        return self._dossier(db, request, Kind.REFUSAL, lists, Contents(others={"answer.txt": b"No, and why.\n"}))

    def receipt(self, db: Db, request: LegalRequest, hold: int, now_ms: int) -> Dossier:
        lists = composing.receipt(self._judged(db, request)[0], ["subscriber"])
        return self._dossier(db, request, Kind.PRESERVATION_RECEIPT, lists, Contents())

    def ground(self, db: Db, request: LegalRequest, kind: Kind, hold: int | None, now_ms: int) -> Mapping[str, str]:
        return {"collection": f"{self.snapshot} {self.rows}", "notice": f"{self.notice}", "house": self.contact}

    def _judged(self, db: Db, request: LegalRequest) -> Any:
        known = requests.facts_of(db, self.evidence_key, request.number)
        return known, requests.verdict_of(db, self.evidence_key, request.number)

    def _dossier(self, db: Db, request: LegalRequest, kind: Kind, lists: dict[str, Any], contents: Contents) -> Dossier:
        known, verdict = self._judged(db, request)
        facts = Facts(
            operator=Operator("Teapot House", self.contact, HASH),
            software=Software("privity", "0.1.0", None, HASH),
            collected_at=rules.time_of(request.changed_ms if kind is Kind.REFUSAL else request.received_ms),
            notice=self.notice if kind is Kind.PRODUCTION else None,
            **composing.common(request, known, verdict, kind),
            **lists,
        )
        contents = replace(contents, words=composing.words(ACTIVE, verdict))
        permitted = frozenset(one.data_class for one in verdict.release)
        counts = {"targets": len(known.targets()), "accounts": 1, "rows": self.rows}
        digest = hashlib.sha256(f"{self.snapshot} {self.rows}".encode()).hexdigest()
        return Dossier(facts, contents, permitted, request.decision, self.weighs, counts, digest)


class Stamps:
    """An authority behind the desk's own line to it, without the network. `down`: what it does instead, if anything."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self.asked = 0
        self.down: Exception | None = None

    def from_a_thread(self) -> Callable[[bytes], bytes]:
        def ask(request: bytes) -> bytes:
            self.asked += 1
            if self.down is not None:
                raise self.down
            return self._floor.authority(request)

        return ask


@dataclass
class Floor:
    """One desk, on a day of its own."""

    db: Db
    keys: DeskKeys
    folder: Path
    now_ms: int = NOON
    people: dict[int, Acting] = field(default_factory=dict)
    passkeys: dict[int, Authenticator] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path) -> Floor:
        keys = fresh_keys(folder)
        return cls(open_database(folder / "desk" / "desk.db", keys), keys, folder)

    def __post_init__(self) -> None:
        self.bureau = Bureau(self.db, now_ms=self.now_ms)
        self.clerk = self.comes(Role.LEGAL_CLERK, Role.LEGAL_REVIEWER)
        self.releaser = self.comes(Role.LEGAL_RELEASER)
        self.senior = self.comes(Role.LEGAL_RELEASER)
        self.moderator = self.comes(Role.MODERATOR)
        self.sources = Invented(self.keys.evidence)
        service_key, team_key = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
        self.office = Office(
            place=PLACE,
            service=KeySigner(Use.SERVICE, service_key, SINCE),
            legal_team=KeySigner(Use.LEGAL_TEAM, team_key, SINCE),
            seal=Seal(*seal_files()),
            log=VerifierKey.of("teapot.example/desk-audit", KeyKind.ED25519, self.keys.audit),
            roots=self.authority.roots,
            stamping_url="http://127.0.0.1:1/stamp",
            published=PUBLISHED,
            third_approver=True,
            sources=self.sources,
            evidence_key=self.keys.evidence,
            random=os.urandom,
        )
        self.signing = Signing(self.db, self.office.log.name, self.keys.audit, self.folder / "audit.checkpoint")
        self.stamps = Stamps(self)

    @property
    def releasing(self) -> Releasing:
        """The loop of the desk, as it is after a start."""
        return Releasing(self.db, self.office, self.signing, self.stamps, lambda: self.now_ms)

    @property
    def authority(self) -> Authority:
        """It stamps with the desk's own time."""
        if not hasattr(self, "_authority"):
            self._authority = Authority()
        self._authority.at = f"{datetime.fromtimestamp(self.now_ms // 1000, UTC):%Y%m%d%H%M%SZ}"
        return self._authority

    def comes(self, *roles: Role, key: Authenticator | None = None) -> Acting:
        """Somebody is invited and makes a passkey; who they are when they act."""
        made = staff.invite(self.db, OWNER, f"Ada Example {len(self.people)}", roles, self.now_ms, os.urandom)
        door, browser = self.bureau.door, b"b" * 32
        found = signing_in.whose_code(self.db, door, made.code, self.now_ms)
        self.passkeys[found.number] = key or Authenticator()
        answer = self.passkeys[found.number].create(
            signing_in.ask_first(self.db, door, found, browser, self.now_ms), PLACE.origin
        )
        signing_in.join(self.db, door, made.code, "a key", answer, browser, self.now_ms)
        self.people[found.number] = Acting.member(found.number, frozenset(roles))
        return self.people[found.number]

    def another_passkey(self, who: Acting) -> Authenticator:
        """A second one of the same person."""
        door, key, me = self.bureau.door, Authenticator(), self.me(who)
        made = key.create(signing_in.ask_another(self.db, door, me, self.now_ms), PLACE.origin)
        signing_in.add_passkey(self.db, door, me, "another", made, self.now_ms)
        return key

    def later(self, ms: int = 1000) -> int:
        self.now_ms += ms
        self.bureau.now_ms = self.now_ms
        return self.now_ms

    def team(self) -> Team:
        """The agency that asks; enrolled once."""
        if not hasattr(self, "_team"):
            self._team = self.bureau.enrolled(country="US", kind="state_agency")
        return self._team

    def judged(
        self,
        outcome: Outcome = Outcome.ACCEPT,
        instrument: str = "us.sca.subpoena",
        by_officer: bool = True,
        **changes: Any,
    ) -> int:
        """A request on paper, verified and decided by the clerk; of an officer who is enrolled, or of their agency."""
        team, rules_ = self.team(), Rules(ACTIVE, PROFILE)
        said = yaml.safe_dump(base(instrument, changes, drop=("requester_verified", "received_on"))).encode()
        key, random = self.keys.evidence, os.urandom
        request = filing.file(self.db, key, rules_, self.clerk, Filing(said), self.later(), random)
        number = request.number
        noticed = {"flags": changes.get("flags", [])}
        filing.correct(self.db, key, rules_, self.clerk, number, noticed, "I looked at it.", self.later(), random)
        checking.begin(self.db, self.clerk, number, self.later())
        checked = "the clerk of the court has the same order"
        officer = team.officer if by_officer else None
        checking.on_paper(self.db, key, self.clerk, number, team.agency.number, officer, checked, self.later(), random)
        if request.emergency:
            checking.call_back(
                self.db, key, self.clerk, number, team.agency.switchboard, "it is ours", "Sam", self.later(), random
            )
        checking.verified(self.db, key, rules_, self.clerk, number, self.later())
        verdict = judging.triage(self.db, key, rules_, self.clerk, number, self.later(), random)
        refuses = outcome is Outcome.REJECT
        ruling = Ruling(
            verdict.number,
            outcome,
            (Ground.OVERBROAD_TIME if refuses else Ground.RULEBOOK,),
            "It is about too much." if refuses else "",
        )
        judging.judge(self.db, key, self.clerk, number, ruling, self.later(), random)
        return number

    def collected(self, **changes: Any) -> int:
        """A request of which there is a collection; what is in it the sources invent."""
        number = self.judged(**changes)
        self.collect(number)
        return number

    def collect(self, number: int) -> None:
        request, now_ms = requests.of(self.db, number), self.later()
        if request.state is State.COLLECTED:
            request = requests.move(self.db, number, State.SCOPED, "desk", now_ms)
            now_ms = self.later()
        looked_at(self.db, now_ms, HASH)
        entry = log.add(self.db, at_ms=now_ms, who="desk", act=Act.LEGAL_COLLECTED, about=request.about)
        self.db.execute(
            "INSERT INTO legal_collection (request, decision, collected_ms, snapshot_sha256, capabilities_sha256,"
            " rows_found, withheld, capped, audit_n) VALUES (?, ?, ?, ?, ?, 7, 0, 0, ?)",
            (number, request.decision, now_ms, os.urandom(32), HASH, entry),
        )
        requests.move(self.db, number, State.COLLECTED, "desk", now_ms)

    def review(self, number: int, kind: Kind = Kind.PRODUCTION, **more: Any) -> Production:
        return looking.review(self.db, self.office, self.clerk, number, kind, self.later(), **more)

    def review_again(self, made: Production) -> Production:
        """What was looked at is withdrawn, and looked at anew."""
        service.withdraw(self.db, self.clerk, made.number, self.later())
        return self.review(made.request)

    def approve_both(self, made: Production) -> Production:
        self.approve(self.clerk, made.number)
        return self.approve(self.releaser, made.number)

    def third_person(self, wanted: bool) -> None:
        self.office = replace(self.office, third_approver=wanted)

    def revoke(self) -> None:
        """Every agency at once."""
        self.bureau.revoke(Whom.all())

    def change_service_key(self) -> None:
        """The house signs with another key from now on."""
        service_key = KeySigner(Use.SERVICE, Ed25519PrivateKey.generate(), SINCE)
        self.office = replace(self.office, service=service_key)

    def me(self, who: Acting) -> SignedIn:
        """Somebody signs in."""
        assert who.number is not None
        door, browser = self.bureau.door, b"b" * 32
        options = signing_in.ask_sign_in(door, browser, self.now_ms)
        answer = self.passkeys[who.number].get(options, PLACE.origin)
        return signing_in.signed_in(
            self.db, signing_in.sign_in(self.db, door, answer, browser, self.now_ms), self.now_ms
        )

    def answer(self, who: Acting, number: int, key: Authenticator | None = None) -> str:
        """What somebody's passkey answers when they are asked to approve."""
        assert who.number is not None
        options = service.ask(self.db, self.office, who, number, self.now_ms)
        return (key or self.passkeys[who.number]).get(options, PLACE.origin)

    def approve(self, who: Acting, number: int, key: Authenticator | None = None) -> Production:
        answer = self.answer(who, number, key)
        return service.approve(self.db, self.office, who, number, answer, self.later())

    def approved(self, number: int | None = None) -> Production:
        """A production that two people have approved."""
        return self.approve_both(self.review(self.collected() if number is None else number))

    def noticed(self, made: Production) -> None:
        """An order bars the notice, and that is written down."""
        request, now_ms = requests.of(self.db, made.request), self.later()
        (bar,) = self.db.execute(
            "INSERT INTO legal_bar (request, kind, basis, at_ms, until_ms, who) VALUES (?, 'order', ?, ?, ?, 'staff:1')"
            " RETURNING n",
            (request.number, f"order {now_ms}", now_ms, now_ms + 80 * DAY_MS),
        ).fetchone()
        self.db.execute(
            "INSERT INTO legal_notice_done (move, request, decision, how, bar, at_ms)"
            " SELECT max(n), ?, ?, 'barred', ?, ? FROM legal_move WHERE request = ? AND new = 'approved'",
            (request.number, request.decision, bar, now_ms, request.number),
        )
        requests.move(self.db, request.number, State.NOTICE_DONE, "desk", now_ms)

    def release(self, made: Production, who: Acting | None = None) -> Production:
        return service.release(self.db, self.office, who or self.releaser, made.number, self.later())

    def logged(self) -> Production:
        """A production whose release stands in the log, and which the desk has not finished."""
        made = self.approved()
        self.noticed(made)
        return self.release(made)

    def finish(self) -> int:
        self.later()
        return asyncio.run(self.releasing.step())

    def ready(self) -> Production:
        made = self.logged()
        assert self.finish() == 1, looking.of(self.db, made.number).stuck
        return looking.of(self.db, made.number)

    def fetch(self, made: Production, officer: int | None = None, key: Authenticator | None = None) -> Fetched:
        officer = self.team().officer if officer is None else officer
        options = delivering.ask(self.db, self.office, officer, made.number, self.later())
        answer = (key or self.bureau.keys[officer]).get(options, PLACE.origin)
        return delivering.fetch(self.db, self.office, officer, made.number, answer, self.now_ms)

    def state(self, number: int) -> State:
        return requests.of(self.db, number).state

    def acts(self, *acts: Act) -> list[Entry]:
        entries = [Entry.decode(data) for data in log.entries(self.db)]
        return [entry for entry in entries if not acts or entry.act in acts]
