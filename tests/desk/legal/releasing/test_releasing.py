# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From a collected request to a package that its officer opens: every kind and stage, and whose approval it takes."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pyrage
import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import IntegrityError
from privity.desk.errors import EvidenceDamaged
from privity.desk.legal.releasing import delivering, lines, looked, looking, parts, rules, service, store
from privity.desk.legal.releasing.errors import (
    NotReady,
    NotSecond,
    ProductionGone,
    ProductionUnknown,
    Superseded,
    TooLate,
)
from privity.desk.legal.releasing.model import Part, Production, Stage, Turn, Weighs
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.errors import OnHold
from privity.desk.legal.requests.model import Outcome, State
from privity.desk.legal.rulebook import facts
from privity.desk.staff.errors import NotYourRole
from privity.production import archive
from privity.production.building import Package
from privity.production.classes import Never, Releasable
from privity.production.model import Kind
from tests.desk.legal.releasing.floor import DAY_MS, Floor
from tests.production.scene import Verdict, run, saved


def opened(floor: Floor, made: Production) -> Package:
    """What the officer has after they fetched and opened it."""
    fetched = floor.fetch(made)
    assert fetched.name == f"{made.name}.age"
    return Package(made.name, archive.unpack(pyrage.decrypt(fetched.data, [floor.team().identity])))


def looks(floor: Floor, package: Package, folder: Path) -> Verdict:
    """What the verifier says to somebody with the keys as the house publishes them."""
    keys, roots = folder / "keys.json", folder / "roots.pem"
    keys.write_bytes(lines.published(floor.db, floor.office.published))
    roots.write_bytes(floor.office.roots)
    return run(saved(package, folder / package.case), ["--keys", str(keys), "--tsa", str(roots)])


@pytest.mark.usefixtures("own_process")
def test_a_request_becomes_a_package_that_its_officer_can_verify(floor: Floor, tmp_path: Path) -> None:
    made = floor.ready()
    assert floor.state(made.request) is State.RELEASED
    package = opened(floor, made)
    assert floor.state(made.request) is State.DELIVERED
    found = looks(floor, package, tmp_path)
    assert found.code == 0, found.text
    statuses = [status for name, (status, _) in found.checks.items() if name != "rulebook"]
    assert set(statuses) == {"pass"} and len(statuses) == 9
    people = {lines.approver(floor.office, each.number or 0) for each in (floor.clerk, floor.releaser)}
    assert {*found.checks["approvals"][1].split()} == people
    assert package.dsse_sha256 == (made.dsse_sha256 or b"").hex()
    assert b"teapot-0" in package.files["bag/data/records/subscriber.csv"]


def test_the_log_tells_codes_counts_and_hashes_and_no_target(floor: Floor) -> None:
    made = floor.ready()
    floor.fetch(made)
    acts = [entry.act for entry in floor.acts() if entry.act.startswith("production.")]
    assert acts == [
        Act.PRODUCTION_REVIEWED,
        Act.PRODUCTION_APPROVED,
        Act.PRODUCTION_APPROVED,
        Act.PRODUCTION_RELEASED,
        Act.PRODUCTION_RELEASED_BY,
        Act.PRODUCTION_READY,
        Act.PRODUCTION_FETCHED,
    ]
    for entry in floor.acts():
        assert "pot.collector" not in json.dumps(entry.said)
    (reviewed,) = floor.acts(Act.PRODUCTION_REVIEWED)
    assert (reviewed.said["targets"], reviewed.said["rows"], reviewed.about) == (1, 2, f"legal:{made.request}")


def test_what_is_shown_to_those_who_approve_is_what_they_sign(floor: Floor) -> None:
    made = floor.review(floor.collected())
    found = looking.shown(floor.db, floor.office, floor.releaser, made.number)
    assert found.waits_for == (Turn.FIRST, Turn.SECOND)
    said = json.loads(found.manifest)["predicate"]
    assert {one["class"] for one in said["released"]} == {"subscriber", "session_ip"}
    options = json.loads(service.ask(floor.db, floor.office, floor.clerk, made.number, floor.later()))
    assert options["userVerification"] == "required"
    assert service.waiting(floor.db, floor.clerk) == (made,)
    assert service.made_of(floor.db, floor.clerk, made.request) == (made,)
    with pytest.raises(NotYourRole):
        looking.shown(floor.db, floor.office, floor.moderator, made.number)
    with pytest.raises(ProductionUnknown):
        looking.of(floor.db, 99)


