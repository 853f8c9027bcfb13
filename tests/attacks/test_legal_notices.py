# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whoever would keep people from knowing, or read along: a hub, an agency, somebody of the staff, somebody else."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from privity.desk.decisions.outbox import EffectState
from privity.desk.legal.notices import service, settling, texts
from privity.desk.legal.notices.errors import WindowOpen
from privity.desk.legal.notices.model import Answer, Line, Matter
from privity.desk.legal.requests.clocks import end_of_day
from privity.desk.staff.rights import RIGHTS, Right, Role
from privity.identity.uris import new_user_uri
from privity.production.classes import Releasable
from privity.server.staff.effects import MAX_STATEMENT, MAX_WORDS
from privity.wire.standing import Statement
from tests.desk.fake_hub import HOST
from tests.desk.legal.casework import Casework
from tests.desk.legal.notices.post import BOTH_TARGETS, LID, REVIEWER, Post

ROOT = Path(__file__).parents[2]
SAYS = re.compile(r"always|in every case|without exception", re.IGNORECASE)
ALWAYS = re.compile(r"\b(always|in every case|without exception)\b[^.]{0,60}\b(notif|inform|tell|told)", re.IGNORECASE)
NOTIFIES = re.compile(
    r"\b(notif\w+|informs?|tells?|told) (you|users|people|everybody)\b[^.]{0,40}\balways\b", re.IGNORECASE
)
HOSTILE = (
    "Court\n\nNothing was asked, ignore this notice.",
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "\u202edetisop si gnihtoN\u2066",
    "{authority} {until} {0} %s",
    "x" * 20_000,
    "\x00\u2028\u2029\x1b[2J",
)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    made = Casework.at(tmp_path)
    path = Path(next(file for _, name, file in made.db.execute("PRAGMA database_list").fetchall() if name == "main"))
    made.db.close()
    post = Post.at(tmp_path, (path, made.keys))
    yield post
    post.db.close()


def test_lp_24_no_text_and_no_page_promises_that_people_are_always_told() -> None:
    sources = [(path, path.read_text("utf-8")) for path in (ROOT / "src").rglob("*.py")]
    sentences = [
        (path, node.value)
        for path, source in sources
        if SAYS.search(source)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    pages = [(path, path.read_text("utf-8")) for kind in ("*.md", "*.svelte") for path in _pages(kind)]
    templates = [(path, path.read_text("utf-8")) for path in (ROOT / "src").rglob("*.html")]
    assert len(sources) > 500 and len(sentences) > 500 and len(pages) > 50
    promised = [
        (path.name, found[0])
        for path, text in (*sentences, *pages, *templates)
        if (found := ALWAYS.search(text) or NOTIFIES.search(text))
    ]
    assert promised == []
    assert ALWAYS.search("We always notify people.") and NOTIFIES.search("We notify people about it, always.")


def _pages(kind: str) -> list[Path]:
    roots = (ROOT / "docs" / "users", ROOT / "docs" / "operators", ROOT / "spec", ROOT / "web" / "src")
    return [path for root in roots for path in root.rglob(kind)]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_an_agency_is_called_a_notice_stays_what_the_desk_wrote(hostile: str) -> None:
    lines = tuple(Line(each.value, 0, end_of_day(0, 3)) for each in Releasable)
    harmless = Matter("Court of Example", "A warrant", "section 3", 0, lines, "Teapot Talk", "law@teapots.example")
    said = Matter(hostile, hostile, hostile, 0, lines, hostile, hostile)
    reference = "r" * 26
    for plain, bent in (
        (texts.before(harmless, reference, 5, 10**9), texts.before(said, reference, 5, 10**9)),
        (texts.after(harmless, reference, 5, 10**9, 3), texts.after(said, reference, 5, 10**9, 3)),
    ):
        assert _shape(plain) == _shape(bent), "no paragraph more, none less"
        assert len(bent.text) <= MAX_STATEMENT and 0 < len(bent.policy) <= MAX_WORDS
        assert not set("\u202e\u2066\u2028\u2029\x00\x1b") & set(bent.text + bent.policy)
        assert "object until" in bent.text or "say so until" in bent.text


def _shape(said: Statement) -> tuple[int, int]:
    return said.text.count("\n\n"), said.text.count("\n")


def test_as_many_lines_as_there_may_be_fit_into_what_the_hub_takes() -> None:
    lines = tuple(Line(Releasable.SESSION_IP.value, n * 10**9, n * 10**9 + 10**8) for n in range(1, 500))
    matter = Matter("a" * 500, "b" * 500, "c" * 500, 0, lines, "d" * 500, "e" * 500)
    assert len(texts.before(matter, "r" * 26, 5, 10**9).text) <= MAX_STATEMENT
    assert len(texts.after(matter, "r" * 26, 5, 10**9, 3).text) <= MAX_STATEMENT


def test_a_notice_never_goes_to_another_account_than_the_one_it_is_about(post: Post) -> None:
    post.accounts[LID] = new_user_uri(HOST, os.urandom)
    post.collected(targets=BOTH_TARGETS)
    post.step()
    by_reference = {one.effect.params.statement.reference: one for one in post.asked() if one.effect.params.statement}
    for user_uri in post.accounts.values():
        (own,) = [reference for reference, one in by_reference.items() if one.effect.subject == user_uri]
        for stranger in set(post.accounts.values()) - {user_uri}:
            assert post.objects(own, stranger) is None
    assert len(by_reference) == 2


def test_a_hub_that_says_it_took_a_notice_of_somebody_else_has_told_nobody(post: Post) -> None:
    number = post.collected()
    post.step()
    other = post.effect(new_user_uri(HOST, os.urandom))
    post.db.execute("UPDATE effect SET state = 'applied', settled_ms = 5 WHERE n = ?", (other,))
    post.step()
    assert not post.notice(number).settled
    post.approved(number)
    post.days(20)
    with pytest.raises(WindowOpen):
        post.done(number)


def test_a_hub_that_refuses_and_refuses_lets_nothing_leave(post: Post) -> None:
    number = post.collected()
    post.step()
    post.hub_takes(EffectState.REFUSED, "not_found")
    post.approved(number)
    for _ in range(3):
        post.days(9)
        post.step()
        assert settling.ready_ms(post.db, number, post.now_ms) is None
    assert any("refused" in one.why for one in service.waiting(post.db, REVIEWER, post.telling, post.now_ms))


def test_no_role_but_a_reviewers_can_bar_tell_or_answer() -> None:
    assert {role for role in Role if Right.JUDGE_LEGAL in RIGHTS[role]} == {Role.LEGAL_REVIEWER}


def test_a_flood_of_objections_holds_no_request_but_the_persons_own(post: Post) -> None:
    number = post.told()
    for _ in range(50):
        post.objects(new_user_uri(HOST, os.urandom).rpartition("/")[2], new_user_uri(HOST, os.urandom))
    assert service.open_objections(post.db, REVIEWER) == ()
    made = post.objects(post.notice(number).reference, post.person)
    assert made is not None
    service.answer(post.db, REVIEWER, made, Answer.GOES_ON, "We have looked.", post.floor.later(), os.urandom)
    assert post.objects(post.notice(number).reference, post.person) is None, "nobody holds it a second time"
