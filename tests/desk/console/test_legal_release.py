# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Releases on the pages: the exact manifest, two people's passkeys over it, and what became of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db
from privity.desk.legal.releasing import looking, parts, service
from privity.desk.legal.releasing.errors import NotReady
from privity.desk.legal.releasing.model import Production, Stage, Weighs
from privity.desk.legal.requests.model import Outcome, State
from privity.desk.staff import service as staff
from privity.desk.staff.rights import Role
from privity.production.model import Kind
from tests.desk.console.legal_floor import House, approve, fresh, house, release
from tests.desk.console.visitor import Visitor
from tests.desk.contents import contents
from tests.desk.legal.releasing.floor import DAY_MS, OWNER

__all__ = ["fresh", "house"]


async def test_two_people_release_exactly_what_they_saw(house: House) -> None:
    floor, number = house.floor, house.floor.collected()
    clerk, releaser = await house.clerk(), await house.releaser()
    assert "Nothing was made of it yet" in (await clerk.get(release(number))).text
    made = await house.reviewed(number)
    shown = looking.shown(house.db, floor.office, floor.clerk, made.number).manifest
    page = (await releaser.get(release(number))).text
    assert hashlib.sha256(shown).hexdigest() in page
    for subject in json.loads(shown)["subject"]:
        assert subject["name"].removeprefix("bag/") in page
        assert subject["digest"]["sha256"] in page
    assert "You cannot: that is somebody who judges requests" in page
    assert (await approve(clerk, made)).status == 303
    page = (await clerk.get(release(number))).text
    assert "The second person has to approve now. You cannot:" in page
    assert "you approved it already, and nobody does twice" in page
    assert (await approve(releaser, made)).status == 303
    assert floor.state(number) is State.APPROVED
    floor.noticed(made)
    assert (await releaser.submit(release(number), f"{release(number)}/{made.number}/leave")).status == 303
    (entry,) = floor.acts(Act.PRODUCTION_RELEASED)
    assert (entry.who, entry.said["manifest_sha256"]) == ("desk", hashlib.sha256(shown).hexdigest())
    floor.later()
    assert await floor.releasing.step() == 1
    page = (await releaser.get(release(number))).text
    assert "3 of 3 times left" in page and "Nobody yet." in page


async def test_lp_22_one_person_does_not_approve_twice_nor_by_another_door(house: House) -> None:
    made = await house.reviewed()
    clerk, place = await house.clerk(), f"{release(made.request)}/{made.number}"
    form = next(each for each in (await clerk.get(release(made.request))).forms if each.action == f"{place}/approve")
    assert (await clerk.fill(form)).status == 303
    assert (await clerk.fill(form)).status == 403
    assert (await clerk.fill(replace(form, action=f"{place}/second"))).status == 403
    releaser = await house.releaser()
    page = await releaser.get(release(made.request))
    (form,) = [each for each in page.forms if each.action == f"{place}/second"]
    before = contents(house.db)
    assert (await releaser.fill(form, answer="")).status == 403
    assert contents(house.db) == before, "without a passkey nothing is approved"
    stolen = clerk.passkey.get(form.options, clerk.origin)
    assert "PasskeyUnknown" in (await releaser.fill(form, answer=stolen)).text
    assert house.floor_made(made.request)[0].stage is Stage.REVIEWED


async def test_an_answer_over_something_else_approves_nothing(house: House) -> None:
    first = await house.reviewed()
    clerk = await house.clerk()
    old = next(each for each in (await clerk.get(release(first.request))).forms if each.action.endswith("/approve"))
    answer = clerk.passkey.get(old.options, clerk.origin)
    await clerk.submit(release(first.request), f"{release(first.request)}/{first.number}/withdraw")
    house.floor.sources.rows += 1
    second = await house.reviewed(first.request)
    form = next(each for each in (await clerk.get(release(first.request))).forms if each.action.endswith("/approve"))
    assert second.manifest_sha256 != first.manifest_sha256
    assert (await clerk.fill(form, answer=answer)).status == 403
    assert (await clerk.fill(old)).status == 409


