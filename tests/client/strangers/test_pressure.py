# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Scripts are told from their harmless neighbours by what comes together, in five languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from privity.client.strangers.phrases import LANGUAGES, MAX_LOOKED_AT, Ask, asks_in, by_language, plain
from privity.client.strangers.pressure import BURST, BURST_MS, WINDOW_MS, Likeness, Said, Script, likenesses
from tests.client.strangers.scripts import FALSE_ALARMS, FOR_MINORS, HARMLESS, MISSED, SCRIPTS

HOUR_MS = 3_600_000
DEMAND = ("I'm going to show everything to your family", "pay me $300")
"""A threat and a demand, each of which stands alone where nothing presses."""


def said(lines: Sequence[str], step_ms: int = HOUR_MS) -> list[Said]:
    return [Said(n, n * step_ms, line.startswith(">"), line.removeprefix(">")) for n, line in enumerate(lines)]


def found(lines: Sequence[str], *, minor: bool = False, step_ms: int = HOUR_MS) -> dict[Script, int]:
    return {each.script: each.number for each in likenesses(said(lines, step_ms), minor=minor)}


@pytest.mark.parametrize(
    ("script", "lines"), [each for language in LANGUAGES for each in SCRIPTS[language]], ids=lambda each: str(each)[:40]
)
def test_each_script_is_known_at_the_message_that_completes_it(script: Script, lines: tuple[str, ...]) -> None:
    theirs = [n for n, line in enumerate(lines) if not line.startswith(">")]
    assert found(lines)[script] == max(theirs), "and not before"
    assert script not in found([f">{line.removeprefix('>')}" for line in lines]), "what the person says warns of nobody"


def test_every_language_has_every_script_and_every_word_list() -> None:
    assert set(SCRIPTS) == set(HARMLESS) == set(LANGUAGES)
    adult = set(Script) - {Script.SECRECY, Script.MOVING}
    for language in LANGUAGES:
        assert {script for script, _ in SCRIPTS[language]} == adult, language
    for ask, languages in by_language().items():
        assert set(languages) == ({"any"} if ask is Ask.UNTRACEABLE else set(LANGUAGES)), ask


def test_the_guide_states_these_counts() -> None:
    guide = " ".join((Path(__file__).parents[3] / "docs" / "users" / "strangers.md").read_text("utf-8").split())
    scripts, harmless = (sum(map(len, each.values())) for each in (SCRIPTS, HARMLESS))
    assert f"all {scripts} scripts, and the {len(FOR_MINORS)} more for minors" in guide
    assert f"{harmless} harmless ones alone" in guide
    assert (
        (len(FALSE_ALARMS), len(MISSED)) == (2, 2)
        and "Two harmless ones" in guide
        and "two scripts are missed" in guide
    )


@pytest.mark.parametrize(("script", "lines"), FOR_MINORS)
def test_a_minor_is_warned_of_more(script: Script, lines: tuple[str, ...]) -> None:
    assert script in found(lines, minor=True)
    assert found(lines) == {}


@pytest.mark.parametrize("lines", [each for language in LANGUAGES for each in HARMLESS[language]])
def test_harmless_talk_is_left_alone(lines: tuple[str, ...]) -> None:
    assert found(lines) == found(lines, minor=True) == {}
    assert found(lines, step_ms=1_000) == {}


def test_what_is_known_to_go_wrong_still_does() -> None:
    """Where this fails, the words got better or worse: say so in docs/users/strangers.md."""
    for script, lines in FALSE_ALARMS:
        assert script in found(lines)
    for lines in MISSED:
        assert found(lines, minor=True) == {}


def test_a_threat_and_a_demand_make_a_script_only_where_something_presses() -> None:
    assert found(DEMAND) == {}
    pressing = (*DEMAND, *["answer me"] * (BURST - 2))
    assert found(pressing, step_ms=BURST_MS // BURST) == {Script.EXTORTION: BURST - 1}
    answered = (*pressing[:-1], ">no", pressing[-1])
    assert found(answered, step_ms=BURST_MS // BURST) == {}
    assert found(pressing, step_ms=BURST_MS) == {}


def test_what_was_asked_long_ago_is_no_part_of_it() -> None:
    lines = SCRIPTS["en"][1][1]
    assert Script.EXTORTION in found(lines, step_ms=WINDOW_MS)
    assert Script.EXTORTION not in found(lines, step_ms=WINDOW_MS + 1)


def test_a_link_counts_among_the_first_messages_alone() -> None:
    office, link = "this is the support of your bank", "see https://pots.example"
    assert found((office, link)) == {Script.OFFICIAL: 1}
    assert found((office, *["hello"] * 5, link)) == {}


def test_tricks_with_letters_change_nothing() -> None:
    threat = "I will send the video to all your friends if you don't pay"
    for turned in (
        threat.upper(),
        threat.replace("e", "e\u0301"),
        threat.replace("i", "i\u200b"),
        threat.replace(" ", "\n "),
    ):
        assert found((turned,)) == {Script.EXTORTION: 0}
    assert plain("Ｉ ＷＩＬＬ\u00a0 Straße") == "i will strasse"
    assert asks_in("x " * MAX_LOOKED_AT + threat) == asks_in(threat + " x" * MAX_LOOKED_AT) == asks_in(threat)
    assert asks_in("x " * MAX_LOOKED_AT + threat + " x" * MAX_LOOKED_AT) == frozenset(), "so much costs too much"


def test_no_expression_may_run_away() -> None:
    """Every gap has an end and no repetition stands in another: a text costs its length, whatever is in it."""
    for languages in by_language().values():
        for expressions in languages.values():
            for each in expressions:
                assert not re.search(r"\.[*+]|\][*+]|\)[*+]|\w{\d+,}", each.replace(r"\w*", "").replace(r"\w+", "")), (
                    each
                )


def test_nothing_is_found_in_nothing() -> None:
    assert likenesses([], minor=True) == ()
    assert likenesses(said(["send me the verification code"]), minor=False) == (Likeness(Script.CODE, 0),)
