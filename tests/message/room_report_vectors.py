# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Writes spec/vectors/room-report.json anew: `python -m tests.message.room_report_vectors`.

Sealing is random, so that what others have read before no longer opens to the same bytes; the reports stay the same.
"""

from __future__ import annotations

import json
from pathlib import Path

from privity.identity.report_key import ReportKey
from privity.identity.uris import new_client_uri, new_user_uri
from privity.message import room_report, sealing
from privity.message.report import AbuseReport, Reason, Subject
from privity.message.room_report import RoomReport, Sealed
from privity.mls.crypto import signature_public_key
from tests.message.world import SUITE, World, make_world, seeded

VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "room-report.json"
RND = seeded(19)
WORLD = make_world()
DEVICE_KEY = RND(32)
"""The signature key of the reporter's device."""
DEVICE = new_client_uri(WORLD.bob, RND)
MODERATORS: dict[str, bytes] = {new_client_uri(new_user_uri("hub.example", RND), RND): RND(32) for _ in range(3)}
"""By device, the private half of its report key."""
PUBLIC = {client_uri: sealing.public_half(private) for client_uri, private in MODERATORS.items()}


def made(report: AbuseReport, *, may_name: bool = False) -> RoomReport:
    """A signed report to the three."""
    draft = RoomReport(bytes(range(16)), WORLD.room, DEVICE, room_report.order(list(PUBLIC)), may_name, report)
    return draft.signed_by(DEVICE_KEY)


def reports(w: World = WORLD) -> list[RoomReport]:
    """One of each subject, one that may be passed on with a name."""
    note = "an invented note"
    return [
        made(w.report(w.reported(authorship=True), w.reported())),
        made(w.report(w.reported()), may_name=True),
        made(AbuseReport(w.bob, w.alice, w.room, Reason.SPAM, note, (), Subject.PERSON)),
        made(AbuseReport(w.bob, "", w.room, Reason.ILLEGAL_GOODS, note, (), Subject.ROOM)),
    ]


def sealed(report: RoomReport) -> Sealed:
    return room_report.seal(report, PUBLIC, RND)


def came(report: RoomReport) -> dict[str, bytes]:
    """What each device finds in its inbox."""
    found = sealed(report)
    return {client_uri: wrapped + found.body for client_uri, wrapped in found.wrapped.items()}


def main() -> None:
    vectors = []
    for report in reports():
        for client_uri, body in list(came(report).items())[:2]:
            vectors.append(
                {
                    "room": report.room_uri,
                    "device": client_uri,
                    "report_private_key": MODERATORS[client_uri].hex(),
                    "came": body.hex(),
                    "content": report.encode().hex(),
                    "reporter_signature_key": signature_public_key(SUITE, DEVICE_KEY).hex(),
                }
            )
    key = ReportKey.sign(DEVICE, DEVICE_KEY, 7, RND(32))
    found = {
        "about": "Reports to those who look after a room, to open; and a key for reports. See spec/room-report.md."
        " Keys are test keys.",
        "report_key": {"signature_key": signature_public_key(SUITE, DEVICE_KEY).hex(), "key": key.encode().hex()},
        "reports": vectors,
    }
    VECTORS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
