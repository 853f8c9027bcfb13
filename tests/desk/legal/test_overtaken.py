# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that answers late: what ended in the meantime is asked for no further, opened no further and not kept; and what
was released to the request in the meantime is in its collection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from privity.desk.audit.acts import Act
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.collecting import service as collecting
from privity.desk.legal.collecting.errors import OvertakenMeanwhile
from privity.desk.legal.collecting.loop import Collecting
from privity.desk.legal.collecting.model import Snapshot
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import State
from privity.desk.legal.vault import service as vault
from tests.desk.legal.agencies.bureau import RELEASER
from tests.desk.legal.collecting.manifest_hub import ManifestHub
from tests.desk.legal.test_kept import Hub, collector, preserved
from tests.desk.legal.vault.cellar import CLERK, Cellar

OPENED = (Act.EVIDENCE_OPENED, Act.HOLD_READ, Act.LEGAL_COLLECTED)


@pytest.fixture
def cellar(tmp_path: Path) -> Iterator[Cellar]:
    cellar = Cellar.at(tmp_path)
    yield cellar
    cellar.db.close()


async def meanwhile(work: Collecting, hub: ManifestHub, act: Callable[[], object], after: int = 1) -> int:
    """One step of the loop; the hub keeps its answer back from the question `after` on until `act` was done."""
    hub.hold, hub.reached = asyncio.Event(), asyncio.Event()
    running = asyncio.ensure_future(work.step())
    for _ in range(after - 1):
        await hub.reached.wait()
        hub.reached.clear()
        hub.hold.set()
        hub.hold = asyncio.Event()
    await hub.reached.wait()
    act()
    hub.hold.set()
    hub.hold = None
    return await running


def ends(cellar: Cellar, request: int) -> dict[str, Callable[[], object]]:
    """Whatever ends an authority while something is collected under it."""

    def judged_anew() -> None:
        requests.move(cellar.db, request, State.VERIFYING, CLERK.who, cellar.now_ms)

    def closed() -> None:
        requests.move(cellar.db, request, State.CLOSED, CLERK.who, cellar.now_ms)

    def expired() -> None:
        cellar.bureau.now_ms = requests.authority(cellar.db, request).until_ms

    def revoked() -> None:
        cellar.bureau.revoke(Whom.all())

    return {"judged anew": judged_anew, "closed": closed, "expired": expired, "revoked": revoked}


@pytest.mark.parametrize("kept", [False, True], ids=["from the hub", "with a hold"])
@pytest.mark.parametrize("how", ["judged anew", "closed", "expired", "revoked"])
async def test_nothing_is_collected_under_an_authority_that_ended_meanwhile(
    cellar: Cellar, how: str, kept: bool
) -> None:
    hub = Hub()
    hold = await preserved(cellar, hub) if kept else 0
    request = cellar.scoped()
    if kept:
        cellar.released(cellar.hold(hold), request)
    hub.asked.clear()
    before = len(cellar.said(*OPENED))
    assert await meanwhile(collector(cellar, hub), hub, ends(cellar, request)[how]) == 0
    assert len(hub.asked) == 1, "nothing more was asked for"
    assert len(cellar.said(*OPENED)) == before, "and nothing opened"
    assert not cellar.db.execute("SELECT 1 FROM legal_collection").fetchall()
    assert await collector(cellar, hub).step() == 0
    assert len(hub.asked) == 1
    if kept:
        assert cellar.hold(hold).live, "what is kept apart ends by its own time"


async def test_a_hold_that_is_released_meanwhile_is_in_the_collection(cellar: Cellar) -> None:
    """Its rows are gone at the hub. Without them the answer would be one of nothing, and the hold ends once it left."""
    hub = Hub()
    hold = await preserved(cellar, hub)
    request = cellar.scoped()
    hub.known.clear()
    work = collector(cellar, hub)
    assert await meanwhile(work, hub, lambda: cellar.released(cellar.hold(hold), request)) == 0
    assert requests.of(cellar.db, request).state is State.SCOPED
    assert await work.step() == 1
    found = collecting.collected(cellar.db, cellar.keys.evidence, request)
    assert found.accounts and sum(len(table.rows) for table in found.tables) > 0
    read = {entry.said["hold"] for entry in cellar.said(Act.HOLD_READ)}
    assert read == {hold}


async def test_a_hold_that_was_withdrawn_meanwhile_is_not_in_the_collection(cellar: Cellar) -> None:
    hub = Hub()
    hold = await preserved(cellar, hub)
    request = cellar.scoped()
    cellar.released(cellar.hold(hold), request)
    hub.known.clear()

    def withdrawn() -> None:
        vault.withdraw(cellar.db, CLERK, hold, "they took it back", cellar.now_ms)
        vault.withdrawal_confirmed(cellar.db, RELEASER, hold, cellar.now_ms)

    work = collector(cellar, hub)
    assert await meanwhile(work, hub, withdrawn, after=2) == 0
    assert await work.step() == 1
    found = collecting.collected(cellar.db, cellar.keys.evidence, request)
    assert not found.accounts and not sum(len(table.rows) for table in found.tables)


async def test_two_loops_on_one_request_collect_it_once(cellar: Cellar) -> None:
    hub = Hub()
    request = cellar.scoped()

    async def other() -> int:
        return await collector(cellar, Hub()).step()

    done: list[asyncio.Task[int]] = []
    first = await meanwhile(collector(cellar, hub), hub, lambda: done.append(asyncio.ensure_future(other())))
    assert first + await done[0] == 1
    assert cellar.db.execute("SELECT count(*) FROM legal_collection WHERE gone_ms IS NULL").fetchone() == (1,)
    assert requests.of(cellar.db, request).state is State.COLLECTED


async def test_a_token_of_another_moment_keeps_nothing(cellar: Cellar) -> None:
    """Whoever has a token still has it when it counts no more; what is kept is asked for anew each time."""
    request = cellar.scoped()
    token = collecting.token(cellar.db, request, cellar.now_ms, cellar.random)
    collecting.must_still(cellar.db, token, cellar.now_ms)
    until_ms = requests.authority(cellar.db, request).until_ms
    collecting.must_still(cellar.db, token, until_ms - 1)
    with pytest.raises(OvertakenMeanwhile, match="nothing more is collected"):
        collecting.must_still(cellar.db, token, until_ms)
    with pytest.raises(OvertakenMeanwhile):
        collecting.record(cellar.db, cellar.keys.evidence, token, Snapshot(()), until_ms, cellar.random)
    assert not cellar.said(Act.LEGAL_COLLECTED)
