# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk keeps apart by itself: in time, once, whole, and through what a hub does meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from privity.desk.audit.acts import Act
from privity.desk.errors import ConfigInvalid, HubMisbehaved, HubUnreachable
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.requests.model import Outcome
from privity.desk.legal.rulebook.facts import Target
from privity.desk.legal.vault import service as vault
from privity.desk.legal.vault.model import Asked, Hold, Snapshot, State
from privity.desk.legal.vault.preserving import Preserving
from privity.desk.legal_office import LegalSection, check_legal
from privity.production.classes import Releasable
from privity.wire.errors import Code, Refusal
from tests.desk.legal.vault.cellar import ALICE, BOB, CLERK, FILES, PRESERVE, Cellar


@dataclass
class Collector:
    """An invented hub: what it has of whom, and what it says in place of an answer."""

    has: dict[Target, dict[str, bytes]] = field(default_factory=lambda: {ALICE: dict(FILES)})
    fails: dict[Target, Exception] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    async def snapshot(self, asked: Asked) -> Snapshot:
        self.asked.append(asked)
        if asked.target in self.fails:
            raise self.fails[asked.target]
        return Snapshot(self.has.get(asked.target, {}))


def desk(cellar: Cellar, collector: Collector) -> Preserving:
    return Preserving(cellar.db, cellar.custody, cellar.rulebook, collector, lambda: cellar.now_ms, cellar.random)


def of(cellar: Cellar, request: int) -> Hold:
    (hold,) = vault.of_request(cellar.db, request)
    return hold


async def test_what_a_verdict_preserves_is_ordered_and_taken_in_one_look(cellar: Cellar) -> None:
    collector = Collector()
    work = desk(cellar, collector)
    request, warrant = cellar.request(PRESERVE), cellar.scoped()
    assert await work.step() == 2
    assert of(cellar, request).state is State.HELD
    assert vault.of_request(cellar.db, warrant) == ()
    assert [(asked.target, set(asked.classes)) for asked in collector.asked] == [(ALICE, set(Releasable))]
    assert await work.step() == 0
    assert await desk(cellar, collector).step() == 0, "a desk that begins anew takes nothing twice"
    assert len(collector.asked) == 1


async def test_what_is_judged_later_is_found_later(cellar: Cellar) -> None:
    work, request = desk(cellar, Collector()), cellar.filed(PRESERVE)
    assert await work.step() == 0
    cellar.verified(request, cellar.agency().agency)
    assert await work.step() == 0
    cellar.judged(request, Outcome.PRESERVE)
    assert await work.step() == 2


async def test_a_quarantine_is_taken_like_a_hold_and_asks_for_no_more(cellar: Cellar) -> None:
    collector = Collector()
    number = cellar.filed(PRESERVE, classes=["subscriber"])
    vault.quarantine(cellar.db, cellar.custody, CLERK, number, cellar.now_ms, cellar.random)
    collector.has = {ALICE: {"subscriber/0001.json": b"{}"}}
    assert await desk(cellar, collector).step() == 1
    assert [asked.classes for asked in collector.asked] == [(Releasable.SUBSCRIBER,)]


async def test_a_snapshot_is_of_all_targets_or_is_not_there(cellar: Cellar) -> None:
    collector = Collector(fails={ALICE: HubUnreachable("away")})
    targets = [{"kind": each.kind, "value": each.value} for each in (ALICE, BOB)]
    request = cellar.request(PRESERVE, targets=targets)
    work = desk(cellar, collector)
    with pytest.raises(HubUnreachable):
        await work.step()
    assert len(collector.asked) == 2
    assert of(cellar, request).state is State.ORDERED
    assert cellar.db.execute("SELECT count(*) FROM legal_hold_file").fetchone() == (0,)
    collector.fails.clear()
    assert await work.step() == 1
    assert of(cellar, request).state is State.HELD


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(HubMisbehaved("a row too many"), id="misbehaves"),
        pytest.param(Refusal(Code.NOT_FOUND, "nobody"), id="refuses-this-one"),
    ],
)
async def test_one_that_cannot_be_had_keeps_no_other_waiting(cellar: Cellar, failure: Exception) -> None:
    collector = Collector(fails={BOB: failure})
    bad = cellar.request(PRESERVE, targets=[{"kind": BOB.kind, "value": BOB.value}])
    good = cellar.request(PRESERVE)
    assert await desk(cellar, collector).step() == 3
    assert (of(cellar, bad).state, of(cellar, good).state) == (State.ORDERED, State.HELD)


