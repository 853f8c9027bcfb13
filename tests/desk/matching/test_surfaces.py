# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What accounts show to everybody is looked at when it changes, and when a list grows. Nothing else ever is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.desk.house import MODERATOR, House
from tests.desk.matching.files import bits_of, picture
from tests.desk.matching.listed import OWNER, a_list, flipped, of_pdq, put, some_bits
from tests.desk.matching.shown import LIMITS, Light, Scene

from privity.desk.cases import service as cases
from privity.desk.cases.model import View
from privity.desk.errors import HubMisbehaved, HubUnreachable
from privity.desk.matching import judging
from privity.desk.matching.forgetting import forget_over
from privity.desk.matching.index.errors import NotWritten
from privity.desk.matching.index.index import Index
from privity.desk.matching.lists import service as lists
from privity.desk.matching.lists.changes import ListChanges
from privity.desk.matching.lists.model import Category, HashKind, Incoming
from privity.desk.matching.looking.budget import DAY_MS
from privity.desk.matching.looking.following import AGAIN_MS
from privity.desk.matching.looking.policy import Action
from privity.desk.matching.retro import Retro
from privity.desk.matching.running import PAUSE_MS, index_folder
from privity.desk.matching.searching import EveryEntry
from privity.desk.matching.surfaces import queue
from privity.wire.errors import Code, Refusal
from privity.wire.observed import ObservedKind

HOUR_MS = 3_600_000


@pytest.fixture
def scene(house: House, tmp_path: Path) -> Iterator[Scene]:
    made = Scene(house, tmp_path / "index")
    yield made
    made.matching.close()


def kept(house: House) -> list[str]:
    return [account for (account,) in house.db.execute("SELECT account FROM media ORDER BY account").fetchall()]


async def test_a_picture_on_a_list_is_found_when_it_is_shown(scene: Scene) -> None:
    put(scene.house, a_list(scene.house), of_pdq(flipped(bits_of(picture(1)), 10)))
    guilty, other, bare = scene.showed(picture(1)), scene.showed(picture(2)), scene.showed(None)
    await scene.settled()
    (match,) = judging.matches(scene.house.db, MODERATOR, 9)
    assert (match.about, match.action) == (guilty, Action.QUARANTINE) and 5 <= match.distance <= 15
    assert sorted(scene.hub.asked) == sorted([guilty, other, bare]) and kept(scene.house) == sorted([guilty, other])
    await scene.settled()
    assert len(scene.hub.asked) == 3


async def test_other_observations_ask_for_nothing(scene: Scene) -> None:
    put(scene.house, a_list(scene.house), of_pdq(some_bits(1)))
    for kind in ObservedKind:
        if kind is not ObservedKind.SHOWED:
            scene.saw(kind, scene.house.user())
    await scene.settled()
    assert scene.hub.asked == []


@pytest.mark.parametrize("listed", [True, False])
async def test_of_a_closed_account_nothing_is_kept_and_the_hub_is_not_asked(scene: Scene, listed: bool) -> None:
    known = a_list(scene.house)
    put(scene.house, known, of_pdq(some_bits(1)))
    closed, other = scene.showed(picture(1)), scene.showed(picture(2))
    await scene.settled()
    assert kept(scene.house) == sorted([closed, other])
    asked = len(scene.hub.asked)
    if not listed:
        lists.remove(scene.house.db, OWNER, "known", scene.house.clock)
    scene.saw(ObservedKind.SHOWED, closed)
    scene.saw(ObservedKind.CLOSED, closed)
    await scene.settled()
    assert kept(scene.house) == [other] and len(scene.hub.asked) == asked
    assert scene.house.db.execute("SELECT count(*) FROM matching_due").fetchone() == (0,)


async def test_without_a_list_nothing_is_asked_kept_or_gone_back_to(scene: Scene) -> None:
    scene.showed(picture(1))
    await scene.settled()
    put(scene.house, a_list(scene.house), of_pdq(bits_of(picture(1))))
    await scene.settled()
    assert scene.hub.asked == [] and kept(scene.house) == []


