# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Notices on the pages: how they read, what bars them until when, and objections with their answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from privity.desk.audit.acts import Act
from privity.desk.decisions.outbox import EffectState
from privity.desk.legal.notices.model import Answer
from privity.desk.legal.notices.settling import ready_ms
from privity.desk.legal.requests.model import Outcome, State
from privity.desk.staff.rights import Role
from tests.desk.console.legal_floor import House, fresh, house
from tests.desk.legal.notices.post import ORDER
from tests.desk.legal.releasing.floor import DAY_MS

__all__ = ["fresh", "house"]

SECRET: Final[dict[str, Any]] = {"gag_requested": True, "gag_basis": ORDER, "gag_until": "2027-02-01"}
HOSTILE = "</div><script>alert(1)</script>{{7*7}}\u202e"


def notice(number: int) -> str:
    return f"/legal/{number}/notice"


def in_days(house: House, days: int) -> str:
    return f"{datetime.fromtimestamp((house.floor.now_ms + days * DAY_MS) / 1000, UTC):%Y-%m-%d}"


async def test_a_notice_reads_as_it_will_be_read_and_says_how_long_people_can_object(house: House) -> None:
    number = house.post.collected()
    clerk = await house.clerk()
    assert "whom request" in (await clerk.get(notice(number))).text.lower()
    house.post.step()
    page = (await clerk.get(notice(number))).text
    (said,) = house.post.said()
    assert all(line in page for line in said.text.replace("'", "&#39;").split("\n\n")[:2])
    assert "the hub has not said that it has it" in page
    house.post.hub_takes()
    house.post.step()
    page = (await clerk.get(notice(number))).text
    assert "told <time" in page and "People can object until" in page
    house.post.days(9)
    page = (await (await house.clerk()).get(notice(number))).text
    assert "Nothing about notices stands against a release now." in page
    assert [entry.said["kind"] for entry in house.floor.acts(Act.LEGAL_READ)][-1] == "notices"


async def test_lp_23_a_bar_needs_a_basis_and_an_end_and_ends_by_itself(house: House) -> None:
    number = house.post.collected(**SECRET)
    clerk, place = await house.clerk(), f"{notice(number)}/bar"
    house.post.step()
    page = await clerk.get(notice(number))
    assert ORDER in page.text and 'value="2027-02-01"' in page.text, "what the request cites is filled in"
    for wish in ({"basis": ""}, {"basis": "  "}, {"until": ""}, {"until": in_days(house, -2)}):
        form = {"kind": "order", "basis": ORDER, "until": in_days(house, 30)} | wish
        answer = await clerk.fill(page.form(place), **form)
        assert answer.status == 409 and "GagIsAWish" in answer.text, wish
    assert house.post.acts(Act.LEGAL_BARRED) == []
    assert (await clerk.fill(page.form(place), kind="order", basis=ORDER, until=in_days(house, 30))).status == 303
    page = await clerk.get(notice(number))
    assert "18 USC 2705(b)" in page.text and "bars until" in page.text
    looked = await clerk.submit(notice(number), f"{notice(number)}/look", words="the court has not lifted it")
    assert looked.status == 303 and len(house.post.acts(Act.LEGAL_BAR_REVIEWED)) == 1
    emergency = await clerk.fill(page.form(place), kind="emergency", basis=ORDER, until=in_days(house, 30))
    assert "BarRefused" in emergency.text
    house.post.step()
    assert house.post.said() == []
    house.post.days(32)
    house.post.step()
    assert len(house.post.said()) == 1
    assert "bars no more" in (await (await house.clerk()).get(notice(number))).text


async def test_lp_23_secrecy_without_a_basis_or_an_end_is_called_a_wish(house: House) -> None:
    number = house.floor.judged(Outcome.REJECT, gag_requested=True, gag_basis=ORDER)
    page = await (await house.clerk()).get(notice(number))
    assert "The request asks for secrecy without an end: ask for it; nothing is barred." in page.text


