# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Letters about requests that stand at a desk: written by who judges, named in the log by their hash."""

from __future__ import annotations

import hashlib

import pytest

from privity.desk.audit.acts import Act
from privity.desk.legal.answers import service
from privity.desk.legal.answers.errors import GroundMissing
from privity.desk.legal.answers.grounds import grounds_of
from privity.desk.legal.answers.model import Sort
from privity.desk.legal.answers.service import Draft
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.errors import NotJudged, SamePerson
from privity.desk.legal.requests.model import Ground, Outcome, Part
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Role
from tests.desk.legal.answers.post_room import writing
from tests.desk.legal.casework import CLERK, RELEASER, REVIEWER, Casework


def rejected(work: Casework) -> int:
    number = work.ready(change={"asks": ["decrypt"]})
    work.judged(number, Outcome.REJECT, grounds=(Ground.ASKS_FOR_CAPABILITY,))
    return number


def test_a_refusal_of_a_request_at_the_desk_is_written_and_logged_by_its_hash(work: Casework) -> None:
    number = rejected(work)
    grounds = grounds_of(requests.verdict_of(work.db, work.key, number))
    assert grounds == (Ground.ASKS_FOR_CAPABILITY,)
    draft = Draft(Sort.REFUSAL, grounds, "We cannot, and so we do not.")
    seen = service.preview(work.db, REVIEWER, writing(work), number, draft)
    made = service.write(work.db, REVIEWER, writing(work), number, draft, work.now_ms, work.random)
    assert made == seen, "the same verdict gives the same letter"
    assert work.of(number).pseudonym in made.text and "Teapot Talk" in made.text and "26-mj-17" in made.text
    assert "We cannot, and so we do not." in made.text
    assert hashlib.sha256(made.page).hexdigest() == made.sha256
    (entry,) = work.log(Act.LEGAL_ANSWERED)
    assert entry.said["grounds"] == ["asks_for_capability"] and entry.said["page_sha256"] == made.sha256
    assert "We cannot" not in str(entry.said) and "pot.collector" not in str(entry.said)
    with pytest.raises(SamePerson):
        requests.take_part(work.db, number, REVIEWER.who, Part.RELEASED)


@pytest.mark.parametrize("sort", Sort)
def test_every_sort_of_letter_can_be_written_about_a_request(work: Casework, sort: Sort) -> None:
    if sort is Sort.FORM_3:
        number = work.submitted("eu.epoc")
        work.verified(number)
        work.confirmed(number, channel="decentralised_it_system")
        work.triaged(number)
    elif sort is Sort.CLARIFICATION:
        number = work.submitted(drop=("docket",))
        work.verified(number)
        work.confirmed(number)
        work.triaged(number)
    else:
        number = work.scoped()
    draft = Draft(sort, (Ground.PRIVILEGE,))
    made = service.write(work.db, REVIEWER, writing(work), number, draft, work.now_ms, work.random)
    assert made.letter.sort is sort and "pot.collector" not in made.text, "whom it is about stands in no letter"


def test_who_does_not_judge_writes_nothing_and_who_sees_nothing_reads_nothing(work: Casework) -> None:
    number = rejected(work)
    draft = Draft(Sort.REFUSAL, (Ground.ASKS_FOR_CAPABILITY,))
    for other in (CLERK, RELEASER):
        assert service.preview(work.db, other, writing(work), number, draft).text
        with pytest.raises(NotYourRole):
            service.write(work.db, other, writing(work), number, draft, work.now_ms, work.random)
    for role in (Role.MODERATOR, Role.SENIOR, Role.ADMIN, Role.AUDITOR, Role.APPEALS, Role.REFERRALS):
        with pytest.raises(NotYourRole):
            service.preview(work.db, Acting.member(50, frozenset({role})), writing(work), number, draft)
    with pytest.raises(GroundMissing):
        service.write(work.db, REVIEWER, writing(work), number, Draft(Sort.REFUSAL), work.now_ms, work.random)
    assert work.log(Act.LEGAL_ANSWERED) == []


def test_lp_12_before_anybody_is_verified_there_is_no_letter(work: Casework) -> None:
    number = work.submitted()
    for sort in Sort:
        with pytest.raises(NotJudged):
            service.preview(work.db, REVIEWER, writing(work), number, Draft(sort, (Ground.RULEBOOK,)))
