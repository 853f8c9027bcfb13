# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One request on its pages, from what came to a decision: by whom, in which order, and never more than the verdict."""

from __future__ import annotations

import dataclasses
from datetime import date

from privity.desk.audit.acts import Act
from privity.desk.legal.requests import judging, service
from privity.desk.legal.requests.clocks import midnight
from privity.desk.legal.requests.model import Part, State
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.rulebook.facts import Target
from privity.desk.staff.rights import Role
from tests.desk.console.conftest import Pages
from tests.desk.console.legal_scene import LegalPages, desk, fresh, send_files
from tests.desk.console.visitor import Visitor
from tests.desk.contents import contents
from tests.desk.legal.casework import CLERK, RULES
from tests.desk.legal.rulebook.bases import ACTIVE

__all__ = ["desk", "fresh"]

HOSTILE = "</dd><script>alert(1)</script> {{7*7}} invoice\u202egpj.exe"


async def verify(desk: LegalPages, clerk: Visitor, number: int) -> None:
    """A clerk finds out who asks by paper and a call, on the pages alone."""
    at, agency = f"/legal/{number}", desk.work.team.agency
    await clerk.submit(at, f"{at}/verify")
    await clerk.submit(at, f"{at}/paper", agency=str(agency.number), checked="I saw the seal of the court.")
    await clerk.submit(at, f"{at}/call", dialled=agency.switchboard, read_back="teapot", confirmed_by="Sam")
    answer = await clerk.submit(at, f"{at}/verified")
    assert (answer.status, answer.location) == (303, at), answer.text


async def test_a_request_is_walked_from_arrival_to_its_scope_on_pages_alone(desk: LegalPages) -> None:
    clerk, reviewer = await desk.clerk(), await desk.reviewer()
    number = desk.work.submitted()
    at = f"/legal/{number}"
    first = await clerk.get(at)
    assert "A number in the request is never called" not in first.text, "nobody knows who asks yet"
    await verify(desk, clerk, number)
    page = await clerk.get(at)
    assert desk.work.team.agency.switchboard in page.text
    assert "Whether it is signed" in page.text and "I have seen that this is there" in page.text
    seen = [value for name, value in form_choices(page.text, "seen")]
    assert set(seen) >= {"signature", "judicial_signature", "probable_cause_finding"}
    await clerk.submit(at, f"{at}/seen", seen=seen, why="I looked at the paper.")
    noticed = {"fact.channel": "post", "fact.flags": "none", "fact.language_ok": "yes", "why": "I looked."}
    await clerk.submit(at, f"{at}/facts", **noticed)

    page = await reviewer.submit(at, f"{at}/evaluate")
    assert page.location == f"{at}#verdict"
    page = await reviewer.get(at)
    assert "verdict: proceed" in page.text and "every rule that was looked at" in page.text
    answer = await reviewer.fill(page.form(f"{at}/accept"))
    assert (answer.status, answer.location) == (303, at), answer.text
    assert service.of(desk.db, number).state is State.SCOPED
    who = {(who, part) for who, part in service.parties(desk.db, number)}
    assert (f"staff:{reviewer.number}", Part.JUDGED) in who and (f"staff:{clerk.number}", Part.VERIFIED) in who
    after = await clerk.get(at)
    assert "Accepted; waits to be collected" in after.text and "What may be collected" in after.text
    read = desk.work.log(Act.LEGAL_READ)
    assert {entry.who for entry in read} == {f"staff:{clerk.number}", f"staff:{reviewer.number}"}


def form_choices(text: str, name: str) -> list[tuple[str, str]]:
    """Every box of a name, ticked or not."""
    pieces = text.split(f'name="{name}" value="')[1:]
    return [(name, piece.partition('"')[0]) for piece in pieces]


async def ready(desk: LegalPages, change: dict[str, object] | None = None) -> tuple[int, Visitor, int]:
    """A request with a verdict, and who judges it."""
    reviewer = await desk.reviewer()
    number = desk.work.ready(change=change or {})
    at = f"/legal/{number}"
    await reviewer.submit(at, f"{at}/evaluate")
    page = await reviewer.get(at)
    (verdict,) = [value for name, value in page.form(f"{at}/accept").fields if name == "verdict"]
    return number, reviewer, int(verdict)


