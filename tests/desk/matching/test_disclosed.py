# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Files of reports: opened by the program alone, said so in the log, and noted in the case of the report."""

from __future__ import annotations

from collections.abc import Sequence

from tests.desk.house import MODERATOR
from tests.desk.matching.files import bits_of, picture
from tests.desk.matching.listed import OWNER, Plain, of_pdq
from tests.desk.running import Desk
from tests.desk.test_attachments import content, encrypted, stored
from tests.desk.world import T0, World, random

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.cases import service as cases
from privity.desk.decisions import outbox
from privity.desk.evidence.shredding import shred
from privity.desk.matching import judging
from privity.desk.matching.lists import service
from privity.desk.matching.lists.model import FILE, Category, HashKind
from privity.desk.matching.looking.budget import Budgets
from privity.desk.matching.looking.following import Follows
from privity.desk.matching.looking.policy import Action, Surface
from privity.desk.matching.surfaces.disclosed import REASON, Disclosed


def disclosed(desk: Desk) -> Disclosed:
    return Disclosed(
        desk.db, desk.keys.evidence, Plain(desk.db), Follows(Budgets(9, 9), random), lambda: T0, turned=False
    )


def listed(desk: Desk, *seeds: int) -> None:
    made = service.add(desk.db, OWNER, "known", FILE, Category.KNOWN_ILLEGAL, {}, trusted=True, now_ms=T0)
    service.put(desk.db, OWNER.who, made.number, [of_pdq(bits_of(picture(seed))) for seed in seeds], (), T0)


def openings(desk: Desk) -> Sequence[Entry]:
    found = (Entry.decode(data) for data in log.entries(desk.db))
    return [one for one in found if one.act == Act.EVIDENCE_OPENED.value]


async def reported(desk: Desk, world: World, data: bytes) -> int:
    file = encrypted(data)
    stored(world, file)
    world.relay(world.sent(content(world, file.part, file.plaintext_hash)))
    return (await desk.only()).report


async def test_a_reported_file_on_a_list_is_noted_in_its_case_and_nothing_is_done_to_anybody(
    desk: Desk, world: World
) -> None:
    listed(desk, 1)
    report = await reported(desk, world, picture(1))
    assert await disclosed(desk).step() == 1
    (match,) = judging.matches(desk.db, MODERATOR, 9)
    assert (match.surface, match.about, match.kind, match.action) == (
        Surface.DISCLOSED,
        f"report:{report}",
        HashKind.PDQ,
        Action.REVIEW,
    )
    case = cases.case_of_report(desk.db, report)
    found = cases.case(desk.db, MODERATOR, case)
    assert match.case == case and found.case.priority == 0
    assert outbox.due(desk.db, T0 * 2, 99) == ()
    assert {one.said["reason"] for one in openings(desk)} == {REASON} and {one.who for one in openings(desk)} == {
        "desk"
    }
    assert await disclosed(desk).step() == 0, "once"


async def test_a_file_on_no_list_leaves_nothing_of_it(desk: Desk, world: World) -> None:
    listed(desk, 2)
    await reported(desk, world, picture(1))
    await disclosed(desk).step()
    assert judging.matches(desk.db, MODERATOR, 9) == ()
    assert desk.db.execute("SELECT count(*) FROM media").fetchone() == (0,), "its hash is not kept either"


async def test_before_there_is_a_list_nothing_is_opened(desk: Desk, world: World) -> None:
    await reported(desk, world, picture(1))
    disclosed(desk).skip()
    listed(desk, 1)
    assert await disclosed(desk).step() == 0 and openings(desk) == []


async def test_what_was_shredded_is_passed_by(desk: Desk, world: World) -> None:
    listed(desk, 1)
    await reported(desk, world, picture(1))
    records = [number for (number,) in desk.db.execute("SELECT id FROM evidence").fetchall()]
    shred(desk.db, records, T0)
    assert await disclosed(desk).step() == 1
    assert judging.matches(desk.db, MODERATOR, 9) == () and openings(desk) == []