async def test_a_request_whose_papers_do_not_open_keeps_no_other_waiting(cellar: Cellar) -> None:
    bad, good = cellar.request(PRESERVE), cellar.request(PRESERVE)
    for (name,) in cellar.db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'legal_document'"
    ).fetchall():
        cellar.db.execute(f"DROP TRIGGER {name}")
    cellar.db.execute("UPDATE legal_document SET ciphertext = x'00' WHERE request = ?", (bad,))
    assert await desk(cellar, Collector()).step() == 2
    assert vault.of_request(cellar.db, bad) == ()
    assert of(cellar, good).state is State.HELD


async def test_a_hub_that_is_busy_is_asked_again_later(cellar: Cellar) -> None:
    collector = Collector(fails={ALICE: Refusal(Code.TOO_MANY, "later")})
    cellar.request(PRESERVE)
    with pytest.raises(Refusal):
        await desk(cellar, collector).step()


async def test_a_collector_that_brings_more_than_was_ordered_is_refused(cellar: Cellar) -> None:
    collector = Collector()
    request = cellar.request(PRESERVE, classes=["subscriber"])
    assert await desk(cellar, collector).step() == 1
    assert of(cellar, request).state is State.ORDERED
    assert cellar.said(Act.HOLD_TAKEN) == []


async def test_the_hub_is_asked_nothing_for_whom_is_not_in_force_any_more(cellar: Cellar) -> None:
    collector, request = Collector(), cellar.request(PRESERVE)
    hold = cellar.ordered(request)
    cellar.bureau.revoke(Whom.all())
    assert await desk(cellar, collector).step() == 0
    assert collector.asked == []
    assert cellar.state(hold.number) == State.ORDERED


@pytest.mark.parametrize(
    ("officers", "fits"),
    [([], True), (["a", "b"], True), (["a"], False), (["a", "a"], False), (["a", "b", "c"], False)],
)
def test_a_house_names_two_officers_or_none(cellar: Cellar, officers: list[str], fits: bool) -> None:
    section = LegalSection(profile="profile.yaml", contact="legal@teapots.example", vault_officers=officers)
    if not fits:
        with pytest.raises(ConfigInvalid):
            check_legal(section, cellar.folder)
        return
    office = check_legal(section, cellar.folder)
    assert office is not None
    assert office.vault_officers == tuple(officers)


async def test_what_is_corrected_while_the_hub_is_asked_is_asked_anew(cellar: Cellar) -> None:
    """Otherwise rows of the days before would be kept under the days after, and pass for them."""
    number = cellar.filed(PRESERVE)
    vault.quarantine(cellar.db, cellar.custody, CLERK, number, cellar.now_ms, cellar.random)
    days = {"from": "2026-10-05", "to": "2026-10-06"}
    before: list[tuple[int | None, int | None]] = []

    class Slow(Collector):
        async def snapshot(self, asked: Asked) -> Snapshot:
            before.append((asked.since_ms, asked.until_ms))
            if len(before) == 1:
                cellar.corrected(number, time_range=days)
            return await Collector.snapshot(self, asked)

    work = desk(cellar, Slow())
    assert await work.step() == 0
    assert of(cellar, number).state is State.ORDERED and cellar.said(Act.HOLD_TAKEN) == []
    assert await work.step() == 1
    held = of(cellar, number)
    assert (held.asked_since_ms, held.asked_until_ms) == before[1] != before[0]
