# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What impostors used goes from desk to desk as salted hashes: they say that something is the same, and not what."""

from __future__ import annotations

import hmac
import os

import pytest

from privity.desk.audit.acts import Act
from privity.desk.legal.agencies import indicators
from privity.desk.legal.agencies.errors import AgencyInvalid, IndicatorInvalid, LooksForged
from privity.desk.legal.agencies.model import Mark
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import RIGHTS, Right, Role
from tests.desk.contents import stands_in
from tests.desk.legal.agencies.bureau import CLERK, RELEASER, TEAPOTS, Bureau

FORGED = (
    (Mark.DOMAIN, "Forged.example."),
    (Mark.NUMBER, "+44 (20) 123 4567"),
    (Mark.MAIL, "Chief@Police.example"),
)


@pytest.fixture
def lines(bureau: Bureau) -> tuple[str, ...]:
    """What a desk knows, as it hands it on."""
    for kind, value in FORGED:
        indicators.mark(bureau.db, CLERK, kind, value, bureau.now_ms, os.urandom)
    return indicators.shared(bureau.db, CLERK)


def matched(bureau: Bureau, kind: Mark, value: str) -> bool:
    return indicators.matches(bureau.db, [(kind, value)])


def test_a_line_names_nothing_and_another_desk_knows_it_again(bureau: Bureau, lines: tuple[str, ...]) -> None:
    bureau.db.execute("DELETE FROM fraud_indicator")
    assert not matched(bureau, Mark.DOMAIN, "forged.example")
    assert indicators.taken(bureau.db, CLERK, [*lines, ""], bureau.now_ms) == 3
    assert matched(bureau, Mark.DOMAIN, "forged.example") and matched(bureau, Mark.DOMAIN, "mail.forged.example")
    assert matched(bureau, Mark.MAIL, "anybody@forged.example") and matched(bureau, Mark.NUMBER, "+44201234567")
    assert matched(bureau, Mark.MAIL, "chief@police.example")
    for kind, value in (
        (Mark.DOMAIN, "police.example"),
        (Mark.MAIL, "clerk@police.example"),
        (Mark.DOMAIN, "notforged.example"),
        (Mark.DOMAIN, "example"),
        (Mark.NUMBER, "+442012345670"),
    ):
        assert not matched(bureau, kind, value), value
    for word in ("forged", "police", "4420"):
        assert word not in "".join(lines) and not stands_in(bureau.db, word)
    assert indicators.taken(bureau.db, CLERK, lines, bureau.now_ms) == 0, "twice is once"
    assert indicators.shared(bureau.db, CLERK) == (), "what others marked is theirs to hand on"
    assert [entry.said for entry in bureau.log(Act.FRAUD_IMPORTED)] == [{"lines": 3, "new": 3}, {"lines": 3, "new": 0}]
    assert b"forged" not in b"".join(entry.encode() for entry in bureau.log())


def test_the_same_has_another_hash_each_time(bureau: Bureau) -> None:
    for _ in range(2):
        indicators.mark(bureau.db, CLERK, *FORGED[0], bureau.now_ms, os.urandom)
    one, other = indicators.shared(bureau.db, CLERK)
    assert not set(one.split()[2:]) & set(other.split()[2:])


def test_the_line_is_what_it_is_said_to_be(bureau: Bureau, lines: tuple[str, ...]) -> None:
    """HMAC-SHA-256 under the salt, over the kind and the value in its usual form."""
    words = [line.split() for line in lines]
    assert {word for word, *_ in words} == {"privity-fraud-1"}
    usual = {"domain": "forged.example", "number": "+44201234567", "mail": "chief@police.example"}
    for _, kind, salt, digest in words:
        assert hmac.digest(bytes.fromhex(salt), f"{kind}:{usual[kind]}".encode(), "sha256").hex() == digest


@pytest.mark.parametrize(
    "line",
    [
        "privity-fraud-1 domain " + "00" * 16,
        "privity-fraud-2 domain " + "00" * 16 + " " + "00" * 32,
        "privity-fraud-1 person " + "00" * 16 + " " + "00" * 32,
        "privity-fraud-1 domain " + "00" * 15 + " " + "00" * 32,
        "privity-fraud-1 domain " + "00" * 16 + " " + "00" * 31,
        "privity-fraud-1 domain " + "0g" * 16 + " " + "00" * 32,
        "forged.example",
    ],
    ids=["short", "other version", "other kind", "short salt", "short hash", "no hex", "no line"],
)
def test_a_file_that_is_not_all_lines_brings_none(bureau: Bureau, lines: tuple[str, ...], line: str) -> None:
    bureau.db.execute("DELETE FROM fraud_indicator")
    with pytest.raises(IndicatorInvalid, match="line 4"):
        indicators.taken(bureau.db, CLERK, [*lines, line], bureau.now_ms)
    assert not matched(bureau, Mark.DOMAIN, "forged.example")


def test_no_more_are_kept_than_can_be_compared(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indicators, "MAX_INDICATORS", 2)
    indicators.mark(bureau.db, CLERK, *FORGED[0], bureau.now_ms, os.urandom)
    (line,) = indicators.shared(bureau.db, CLERK)
    with pytest.raises(IndicatorInvalid, match="at most 2"):
        indicators.taken(bureau.db, CLERK, [line, line], bureau.now_ms)


def test_what_is_no_domain_number_or_address_is_not_marked(bureau: Bureau) -> None:
    for kind in Mark:
        with pytest.raises(AgencyInvalid):
            indicators.mark(bureau.db, CLERK, kind, "forged", bureau.now_ms, os.urandom)


def test_an_agency_that_matches_takes_a_word_of_the_second_colleague(bureau: Bureau, lines: tuple[str, ...]) -> None:
    team = bureau.ready(domain="mail.forged.example")
    assert team.agency.suspected
    for despite in ("", " "):
        with pytest.raises(LooksForged):
            bureau.confirm(team.agency.number, despite=despite)
    bureau.db.execute("DELETE FROM fraud_indicator")
    with pytest.raises(LooksForged):
        bureau.confirm(team.agency.number)  # what was seen at the beginning is not forgotten
    assert bureau.confirm(team.agency.number, despite="the impostor used the true domain of this office")
    (entry,) = bureau.log(Act.AGENCY_CONFIRMED)
    assert (entry.who, entry.said) == (RELEASER.who, {"round": 0, "suspected": True})


def test_what_is_learnt_between_finding_and_confirming_counts(bureau: Bureau) -> None:
    team = bureau.ready()
    indicators.mark(bureau.db, CLERK, Mark.NUMBER, TEAPOTS.switchboard, bureau.now_ms, os.urandom)
    with pytest.raises(LooksForged):
        bureau.confirm(team.agency.number)
    assert not team.agency.suspected


@pytest.mark.parametrize("role", list(Role))
def test_indicators_belong_to_who_enrols(bureau: Bureau, role: Role) -> None:
    who = Acting.member(9, frozenset({role}))
    if Right.MANAGE_AGENCIES in RIGHTS[role]:
        indicators.mark(bureau.db, who, *FORGED[0], bureau.now_ms, os.urandom)
        assert indicators.shared(bureau.db, who)
        return
    with pytest.raises(NotYourRole):
        indicators.mark(bureau.db, who, *FORGED[0], bureau.now_ms, os.urandom)
    with pytest.raises(NotYourRole):
        indicators.shared(bureau.db, who)
    with pytest.raises(NotYourRole):
        indicators.taken(bureau.db, who, (), bureau.now_ms)