@pytest.mark.parametrize("kind", [HashKind.PDQ, HashKind.SHA256, HashKind.MD5])
async def test_a_list_that_grows_finds_what_was_shown_before_and_looks_again(scene: Scene, kind: HashKind) -> None:
    known = a_list(scene.house)
    put(scene.house, known, of_pdq(some_bits(1)))
    account, changed = scene.showed(picture(1)), scene.showed(picture(1))
    scene.showed(picture(2))
    await scene.settled()
    scene.hub.pictures[changed] = picture(3)  # of which nothing was observed yet
    scene.hub.asked.clear()
    row = scene.house.db.execute("SELECT sha256, md5 FROM media WHERE account = ?", (account,)).fetchone()
    value = {HashKind.PDQ: bits_of(picture(1)), HashKind.SHA256: row[0], HashKind.MD5: row[1]}[kind]
    put(scene.house, known, Incoming(kind, value, "new", verified=True))
    await scene.settled()
    assert sorted(scene.hub.asked) == sorted([account, changed]), "those who showed it, and nobody else"
    (match,) = judging.matches(scene.house.db, MODERATOR, 9)
    assert (match.about, match.kind) == (account, kind), "what is not shown any more is no match"


async def test_both_ways_of_looking_back_find_the_same(scene: Scene) -> None:
    known = a_list(scene.house)
    put(scene.house, known, of_pdq(some_bits(1)))
    accounts = [scene.showed(picture(seed, 64, 64)) for seed in range(4)]
    await scene.settled()
    hashes = dict(
        scene.house.db.execute("SELECT m.account, h.pdq FROM media_hash AS h JOIN media AS m ON m.number = h.media")
    )
    entries = [of_pdq(flipped(hashes[accounts[0]], 31)), of_pdq(flipped(hashes[accounts[1]], 32), "far")]
    put(scene.house, known, *entries)
    index, found = EveryEntry(scene.house.db), []
    after = scene.house.db.execute("SELECT after FROM matching_place WHERE what = 'changes'").fetchone()
    for many in (0, 1000):
        scene.house.db.execute("UPDATE matching_place SET after = ? WHERE what = 'changes'", after)
        await Retro(scene.house.db, index, lambda: scene.house.clock, many=many).step()
        found.append([one.account for one in queue.due(scene.house.db, scene.house.clock, 99)])
        scene.house.db.execute("DELETE FROM matching_due")
    assert found == [[accounts[0]], [accounts[0]]]


async def test_kept_hashes_go_when_their_time_is_over_and_are_not_found_then(scene: Scene) -> None:
    known = a_list(scene.house)
    put(scene.house, known, of_pdq(some_bits(1)))
    scene.showed(picture(1))
    await scene.settled()
    forget_over(scene.house.db, scene.house.clock + 90 * DAY_MS - 1, 730 * DAY_MS)
    assert len(kept(scene.house)) == 1
    forget_over(scene.house.db, scene.house.clock + 90 * DAY_MS, 730 * DAY_MS)
    assert kept(scene.house) == [] and scene.house.db.execute("SELECT count(*) FROM media_hash").fetchone() == (0,)
    scene.hub.asked.clear()
    put(scene.house, known, of_pdq(bits_of(picture(1))))
    await scene.settled()
    assert scene.hub.asked == []


async def test_of_an_account_that_is_gone_no_hash_is_kept(scene: Scene) -> None:
    """It is asked for because a list grew, and the hub says that nobody is there."""
    known = a_list(scene.house)
    put(scene.house, known, of_pdq(some_bits(1)))
    account, other = scene.showed(picture(1)), scene.showed(picture(2))
    await scene.settled()
    assert sorted(kept(scene.house)) == sorted([account, other])
    scene.hub.errors[account] = Refusal(Code.ACCOUNT_CLOSED, "closed")
    put(scene.house, known, of_pdq(bits_of(picture(1))))
    await scene.settled()
    assert kept(scene.house) == [other] and queue.due(scene.house.db, scene.house.clock, 9) == ()


async def test_what_is_hidden_and_not_decided_is_looked_at_again_before_it_is_shown(scene: Scene) -> None:
    put(scene.house, a_list(scene.house), of_pdq(bits_of(picture(1))))
    account = scene.showed(picture(1))
    await scene.settled()
    scene.house.clock += AGAIN_MS - 1
    await scene.settled()
    assert scene.hub.asked == [account]
    scene.house.clock += 1
    await scene.settled()
    assert scene.hub.asked == [account, account]
    page = cases.queue(scene.house.db, MODERATOR, View.OPEN, now_ms=scene.house.clock)
    assert [one.subject for one in page.cases] == [account]