TWO = [{"kind": "handle", "value": "pot.collector"}, {"kind": "handle", "value": "kettle.thief"}]


async def test_less_is_chosen_by_fewer_boxes_and_a_shorter_range(desk: LegalPages) -> None:
    number, reviewer, _ = await ready(desk, {"targets": TWO})
    at = f"/legal/{number}"
    page = await reviewer.get(at)
    known = ["kettle.thief", "pot.collector"]
    assert all(name in page.text for name in known)
    answer = await reviewer.fill(
        page.form(f"{at}/narrow"),
        classes=["subscriber", "session_ip"],
        target="0",
        first="2026-10-05",
        last="2026-10-07",
        grounds=["overbroad_time", "overbroad_targets"],
        words="three days are enough",
    )
    assert (answer.status, answer.location) == (303, at), answer.text
    scope = service.scope_of(desk.db, number)
    assert {line.data_class.value for line in scope} == {"subscriber", "session_ip"}
    assert {line.target for line in scope} == {Target("handle", "kettle.thief")}
    assert {(line.since_ms, line.until_ms) for line in scope} == {
        (midnight(date(2026, 10, 5)), midnight(date(2026, 10, 8)))
    }


WIDER: dict[str, dict[str, str | list[str]]] = {
    "a never class": {"classes": ["subscriber", "content_e2ee"]},
    "keys": {"classes": ["key_material"]},
    "a class that is not released": {"classes": ["subscriber", "content_reported"]},
    "a second target": {"target": ["1"]},
    "a far target": {"target": ["199"]},
    "no class": {"classes": []},
    "nobody": {"target": []},
    "days outside": {"classes": ["session_ip"], "first": "2027-01-01"},
}


async def test_lp_10_no_form_widens_what_the_verdict_releases(desk: LegalPages) -> None:
    """The verdict releases two classes of one target; whatever is posted beside them changes nothing at all."""
    number, reviewer, verdict = await ready(desk, {"classes": ["subscriber", "session_ip"]})
    good: dict[str, str | list[str]] = {"classes": ["subscriber"], "target": ["0"], "grounds": ["wrong_class"]}
    before = contents(desk.db)
    for name, fields in WIDER.items():
        answer = await reviewer.post(f"/legal/{number}/narrow", good | {"verdict": str(verdict), "words": "x"} | fields)
        assert answer.status in (400, 409), (name, answer.text)
        after = contents(desk.db)
        for table in ("legal_decision", "legal_scope", "legal_move", "legal_request"):
            assert after[table] == before[table], (name, table)
    done = await reviewer.post(f"/legal/{number}/narrow", good | {"verdict": str(verdict), "words": "x"})
    assert done.status == 303, "and what is less is taken"


async def test_a_longer_range_than_asked_changes_nothing(desk: LegalPages) -> None:
    number, reviewer, verdict = await ready(desk)
    await reviewer.post(
        f"/legal/{number}/narrow",
        verdict=str(verdict),
        classes=["session_ip"],
        target=["0"],
        first="2020-01-01",
        last="2030-01-01",
        grounds=["overbroad_time"],
        words="less",
    )
    (line,) = service.scope_of(desk.db, number)
    (wide,) = [each for each in judging.widest(desk.db, verdict) if each.data_class is line.data_class]
    assert line == wide


async def test_the_verdict_that_is_decided_on_is_the_one_that_was_seen(desk: LegalPages) -> None:
    number, reviewer, verdict = await ready(desk)
    at = f"/legal/{number}"
    page = await reviewer.get(at)
    await reviewer.submit(at, f"{at}/evaluate")
    for action in ("accept", "narrow", "refuse"):
        answer = await reviewer.fill(page.form(f"{at}/{action}"), words="x", grounds=["rulebook"], outcome="reject")
        if action != "refuse":
            answer = await reviewer.post(
                f"{at}/{action}", {"verdict": str(verdict), "words": "x", **({} if action == "accept" else NARROW)}
            )
        assert answer.status == 409 and "NotJudged" in answer.text, (action, answer.text)
    assert service.of(desk.db, number).state is State.VERIFIED


