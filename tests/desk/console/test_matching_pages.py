# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The pages of hash lists and matches: ages and sizes, searching without listing, and no hash whole anywhere."""

from __future__ import annotations

import re

import pytest

from privity.desk.audit import reading
from privity.desk.db.transaction import transaction
from privity.desk.matching.lists import service
from privity.desk.matching.lists.model import FILE, STALE_MS, Category, HashKind, HashList, Incoming
from privity.desk.matching.looking import store
from privity.desk.matching.looking.policy import POLICY, Action, Surface
from privity.desk.matching.looking.store import Match
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right, Role
from tests.desk.console.conftest import Pages
from tests.desk.console.scene import somebody

OWNER = Acting.command("lists", Right.MANAGE_LISTS)
PDQ = bytes(range(32))
MD5 = bytes(range(100, 116))
CONTENT = bytes(range(50, 82))


def added(pages: Pages, name: str = "known", source: str = FILE) -> HashList:
    now_ms = pages.clock.now_ms
    made = service.add(pages.db, OWNER, name, source, Category.KNOWN_ILLEGAL, {}, trusted=False, now_ms=now_ms)
    entries = [Incoming(HashKind.PDQ, PDQ, "one", 3, verified=True), Incoming(HashKind.MD5, MD5, "two")]
    service.put(pages.db, OWNER.who, made.number, entries, (), now_ms)
    return service.numbered(pages.db, made.number)


def matched(pages: Pages, about: str, *, entry: int = 1, surface: Surface = Surface.PROFILE, n: int = 0) -> int:
    found = Match(
        0, pages.clock.now_ms, surface, about, bytes([n]) + CONTENT[1:], entry, 1, 1, HashKind.PDQ, 12, 1, POLICY,
        Action.QUARANTINE, "known_illegal, seen by people", None,
    )  # fmt: skip
    with transaction(pages.db):
        return store.add(pages.db, found)


@pytest.fixture
def known(console: Pages) -> HashList:
    return added(console)


async def test_without_lists_the_page_says_how_to_begin(console: Pages) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    assert "privity desk lists add NAME CATEGORY" in (await visitor.get("/lists")).text
    assert "Nothing has matched." in (await visitor.get("/lists/matches")).text
    assert (await visitor.get("/lists/1")).status == 404


async def test_a_list_says_its_version_age_size_and_what_people_found(console: Pages, known: HashList) -> None:
    exchange = added(console, "shared", "ncmec")
    service.vote(console.db, 1, True, "staff:1", console.clock.now_ms)
    service.vote(console.db, 2, False, "staff:1", console.clock.now_ms)
    visitor = await console.visitor(Role.MODERATOR)
    page = (await visitor.get("/lists")).text
    assert "Pictures of child abuse; " in page and "1 pdq" in page and "1 md5" in page
    assert "version 1, of files" in page and "people found 1 entries right and 1 wrong" in page
    assert "older than 24 hours" not in page
    assert not re.search(r"<span>Hash lists</span>\s*<span class=\"count\">", page)
    console.clock.pass_ms(STALE_MS + 1)
    later = await console.visitor(Role.MODERATOR)
    page = (await later.get("/lists")).text
    assert page.count("older than 24 hours") == 1 and re.search(r"Hash lists</span>\s*<span class=\"count\">1<", page)
    assert "never fetched from ncmec" in page
    assert "privity desk lists pull shared" in (await later.get(f"/lists/{exchange.number}")).text


async def test_no_page_shows_a_hash_whole_or_what_a_source_calls_an_entry(console: Pages, known: HashList) -> None:
    matched(console, somebody())
    visitor = await console.visitor(Role.SENIOR)
    for path in ("/lists", "/lists/1", "/lists/matches"):
        page = (await visitor.get(path)).text
        for secret in (PDQ, MD5, CONTENT[1:]):
            assert secret.hex() not in page and secret.hex()[:16] not in page, path
    found = await visitor.submit("/lists/1", "/lists/1/search", kind="pdq", value=PDQ.hex())
    assert re.search(r"Entry \d</strong>: pdq, severity 3; people have seen what it is of", found.text)
    assert PDQ.hex()[:8] not in found.text, "not even what was asked for"