async def test_secrecy_that_a_request_asks_for_waits_for_a_person_who_tells_people(house: House) -> None:
    number = house.post.collected(**SECRET)
    house.post.step()
    assert house.post.said() == []
    clerk = await house.clerk()
    assert (await clerk.submit(notice(number), f"{notice(number)}/tell")).status == 303
    assert len(house.post.said()) == 1


async def test_who_tells_people_instead_is_said_with_a_basis(house: House) -> None:
    number = house.post.collected(**SECRET)
    clerk = await house.clerk()
    form = (await clerk.get(notice(number))).form(f"{notice(number)}/informs")
    assert "GagIsAWish" in (await clerk.fill(form, basis=" ")).text
    assert (await clerk.fill(form, basis="art. 13 of the regulation")).status == 303
    page = (await clerk.get(notice(number))).text
    assert "Nothing about notices stands against a release now." in page
    assert house.post.said() == []


async def test_an_objection_is_opened_for_a_reason_and_answered_in_words_that_the_person_reads(house: House) -> None:
    number = house.post.told()
    house.post.approved(number)
    assert house.post.objects(house.post.notice(number).reference, house.post.person, HOSTILE) is not None
    clerk = await house.clerk()
    page = await clerk.get(notice(number))
    assert "Nothing leaves before it was answered." in page.text and "alert(1)" not in page.text
    place = notice(number)
    assert (await clerk.fill(page.form(f"{place}/words"), words=" ")).status == 409
    opened = await clerk.fill(page.form(f"{place}/words"), words="to answer it")
    assert "&lt;script&gt;alert(1)" in opened.text and "<script>alert" not in opened.text
    assert "{{7*7}}" in opened.text and "right-to-left override" in opened.text
    (entry,) = [each for each in house.post.acts(Act.EVIDENCE_OPENED) if str(each.said["of"]).startswith("objection")]
    assert entry.said["reason"] == "to answer it"
    form = opened.form(f"{place}/answer")
    assert (await clerk.fill(form, outcome="goes_on", words="")).status == 409
    assert (await clerk.fill(form, outcome="goes_on", words="It is your account that the court names.")).status == 303
    assert "the objection changes nothing" in (await clerk.get(place)).text
    assert house.post.said()[-1].text.count("It is your account that the court names.") == 1
    again = await clerk.fill(form, outcome=Answer.STOPPED.value, words="It was right.")
    assert again.status == 409 and "AnsweredBefore" in again.text


async def test_an_objection_that_was_right_stops_it_and_the_page_says_so(house: House) -> None:
    number = house.post.told()
    house.post.approved(number)
    house.post.objects(house.post.notice(number).reference, house.post.person)
    clerk, place = await house.clerk(), notice(number)
    await clerk.submit(place, f"{place}/answer", outcome="stopped", words="You are right.")
    house.post.days(9)
    assert ready_ms(house.db, number, house.floor.now_ms) is None
    page = (await (await house.clerk()).get(place)).text
    assert "A release waits:" in page and house.floor.state(number) is State.APPROVED


async def test_an_account_that_is_gone_is_looked_at_by_a_person(house: House) -> None:
    number = house.post.collected()
    house.post.step()
    clerk, place = await house.clerk(), notice(number)
    early = await clerk.submit(place, f"{place}/nobody", words="they left")
    assert early.status == 409 and "StillThere" in early.text
    house.post.hub_takes(EffectState.REFUSED, "account_closed")
    assert (await clerk.submit(place, f"{place}/nobody", words="the hub says that it was closed")).status == 303
    assert "there is nobody whom to tell" in (await clerk.get(place)).text


async def test_what_belongs_to_another_request_is_not_answered_under_this_one(house: House) -> None:
    first, second = house.post.told(), house.post.told()
    house.post.objects(house.post.notices(second)[0].reference, house.post.person)
    clerk = await house.clerk()
    for act, field in (("words", "objection"), ("answer", "objection"), ("look", "bar"), ("nobody", "notice")):
        fields = {field: "2", "words": "as if it were mine"} | ({"outcome": "stopped"} if act == "answer" else {})
        assert (await clerk.post(f"{notice(first)}/{act}", fields)).status == 404, act