async def test_what_has_changed_since_is_looked_at_anew_and_the_page_says_so(house: House) -> None:
    made = await house.reviewed()
    await approve(await house.clerk(), made)
    releaser = await house.releaser()
    form = next(each for each in (await releaser.get(release(made.request))).forms if each.action.endswith("/second"))
    house.floor.sources.rows += 1
    answer = await releaser.fill(form)
    assert answer.status == 409 and "has changed since; it is looked at anew" in answer.text
    assert house.floor_made(made.request)[0].stage is Stage.VOID
    assert "Nothing that was approved counts" in (await releaser.get(release(made.request))).text


async def test_where_it_weighs_more_three_people_approve_and_the_page_says_why(house: House) -> None:
    house.floor.sources.weighs = frozenset({Weighs.MANY_TARGETS})
    made = await house.reviewed()
    page = (await (await house.clerk()).get(release(made.request))).text
    assert "Three people have to approve this: it is about many targets." in page
    await approve(await house.clerk(), made)
    await approve(await house.releaser(), made)
    assert house.floor_made(made.request)[0].stage is Stage.REVIEWED
    page = (await (await house.releaser()).get(release(made.request))).text
    assert "A third person has to approve now. You cannot:" in page
    await approve(await house.at(house.floor.senior), made)
    assert house.floor_made(made.request)[0].stage is Stage.APPROVED


async def test_only_who_approved_second_releases_and_with_a_passkey(house: House) -> None:
    made = await house.approved()
    house.floor.noticed(made)
    page, place = release(made.request), f"{release(made.request)}/{made.number}/leave"
    other = await house.at(house.floor.senior)
    assert "Whoever approved second releases it." in (await other.get(page)).text
    releaser = await house.releaser()
    asked = await releaser.post(place)
    assert asked.status == 403 and "Your passkey, please" in asked.text
    assert (await releaser.fill((await releaser.get(page)).form(place))).status == 303
    assert house.floor_made(made.request)[0].stage is Stage.LOGGED


async def test_what_waits_for_people_who_can_object_says_until_when(house: House) -> None:
    made = await house.approved()
    page = await (await house.releaser()).get(release(made.request))
    assert "It does not leave yet:" in page.text
    answer = await (await house.releaser()).fill(page.form(f"{release(made.request)}/{made.number}/leave"))
    assert answer.status == 409
    assert house.floor_made(made.request)[0].stage is Stage.APPROVED


async def test_approvals_say_until_when_they_count_and_are_void_after_a_day(house: House) -> None:
    made = await house.approved()
    assert "They count together until" in (await (await house.clerk()).get(release(made.request))).text
    house.floor.noticed(made)
    place = f"{release(made.request)}/{made.number}/leave"
    form = (await (await house.releaser()).get(release(made.request))).form(place)
    house.floor.later(DAY_MS + 1000)
    releaser = await house.releaser()
    page = (await releaser.get(release(made.request))).text
    assert "Nobody can approve or release package" in page and "more than a day ago" in page
    assert place not in page
    assert (await releaser.fill(form)).status in (403, 409)
    assert house.floor_made(made.request)[0].stage is Stage.APPROVED
    assert service.step(house.db, house.floor.office, house.floor.now_ms) == 1
    assert house.floor_made(made.request)[0].stage is Stage.VOID


async def test_the_pages_of_a_package_are_words_and_whoever_reads_them_is_written_down(house: House) -> None:
    house.floor.sources.contact = "</div><script>alert(1)</script>{{7*7}}\u202e@teapot.example"
    made = await house.reviewed()
    clerk = await house.clerk()
    before = len(house.floor.acts(Act.LEGAL_READ))
    page = (await clerk.get(release(made.request))).text
    assert len(house.floor.acts(Act.LEGAL_READ)) == before + 1
    assert "<script>alert" not in page and "{{7*7}}" in page
    assert page.count("right-to-left override") >= 2, "on the page that is read first, and in the letter"
    assert "Answer to a legal request" in page and "How to check" in page
    shown = await clerk.submit(
        release(made.request), f"{release(made.request)}/{made.number}/file", path="data/records/subscriber.csv"
    )
    assert "teapot-0" in shown.text
    entries = house.floor.acts(Act.LEGAL_READ)
    assert [entry.said["kind"] for entry in entries[-2:]] == ["production", "file"]
    wrong = await clerk.post(f"{release(made.request)}/{made.number}/file", {"path": "../../etc/passwd"})
    assert wrong.status == 409 and "ProductionUnknown" in wrong.text


