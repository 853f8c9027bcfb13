# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Letters to agencies: each rule that refuses has a ground, each refusal names what would work, nothing runs in one."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from privity.desk.legal.answers import letters
from privity.desk.legal.answers.english import ENGLISH
from privity.desk.legal.answers.errors import GroundMissing, LanguageMissing, NothingToAsk, NotThisForm, Unverified
from privity.desk.legal.answers.grounds import BY_CODE, BY_FLAG, REFUSES, findings_of, grounds_of
from privity.desk.legal.answers.languages import best_of, wording_of
from privity.desk.legal.answers.model import Letter, Matter, Release, Sort
from privity.desk.legal.answers.rendering import WIDTH, as_html, as_text
from privity.desk.legal.quoting import MAX_QUOTED, quoted
from privity.desk.legal.requests.model import Ground
from privity.desk.legal.rulebook.evaluating import BUILT_IN, evaluate
from privity.desk.legal.rulebook.model import Action, Verdict
from privity.desk.legal.rulebook.names import FACTS
from privity.desk.legal.rulebook.profile import Profile
from tests.desk.legal.rulebook.bases import ACTIVE, BASES, PROFILE, RULEBOOK, TODAY, facts

HOSTILE = (
    "Teapots <script>alert(1)</script>\n\nNothing is refused.\u202e gnihton\x00\u2028 <img src=x onerror=alert(2)>"
)
RELEASE = Release("Privity", "0.1.0", "ab" * 32)


def judged(instrument: str, **changes: Any) -> Verdict:
    """The verdict on a valid request of an instrument with some facts changed, or (None) left out."""
    given = {name: value for name, value in changes.items() if value is not None}
    drop = [name for name, value in changes.items() if value is None]
    return evaluate(ACTIVE, PROFILE, facts(instrument, given, drop), TODAY)


def matter(**changes: str) -> Matter:
    known = Matter(
        "LP-2026-K7QX",
        "TI-17",
        "2026-11-24",
        "Search warrant",
        "Court of Example",
        "Teapot Talk",
        "law@teapots.example",
    )
    return replace(known, **changes)


def refused(verdict: Verdict, *grounds: Ground, about: Matter | None = None) -> Letter:
    held = letters.not_held(letters.held_by(RULEBOOK, PROFILE), RELEASE, ENGLISH)
    return letters.refusal(about or matter(), verdict, grounds or grounds_of(verdict), RULEBOOK, held, ENGLISH)


def items(letter: Letter, title: str) -> tuple[str, ...]:
    (found,) = [section.items for section in letter.sections if section.title == title]
    return found


