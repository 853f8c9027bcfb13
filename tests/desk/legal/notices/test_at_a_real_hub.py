# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The whole way over a real hub: a request, a notice on the device of its person, an objection, and the answer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from privity.client.errors import CommandRefused
from privity.desk.cases.gathering import Gathering
from privity.desk.decisions.effects import Effects
from privity.desk.evidence.records import open_record
from privity.desk.intake.queue import Intake
from privity.desk.legal.notices import service
from privity.desk.legal.notices.model import Answer
from privity.desk.legal.requests.model import State
from privity.desk.main import _lodging, now_ms
from privity.wire.standing import StandingState, StatementKind
from tests.client.town import Town, run, town, until
from tests.desk.legal.notices.post import POT, REVIEWER, Post
from tests.desk.legal.releasing.floor import Floor


async def sends(here: Town, post: Post) -> None:
    """The desk's outbox at work, at the time that its post office shows."""
    post.floor.later()
    await Effects(here.desk.db, here.desk.hub, lambda: post.now_ms).step()


def test_a_notice_reaches_every_device_is_objected_to_and_answered(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, _ = await here.pair()
            desk = here.desk
            post = Post(Floor(desk.db, desk.keys, tmp_path), {POT: bob.user_uri})
            number = post.collected()
            post.step()
            post.approved(number)
            await sends(here, post)
            post.step()
            await until(bob, lambda: bool(bob.safety.statements()))
            (notice,) = bob.safety.statements()
            assert notice.kind is StatementKind.LEGAL_REQUEST and "object until" in notice.text
            assert (await bob.safety.standing()).standing is StandingState.GOOD
            assert alice.safety.statements() == []
            with pytest.raises(CommandRefused, match="knows no notice"):
                await alice.safety.object_to(notice.reference, "that is not mine")
            with pytest.raises(CommandRefused, match="knows no notice"):
                await bob.safety.object_to("a" * 26, "another one")
            receipt = await bob.safety.object_to(notice.reference, "I am another teapot collector")
            lodging = _lodging(desk.keys.evidence)
            key_log = desk.intake._key_log
            intake = Intake(
                desk.db, desk.hub, desk.keys, key_log, now_ms, os.urandom, gather=Gathering({}), lodge=lodging
            )
            await intake.step()
            (objection,) = service.open_objections(desk.db, REVIEWER)
            assert (objection.request, objection.receipt) == (number, receipt)
            kept = open_record(
                desk.db, desk.keys.evidence, objection.evidence, who="staff:90", reason="to answer it", now_ms=1
            )
            assert kept.content == b"I am another teapot collector"
            post.days(9)
            post.step()
            assert post.of(number).state is State.APPROVED
            service.answer(
                desk.db, REVIEWER, objection.number, Answer.GOES_ON, "We looked.", post.floor.later(), os.urandom
            )
            while await _left(here, post):
                pass
            await until(bob, lambda: len(bob.safety.statements()) == 2 and bool(bob.safety.appeals()[0].lines))
            answer = next(each for each in bob.safety.statements() if each.kind is StatementKind.LEGAL_ANSWER)
            assert answer.reference == notice.reference and "We looked." in answer.text
            assert "Nothing more is handed over" in bob.safety.appeals()[0].lines[0].text
            post.step()
            assert post.of(number).state is State.NOTICE_DONE

    run(work())


async def _left(here: Town, post: Post) -> int:
    """Effects of one subject go one after the other."""
    post.floor.later()
    return await Effects(here.desk.db, here.desk.hub, lambda: max(post.now_ms, now_ms() + 60_000)).step()
