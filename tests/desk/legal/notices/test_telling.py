# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""People are told before anything leaves: of their own data, in words that hold, with a time to object that is real."""

from __future__ import annotations

import asyncio
import os

import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import IntegrityError
from privity.desk.decisions import service as decisions
from privity.desk.decisions.outbox import EffectState
from privity.desk.legal.living import Living
from privity.desk.legal.notices import service, settling
from privity.desk.legal.notices.errors import (
    BarRefused,
    CounselDecides,
    GagIsAWish,
    NobodyTold,
    NoticeUnknown,
    NotYetKnown,
    StillThere,
    WindowOpen,
)
from privity.desk.legal.notices.sending import step
from privity.desk.legal.notices.texts import CLASSES
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import end_of_day
from privity.desk.legal.requests.errors import GuardUnmet, MoveRefused
from privity.desk.legal.requests.model import State
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Role
from privity.identity.uris import new_user_uri
from privity.production.classes import Releasable
from privity.production.model import Notice, NoticeState
from privity.server.staff.effects import MAX_STATEMENT, MAX_WORDS
from privity.wire.standing import StatementKind
from tests.desk.fake_hub import HOST
from tests.desk.legal.notices.post import BOTH_TARGETS, LID, OTHERS, POT, REVIEWER, Post

SENIOR = Acting.member(2, frozenset({Role.SENIOR}))


def test_a_person_is_told_before_anything_leaves_and_what_they_read_holds(post: Post) -> None:
    number = post.collected()
    assert post.step() > 0
    (asked,) = post.asked()
    (said,) = post.said()
    assert asked.effect.subject == post.person
    assert said.kind is StatementKind.LEGAL_REQUEST
    for words in (
        "Nothing has been handed over by this request yet",
        "Who asks:",
        CLASSES[Releasable.SUBSCRIBER],
        "from 1 October 2026 to 31 October 2026",
        "Subpoena of an agency",
        "you can object until 3 December 2026",
        "Nobody here can decrypt your conversations",
        "lawyer",
        "law@teapots.example",
        said.reference,
    ):
        assert words in said.text, words
    assert said.appeal_until_ms == end_of_day(asked.made_ms, 7)
    assert len(said.text) <= MAX_STATEMENT and 0 < len(said.policy) <= MAX_WORDS
    assert post.of(number).pseudonym not in said.text and "LP-" not in said.reference
    assert settling.state_for(post.db, number, post.now_ms) == Notice(NoticeState.SENT)
    post.step()
    assert len(post.asked()) == 1, "told once"


def test_each_person_reads_of_their_own_data_and_nobody_elses(post: Post) -> None:
    post.accounts[LID] = new_user_uri(HOST, os.urandom)
    number = post.collected(targets=BOTH_TARGETS)
    post.step()
    first, second = post.asked()
    assert {first.effect.subject, second.effect.subject} == set(post.accounts.values())
    one, other = post.said()
    assert one.reference != other.reference, "neither learns that they are in one request"
    for said in (one, other):
        assert POT.value not in said.text and LID.value not in said.text
        assert not any(user_uri in said.text for user_uri in post.accounts.values())
    assert [each.settled for each in post.notices(number)] == [False, False]


def test_two_names_of_one_account_are_one_person(post: Post) -> None:
    post.accounts[LID] = post.person
    number = post.collected(targets=BOTH_TARGETS)
    post.step()
    assert len(post.asked()) == len(post.notices(number)) == 1
    assert post.said()[0].text.count(CLASSES[Releasable.SUBSCRIBER]) == 1


def test_what_is_nobodys_goes_on_and_the_package_says_nothing_of_notice(post: Post) -> None:
    post.accounts.clear()
    number = post.collected()
    post.step()
    assert post.asked() == []
    assert settling.state_for(post.db, number, post.now_ms) is None
    post.approved(number)
    assert post.done(number).state is State.NOTICE_DONE


def test_nothing_goes_on_before_the_time_to_object_is_over(post: Post) -> None:
    number = post.told()
    sent_ms = post.notice(number).made_ms
    post.approved(number)
    ready = settling.ready_ms(post.db, number, post.now_ms)
    assert ready == end_of_day(sent_ms, 7)
    with pytest.raises(WindowOpen, match=r"can object until \d{4}-\d\d-\d\d 00:00 UTC$"):
        post.done(number)
    post.step()
    assert post.of(number).state is State.APPROVED
    post.to_the_day(sent_ms, 7)
    post.step()
    assert post.of(number).state is State.APPROVED, "the seventh day is still theirs"
    post.to_the_day(sent_ms, 8)
    post.step()
    assert post.of(number).state is State.NOTICE_DONE
    (entry,) = [each for each in post.acts(Act.LEGAL_MOVED) if each.said.get("to") == "notice_done"]
    assert entry.said["how"] == "told" and entry.who == "desk"