def test_pp_10_a_refusal_is_approved_released_and_verified_alike(floor: Floor, tmp_path: Path) -> None:
    number = floor.judged(Outcome.REJECT)
    made = floor.approve_both(floor.review(number, Kind.REFUSAL))
    assert floor.release(made).stage is Stage.LOGGED
    assert floor.finish() == 1
    package = opened(floor, made)
    found = looks(floor, package, tmp_path)
    assert found.code == 0, found.text
    assert found.checks["statement"][1].startswith("refusal")
    assert package.files["bag/data/answer.txt"] == b"No, and why.\n"
    assert floor.state(number) is State.REJECTED


def test_pp_10_a_receipt_says_what_is_kept_and_holds_none_of_it(floor: Floor, tmp_path: Path) -> None:
    number = floor.collected()
    made = floor.approve_both(floor.review(number, Kind.PRESERVATION_RECEIPT, hold=1))
    floor.release(made)
    assert floor.finish() == 1
    package = opened(floor, made)
    found = looks(floor, package, tmp_path)
    assert found.code == 0, found.text
    assert not [path for path in package.files if "/records/" in path]
    assert floor.state(number) is State.COLLECTED


def test_pp_9_a_correction_names_what_it_replaces_and_both_verify(floor: Floor, tmp_path: Path) -> None:
    first = floor.ready()
    older = opened(floor, first)
    floor.sources.rows, floor.sources.snapshot = 3, "corrected"
    second = floor.approve_both(floor.review(first.request, supersedes=first.number))
    floor.release(second)
    assert floor.finish() == 1
    newer = opened(floor, second)
    assert older.case != newer.case
    assert [looks(floor, one, tmp_path).code for one in (older, newer)] == [0, 0]
    said = json.loads(looking.shown(floor.db, floor.office, floor.clerk, second.number).manifest)["predicate"]
    assert said["supersedes"] == older.dsse_sha256
    assert older.dsse_sha256 in newer.files["bag/data/index.html"].decode()
    with pytest.raises(NotReady, match="could be corrected"):
        floor.review(floor.collected(), supersedes=first.number)


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [(Outcome.ACCEPT, Kind.PRODUCTION), (Outcome.ACCEPT, Kind.REFUSAL), (Outcome.REJECT, Kind.PRODUCTION)],
)
def test_nothing_is_made_of_a_request_that_has_not_come_so_far(floor: Floor, outcome: Outcome, kind: Kind) -> None:
    number = floor.judged(outcome)
    with pytest.raises(NotReady, match="for a"):
        floor.review(number, kind)
    with pytest.raises(NotReady, match="only a participant"):
        floor.review(number, Kind.PARTICIPANT_DISCLOSURE)
    with pytest.raises(NotReady, match="one hold"):
        floor.review(floor.judged(Outcome.REJECT), Kind.REFUSAL, hold=1)


def test_one_thing_waits_at_a_time(floor: Floor) -> None:
    made = floor.review(floor.collected())
    with pytest.raises(NotReady, match="reviewed"):
        floor.review(made.request)
    floor.review_again(made)
    with pytest.raises(NotReady, match="waits for approval or release already"):
        floor.review(made.request, Kind.PRESERVATION_RECEIPT, hold=1)


def test_lp_10_nothing_is_released_that_was_not_scoped(floor: Floor) -> None:
    made = floor.review(floor.collected())
    said = json.loads(looking.shown(floor.db, floor.office, floor.clerk, made.number).manifest)["predicate"]
    scoped = {line.data_class.value for line in requests.scope_of(floor.db, made.request)}
    assert {one["class"] for one in said["released"]} <= scoped
    assert not {one.value for one in Never} & {one["class"] for one in said["released"]}