async def test_after_the_release_the_page_says_who_fetched_it_and_when_it_ends(house: House) -> None:
    made = await house.ready()
    house.floor.fetch(made)
    page = (await (await house.clerk()).get(release(made.request))).text
    assert "2 of 3 times left" in page and f"officer {house.floor.team().officer}" in page
    assert "is shredded <time" in page
    clerk = await house.clerk()
    (form,) = [each for each in (await clerk.get(release(made.request))).forms if each.action.endswith("/review")]
    assert ("supersedes", str(made.number)) in form.fields
    assert (await clerk.fill(form)).status == 303
    newest = house.floor_made(made.request)[0]
    assert (newest.supersedes, newest.stage) == (made.number, Stage.REVIEWED)
    assert f"made={made.number}" in (await clerk.get(release(made.request))).text


async def test_a_refusal_is_made_here_too(house: House) -> None:
    number = house.floor.judged(Outcome.REJECT)
    made = await house.reviewed(number)
    assert made.kind is Kind.REFUSAL
    page = (await (await house.releaser()).get(release(number))).text
    assert "No data are in it." in page and "overbroad" in page


async def test_who_may_not_is_told_so_and_moderators_see_nothing(house: House) -> None:
    made = await house.reviewed()
    moderator = await house.at(house.floor.moderator)
    assert (await moderator.get(release(made.request))).status == 403
    only_clerk = await house.somebody(Role.LEGAL_CLERK)
    page = (await only_clerk.get(release(made.request))).text
    assert "You cannot:" in page
    for act in ("approve", "second", "leave", "withdraw"):
        assert (await only_clerk.post(f"{release(made.request)}/{made.number}/{act}")).status == 403


@pytest.mark.parametrize("path", ["/legal/999/release", "/legal/1/release?made=77", "/legal/1/release?made=x"])
async def test_what_is_not_there_is_refused_by_name(house: House, path: str) -> None:
    await house.reviewed()
    assert (await (await house.clerk()).get(path)).status in (400, 404, 409)


async def test_a_package_of_another_request_is_not_approved_under_this_one(house: House) -> None:
    first, second = await house.reviewed(), await house.reviewed()
    clerk = await house.clerk()
    form = next(each for each in (await clerk.get(release(second.request))).forms if each.action.endswith("/approve"))
    moved = replace(form, action=f"{release(first.request)}/{second.number}/approve")
    assert (await clerk.fill(moved)).status == 404
    assert house.floor_made(second.request)[0].stage is Stage.REVIEWED


STAGES = ("reviewed", "approved once", "approved", "noticed", "logged", "ready", "delivered", "void")
COUNTED = {"audit_entry", "audit_node", "legal_story", "legal_tally"}
"""What grows when somebody opens something, because that is written down."""


async def at_stage(house: House, stage: str) -> Production:
    floor = house.floor
    if stage in ("ready", "delivered"):
        made = await house.ready()
        if stage == "delivered":
            floor.fetch(made)
        return made
    if stage in ("approved", "noticed", "logged"):
        made = await house.approved()
        if stage != "approved":
            floor.noticed(made)
        if stage == "logged":
            floor.release(made)
        return made
    made = await house.reviewed()
    if stage == "approved once":
        await approve(await house.clerk(), made)
    if stage == "void":
        service.withdraw(house.db, floor.clerk, made.number, floor.later())
    return made


async def looks_without_effect(house: House, made: Production, visitor: Visitor) -> None:
    """Twice; only that somebody opened what is sealed is written, and that each time."""
    before, entries = contents(house.db), len(house.floor.acts())
    page = await visitor.get(release(made.request))
    again = await visitor.get(f"{release(made.request)}?made={made.number}")
    assert page.status == again.status and page.status in (200, 403)
    after = contents(house.db)
    assert {name for name in before if before[name] != after[name]} <= COUNTED
    written = house.floor.acts()[entries:]
    assert {(each.act, each.who) for each in written} <= {(Act.LEGAL_READ, f"staff:{visitor.number}")}
    assert len(written) in (0, 2)