NARROW: dict[str, str | list[str]] = {"classes": ["subscriber"], "target": ["0"], "grounds": ["wrong_class"]}


async def test_what_lets_nothing_leave_has_one_form(desk: LegalPages) -> None:
    reviewer = await desk.reviewer()
    for outcome, state in (
        ("reject", State.REJECTED),
        ("clarify", State.CLARIFY),
        ("challenge", State.CHALLENGED),
        ("refer", State.REFERRED),
        ("preserve", State.TRIAGED),
    ):
        number = desk.work.ready(change={"docket": outcome})
        at = f"/legal/{number}"
        await reviewer.submit(at, f"{at}/evaluate")
        answer = await reviewer.submit(at, f"{at}/refuse", outcome=outcome, grounds=["privilege"], words=HOSTILE)
        assert answer.location == at, answer.text
        assert service.of(desk.db, number).state is state
        page = await reviewer.get(at)
        assert "the data are privileged" in page.text and "&lt;script&gt;" in page.text
        assert "<script>alert" not in page.text and "\u202e" not in page.text
        assert service.scope_of(desk.db, number) == ()


async def test_the_form_that_refuses_accepts_nothing(desk: LegalPages) -> None:
    number, reviewer, verdict = await ready(desk)
    for outcome in ("accept", "narrow"):
        answer = await reviewer.post(
            f"/legal/{number}/refuse", verdict=str(verdict), outcome=outcome, grounds=["rulebook"], words="x"
        )
        assert answer.status == 400
    assert service.of(desk.db, number).state is State.VERIFIED


async def test_many_targets_are_written_down_and_none_is_added(desk: LegalPages) -> None:
    """By a rulebook that takes more than 25 at once: the one that is shipped gives so many to counsel."""
    rulebook = dataclasses.replace(
        ACTIVE, global_rules=tuple(each for each in ACTIVE.global_rules if each.code != "G11")
    )
    desk.work.rules = Rules(rulebook, RULES.profile)
    reviewer = await desk.reviewer()
    number = desk.work.ready(change={"targets": [{"kind": "handle", "value": f"pot.{at}"} for at in range(201)]})
    at = f"/legal/{number}"
    desk.work.triaged(number)
    page = await reviewer.get(at)
    assert "201 named" in page.text and "and 1 more" in page.text
    kept: dict[str, str | list[str]] = {"grounds": ["overbroad_targets"], "words": "two are enough"}
    form = page.form(f"{at}/narrow")
    for wrong in ("handle pot.1\nhandle kettle.thief", "handle", "pot.1"):
        refused = await reviewer.fill(form, targets=wrong, **kept)
        assert refused.status in (400, 409), wrong
    assert service.of(desk.db, number).state is State.VERIFIED
    done = await reviewer.fill(form, targets="handle pot.1\n handle: pot.17\n", **kept)
    assert done.location == at, done.text
    assert {line.target.value for line in service.scope_of(desk.db, number)} == {"pot.1", "pot.17"}


async def test_only_the_registers_number_counts_as_a_call(desk: LegalPages) -> None:
    clerk, number = await desk.clerk(), desk.work.submitted(change={"contact": "+49 30 999999"})
    at = f"/legal/{number}"
    await clerk.submit(at, f"{at}/verify")
    await clerk.submit(at, f"{at}/paper", agency=str(desk.work.team.agency.number), checked="a seal")
    answer = await clerk.submit(at, f"{at}/call", dialled="+49 30 999999", read_back="teapot", confirmed_by="Sam")
    assert answer.status == 409 and "NotTheRegistersNumber" in answer.text
    page = await clerk.get(at)
    assert "not yet" in page.text


