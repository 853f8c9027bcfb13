# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the other rooms of the legal desk have reaches the package: scope, collection, notice, refusal, hold."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from privity.desk.audit.acts import Act
from privity.desk.legal.collecting import capabilities
from privity.desk.legal.collecting import service as collecting
from privity.desk.legal.collecting.loop import Collecting
from privity.desk.legal.notices import sending
from privity.desk.legal.notices import service as notices
from privity.desk.legal.notices.errors import NobodyTold
from privity.desk.legal.notices.model import BarKind
from privity.desk.legal.notices.planning import Telling
from privity.desk.legal.releasing import composing, looking
from privity.desk.legal.releasing.errors import NotReady
from privity.desk.legal.releasing.model import Production, Weighs
from privity.desk.legal.releasing.sources import Rooms, software
from privity.desk.legal.requests import judging, naming
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.judging import Ruling
from privity.desk.legal.requests.model import Outcome, ScopeLine, State
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.rulebook import facts
from privity.desk.legal.rulebook.evaluating import evaluate
from privity.desk.legal.rulebook.facts import Target
from privity.desk.legal.rulebook.model import Verdict
from privity.production.classes import Never, Releasable
from privity.production.model import Kind, Operator
from tests.desk.legal.collecting.manifest_hub import LID, ManifestHub
from tests.desk.legal.looked_at import looked_at
from tests.desk.legal.releasing.floor import DAY_MS, HASH, Floor
from tests.desk.legal.releasing.test_releasing import looks, opened
from tests.desk.legal.rulebook.bases import ACTIVE, NAMES, PROFILE, base
from tests.desk.legal.rulebook.bases import naming as naming_rulebook

ALL = [one.value for one in (*Releasable, *Never)]


@pytest.fixture
def house(floor: Floor) -> Floor:
    """Its sources are the rooms themselves."""
    operator = Operator("Teapot House", "legal@teapot.example", HASH)
    rooms = Rooms(Rules(ACTIVE, PROFILE), operator, software("0.1.0"), floor.keys.evidence)
    floor.office = replace(floor.office, sources=rooms)
    return floor


def collected(house: Floor) -> int:
    """A warrant for everything, collected from a hub that answers by the manifest of collectors."""
    looked_at(house.db, house.now_ms)
    number = house.judged(instrument="us.sca.warrant", classes=ALL)
    loop = Collecting(house.db, ManifestHub(), house.keys.evidence, lambda: house.later(), house.office.random)
    assert asyncio.run(loop.step()) == 1
    assert house.state(number) is State.COLLECTED
    return number


def barred(house: Floor, number: int) -> None:
    until = house.now_ms + 80 * DAY_MS
    notices.bar(house.db, house.clerk, number, BarKind.ORDER, "18 USC 2705(b), order 17", until, house.later())
    resolved = collecting.resolved
    key, rules, random = house.keys.evidence, Rules(ACTIVE, PROFILE), house.office.random
    sending.step(house.db, Telling(key, rules, "Teapot House", "legal@teapot.example", resolved, random), house.later())


def said(house: Floor, made: Production) -> dict[str, object]:
    manifest = looking.shown(house.db, house.office, house.clerk, made.number).manifest
    predicate: dict[str, object] = json.loads(manifest)["predicate"]
    return predicate


def classes(lists: object) -> set[str]:
    assert isinstance(lists, list)
    return {one["class"] for one in lists}


