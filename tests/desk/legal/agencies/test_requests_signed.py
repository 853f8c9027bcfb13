# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An officer's passkey signs the hash of a request; how unusual it is only asks for a call-back, and lets nobody in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from privity.desk.audit.acts import Act
from privity.desk.legal.agencies import indicators, proving, scoring, service
from privity.desk.legal.agencies.errors import ProofRefused
from privity.desk.legal.agencies.model import Mark, Seen
from privity.desk.legal.agencies.scoring import CALL_BACK, FRAUD, NEW_COUNTRY, NEW_DEVICE, NEW_HOUR, OTHER_DOMAIN
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import ChallengeRefused, NotYourRole
from privity.desk.staff.rights import Role
from tests.desk.legal.agencies.bureau import CLERK, DAY_MS, HOME, PLACE, Bureau, Team

HOUR_MS = 3_600_000


@pytest.fixture
def team(bureau: Bureau) -> Team:
    """An officer whom somebody has called back once."""
    team = bureau.enrolled()
    bureau.file(team.officer, b"the first request")
    bureau.called_back(b"the first request")
    return team


def test_lp_13_the_first_request_asks_for_a_call_back(bureau: Bureau) -> None:
    team = bureau.enrolled()
    found = bureau.file(team.officer, b"the first request")
    assert (found.officer.number, found.agency.number) == (team.officer, team.agency.number)
    assert found.score == NEW_DEVICE + NEW_COUNTRY + NEW_HOUR and found.call_back
    (entry,) = bureau.log(Act.AGENCY_PROVED)
    assert (entry.who, entry.said) == (f"officer:{team.officer}", {"purpose": "request", "score": found.score})


def test_nothing_is_usual_before_somebody_called_back(bureau: Bureau) -> None:
    """A thief who files twice is as unusual the second time."""
    team = bureau.enrolled()
    scores = [bureau.file(team.officer, bytes([n])).score for n in range(3)]
    assert scores == [NEW_DEVICE + NEW_COUNTRY + NEW_HOUR] * 3
    bureau.called_back(b"\x02")
    assert bureau.file(team.officer, b"after").score == 0


@pytest.mark.parametrize(
    ("seen", "hours", "score"),
    [
        (HOME, 0, 0),
        (HOME, 2, 0),
        (HOME, 22, 0),
        (HOME, 3, NEW_HOUR),
        (HOME, 21, NEW_HOUR),
        (replace(HOME, device=hashlib.sha256(b"another browser").digest()), 0, NEW_DEVICE),
        (replace(HOME, device=None), 0, NEW_DEVICE),
        (replace(HOME, country="FR"), 0, NEW_COUNTRY),
        (replace(HOME, country=None), 0, 0),
        (replace(HOME, contact="Desk <desk@mail.teapots.example>, +49 30 1234-56"), 0, 0),
        (replace(HOME, contact="answer desk@teapots.example.net please"), 0, OTHER_DOMAIN),
        (replace(HOME, contact="desk@notteapots.example"), 0, OTHER_DOMAIN),
        (replace(HOME, contact="nobody@@, @, +12, a@b"), 0, 0),
        (Seen(None, "FR", "desk@kettles.example"), 12, NEW_DEVICE + NEW_COUNTRY + NEW_HOUR + OTHER_DOMAIN),
    ],
    ids=[
        "as ever", "two hours later", "two hours earlier", "three hours later", "three hours earlier", "new device",
        "no device", "new country", "no country", "own domain", "domain beside", "domain that ends alike", "no address",
        "everything",
    ],
)  # fmt: skip
def test_what_is_new_raises_the_score(bureau: Bureau, team: Team, seen: Seen, hours: int, score: int) -> None:
    bureau.now_ms += hours * HOUR_MS
    found = bureau.file(team.officer, b"another request", seen)
    assert (found.score, found.call_back) == (score, score >= CALL_BACK)


@pytest.mark.parametrize(
    ("kind", "value", "contact"),
    [
        (Mark.MAIL, "desk@teapots.example", "write to DESK@teapots.example"),
        (Mark.DOMAIN, "forged.example", "write to a@mail.forged.example"),
        (Mark.NUMBER, "+44 20 1234567", "or call +44 (20) 123-4567."),
    ],
    ids=str,
)
def test_what_impostors_used_asks_for_a_call_back(
    bureau: Bureau, team: Team, kind: Mark, value: str, contact: str
) -> None:
    indicators.mark(bureau.db, CLERK, kind, value, bureau.now_ms, bureau.door.random)
    found = bureau.file(team.officer, b"another request", replace(HOME, contact=contact))
    assert found.score - OTHER_DOMAIN * ("forged" in contact) == FRAUD and found.call_back


def test_one_officers_habits_are_not_anothers(bureau: Bureau, team: Team) -> None:
    other, _ = bureau.officer(team.supervisor, "Bo")
    assert bureau.file(other, b"another request").score == NEW_DEVICE + NEW_COUNTRY + NEW_HOUR