async def test_an_emergency_is_not_verified_without_the_call(desk: LegalPages) -> None:
    clerk, number = await desk.clerk(), desk.work.submitted("us.sca.emergency")
    at = f"/legal/{number}"
    await clerk.submit(at, f"{at}/verify")
    await clerk.submit(at, f"{at}/paper", agency=str(desk.work.team.agency.number), checked="a seal")
    answer = await clerk.submit(at, f"{at}/verified")
    assert answer.status == 409 and "called back first" in answer.text
    assert service.of(desk.db, number).state is State.VERIFYING


async def test_words_of_a_request_stay_words(desk: LegalPages) -> None:
    clerk = await desk.clerk()
    number = desk.work.submitted(change={"offence": HOSTILE, "targets": [{"kind": "handle", "value": HOSTILE}]})
    page = await clerk.get(f"/legal/{number}")
    assert "<script>alert" not in page.text and "\u202e" not in page.text and "{{7*7}}" in page.text
    assert page.text.count("U+202E right-to-left override") == 2


async def test_a_paper_is_opened_with_an_entry_and_strangers_files_are_only_handed_out(desk: LegalPages) -> None:
    clerk, number = await desk.clerk(), desk.work.submitted()
    at = f"/legal/{number}"
    await send_files(clerk, f"{at}/attach", [("attachment", "order.html", "text/html", b"<script>alert(1)</script>")])
    listed = service.papers(desk.db, CLERK, number)
    request, attached = listed[0].number, listed[-1].number
    before = len(desk.work.log(Act.LEGAL_READ))
    shown = await clerk.post(f"{at}/paper/{request}")
    given = await clerk.post(f"{at}/paper/{attached}")
    assert len(desk.work.log(Act.LEGAL_READ)) == before + 2
    assert given.headers["Content-Type"].startswith("application/octet-stream")
    assert given.headers["Content-Disposition"] == f'attachment; filename="legal-{number}-{attached}.bin"'
    assert given.body == b"<script>alert(1)</script>"
    assert shown.status == 200
    other = desk.work.submitted()
    assert (await clerk.post(f"/legal/{other}/paper/{attached}")).status == 409


async def test_facts_that_cannot_be_taken_are_told_by_their_name(desk: LegalPages) -> None:
    clerk, number = await desk.clerk(), desk.work.submitted()
    at = f"/legal/{number}"
    page = await clerk.get(at)
    answer = await clerk.fill(page.form(f"{at}/facts"), **{"fact.issue_date": "tomorrow", "why": "I looked."})
    assert answer.status == 400 and "issue_date: expected a day such as 2026-01-31" in answer.text
    stray = await clerk.fill(page.form(f"{at}/facts"), **{"fact.callback_done": "yes", "why": "I looked."})
    assert stray.status == 400, "what the house finds out itself is no field"
    assert not desk.work.log(Act.LEGAL_CORRECTED)
    changes: dict[str, str | list[str]] = {"fact.issue_date": "2026-11-21", "take_out": ["docket"], "why": "misread"}
    done = await clerk.fill(page.form(f"{at}/facts"), **changes)
    assert done.location == at, done.text
    known = service.facts_of(desk.db, desk.keys.evidence, number)
    assert str(known.day("issue_date")) == "2026-11-21" and known.get("docket") is None


async def test_a_purged_request_shows_its_moves_and_nothing_else(desk: LegalPages) -> None:
    clerk, number = await desk.clerk(), desk.work.submitted()
    await clerk.submit(f"/legal/{number}", f"/legal/{number}/close", why="withdrawn")
    desk.days(32)
    service.step(desk.db, desk.work.now_ms)
    await clerk.sign_in()
    page = await clerk.get(f"/legal/{number}")
    assert page.status == 200 and "was shredded" in page.text and "pot.collector" not in page.text
    ended = await clerk.get("/legal/closed")
    assert f"/legal/{number}" in ended.text


async def test_a_house_that_answers_no_requests_says_so(console: Pages) -> None:
    clerk = await console.visitor(Role.LEGAL_CLERK)
    for path in ("/legal", "/legal/closed", "/legal/file", "/agencies", "/agency", "/agency/file"):
        answer = await clerk.get(path)
        assert answer.status == 409 and "This house answers no legal requests" in answer.text, path