async def test_one_bad_answer_stops_nobody_else_and_a_silent_hub_stops_all(scene: Scene) -> None:
    put(scene.house, a_list(scene.house), of_pdq(bits_of(picture(1))))
    odd, gone = scene.showed(picture(2)), scene.showed(picture(2))
    account = scene.showed(picture(1))
    scene.hub.errors[odd] = HubMisbehaved("another account than asked about")
    scene.hub.errors[gone] = Refusal(Code.NOT_FOUND, "gone")
    await scene.settled()
    assert [one.about for one in judging.matches(scene.house.db, MODERATOR, 9)] == [account]
    del scene.hub.errors[odd]
    scene.house.clock += HOUR_MS
    scene.hub.asked.clear()
    await scene.settled()
    assert scene.hub.asked == [odd]
    scene.hub.errors[scene.showed(picture(3))] = HubUnreachable("no answer")
    with pytest.raises(HubUnreachable):
        await scene.settled()
    scene.hub.errors.clear()
    await scene.settled()
    assert len(kept(scene.house)) == 3


async def test_who_changes_it_while_it_is_looked_at_is_looked_at_again(house: House) -> None:
    queue.ask(house.db, ["mimi://a"], queue.Why.SHOWED, house.clock)
    (one,) = queue.due(house.db, house.clock, 9)
    queue.ask(house.db, ["mimi://a"], queue.Why.SHOWED, house.clock)
    queue.done(house.db, one)
    (again,) = queue.due(house.db, house.clock, 9)
    queue.done(house.db, again)
    assert queue.due(house.db, house.clock, 9) == ()
    queue.ask(house.db, ["mimi://a"], queue.Why.AGAIN, house.clock, house.clock + 1000)
    assert queue.due(house.db, house.clock, 9) == ()
    queue.ask(house.db, ["mimi://a"], queue.Why.SHOWED, house.clock)
    assert len(queue.due(house.db, house.clock, 9)) == 1


async def test_a_desk_that_starts_again_knows_its_lists(scene: Scene) -> None:
    known = a_list(scene.house, category=Category.OWN)
    put(scene.house, known, of_pdq(bits_of(picture(1)), "one"))
    account = scene.showed(picture(1))
    await scene.settled()
    scene.matching = scene.started(Index.open)
    other = scene.showed(picture(1))
    await scene.settled()
    assert {one.about for one in judging.matches(scene.house.db, MODERATOR, 9)} == {account, other}
    put(scene.house, known, sources=["one"])
    scene.matching.close()
    scene.matching = scene.started(Index.open)
    scene.showed(picture(1))
    await scene.settled()
    assert len(judging.matches(scene.house.db, MODERATOR, 9)) == 2


@pytest.mark.parametrize("error", [NotWritten("no room"), PermissionError("another user's folder")])
async def test_an_index_that_cannot_be_used_stops_nothing_else_and_is_tried_again(
    scene: Scene, error: Exception
) -> None:
    put(scene.house, a_list(scene.house), of_pdq(bits_of(picture(1))))
    scene.showed(picture(1))
    tried = []

    def broken(folder: Path, changes: ListChanges) -> Light:
        tried.append(folder)
        if len(tried) == 1:
            raise error
        return Light(scene.house)

    scene.matching = scene.started(broken)
    assert await scene.matching.step() == await scene.matching.step() == 0 and len(tried) == 1
    scene.house.clock += PAUSE_MS
    await scene.settled()
    assert len(tried) == 2 and len(judging.matches(scene.house.db, MODERATOR, 9)) == 1


async def test_a_link_in_place_of_the_folder_is_not_followed(scene: Scene, tmp_path: Path) -> None:
    put(scene.house, a_list(scene.house), of_pdq(bits_of(picture(1))))
    (tmp_path / "mine").mkdir()
    scene.folder.symlink_to(tmp_path / "mine")
    scene.showed(picture(1))
    await scene.settled()
    assert scene.hub.asked == [] and list((tmp_path / "mine").iterdir()) == []


def test_each_database_has_its_own_folder_in_memory(tmp_path: Path) -> None:
    one, other = (index_folder(LIMITS, tmp_path / name / "desk.db") for name in ("a", "b"))
    assert one != other and one == index_folder(LIMITS, tmp_path / "a" / "desk.db")
    named = dataclasses.replace(LIMITS, index=tmp_path / "here")
    assert index_folder(named, tmp_path / "desk.db") == tmp_path / "here"