async def test_who_releases_reads_notices_and_changes_nothing(house: House) -> None:
    number = house.post.told()
    releaser = await house.releaser()
    page = await releaser.get(notice(number))
    assert page.status == 200 and not [each for each in page.forms if each.action.startswith("/legal")]
    for act in ("bar", "look", "lift", "informs", "tell", "nobody", "words", "answer"):
        assert (await releaser.post(f"{notice(number)}/{act}")).status == 403


@pytest.mark.parametrize("path", ["/legal/77/notice", "/legal/x/notice", "/legal/0/notice"])
async def test_what_is_not_there_is_refused(house: House, path: str) -> None:
    assert (await (await house.clerk()).get(path)).status in (404, 409)


async def test_a_bar_is_lifted_by_two_people_and_then_people_are_told(house: House) -> None:
    number = house.post.collected()
    bar = house.post.bar(number, house.floor.now_ms + 60 * DAY_MS)
    house.post.step()
    clerk, releaser, place = await house.clerk(), await house.releaser(), notice(number)
    form = (await clerk.get(place)).form(f"{place}/lift")
    for wrong in ({"basis": " "}, {"since": ""}, {"since": in_days(house, 61)}):
        refused = await clerk.fill(form, **{"basis": "the court of Example", "since": in_days(house, 0)} | wrong)
        assert refused.status == 409 and "BarRefused" in refused.text, wrong
    assert (await clerk.fill(form, basis=HOSTILE, since=in_days(house, 0))).status == 303
    page = await clerk.get(place)
    assert "It bars until another person confirms that." in page.text and "<script>alert" not in page.text
    assert not [each for each in page.forms if each.action == f"{place}/lifted"]
    house.post.step()
    assert house.post.said() == []
    page = await releaser.get(place)
    confirm = page.form(f"{place}/lifted")
    assert confirm.passkey == "get"
    given = {name: value for name, value in confirm.fields if name != "answer"}
    assert (await releaser.post(confirm.action, given)).status != 303, "it takes a passkey now"
    other = house.post.collected()
    house.post.bar(other, house.floor.now_ms + 60 * DAY_MS)
    for fields in ({"bar": "1", "lift": "1"}, {"bar": "2", "lift": "1"}, {"bar": "2", "lift": "77"}):
        answer = releaser.passkey.get((await releaser.get(place)).form(confirm.action).options, releaser.origin)
        moved = await releaser.post(f"{notice(other)}/lifted", {**fields, "answer": answer})
        assert moved.status != 303, fields
    assert house.post.acts(Act.LEGAL_BAR_LIFTED) == []
    assert (await releaser.fill((await releaser.get(place)).form(confirm.action))).status == 303
    (lifted,) = house.post.acts(Act.LEGAL_BAR_LIFTED)
    assert (lifted.who, lifted.said["bar"]) == (house.floor.releaser.who, bar.number)
    house.post.step()
    assert len(house.post.said()) == 1
    page = await clerk.get(place)
    assert "bars no more" in page.text and "Lifted from" in page.text
    assert not [each for each in page.forms if each.action in (f"{place}/lift", f"{place}/lifted")]


async def test_who_said_that_a_bar_is_lifted_does_not_confirm_it(house: House) -> None:
    number = house.post.collected()
    house.post.bar(number, house.floor.now_ms + 60 * DAY_MS)
    alone, place = await house.somebody(Role.LEGAL_REVIEWER, Role.LEGAL_RELEASER), notice(number)
    assert (await alone.submit(place, f"{place}/lift", basis="the court", since=in_days(house, 0))).status == 303
    page = await alone.get(place)
    assert "You said so. Somebody else confirms it." in page.text
    assert not [each for each in page.forms if each.action == f"{place}/lifted"]
    assert (await (await house.clerk()).post(f"{place}/lifted", {"bar": "1", "lift": "1"})).status == 403
    assert house.post.acts(Act.LEGAL_BAR_LIFTED) == []