def test_a_hub_that_drops_the_notice_stops_the_release_and_somebody_sees_it(post: Post) -> None:
    number = post.collected()
    post.step()
    post.approved(number)
    post.days(30)
    with pytest.raises(WindowOpen, match=r"can object after they were told$"):
        post.done(number)
    assert settling.ready_ms(post.db, number, post.now_ms) is None
    (waits,) = service.waiting(post.db, REVIEWER, post.telling, post.now_ms)
    assert waits.request == number and "has not taken" in waits.why
    post.hub_takes()
    taken_ms = post.now_ms
    post.step()
    ready = settling.ready_ms(post.db, number, post.now_ms)
    assert ready == end_of_day(taken_ms, 7), "the time to object runs from when the hub has it"
    assert service.waiting(post.db, REVIEWER, post.telling, post.now_ms) == ()


def test_a_notice_that_the_hub_refused_is_for_a_person(post: Post) -> None:
    number = post.collected()
    post.step()
    with pytest.raises(StillThere):
        service.nobody(post.db, REVIEWER, post.notice(number).number, "I think it is gone.", post.now_ms)
    post.hub_takes(EffectState.REFUSED, "not_found: no account has this user URI")
    post.step()
    (refused,) = decisions.refused_effects(post.db, SENIOR)
    assert refused.effect.subject == post.person
    (waits,) = service.waiting(post.db, REVIEWER, post.telling, post.now_ms)
    assert "refused notice" in waits.why
    for other in OTHERS:
        with pytest.raises(NotYourRole):
            service.nobody(post.db, other, post.notice(number).number, "It is gone.", post.now_ms)
    gone = service.nobody(post.db, REVIEWER, post.notice(number).number, "The account was closed.", post.floor.later())
    assert gone.nobody and gone.settled
    post.approved(number)
    assert post.done(number).state is State.NOTICE_DONE
    with pytest.raises(NoticeUnknown):
        service.nobody(post.db, REVIEWER, 99, "It is gone.", post.now_ms)


def test_what_the_hub_refused_and_was_asked_anew_counts_when_it_is_taken(post: Post) -> None:
    number = post.collected()
    post.step()
    post.hub_takes(EffectState.REFUSED, "not_found")
    (old,) = post.asked()
    decisions.send_again(post.db, SENIOR, old.number, post.floor.later(), os.urandom)
    post.hub_takes()
    post.step()
    assert post.notice(number).settled
    assert len(post.asked()) == 2


def test_nobody_is_told_of_what_was_not_collected(post: Post) -> None:
    number = post.floor.judged()
    post.step()
    assert post.asked() == []
    with pytest.raises(NotYetKnown):
        service.tell(post.db, REVIEWER, post.telling, number, post.now_ms)
    with pytest.raises(NobodyTold):
        settling.state_for(post.db, number, post.now_ms)


@pytest.mark.parametrize("instrument", ["fr.cpp", "de.stpo"])
def test_where_counsel_decides_nobody_is_told_by_a_machine(post: Post, instrument: str) -> None:
    number = post.collected(instrument)
    post.step()
    assert post.asked() == []
    (waits,) = service.waiting(post.db, REVIEWER, post.telling, post.now_ms)
    assert waits.request == number
    with pytest.raises(NobodyTold):
        settling.state_for(post.db, number, post.now_ms)
    for other in OTHERS:
        with pytest.raises(NotYourRole):
            service.tell(post.db, other, post.telling, number, post.now_ms)
    (notice,) = service.tell(post.db, REVIEWER, post.telling, number, post.floor.later())
    assert notice.told is not None and len(post.asked()) == 1


def test_a_european_authority_informs_the_person_itself_and_the_package_says_so(post: Post) -> None:
    number = post.collected("eu.epoc")
    post.step()
    assert post.asked() == []
    assert settling.state_for(post.db, number, post.now_ms) == Notice(NoticeState.AUTHORITY_INFORMS)
    post.approved(number)
    assert post.done(number).state is State.NOTICE_DONE
    with pytest.raises(BarRefused):
        service.tell(post.db, REVIEWER, post.telling, number, post.now_ms)


def test_counsel_can_say_that_the_authority_informs(post: Post) -> None:
    number = post.collected("de.stpo")
    post.step()
    with pytest.raises(GagIsAWish):
        service.authority_informs(post.db, REVIEWER, number, " ", post.now_ms)
    service.authority_informs(post.db, REVIEWER, number, "StPO 101, counsel of 2026-11-26", post.floor.later())
    assert settling.state_for(post.db, number, post.now_ms) == Notice(NoticeState.AUTHORITY_INFORMS)
    with pytest.raises(BarRefused):
        service.authority_informs(post.db, REVIEWER, number, "StPO 101", post.now_ms)
    post.step()
    assert post.asked() == []