def test_a_review_by_somebody_who_does_not_judge_is_none(floor: Floor) -> None:
    number = floor.collected()
    for who in (floor.releaser, floor.moderator):
        with pytest.raises(NotYourRole):
            looking.review(floor.db, floor.office, who, number, Kind.PRODUCTION, floor.later())


def test_what_weighs_more_takes_a_third_person(floor: Floor) -> None:
    floor.sources.weighs = frozenset({Weighs.PRIVILEGE})
    made = floor.review(floor.collected())
    assert made.senior
    floor.approve(floor.clerk, made.number)
    found = floor.approve(floor.releaser, made.number)
    assert found.stage is Stage.REVIEWED
    assert looking.shown(floor.db, floor.office, floor.clerk, made.number).waits_for == (Turn.SENIOR,)
    with pytest.raises(NotSecond):
        floor.approve(floor.releaser, made.number)
    assert floor.approve(floor.senior, made.number).stage is Stage.APPROVED
    with pytest.raises(IntegrityError, match="where it weighs more a third"):
        other = floor.review_again(made)
        floor.approve(floor.clerk, other.number)
        floor.approve(floor.releaser, other.number)
        store.approved(floor.db, other.number, floor.now_ms)


def test_lp_5_a_house_of_two_says_that_it_has_no_third(floor: Floor) -> None:
    floor.third_person(False)
    floor.sources.weighs = frozenset({Weighs.FIRST_OF_AGENCY})
    made = floor.review(floor.collected())
    assert not made.senior
    (entry,) = floor.acts(Act.PRODUCTION_REVIEWED)
    assert (entry.said["weighs"], entry.said["third"]) == (["first_of_agency"], False)
    assert floor.approve_both(made).stage is Stage.APPROVED


@pytest.mark.parametrize(
    ("known", "released", "targets", "emergency", "first", "expected"),
    [
        ({}, ["subscriber"], 1, False, False, set()),
        ({}, ["subscriber"], 1, False, True, {Weighs.FIRST_OF_AGENCY}),
        ({}, ["subscriber"], 25, False, False, set()),
        ({}, ["subscriber"], 26, False, False, {Weighs.MANY_TARGETS}),
        ({"flags": ["lawyer"]}, ["subscriber"], 1, False, False, {Weighs.PRIVILEGE}),
        ({"flags": ["death_penalty"]}, ["subscriber"], 1, False, False, set()),
        ({"excepted_data_suspected": True}, ["subscriber"], 1, False, False, {Weighs.PRIVILEGE}),
        ({}, ["subscriber"], 1, True, False, set()),
        ({}, ["content_reported"], 1, True, False, {Weighs.CONTENT_IN_EMERGENCY}),
        ({}, ["content_reported"], 1, False, False, set()),
    ],
)
def test_what_weighs_more(
    known: dict[str, object], released: list[str], targets: int, emergency: bool, first: bool, expected: set[Weighs]
) -> None:
    classes = frozenset(map(Releasable, released))
    found = rules.weighs(facts.read(known), classes, targets, emergency=emergency, first_of_agency=first)
    assert found == expected


def test_a_release_says_that_the_first_approval_is_too_old(floor: Floor) -> None:
    made = floor.approved()
    floor.noticed(made)
    first_ms = store.approvals(floor.db, made.number)[0].at_ms
    with pytest.raises(TooLate, match="looked at and approved anew"):
        service.release(floor.db, floor.office, floor.releaser, made.number, first_ms + DAY_MS + 1)


def test_a_request_that_goes_back_takes_what_waited_along(floor: Floor) -> None:
    """Another room judges it anew; nothing of this room was asked."""
    made = floor.approved()
    requests.move(floor.db, made.request, State.VERIFYING, "staff:1", floor.later())
    assert looking.of(floor.db, made.number).stage is Stage.VOID
    with pytest.raises(NotReady):
        floor.release(made)
    assert delivering.step(floor.db, floor.later()) == 1
    with pytest.raises(ProductionGone):
        parts.read(floor.db, floor.keys.evidence, made.number, Part.PREPARED)
    assert store.approvals(floor.db, made.number) == ()