@pytest.mark.parametrize("stage", STAGES)
async def test_a_look_has_no_effect_on_any_stage_by_any_role(house: House, stage: str) -> None:
    """Whatever has changed, whoever looks: nothing but that they opened it is written, and that once."""
    made = await at_stage(house, stage)
    floor, stood = house.floor, looking.of(house.db, made.number).stage
    looking_on = [await house.at(who) for who in (floor.clerk, floor.releaser, floor.senior, floor.moderator)]
    looking_on += [await house.somebody(role) for role in (Role.LEGAL_CLERK, Role.LEGAL_REVIEWER, Role.AUDITOR)]
    for change in (False, True):
        if change:
            floor.sources.rows += 1
            floor.change_service_key()
        for visitor in looking_on:
            await looks_without_effect(house, made, visitor)
    assert looking.of(house.db, made.number).stage is stood


async def test_a_look_says_what_changed_and_whoever_judges_takes_it_back(house: House) -> None:
    made = await house.approved()
    house.floor.sources.notice = None
    house.floor.sources.rows += 1
    for visitor in (await house.clerk(), await house.releaser()):
        page = await visitor.get(release(made.request))
        assert page.status == 200
        assert "has changed since, namely its collection and its notice" in page.text
        assert not [each for each in page.forms if each.action.endswith(("/approve", "/second", "/leave"))]
    releaser = await (await house.releaser()).get(release(made.request))
    assert not [each for each in releaser.forms if each.action.endswith("/withdraw")]
    clerk = await house.clerk()
    assert (await clerk.submit(release(made.request), f"{release(made.request)}/{made.number}/withdraw")).status == 303
    assert house.floor_made(made.request)[0].stage is Stage.VOID
    again = await house.reviewed(made.request)
    assert "has changed since" not in (await clerk.get(release(again.request))).text


async def test_an_approval_that_counts_no_more_is_said_to_whoever_looks(house: House) -> None:
    made = await house.approved()
    staff.change_roles(house.db, OWNER, 1, [Role.LEGAL_CLERK], house.floor.later())
    page = (await (await house.releaser()).get(release(made.request))).text
    assert "Nobody can approve or release package" in page and "may not approve any more" in page
    assert house.floor_made(made.request)[0].stage is Stage.APPROVED


async def test_a_review_voids_what_changed_and_makes_it_anew(house: House) -> None:
    floor = house.floor
    made = floor.review(floor.collected())
    with pytest.raises(NotReady, match="reviewed"):
        floor.review(made.request)
    floor.sources.rows += 1
    again = floor.review(made.request)
    assert looking.of(house.db, made.number).stage is Stage.VOID
    assert (again.stage, floor.state(made.request)) == (Stage.REVIEWED, State.REVIEWED)


async def test_the_desk_voids_what_changed_by_itself(house: House) -> None:
    floor = house.floor
    made, stands = await house.approved(), await house.reviewed()
    assert service.step(house.db, floor.office, floor.later()) == 0
    floor.sources.snapshot = "another"
    assert service.step(house.db, None, floor.later()) == 0, "without an office nothing can be compared"
    assert service.step(house.db, floor.office, floor.later()) == 2
    for each in (made, stands):
        found = looking.of(house.db, each.number)
        assert (found.stage, found.void_why) == (Stage.VOID, "changed")
        assert floor.state(each.request) is State.COLLECTED


async def test_a_look_opens_the_page_alone_and_a_file_that_file_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await house.reviewed()
    clerk, opened = await house.clerk(), list[int]()
    really = parts.read_file

    def watched(db: Db, key: bytes, production: int, n: int) -> bytes:
        opened.append(n)
        return really(db, key, production, n)

    def never(*_: object) -> tuple[bytes, ...]:
        raise AssertionError("a look opens no whole bag")

    monkeypatch.setattr(parts, "read_file", watched)
    monkeypatch.setattr(parts, "read_files", never)
    shown = looking.shown(house.db, house.floor.office, house.floor.clerk, made.number)
    paths = [each["name"].removeprefix("bag/") for each in json.loads(shown.manifest)["subject"]]
    assert (await clerk.get(release(made.request))).status == 200
    assert opened == [paths.index("data/index.html")]
    place = f"{release(made.request)}/{made.number}/file"
    opened.clear()
    assert (await clerk.post(place, {"path": "data/records/sessions.csv"})).status == 200
    assert opened == [paths.index("data/records/sessions.csv")]