def test_habits_end_with_the_officer(bureau: Bureau, team: Team) -> None:
    assert bureau.db.execute("SELECT count(*) FROM agency_habit").fetchone() == (3,)
    bureau.end_by(team.supervisor, team.officer)
    assert bureau.db.execute("SELECT count(*) FROM agency_habit").fetchone() == (0,)


def test_a_call_back_is_about_a_request_that_was_signed_and_counts_once(bureau: Bureau, team: Team) -> None:
    digest = hashlib.sha256(b"the first request").digest()
    for wanted in (digest, b"\x00" * 32):
        with pytest.raises(ProofRefused, match="nobody called back"):
            proving.called_back(bureau.db, CLERK, wanted, bureau.now_ms)
    moderator = Acting.member(4, frozenset({Role.MODERATOR}))
    with pytest.raises(NotYourRole):
        proving.called_back(bureau.db, moderator, digest, bureau.now_ms)
    (entry,) = bureau.log(Act.AGENCY_CALLED_BACK)
    assert (entry.who, entry.about, entry.said) == (CLERK.who, team.agency.about, {"officer": team.officer})


def test_each_request_counts_once_for_ever(bureau: Bureau, team: Team) -> None:
    with pytest.raises(ProofRefused, match="counted already"):
        bureau.file(team.officer, b"the first request")
    bureau.days(80)
    with pytest.raises(ProofRefused, match="counted already"):
        bureau.file(team.officer, b"the first request")


def test_filing_keeps_an_agency_from_lapsing_and_being_refused_does_not(bureau: Bureau, team: Team) -> None:
    bureau.days(80)
    answer = bureau.answer(team.officer, b"other bytes")
    with pytest.raises(ChallengeRefused):
        proving.verify_request(bureau.db, PLACE, b"these bytes", answer, HOME, bureau.now_ms)
    assert service.of(bureau.db, team.agency.number).used_ms == bureau.now_ms - 80 * DAY_MS
    bureau.file(team.officer, b"these bytes")
    assert service.of(bureau.db, team.agency.number).used_ms == bureau.now_ms
    assert service.officer(bureau.db, team.officer).person.used_ms == bureau.now_ms


def test_a_download_is_signed_by_the_officer_whose_it_is(bureau: Bureau, team: Team) -> None:
    challenge = hashlib.sha256(b"production 1, nonce 1").digest()
    answer = bureau.keys[team.officer].get(proving.ask_officer(bureau.db, PLACE, team.officer, challenge), PLACE.origin)
    other, _ = bureau.officer(team.supervisor, "Bo")

    def verify(officer: int, of: bytes = challenge) -> int:
        return proving.verify_officer(bureau.db, PLACE, officer, of, answer, "download", bureau.now_ms).number

    with pytest.raises(ProofRefused, match=f"expected the passkey of officer:{other}"):
        verify(other)
    with pytest.raises(ChallengeRefused):
        verify(team.officer, hashlib.sha256(b"production 2").digest())
    assert verify(team.officer) == team.officer
    with pytest.raises(ProofRefused, match="counted already"):
        verify(team.officer)
    assert bureau.log(Act.AGENCY_PROVED)[-1].said == {"purpose": "download"}


def test_no_request_is_taken_for_a_deed(bureau: Bureau, team: Team) -> None:
    """Whoever could have an officer sign chosen bytes as a request would have a deed signed."""
    with pytest.raises(ProofRefused, match="expected the bytes of a request"):
        proving.request_challenge(b'Privity agency deed 1\n{"deed":"enrol_key"}')


def test_the_hour_is_of_the_day_in_utc() -> None:
    assert [scoring.hour(at) for at in (0, HOUR_MS - 1, HOUR_MS, 24 * HOUR_MS)] == [0, 0, 1, 0]


def test_an_answer_counts_together_with_what_it_is_for_or_not_at_all(bureau: Bureau, team: Team) -> None:
    """A desk that ends in between would otherwise refuse the same answer for ever."""
    request, challenge = b"another request", hashlib.sha256(b"a production").digest()
    signed = bureau.answer(team.officer, request)
    shown = bureau.keys[team.officer].get(proving.ask_officer(bureau.db, PLACE, team.officer, challenge), PLACE.origin)
    done: list[object] = []

    def fails(_: object) -> None:
        raise OSError("the disk is full")

    def verify(then: Callable[[object], None]) -> None:
        proving.verify_request(bureau.db, PLACE, request, signed, HOME, bureau.now_ms, then)
        proving.verify_officer(bureau.db, PLACE, team.officer, challenge, shown, "download", bureau.now_ms, then)

    before = bureau.log()
    with pytest.raises(OSError, match="full"):
        verify(fails)
    assert bureau.log() == before
    verify(done.append)
    assert [type(each).__name__ for each in done] == ["Verified", "Officer"]
