# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Invented referrals: words about teapots, pictures that are gradients, accounts of nobody."""

from __future__ import annotations

import hashlib
import io
import random as seeded
from dataclasses import replace

from PIL import Image
from tests.desk.clearinghouse.fake import XSD

from privity.desk.clearinghouse import service
from privity.desk.clearinghouse.documents.report import IncidentType
from privity.desk.clearinghouse.documents.schema import Schema
from privity.desk.clearinghouse.drafting import Desk, draft
from privity.desk.clearinghouse.drivers.agency import AgencyDriver
from privity.desk.clearinghouse.drivers.cybertip import CybertipDriver
from privity.desk.clearinghouse.drivers.statements import StatementsDriver
from privity.desk.clearinghouse.freezing import Asked, Frozen, FrozenFile
from privity.desk.clearinghouse.model import Destination
from privity.desk.clearinghouse.snapshot import Disclosed, FileFacts, Recipient, Snapshot
from privity.desk.db.transaction import Db
from privity.desk.destinations import Office
from privity.desk.intake.findings import Outcome
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role
from privity.wire.age import AgeBand
from privity.wire.staff import AccountFacts, DeviceFacts, ProfileFacts
from privity.wire.standing import StandingState

EVIDENCE_KEY = b"\x09" * 32
OFFICE = Office("Teapot Talk", "Trust", "safety@teapots.example", "", "https://teapots.example/legal")
T0 = 1_700_000_000_000
MODERATOR = Acting.member(1, frozenset({Role.MODERATOR}))
SENDER = Acting.member(2, frozenset({Role.REFERRALS}))


def referral_desk(seed: int = 5) -> Desk:
    schema = Schema.read(XSD) if XSD.is_file() else None
    drivers = (CybertipDriver(OFFICE, schema), AgencyDriver(OFFICE, "org-0042"), StatementsDriver())
    return Desk(EVIDENCE_KEY, seeded.Random(seed).randbytes, {driver.destination: driver for driver in drivers})


def uri(number: int) -> str:
    return f"mimi://hub.example/u/{number:a>26}"


def account(number: int) -> AccountFacts:
    profile = ProfileFacts(uri(number), f"invented{number}", "An invented name", "I like teapots", None, True, False)
    device = DeviceFacts(f"mimi://hub.example/d/{number:a>26}/{'b' * 26}", b"k" * 32, T0 - 5000)
    return AccountFacts(profile, T0 - 10_000, AgeBand.ADULT, [device], StandingState.GOOD, [], 0)


def gradient(seed: int, side: int = 24) -> bytes:
    """A picture of nothing."""
    image = Image.new("L", (side, side))
    image.putdata([(x * 7 + y * 11 + seed * 13) % 256 for y in range(side) for x in range(side)])
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def disclosed(number: int, text: str = "an invented sentence about a teapot", level: int = 1) -> Disclosed:
    outcome = (Outcome.MISMATCH, Outcome.VERIFIED, Outcome.VERIFIED_AUTHORSHIP)[level]
    room = f"mimi://hub.example/r/{number:c>26}"
    return Disclosed(
        number, 0, room, T0, text, outcome, level, "ab" * 16, "cd" * 16, "ef" * 32, "01" * 64, "23" * 32, True
    )


def frozen_file(seed: int, level: int = 1, evidence: int = 0) -> FrozenFile:
    content = gradient(seed)
    md5, sha1 = (hashlib.new(name, content, usedforsecurity=False).hexdigest() for name in ("md5", "sha1"))
    facts = FileFacts(
        1, 0, 1, evidence, f"gradient{seed}.png", "image/png", len(content), md5, sha1,
        hashlib.sha256(content).hexdigest(), T0, level,
    )  # fmt: skip
    return FrozenFile(facts, content)


def frozen(
    number: int,
    files: tuple[FrozenFile, ...] = (),
    *,
    text: str = "an invented sentence about a teapot",
    level: int = 1,
    case: int | None = None,
    viral: bool = False,
    evidence: tuple[int, ...] = (),
) -> Frozen:
    snapshot = Snapshot(
        case=number if case is None else case,
        taken_ms=T0,
        incident=IncidentType.ENTICEMENT.value,
        annotations=["sextortion"],
        urgent=None,
        account=account(number),
        account_asked_ms=T0,
        recipient=Recipient.UNNAMED,
        reporter_uris=[uri(900_000 + number)],
        messages=[disclosed(number if case is None else case, text, level)],
        files=[],
        omitted=3,
        note="",
        words="",
        level=level,
        evidence={},
        viral=viral,
    )
    return Frozen(snapshot, files, evidence)


def asked(number: int, destination: Destination = Destination.CYBERTIP, **changes: object) -> Asked:
    base = Asked(
        case=number,
        destination=destination,
        incident=IncidentType.ENTICEMENT,
        reports=(1,),
        account=account(number),
        account_asked_ms=T0,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # the fields of a draft, by name


def approved(db: Db, desk: Desk, number: int, files: int = 0, destination: Destination = Destination.CYBERTIP) -> int:
    """A referral that may be sent, about account `number`."""
    pictures = tuple(frozen_file(number * 10 + index) for index in range(files))
    n, _ = draft(db, desk, MODERATOR.who, asked(number, destination), frozen(number, pictures), T0)
    service.approve(db, desk, SENDER, n, T0)
    return n
