# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Entries of an audit log as the slices write them, of invented acts in two invented months."""

from __future__ import annotations

import random as seeded
from dataclasses import dataclass, field
from datetime import UTC, datetime

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry, Said
from privity.desk.decisions.policies import PolicyName

HOUR = 3_600_000
REASONS = (0, 1, 1, 1, 2, 2, 2, 3, 4, 4, 5, 7, 8, 9)
LEVELS = (0, 1, 1, 1, 2, 2, 2, 2)
SOURCES = ("user", "user", "user", "user", "public", "moderators")
POLICIES = [*PolicyName]
ACTIONS = ("dismiss", "dismiss", "warn", "limit", "suspend", "ban", "remove_public", "close_room", "escalate")


def at(day: str, hour: int = 12) -> int:
    """A time in UTC, such as `2027-01-31`."""
    return int(datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00").astimezone(UTC).timestamp()) * 1000


@dataclass(slots=True)
class Diary:
    """A log that grows by one entry a line."""

    entries: list[Entry] = field(default_factory=list)

    def add(self, at_ms: int, act: Act, about: str = "", **said: Said) -> None:
        self.entries.append(Entry(len(self.entries), at_ms, "staff:1", act, about, said))

    def reports(self, at_ms: int, *rows: tuple[str, int, int, str, int]) -> None:
        """A page of reports: state, reason, level, source, whether it opened a case."""
        self.add(
            at_ms,
            Act.REPORTS_TAKEN,
            reports=[*range(len(rows))],
            states=[row[0] for row in rows],
            reasons=[row[1] for row in rows],
            levels=[row[2] for row in rows],
            sources=[row[3] for row in rows],
            received=[at_ms for _ in rows],
            cases=[1 for _ in rows],
            opened=[row[4] for row in rows],
        )

    def decided(self, at_ms: int, number: int, act: Act = Act.DECISION_EFFECTIVE, **changes: Said) -> None:
        said: dict[str, Said] = {
            "case": number,
            "policy": "harassment",
            "action": "suspend",
            "level": 2,
            "source": "user",
            "days": 7,
            "strikes": 1,
            "second": None,
            "automated": False,
            "reported_ms": at_ms - 2 * HOUR,
            "to": None,
            "appeal": None,
            "reason": "an invented reason",
        }
        self.add(at_ms, act, f"decision:{number}", **(said | changes))

    def appealed(self, at_ms: int, action: str, outcome: str | None = None, party: str = "affected") -> None:
        act = Act.APPEAL_LODGED if outcome is None else Act.APPEAL_ANSWERED
        said: dict[str, Said] = {"decision": 1, "case": 1, "party": party, "action": action}
        if outcome is not None:
            said |= {"outcome": outcome, "lodged_ms": at_ms - 24 * HOUR}
        self.add(at_ms, act, "appeal:1", **said)


def two_months() -> Diary:
    """January and February 2027, and one act on each side of them."""
    diary = Diary()
    diary.add(at("2026-12-01"), Act.STAFF_JOINED, "staff:1", roles=["moderator", "senior"])
    diary.add(at("2026-12-01"), Act.STAFF_JOINED, "staff:2", roles=["admin"])
    diary.add(at("2026-12-01"), Act.STAFF_INVITED, "staff:9", roles=["moderator"])
    diary.reports(at("2026-12-31", 23), ("assessed", 1, 0, "user", 1))
    diary.reports(
        at("2027-01-01", 0),
        ("assessed", 2, 2, "user", 1),
        ("assessed", 2, 1, "user", 0),
        ("assessed", 1, 0, "public", 1),
        ("malformed", -1, 0, "user", 0),
    )
    diary.add(at("2027-01-02"), Act.CASE_OPENED, "case:7", source="own")
    diary.add(at("2027-01-03"), Act.EVIDENCE_OPENED, "evidence:1", reason="case 1")
    diary.add(at("2027-01-03"), Act.MEDIA_VIEWED, "evidence:2", stage="small")
    diary.decided(at("2027-01-03"), 1)
    diary.decided(at("2027-01-04"), 2, Act.DECISION_PROPOSED, action="ban")
    diary.decided(at("2027-01-05"), 2, action="ban", reported_ms=at("2027-01-05") - 10 * HOUR)
    diary.decided(at("2027-01-05"), 3, action="dismiss", source="public", policy="spam", level=0)
    diary.decided(at("2027-01-06"), 3, action="escalate", to="legal")
    diary.decided(at("2027-01-06"), 4, action="suspend", source="public", policy="fraud", level=1, reported_ms=None)
    diary.add(at("2027-01-07"), Act.REFERRAL_DRAFTED, "referral:1", destination="cybertip", kind="x", level=0, case=2)
    diary.add(at("2027-01-08"), Act.REFERRAL_FINISHED, "referral:1", destination="cybertip", kind="x", level=0)
    diary.appealed(at("2027-01-09"), "suspend")
    diary.appealed(at("2027-01-20"), "suspend", "overturn")
    diary.decided(at("2027-01-20"), 1, Act.DECISION_UNDONE, appeal=1)
    diary.add(at("2027-01-21"), Act.STAFF_JOINED, "staff:3", roles=["appeals", "auditor"])
    diary.add(at("2027-01-31", 23), Act.APPEAL_TURNED_AWAY, why="TooLate")
    diary.reports(at("2027-02-01", 0), ("assessed", 5, 2, "user", 1))
    diary.decided(at("2027-02-02"), 5, Act.DECISION_PROPOSED, action="ban")
    diary.decided(at("2027-02-02"), 5, Act.DECISION_REFUSED, action="ban")
    diary.decided(at("2027-02-03"), 5, policy="child_safety", reported_ms=at("2027-02-03") - HOUR)
    diary.decided(at("2027-02-04"), 5, Act.DECISION_UNDONE, policy="child_safety")
    diary.appealed(at("2027-02-05"), "dismiss", party="notifier")
    diary.appealed(at("2027-02-06"), "dismiss", "uphold", party="notifier")
    diary.add(at("2027-02-07"), Act.STAFF_CHANGED, "staff:1", roles=["moderator"], before=["moderator", "senior"])
    diary.add(at("2027-02-08"), Act.STAFF_ENDED, "staff:2", roles=["admin"], reason="left")
    diary.reports(at("2027-03-01", 0), ("assessed", 1, 0, "user", 1))
    return diary


def a_busy_half_year() -> Diary:
    """January to June 2027 as a larger host might see them: enough for every picture, the same each time."""
    chance = seeded.Random(5)
    diary = Diary()
    for number, role in enumerate(
        ("moderator", "moderator", "moderator", "senior", "appeals", "referrals", "admin"), 1
    ):
        diary.add(at("2026-12-01"), Act.STAFF_JOINED, f"staff:{number}", roles=[role])
    for day in (f"2027-{month:02}-{day:02}" for month in range(1, 7) for day in range(1, 28, 3)):
        page = [
            ("assessed", chance.choice(REASONS), chance.choice(LEVELS), chance.choice(SOURCES), chance.randrange(2))
            for _ in range(chance.randint(40, 140))
        ]
        diary.reports(at(day), *page)
        for _ in range(chance.randint(10, 40)):
            diary.decided(
                at(day, 20),
                len(diary.entries),
                policy=chance.choice(POLICIES),
                action=(action := chance.choice(ACTIONS)),
                source=chance.choice(SOURCES),
                reported_ms=at(day, 20) - int(HOUR * chance.lognormvariate(1, 1)),
            )
            if chance.random() < 0.2:
                diary.appealed(at(day, 21), action)
                diary.appealed(at(day, 22), action, chance.choice(("uphold", "uphold", "overturn")))
        diary.add(at(day), Act.EVIDENCE_OPENED, "evidence:1", reason="case 1")
        diary.add(at(day), Act.REFERRAL_FINISHED, "referral:1", destination="cybertip", kind="x", level=0)
    return diary
