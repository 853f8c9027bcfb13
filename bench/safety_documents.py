# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a document for a clearinghouse costs: composed from a snapshot, checked against the schema, written out."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

import msgspec

from bench.errors import CannotRun
from privity.desk.clearinghouse.documents.report import IncidentType
from privity.desk.clearinghouse.documents.schema import Schema
from privity.desk.clearinghouse.drivers.cybertip import CybertipDriver
from privity.desk.clearinghouse.drivers.steps import Material
from privity.desk.clearinghouse.snapshot import Disclosed, Recipient, Snapshot
from privity.desk.destinations import Office
from privity.desk.intake.findings import Outcome
from privity.wire.age import AgeBand
from privity.wire.staff import AccountFacts, DeviceFacts, ProfileFacts
from privity.wire.standing import StandingState

ROOT: Final = Path(__file__).resolve().parents[1]
XSD: Final = Path(os.environ.get("PRIVITY_SHARED", ROOT.parent / "shared")) / "data" / "cybertip" / "cyber_tipline.xsd"
"""The clearinghouse's schema is theirs to publish: it stands beside the repository, or is named."""
T0: Final = 1_700_000_000_000
WORDS: Final = "an invented sentence about a teapot, of which there are several. " * 4
MESSAGES: Final = 3


def build_and_validate(count: int) -> float:
    """Documents a second on one core: three messages each, composed, validated, written. Raises CannotRun."""
    if not XSD.is_file():
        raise CannotRun(f"{XSD.name} is not in PRIVITY_SHARED or ../shared")
    driver = CybertipDriver(Office("Teapot Talk", "Trust", "safety@teapots.example"), Schema.read(XSD))
    materials = [Material((_snapshot(number),), (), (), ()) for number in range(64)]
    driver.compose(materials[0])
    start = time.process_time()
    for number in range(count):
        driver.compose(materials[number % len(materials)])
    return count / (time.process_time() - start)


def _snapshot(number: int) -> Snapshot:
    user = f"mimi://hub.example/u/{number:a>26}"
    profile = ProfileFacts(user, f"invented{number}", "An invented name", "I like teapots", None, True, False)
    device = DeviceFacts(f"mimi://hub.example/d/{number:a>26}/{'b' * 26}", b"k" * 32, T0)
    return Snapshot(
        case=number,
        taken_ms=T0,
        incident=IncidentType.ENTICEMENT.value,
        annotations=["spam"],
        urgent=None,
        account=AccountFacts(profile, T0, AgeBand.ADULT, [device], StandingState.GOOD, [], 0),
        account_asked_ms=T0,
        recipient=Recipient.UNNAMED,
        reporter_uris=[],
        messages=[_message(position) for position in range(MESSAGES)],
        files=[],
        omitted=3,
        note="",
        words="",
        level=1,
        evidence={},
    )


def _message(position: int) -> Disclosed:
    room = f"mimi://hub.example/r/{'c' * 26}"
    plain = Disclosed(
        1, position, room, T0, WORDS, Outcome.VERIFIED, 1, "ab" * 16, "cd" * 16, "ef" * 32, "01" * 64, "23" * 32, True
    )
    return msgspec.structs.replace(plain, ts_ms=T0 + position)
