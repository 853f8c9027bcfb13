# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Adds to spec/vectors/sealed-report.json what is not there yet: `python -m tests.message.sealed_vectors`.

Sealing is random, so that what stands there stays as it is.
"""

from __future__ import annotations

import json

from privity.message import sealed_report
from privity.message.appeal import About, Appeal
from privity.message.report import AbuseReport, Reason, Subject
from tests.message.test_reports import PRIVATE, PUBLIC, VECTORS
from tests.message.world import make_world


def wanted() -> list[sealed_report.Content]:
    """One of each subject, one that a moderator passes on, and one appeal of each kind."""
    w = make_world()
    note = "an invented note"
    return [
        AbuseReport(w.bob, w.alice, "", Reason.OTHER, note, (), Subject.PERSON),
        AbuseReport(w.bob, w.alice, w.room, Reason.SPAM, note, (w.reported(),), Subject.PERSON),
        AbuseReport(w.bob, "", w.room, Reason.ILLEGAL_GOODS, note, (), Subject.ROOM),
        AbuseReport(w.bob, w.alice, "", Reason.IMPERSONATION, note, (), Subject.PROFILE),
        AbuseReport(w.bob, w.alice, w.room, Reason.SPAM, note, (), Subject.INVITATION),
        AbuseReport(w.bob, w.alice, w.room, Reason.SPAM, note, (w.reported(),), escalated_for=""),
        Appeal(About.DECISION, "d-41", w.alice, note),
        Appeal(About.REPORT, bytes(16).hex(), w.bob, note),
        Appeal(About.NOTICE, bytes(16).hex(), "", note),
        Appeal(About.OBJECTION, "zyxwvutsrqponmlkjihgfedcba", w.alice, note),
    ]


def main() -> None:
    found = json.loads(VECTORS.read_text())
    known = {vector["report"] for vector in found["vectors"]}
    for content in wanted():
        plain = content.encode().hex()
        if plain not in known:
            found["vectors"].append(
                {
                    "intake_private": PRIVATE.hex(),
                    "intake_public": PUBLIC.hex(),
                    "report": plain,
                    "sealed": sealed_report.seal(PUBLIC, content).hex(),
                }
            )
    found["about"] = "Sealed reports and appeals to open; see spec/sealed-report.md. Keys are test keys."
    VECTORS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