@pytest.mark.usefixtures("own_process")
def test_a_warrant_becomes_a_package_of_what_there_is(house: Floor, tmp_path: Path) -> None:
    number = collected(house)
    barred(house, number)
    made = house.review(number)
    predicate = said(house, made)
    answered = [name for name in ("released", "denied", "not_held", "preserved") for _ in classes(predicate[name])]
    assert len(answered) == len(ALL) and classes(predicate["requested"]) == set(ALL)
    assert {one.value for one in Never} <= classes(predicate["not_held"])
    assert not {one.value for one in Never} & classes(predicate["released"])
    assert predicate["software"]["capabilities_sha256"] == capabilities.sha256()  # type: ignore[index]  # JSON
    assert made.senior, "the first request of this agency"
    house.approve(house.clerk, made.number)
    house.approve(house.releaser, made.number)
    house.approve(house.senior, made.number)
    house.release(made)
    assert house.state(number) is State.NOTICE_DONE
    assert house.finish() == 1, looking.of(house.db, made.number).stuck
    package = opened(house, made)
    found = looks(house, package, tmp_path)
    assert found.code == 0, found.text
    held = classes(predicate["released"])
    tables = [
        json.loads(data) for path, data in package.files.items() if path.endswith(".json") and "/records/" in path
    ]
    assert tables and {one["class"] for one in tables} <= held


@pytest.mark.usefixtures("own_process")
def test_where_others_are_named_by_order_all_who_approve_and_read_it_are_told_in_what(
    house: Floor, tmp_path: Path
) -> None:
    """The statement that both passkeys sign, the page that is read first, the records, and the package as it leaves."""
    number = named(house)
    barred(house, number)
    made = house.review(number)
    predicate = said(house, made)
    assert (predicate["third_parties"], predicate["named_in"]) == ("named_by_order", ["account_state"])
    assert "third_party_named" in {one["rule"] for one in predicate["redactions"]}  # type: ignore[attr-defined]  # JSON
    for who in (house.clerk, house.releaser, house.senior):
        house.approve(who, made.number)
    house.release(made)
    assert house.finish() == 1, looking.of(house.db, made.number).stuck
    package = opened(house, made)
    assert looks(house, package, tmp_path).code == 0
    page = next(data for path, data in package.files.items() if path.endswith("data/index.html")).decode()
    assert "Other people are named where the order says so, and the law lets it: in Devices and state" in page
    for path, data in package.files.items():
        assert LID.encode() not in data or "account_state-" in path, path


def named(house: Floor) -> int:
    """A warrant by which others are named in one class, decided, confirmed and collected."""
    rules = Rules(naming_rulebook("us.sca.warrant", Releasable.ACCOUNT_STATE, Releasable.SUBSCRIBER), PROFILE)
    key, random = house.keys.evidence, house.office.random
    records = ["subscriber", "account_state", "delivery_metadata"]
    number = house.judged(instrument="us.sca.warrant", classes=records, **NAMES)
    made = judging.triage(house.db, key, rules, house.clerk, number, house.later(), random)
    ruling = Ruling(
        made.number, Outcome.ACCEPT, named=frozenset({Releasable.ACCOUNT_STATE}), named_why="page 2 says so"
    )
    judging.judge(house.db, key, house.clerk, number, ruling, house.later(), random)
    naming.confirm(house.db, house.releaser, number, house.later())
    loop = Collecting(house.db, ManifestHub(), key, lambda: house.later(), random)
    looked_at(house.db, house.later())
    assert asyncio.run(loop.step()) == 1
    return number


def test_what_was_collected_with_names_that_the_verdict_does_not_let_be_is_prepared_for_nobody(house: Floor) -> None:
    """Whoever edits the rows behind the services' back finds that the sealed verdict says something else."""
    number = named(house)
    barred(house, number)
    verdict = requests.verdict_of(house.db, house.keys.evidence, number)
    less = replace(verdict, named=())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests, "verdict_of", lambda *_: less)
        with pytest.raises(NotReady, match="lets nobody be named"):
            house.review(number)


def test_lp_23_nothing_is_prepared_while_nobody_was_told_and_nothing_bars_it(house: Floor) -> None:
    with pytest.raises(NobodyTold):
        house.review(collected(house))


def test_the_log_says_what_becomes_of_each_class_and_of_how_many_accounts(house: Floor) -> None:
    number = collected(house)
    barred(house, number)
    predicate = said(house, house.review(number))
    (entry,) = house.acts(Act.PRODUCTION_REVIEWED)
    for name in ("released", "denied", "not_held", "preserved"):
        assert entry.said[name] == sorted(classes(predicate[name]))
    assert (entry.said["accounts"], entry.said["targets"]) == (1, 1)
    assert "pot.collector" not in str(entry.said)