def test_lp_14_a_revoked_agency_gets_nothing_in_the_middle_of_it(floor: Floor) -> None:
    made = floor.approved()
    floor.noticed(made)
    floor.revoke()
    with pytest.raises(OnHold):
        floor.release(made)
    assert not floor.acts(Act.PRODUCTION_RELEASED)
    with pytest.raises(OnHold):
        floor.review(made.request)


def test_what_was_kept_of_a_review_is_what_was_looked_at(floor: Floor) -> None:
    """Somebody who can write to the database exchanges the sealed bag for that of another production."""
    one, two = floor.review(floor.collected()), floor.review(floor.collected())
    floor.db.execute("DROP TRIGGER production_file_goes_with_its_part")
    floor.db.execute("DROP TRIGGER production_file_loses_none")
    floor.db.execute("DROP TRIGGER production_part_loses_none")
    floor.db.execute("DROP TRIGGER production_key_loses_none")
    kept = parts.read_files(floor.db, floor.keys.evidence, two.number)
    which = "SELECT id FROM production_part WHERE production = ? AND part = 'prepared'"
    floor.db.execute(f"DELETE FROM production_key WHERE part IN ({which})", (one.number,))
    floor.db.execute("DELETE FROM production_part WHERE production = ? AND part = 'prepared'", (one.number,))
    floor.db.execute("DELETE FROM production_file WHERE production = ?", (one.number,))
    parts.keep_files(floor.db, floor.keys.evidence, floor.office.random, one.number, kept)
    found = looking.of(floor.db, one.number)
    with pytest.raises(Superseded, match="is not what was looked at"):
        looked.prepared_of(floor.db, floor.office, found)
    was = looked.read(floor.db, floor.office, found)
    with pytest.raises(Superseded, match="is not what was looked at"):
        looked.file(floor.db, floor.office, found, was, "data/index.html")


def test_files_that_were_put_in_another_place_do_not_open(floor: Floor) -> None:
    """Two files of one production, and those of another one: each is bound to its place."""
    one, two = floor.review(floor.collected()), floor.review(floor.collected())
    floor.db.execute("DROP TRIGGER production_file_goes_with_its_part")
    columns = "wrap_nonce, wrapped_key, nonce, ciphertext"
    for source, place in (((one.number, 1), (one.number, 0)), ((two.number, 2), (one.number, 2))):
        row = floor.db.execute(f"SELECT {columns} FROM production_file WHERE production = ? AND n = ?", source)
        values = (*row.fetchone(), *place)
        floor.db.execute(
            f"UPDATE production_file SET ({columns}) = (?, ?, ?, ?) WHERE production = ? AND n = ?", values
        )
        with pytest.raises(EvidenceDamaged):
            parts.read_file(floor.db, floor.keys.evidence, *place)


def test_lines_that_were_published_never_change(floor: Floor) -> None:
    """A package of today is checked with what the house publishes in ten years."""
    first = floor.ready()
    before = lines.published(floor.db, floor.office.published)
    floor.change_service_key()
    floor.now_ms += 20 * DAY_MS
    floor.bureau.now_ms = floor.now_ms
    floor.review(floor.collected())
    after = lines.published(floor.db, floor.office.published)
    old, new = (msgspec.json.decode(one)["keys"] for one in (before, after))
    assert all(line in new for line in old)
    assert len(new) == len(old) + 1
    assert looking.of(floor.db, first.number).stage is Stage.READY


def test_the_periods_of_code_and_database_are_the_same(floor: Floor) -> None:
    text = (Path(store.__file__).parents[2] / "db/sql/0022_releasing.sql").read_text()
    assert rules.TOGETHER_MS == DAY_MS and text.count(f"> {rules.TOGETHER_MS}") == 3
    assert text.count(f"BETWEEN 0 AND {rules.OFFERED_MS}") == 1
    assert f"n BETWEEN 1 AND {rules.DOWNLOADS}" in text