async def test_an_entry_is_found_by_its_whole_hash_alone_and_the_log_knows_who_asked(
    console: Pages, known: HashList
) -> None:
    senior = await console.visitor(Role.SENIOR)
    for kind, value, found in (
        ("md5", MD5.hex().upper(), True),
        ("md5", f" {MD5.hex()} ", True),
        ("pdq", PDQ.hex()[:-1] + "0", False),
        ("sha256", PDQ.hex(), False),
    ):
        answer = await senior.submit("/lists/1", "/lists/1/search", kind=kind, value=value)
        assert ("<strong>Entry " in answer.text) is found, (kind, value)
        assert ("It is not on this list" in answer.text) is not found
    short = await senior.post("/lists/1/search", kind="md5", value=MD5.hex()[:8])
    assert short.status == 409 and "HashMalformed" in short.text and MD5.hex()[:8] not in short.text
    assert (await senior.post("/lists/1/search", kind="crc", value="00")).status == 400
    said = [each.said for each in reading.page(console.db, after=-1, limit=100, about="list:1") if "search" in each.act]
    assert said == [
        {"kind": "md5", "found": 1}, {"kind": "md5", "found": 1}, {"kind": "pdq", "found": 0},
        {"kind": "sha256", "found": 0},
    ]  # fmt: skip


async def test_a_moderator_looks_for_nothing_in_a_list(console: Pages, known: HashList) -> None:
    moderator = await console.visitor(Role.MODERATOR)
    assert "/search" not in (await moderator.get("/lists/1")).text
    assert (await moderator.post("/lists/1/search", kind="md5", value=MD5.hex())).status == 403


async def test_a_hash_of_another_list_is_not_on_this_one(console: Pages, known: HashList) -> None:
    other = service.add(console.db, OWNER, "own", FILE, Category.OWN, {}, trusted=False, now_ms=console.clock.now_ms)
    senior = await console.visitor(Role.SENIOR)
    answer = await senior.post(f"/lists/{other.number}/search", kind="md5", value=MD5.hex())
    assert "It is not on this list" in answer.text
    service.remove(console.db, OWNER, "known", console.clock.now_ms)
    gone = await senior.post("/lists/1/search", kind="md5", value=MD5.hex())
    assert gone.status == 404 and "ListUnknown" in gone.text
    assert (await senior.get("/lists/1")).status == 404


async def test_a_list_that_paused_itself_is_resumed(console: Pages, known: HashList) -> None:
    service.pause(console.db, "desk", 1, "something followed for 20 accounts within a day", console.clock.now_ms)
    moderator, senior = await console.visitor(Role.MODERATOR), await console.visitor(Role.SENIOR)
    page = await moderator.get("/lists/1")
    assert "something followed for 20 accounts within a day" in page.text and "/resume" not in page.text
    assert (await senior.submit("/lists/1", "/lists/1/resume")).location == "/lists/1"
    assert service.numbered(console.db, 1).paused_ms is None
    again = await senior.post("/lists/1/resume")
    assert again.status == 409 and "ListNotPaused" in again.text


async def test_one_asks_that_a_list_acts_and_another_agrees_with_a_passkey(console: Pages, known: HashList) -> None:
    one, other = await console.visitor(Role.SENIOR), await console.visitor(Role.SENIOR)
    page = (await one.get("/lists/1")).text
    assert "no: it is only watched" in page and "2 of its entries are only watched" in page
    assert (await one.submit("/lists/1", "/lists/1/ask", words="They sent it to us.")).location == "/lists/1"
    own = (await one.get("/lists/1")).text
    assert "You asked that it acts, with version 1" in own and 'action="/lists/1/agree"' not in own
    asked = await one.post("/lists/1/agree", agreement="1", words="I agree with myself.")
    assert asked.status == 403 and "agree list-agreement:1" in asked.text, "a passkey is asked for first"
    refused = await one.fill(asked.form("/lists/1/agree"))
    assert refused.status == 409 and "SecondPerson" in refused.text
    page = (await other.get("/lists/1")).text
    assert "They sent it to us." in page and "newly be 2 entries, of which people are said to have seen 1" in page
    assert re.search(r"Hash lists</span>\s*<span class=\"count\">1<", page)
    assert (await other.submit("/lists/1", "/lists/1/agree", words="I know them.")).location == "/lists/1"
    page = (await other.get("/lists/1")).text
    assert "up to version 1" in page and "Agreed: I know them." in page and "only watched. " not in page
    assert (await other.submit("/lists/1", "/lists/1/end", words="It errs.")).location == "/lists/1"
    assert "no: it is only watched" in (await other.get("/lists/1")).text