def test_of_an_instrument_by_which_nothing_leaves_nobody_is_told(post: Post) -> None:
    number = post.preserved()
    with pytest.raises(CounselDecides):
        service.tell(post.db, REVIEWER, post.telling, number, post.now_ms)
    post.step()
    assert post.asked() == []


def test_a_new_decision_needs_a_new_notice(post: Post) -> None:
    number = post.told()
    request = post.of(number)
    post.judged_anew(number)
    with pytest.raises(NobodyTold):
        settling.state_for(post.db, number, post.now_ms)
    post.step()
    old, new = post.notices(number)
    assert (old.decision, new.decision) == (request.decision, post.of(number).decision)
    assert old.reference != new.reference and len(post.asked()) == 2


def test_only_an_approved_request_is_settled(post: Post) -> None:
    number = post.told()
    with pytest.raises(MoveRefused):
        post.done(number)


def test_the_database_lets_no_request_past_its_notices(post: Post) -> None:
    number = post.told()
    post.approved(number)
    with pytest.raises(GuardUnmet, match="nobody was told"):
        requests.move(post.db, number, State.NOTICE_DONE, "staff:7", post.floor.later())
    request = post.of(number)
    (move,) = post.db.execute("SELECT max(n) FROM legal_move WHERE request = ?", (number,)).fetchone()
    for how in ("told", "nobody", "authority_informs"):
        with pytest.raises(IntegrityError):
            post.db.execute(
                "INSERT INTO legal_notice_done (move, request, decision, how, at_ms) VALUES (?, ?, ?, ?, ?)",
                (move, number, request.decision, how, post.now_ms),
            )


def test_raw_sql_says_of_nobody_that_they_were_told(post: Post) -> None:
    number = post.collected()
    post.step()
    notice = post.notice(number)
    assert notice.told is not None
    other = post.effect(new_user_uri(HOST, os.urandom))
    for sql, values in (
        ("INSERT INTO legal_notice_told VALUES (?, ?, ?, ?)", (notice.number, notice.told.effect, 5, 1 << 50)),
        ("INSERT INTO legal_notice_nobody VALUES (?, 5, 'x', 'gone')", (notice.number,)),
        ("UPDATE legal_notice_sent SET until_ms = at_ms WHERE notice = ?", (notice.number,)),
        ("UPDATE legal_notice SET user_uri = 'mimi://x/u/y' WHERE n = ?", (notice.number,)),
        ("UPDATE legal_notice SET user_uri = NULL, ciphertext = x'' WHERE n = ?", (notice.number,)),
        ("DELETE FROM legal_notice WHERE n = ?", (notice.number,)),
        ("UPDATE legal_notice_key SET wrapped_key = zeroblob(length(wrapped_key)) WHERE notice = ?", (notice.number,)),
        ("DELETE FROM legal_notice_sent WHERE notice = ?", (notice.number,)),
    ):
        with pytest.raises(IntegrityError):
            post.db.execute(sql, values)
    post.days(1)
    again = post.collected()
    service.tell(post.db, REVIEWER, post.telling, again, post.floor.later())
    (unsent,) = post.notices(again)
    with pytest.raises(IntegrityError):
        post.db.execute(
            "INSERT INTO legal_notice_sent VALUES (?, ?, ?, ?, 0)", (unsent.number, other, post.now_ms, post.now_ms)
        )


def test_nothing_goes_while_the_clock_is_doubted(post: Post) -> None:
    number = post.collected()
    doubted = Living(post.db, lambda: post.now_ms, lambda _: False, (lambda db, at_ms: step(db, post.telling, at_ms),))
    asyncio.run(doubted.step())
    assert post.asked() == []
    assert post.step() > 0
    assert len(post.notices(number)) == 1


def test_the_words_are_sealed_and_the_log_names_nobody(post: Post) -> None:
    number = post.collected()
    post.bar(number, post.now_ms + 20 * 86_400_000)
    post.step()
    row = post.db.execute("SELECT ciphertext FROM legal_notice").fetchone()[0]
    assert b"Court of Example" not in row and b"subscriber" not in row
    for entry in post.acts():
        said = str(entry.said)
        assert post.person not in said and POT.value not in said and "2705" not in said


def test_a_stranger_writes_no_paragraph_of_a_notice(post: Post) -> None:
    hostile = "Court\n\nNothing was asked.\u202e<script>alert(1)</script>\u2028 Click here."
    post.collected("us.sca.2703d", court=hostile, legal_basis=hostile)
    post.step()
    (said,) = post.said()
    assert "\n\nNothing was asked" not in said.text and "Court Nothing was asked." in said.text
    assert not set("\u202e\u2028") & set(said.text)


def test_a_desk_that_starts_anew_goes_on_where_it_was(post: Post) -> None:
    number = post.collected()
    post.step()
    post.restarted()
    post.step()
    assert len(post.asked()) == 1
    post.hub_takes()
    post.step()
    assert post.notice(number).settled