def written(value: Any) -> Iterator[str]:
    """Every sentence of a wording."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for each in fields(value):
            yield from written(getattr(value, each.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from written(part)
    elif hasattr(value, "values"):
        for part in value.values():
            yield from written(part)


def test_every_rule_that_refuses_stands_for_a_ground() -> None:
    rules = {rule.code: rule.action for rule in RULEBOOK.rules()} | BUILT_IN
    silent = [code for code, action in rules.items() if action in REFUSES and code not in BY_CODE]
    assert silent == []
    assert set(BY_CODE) <= set(rules), "a ground names a rule that there is not"


def test_what_a_person_may_notice_is_what_the_facts_know() -> None:
    assert set(BY_FLAG) <= FACTS["flags"].words


@pytest.mark.parametrize("ground", Ground)
def test_each_ground_refuses_with_what_would_work(ground: Ground) -> None:
    verdict = judged("us.sca.warrant", agency="Teapots")
    letter = refused(verdict, ground)
    said = ENGLISH.grounds[ground]
    assert items(letter, ENGLISH.refused) == (f"{said.title}: {said.text}",)
    assert said.instead in items(letter, ENGLISH.instead)
    challenge = letters.challenge(matter(), verdict, (ground,), RULEBOOK, ENGLISH, "It is about another teapot.")
    assert said.instead in items(challenge, ENGLISH.instead)


@pytest.mark.parametrize(
    ("instrument", "changes", "ground", "instead"),
    [
        ("us.sca.warrant", {"asks": ["decrypt"]}, Ground.ASKS_FOR_CAPABILITY, "Ask for data that is held"),
        (
            "us.sca.warrant",
            {"targets": [{"kind": "keyword", "value": "tea"}]},
            Ground.NO_IDENTIFIER,
            "Name each account",
        ),
        ("us.sca.warrant", {"judicial_signature": False}, Ground.WRONG_AUTHORITY, "Serve the warrant"),
        ("us.sca.warrant", {"expires_on": "2026-01-01"}, Ground.EXPIRED, "in force"),
        ("us.sca.emergency", {"threat_kind": "property"}, Ground.BELOW_THRESHOLD, "Serve a subpoena"),
        ("eu.epoc", {"authority_kind": "public_prosecutor"}, Ground.WRONG_AUTHORITY, "Have a judge"),
        ("us.sca.warrant", {"classes": ["content_e2ee"]}, Ground.NOT_HELD, "classes that are held"),
    ],
)
def test_a_verdict_refuses_by_its_own_rules_and_names_the_narrower_request(
    instrument: str, changes: dict[str, Any], ground: Ground, instead: str
) -> None:
    verdict = judged(instrument, **changes)
    assert verdict.action is Action.REJECT
    letter = refused(verdict)
    assert ground in grounds_of(verdict)
    assert any(instead in item for item in items(letter, ENGLISH.instead)), items(letter, ENGLISH.instead)
    text = as_text(letter)
    for code in verdict.codes:
        assert f"{code}:" in text, "LP-17: the requester reads which rule it was"
    assert RULEBOOK.sha256 in text


def test_lp_17_a_refusal_says_the_rules_of_its_grounds_and_not_what_else_was_looked_at() -> None:
    verdict = judged("us.sca.warrant", asks=["decrypt"], flags=["lawyer"])
    fired = {each.code for each in findings_of(verdict)}
    assert {"G01", "G10"} <= fired
    text = as_text(refused(verdict))
    assert "G01:" in text and "G10:" not in text, "what somebody noticed of a person is nobody else's business"
    assert "Privilege" not in text


def test_what_another_instrument_reaches_is_named_with_its_classes() -> None:
    letter = refused(judged("us.sca.subpoena", classes=["content_reported"]))
    (line,) = [item for item in items(letter, ENGLISH.instead) if "Search warrant" in item]
    assert "Messages that somebody reported" in line


def test_a_rejected_european_order_says_what_is_kept_meanwhile_and_a_subpoena_keeps_nothing() -> None:
    european = as_text(refused(judged("eu.epoc", authority_kind="public_prosecutor")))
    assert "Kept apart unseen" in european
    assert "Kept apart unseen" not in as_text(refused(judged("us.sca.subpoena", asks=["decrypt"])))


def test_lp_12_whom_nobody_verified_gets_no_letter_of_any_kind() -> None:
    verdict = judged("us.sca.warrant", requester_verified=False)
    grounds = (Ground.WRONG_CLASS,)
    with pytest.raises(Unverified):
        refused(verdict, *grounds)
    with pytest.raises(Unverified):
        letters.clarification(matter(), verdict, ENGLISH)
    with pytest.raises(Unverified):
        letters.challenge(matter(), verdict, grounds, RULEBOOK, ENGLISH, "")
    with pytest.raises(Unverified):
        letters.form_3(matter(), verdict, grounds, ENGLISH, validated_by="")


def test_a_refusal_without_a_ground_is_none() -> None:
    with pytest.raises(GroundMissing, match="wrong_authority"):
        letters.refusal(matter(), judged("us.sca.warrant"), (), RULEBOOK, (), ENGLISH)


def test_questions_are_those_of_the_verdict_in_words() -> None:
    verdict = judged("us.sca.warrant", gag_requested=True, docket=None)
    assert verdict.action is Action.CLARIFY
    letter = letters.clarification(matter(), verdict, ENGLISH, answer_days=5)
    assert items(letter, ENGLISH.asked) == ("Please say the number at the court.",)
    text = as_text(letter)
    assert "without both it is a wish" in " ".join(text.split()), (
        "LP-23: secrecy without a basis or an end is asked about"
    )
    assert "within 5 days" in text
    with pytest.raises(NothingToAsk):
        letters.clarification(matter(), judged("us.sca.warrant"), ENGLISH)


def test_how_long_an_answer_is_waited_for_stands_in_the_rulebook() -> None:
    assert letters.answer_days(RULEBOOK.instruments["eu.epoc"]) == 5
    assert letters.answer_days(RULEBOOK.instruments["us.sca.warrant"]) == letters.ANSWER_DAYS
    assert letters.answer_days(None) == letters.ANSWER_DAYS


def test_form_3_has_each_part_of_the_form_in_its_order_and_answers_no_other_instrument() -> None:
    verdict = judged("eu.epoc", authority_kind="public_prosecutor", third_country_conflict=True, addressee=None)
    letter = letters.form_3(matter(), verdict, grounds_of(verdict), ENGLISH, validated_by="Court of Example")
    lettered = [section.title[0] for section in letter.sections if re.match(r"[A-H]\. ", section.title)]
    assert lettered == list("ABCDEFGH")
    text = as_text(letter)
    assert "law of a third country" in text and "to whom it is addressed" in text and "are kept until" in text
    assert "conformant" not in text.lower()
    with pytest.raises(NotThisForm):
        letters.form_3(matter(), judged("us.sca.warrant"), (), ENGLISH, validated_by="")


def test_the_not_held_statement_is_fixed_and_says_what_is_held_and_what_is_open() -> None:
    held = letters.held_by(RULEBOOK, PROFILE)
    first = as_text(letters.not_held_letter(matter(), held, RELEASE, ENGLISH))
    flat = " ".join(first.split())
    for words in (
        "no text of them in the clear and no key",
        "cannot produce such conversations, and cannot decrypt them",
        "same for every account",
        "Messages that somebody reported",
        "from a device of their own",
        "lawfully seized",
        "version 0.1.0",
        "ab" * 32,
    ):
        assert words in flat, words
    nothing = letters.not_held_letter(matter(), letters.held_by(RULEBOOK, Profile()), replace(RELEASE), ENGLISH)
    assert ENGLISH.not_held.holds_nothing in " ".join(as_text(nothing).split())
    without = letters.not_held((), replace(RELEASE, capabilities_sha256=None), ENGLISH)
    assert without[0] == letters.not_held(held, RELEASE, ENGLISH)[0], "the fixed text is the same whatever is held"
    assert ENGLISH.not_held.no_manifest in without[-1].items


WRITERS: dict[Sort, Callable[[Matter], Letter]] = {
    Sort.REFUSAL: lambda about: refused(judged("us.sca.warrant", asks=["decrypt"]), about=about),
    Sort.CLARIFICATION: lambda about: letters.clarification(
        about, judged("us.sca.warrant", docket=None), ENGLISH, remarks="Which teapot?"
    ),
    Sort.CHALLENGE: lambda about: letters.challenge(
        about, judged("us.sca.warrant"), (Ground.PRIVILEGE,), RULEBOOK, ENGLISH, "It is about another teapot."
    ),
    Sort.FORM_3: lambda about: letters.form_3(
        about, judged("eu.epoc"), (Ground.CONFLICT_OF_LAWS,), ENGLISH, validated_by=HOSTILE
    ),
    Sort.NOT_HELD: lambda about: letters.not_held_letter(about, letters.held_by(RULEBOOK, PROFILE), RELEASE, ENGLISH),
}


@pytest.mark.parametrize("sort", Sort)
def test_nothing_runs_or_is_loaded_and_a_strangers_words_stay_on_their_line(sort: Sort) -> None:
    letter = WRITERS[sort](matter(their_reference=HOSTILE, authority=HOSTILE, instrument=HOSTILE))
    page, text = as_html(letter).decode(), as_text(letter)
    assert "default-src 'none'" in page
    assert not re.search(r"<(script|img|link|iframe|object|form|a)\b|javascript:|https?://|src=(?!x onerror)", page)
    assert "&lt;script&gt;" in page
    for said in (page, text):
        assert not set("\u202e\x00\u2028") & set(said)
    assert f"Your reference: {quoted(HOSTILE)}\n" in text
    assert "\nNothing is refused" not in text
    assert all(len(line) <= WIDTH for line in text.split("\n\n", 2)[2].splitlines() if " " in line.strip("- "))


def test_every_sentence_is_filled_in_and_none_promises_notice_always() -> None:
    for sentence in written(ENGLISH):
        assert not re.search(r"always (notify|inform|tell)", sentence), "LP-24"
        names = [name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None]
        assert all(names), sentence
    for sort, write in WRITERS.items():
        said = as_text(write(matter()))
        assert "{" not in said and "}" not in said, sort


def test_a_language_that_nobody_wrote_is_refused_by_name() -> None:
    assert wording_of("en") is ENGLISH and best_of(("xx", "en")) is ENGLISH and best_of(()) is ENGLISH
    with pytest.raises(LanguageMissing, match="'xx'"):
        wording_of("xx")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("Court of Example", "Court of Example"),
        ("  two\n\n lines\t", "two lines"),
        ("\u202eturned\u2066", "turned"),
        ("\u3164\u200b\x00", ""),
        ("Gericht für Küchengeräte", "Gericht für Küchengeräte"),
        ("x" * 500, "x" * (MAX_QUOTED - 1) + "…"),
    ],
)
def test_strangers_words_are_one_short_line(given: str, wanted: str) -> None:
    assert quoted(given) == wanted


def test_every_instrument_can_be_refused_with_something_that_would_work() -> None:
    for instrument in BASES:
        letter = refused(judged(instrument, asks=["keys"]))
        assert items(letter, ENGLISH.instead)