async def test_a_page_that_was_loaded_before_agrees_to_nothing_that_was_asked_since(
    console: Pages, known: HashList
) -> None:
    one, other = await console.visitor(Role.SENIOR), await console.visitor(Role.SENIOR)
    await one.submit("/lists/1", "/lists/1/ask", words="They sent it to us.")
    form = (await other.get("/lists/1")).form("/lists/1/agree")
    await one.submit("/lists/1", "/lists/1/end", words="Not yet.")
    await one.submit("/lists/1", "/lists/1/ask", words="Another one.")
    late = await other.fill(form, words="I know them.")
    assert late.status == 409 and "NothingToAgree" in late.text
    second = added(console, "second")
    crossed = await other.post(f"/lists/{second.number}/agree", agreement="2", words="I know them.")
    assert crossed.status == 409 and "is not about list" in crossed.text
    moderator = await console.visitor(Role.MODERATOR)
    page = (await moderator.get("/lists/1")).text
    assert all(f'action="/lists/1/{verb}"' not in page for verb in ("ask", "agree", "end"))


async def test_of_a_list_by_which_nothing_is_hidden_nobody_is_asked(console: Pages) -> None:
    now_ms = console.clock.now_ms
    own = service.add(console.db, OWNER, "own", FILE, Category.OWN, {}, trusted=False, now_ms=now_ms)
    senior = await console.visitor(Role.SENIOR)
    page = (await senior.get(f"/lists/{own.number}")).text
    assert "It acts" not in page and "/ask" not in page
    refused = await senior.post(f"/lists/{own.number}/ask", words="Why not.")
    assert refused.status == 409 and "ListOnlyWatches" in refused.text


async def test_a_match_says_what_followed_and_why_and_people_say_whether_it_is_right(
    console: Pages, known: HashList
) -> None:
    subject = somebody()
    matched(console, subject)
    matched(console, "report:7", surface=Surface.DISCLOSED)
    moderator = await console.visitor(Role.MODERATOR)
    page = await moderator.get("/lists/matches")
    assert "looks the same: 12 of 256 bits differ. Known illegal, seen by people." in page.text
    assert "hidden until a person decides" in page.text and "disclosed to the desk in report 7" in page.text
    assert "00333435…" in page.text
    assert f">{subject}</a>" in page.text and "<img" not in page.text
    judged = await moderator.submit("/lists/matches", "/lists/matches/1/judge", said="wrong")
    assert judged.location == "/lists/matches"
    (entry,) = service.entries(console.db, [1], console.clock.now_ms)
    assert (entry.up, entry.down) == (0, 1)
    assert "wrong 1 times" in (await moderator.get("/lists/matches")).text
    assert (await moderator.post("/lists/matches/1/judge", said="maybe")).status == 400
    unknown = await moderator.post("/lists/matches/99/judge", said="right")
    assert unknown.status == 404 and "MatchUnknown" in unknown.text


async def test_matches_of_a_list_that_is_gone_are_still_read_and_not_judged(console: Pages, known: HashList) -> None:
    matched(console, somebody())
    service.remove(console.db, OWNER, "known", console.clock.now_ms)
    moderator = await console.visitor(Role.MODERATOR)
    page = await moderator.get("/lists/matches")
    assert page.status == 200 and "its entry is in no list any more" in page.text
    assert "/judge" not in page.text


async def test_pages_of_matches_follow_each_other_without_a_gap(console: Pages, known: HashList) -> None:
    for n in range(120):
        matched(console, somebody(), n=n)
    moderator = await console.visitor(Role.MODERATOR)
    path, seen = "/lists/matches", list[int]()
    while path:
        page = await moderator.get(path)
        seen += [int(each) for each in re.findall(r"<strong>Match (\d+)</strong>", page.text)]
        more = re.search(r'class="next" href="([^"]+)"', page.text)
        path = more[1] if more else ""
    assert seen == list(range(120, 0, -1))
