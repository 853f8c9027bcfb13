# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""PP-7: somebody without any of this craft opens the page, reads what stands before the first file, and knows four
things: what was asked and by whom, what is here, what is not here and why, and how to check it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest

from privity.production import pages
from privity.production.model import Answered, Kind, Released
from tests.production.scene import FACTS

WORDS = {
    "state_agency": "State agency",
    "us.sca.subpoena": "Subpoena of an agency",
    "US-S1": "A subpoena reaches what is kept about the account. It reaches nothing else, whatever it says.",
    "G12": "The period is longer than what it is about.",
    "KEPT_APART": "It is kept apart until the law lets it go. Then it goes.",
}
FIRST = 1500
"""Characters that are read in half a minute; a first screen has fewer."""


@dataclass
class Reader(HTMLParser):
    """Reads from the top and stops at the first heading after the first table: what follows are files and details."""

    said: list[tuple[str, str]] = field(default_factory=list)
    title: str = ""
    links: list[str] = field(default_factory=list)
    _within: list[str] = field(default_factory=list)
    _over: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "h2":
            self._over = True
        if self._over:
            return
        self._within.append(tag)
        if tag == "tr":
            self.said.append(("", ""))
        if tag == "li" and self.said:
            question, answer = self.said[-1]
            self.said[-1] = (question, f"{answer}\n")
        if tag == "a":
            self.links.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        while not self._over and self._within and self._within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._over or not data.strip():
            return
        if "h1" in self._within:
            self.title = data
        elif self.said and "th" in self._within:
            self.said[-1] = (data, "")
        elif self.said and "td" in self._within:
            question, answer = self.said[-1]
            self.said[-1] = (question, answer + data)

    @property
    def answers(self) -> dict[str, str]:
        return {question: " ".join(answer.split()) for question, answer in self.said}


def read(kind: Kind, **changed: Any) -> Reader:
    facts = msgspec.structs.replace(FACTS[kind], **changed)
    page = pages.index(facts, {"answer.txt": b"No."}, (), "https://teapot.example/keys.json", WORDS)
    reader = Reader()
    reader.feed(page.decode())
    return reader


def asked(kind: Kind) -> dict[str, Any]:
    """A request for three classes, and what became of each."""
    month = {"since": "2026-10-01T00:00:00Z", "until": "2026-11-01T00:00:00Z"}
    named = ("subscriber", "session_ip", "content_e2ee")
    lists: dict[str, Any] = {
        "requested": tuple(Answered(named=one, **month) for one in named),
        "released": (),
        "denied": (Answered(named="session_ip", why="US-S1", **month),),
        "not_held": (Answered(named="content_e2ee", why="NOT_HELD_E2EE", **month),),
        "preserved": (),
        "instrument": "us.sca.subpoena",
    }
    match kind:
        case Kind.PRODUCTION:
            lists["released"] = (Released(named="subscriber", **month),)  # type: ignore[arg-type]  # by its name
        case Kind.REFUSAL:
            lists["denied"] += (Answered(named="subscriber", why="G12", **month),)
        case _:
            lists["preserved"] = (Answered(named="subscriber", why="KEPT_APART", **month),)
    return lists


OPERATORS = (Kind.PRODUCTION, Kind.REFUSAL, Kind.PRESERVATION_RECEIPT)


@pytest.mark.parametrize("kind", OPERATORS)
def test_pp_7_the_four_answers_stand_on_the_first_screen_in_their_order(kind: Kind) -> None:
    found = read(kind, **asked(kind))
    questions = list(found.answers)
    assert questions[:5] == [
        "Who asked",
        "What was asked for",
        "What is here",
        "What is not here, and why",
        "How to check it",
    ]
    assert sum(len(question) + len(answer) for question, answer in found.answers.items()) < FIRST
    assert found.title == pages.TITLES[kind][0]


@pytest.mark.parametrize("kind", OPERATORS)
def test_pp_7_each_answer_is_one_that_a_clerk_understands(kind: Kind) -> None:
    answers = read(kind, **asked(kind)).answers
    assert "Subpoena of an agency" in answers["Who asked"] and FACTS[kind].authority is not None
    assert answers["What was asked for"].startswith("2026-10-01 to 2026-10-31, whole days:")
    for words in ("What is kept about the account", "Addresses and times", "Content of encrypted conversations"):
        assert words in answers["What was asked for"]
    here, absent = answers["What is here"], answers["What is not here, and why"]
    assert ("What is kept about the account" in here) == (kind is Kind.PRODUCTION)
    assert here.startswith("Nothing: ") == (kind is not Kind.PRODUCTION)
    assert "Addresses and times of connections: A subpoena reaches what is kept about the account." in absent
    assert "Content of encrypted conversations: The operator has neither their text nor a key to it." in absent
    why = {
        Kind.REFUSAL: "The period is longer than what it is about.",
        Kind.PRESERVATION_RECEIPT: "It is kept apart until the law lets it go.",
    }
    if kind in why:
        assert f"What is kept about the account: {why[kind]}" in absent
    else:
        assert "What is kept about the account:" not in absent
    check = answers["How to check it"]
    assert "verify_package.py" in check and "https://teapot.example/keys.json" in check and "no network" in check


def test_pp_7_no_answer_is_a_code_where_there_are_words_and_no_list_is_empty_without_a_word() -> None:
    for kind in OPERATORS:
        found = read(kind, **asked(kind))
        for question in ("What was asked for", "What is here", "What is not here, and why"):
            for code in (*WORDS, "NOT_HELD_E2EE", "session_ip", "content_e2ee"):
                assert code not in found.answers[question], (kind, question, code)
            assert found.answers[question]
        assert all(link.startswith("#") or link == "field_guide.html" for link in found.links)
    everything = read(
        Kind.PRODUCTION,
        requested=(Answered(named="subscriber"),),
        released=(Released(named="subscriber"),),  # type: ignore[arg-type]  # by its name
        denied=(),
        not_held=(),
        preserved=(),
    )
    assert everything.answers["What is not here, and why"] == "Everything that was asked for is here."


def test_different_periods_are_said_one_by_one() -> None:
    lists = asked(Kind.PRODUCTION)
    first, *others = lists["requested"]
    lists["requested"] = (Answered(named=first.named), *others)
    answer = read(Kind.PRODUCTION, **lists).answers["What was asked for"]
    assert answer.startswith("What is kept about the account Addresses and times of connections, 2026-10-01 to")