def test_the_second_request_of_an_agency_needs_no_third_person(house: Floor) -> None:
    first = collected(house)
    barred(house, first)
    made = house.review(first)
    for who in (house.clerk, house.releaser, house.senior):
        house.approve(who, made.number)
    house.release(made)
    assert house.finish() == 1
    second = collected(house)
    barred(house, second)
    assert not house.review(second).senior
    flagged = house.office.sources.production(house.db, requests.of(house.db, second), house.now_ms)
    assert flagged.weighs == frozenset() and Weighs.FIRST_OF_AGENCY not in flagged.weighs


def test_pp_10_a_refusal_says_what_would_work(house: Floor, tmp_path: Path) -> None:
    number = house.judged(Outcome.REJECT)
    made = house.approve_both(house.review(number, Kind.REFUSAL))
    house.release(made)
    assert house.finish() == 1, looking.of(house.db, made.number).stuck
    package = opened(house, made)
    found = looks(house, package, tmp_path)
    assert found.code == 0, found.text
    text = package.files["bag/data/answer.txt"].decode()
    assert requests.of(house.db, number).pseudonym in text
    assert b"<script" not in package.files["bag/data/answer.html"]


KNOWN = facts.read(base("us.sca.warrant", {"classes": ALL}))
VERDICT = evaluate(ACTIVE, PROFILE, KNOWN, date(2026, 11, 26))
POT = Target("handle", "pot.collector")


def line(one: Releasable, since_ms: int = 1_000, until_ms: int = 2_000) -> ScopeLine:
    return ScopeLine(one, POT, since_ms, until_ms)


def test_each_class_is_answered_once_whatever_was_scoped_and_found() -> None:
    """Every combination of what a person scoped and what there was of it."""
    some = list(Releasable)[:4]
    for bits in range(3 ** len(some)):
        scope, held = [], set()
        for n, one in enumerate(some):
            how = bits // 3**n % 3
            scope += [line(one)] if how else []
            held |= {one} if how == 2 else set()
        lists = composing.production(KNOWN, VERDICT, scope, frozenset(held))
        names = [one.named for part in ("released", "denied", "not_held", "preserved") for one in lists[part]]
        assert sorted(map(str, names)) == sorted(ALL)
        assert {one.named for one in lists["released"]} == held
        assert {one.named for one in lists["denied"] if one.why == composing.NARROWED} >= {
            one.value for one in some if one not in {each.data_class for each in scope}
        }


def test_several_ranges_of_one_class_are_several_entries() -> None:
    scope = [line(Releasable.SESSION_IP), line(Releasable.SESSION_IP, 1_000, 3_000)]
    lists = composing.production(KNOWN, VERDICT, scope, frozenset({Releasable.SESSION_IP}))
    assert [(one.since, one.until) for one in lists["released"]] == [
        ("1970-01-01T00:00:01Z", "1970-01-01T00:00:02Z"),
        ("1970-01-01T00:00:01Z", "1970-01-01T00:00:03Z"),
    ]


def test_a_receipt_is_the_same_whatever_there_is() -> None:
    lists = composing.receipt(KNOWN, ["subscriber"])
    assert [one.named for one in lists["preserved"]] == ["subscriber"]
    assert {one.named for one in lists["denied"]} == set(ALL) - {"subscriber"}
    assert "released" not in lists


def test_codes_have_words_for_whoever_reads_the_pages() -> None:
    words = composing.words(ACTIVE, judged_verdict())
    assert words[composing.NARROWED] and words["us.sca.subpoena"] == ACTIVE.instruments["us.sca.subpoena"].title
    assert words["federal_court"] == "Federal court"


def judged_verdict() -> Verdict:
    return evaluate(ACTIVE, PROFILE, facts.read(base("us.sca.subpoena")), date(2026, 11, 26))
